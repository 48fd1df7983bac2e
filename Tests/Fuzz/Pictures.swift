import Compression
import Imaging

private let limits = PictureLimits(maximumPixels: 1 << 16, maximumBytes: 1 << 19)

/// A picture that can be decoded can be encoded, and the encoding decodes to the same picture.
func check(_ input: [UInt8]) {
  for file in [input, repaired(input), generated(from: input)] {
    guard let picture = try? Picture.decode(file, limits: limits) else { continue }
    precondition(picture.width * picture.height <= limits.maximumPixels)
    precondition(picture.luma().bytes.count == picture.width * picture.height)
    precondition(picture.rgb().format == .rgb)
    precondition((try? Picture.decode(PNGEncoder.encode(picture), limits: limits)) == picture)
  }
}

private let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]

/// The input as a PNG with correct checksums, which a fuzzer can't guess.
private func repaired(_ input: [UInt8]) -> [UInt8] {
  var file = signature + input.dropFirst(input.starts(with: signature) ? 8 : 0)
  var position = 8
  while file.count - position >= 12 {
    let length = file[position..<(position + 4)].reduce(0) { $0 << 8 | Int($1) }
    guard length <= file.count - position - 12 else { break }
    let end = position + 8 + length
    file.replaceSubrange(end..<(end + 4), with: bigEndian(crc32(Array(file[(position + 4)..<end]))))
    position = end + 4
  }
  return file
}

/// A complete, small PNG. The first bytes of the input select its kind and size, the rest are its rows. Reaches
/// filters, palettes and interlacing, which the fuzzer can't find through the compression.
private func generated(from input: [UInt8]) -> [UInt8] {
  guard input.count > 8 else { return [] }
  let kinds: [(colour: UInt8, depth: UInt8)] = [
    (0, 1), (0, 2), (0, 4), (0, 8), (0, 16), (2, 8), (2, 16), (3, 1), (3, 2), (3, 4), (3, 8), (4, 8), (4, 16), (6, 8),
    (6, 16),
  ]
  let kind = kinds[Int(input[0]) % kinds.count]
  let (width, height) = (Int(input[1] % 40) + 1, Int(input[2] % 40) + 1)
  let isInterlaced = input[3] & 1
  let rows = Array(input[8...])
  var file =
    signature
    + chunk(
      "IHDR",
      data: bigEndian(UInt32(width)) + bigEndian(UInt32(height)) + [kind.depth, kind.colour, 0, 0, isInterlaced])
  let entries = kind.colour == 3 ? Int(input[4]) % (1 << Int(kind.depth)) + 1 : 0
  if entries > 0 { file += chunk("PLTE", data: (0..<(3 * entries)).map { rows[$0 % rows.count] }) }
  if input[5] & 1 == 1 {
    let counts: [UInt8: Int] = [0: 2, 2: 6, 3: entries]
    file += chunk("tRNS", data: (0..<(counts[kind.colour] ?? 1)).map { rows[$0 % rows.count] })
  }
  // As many bytes as the size needs, repeating the input. An interlaced picture needs the bytes of all its passes.
  let samples = [0: 1, 2: 3, 3: 1, 4: 2, 6: 4][kind.colour] ?? 1
  let bits = samples * Int(kind.depth)
  let sizes =
    isInterlaced == 0
    ? [(width, height)]
    : [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)].map { pass in
      (max(0, (width - pass.0 + pass.2 - 1) / pass.2), max(0, (height - pass.1 + pass.3 - 1) / pass.3))
    }
  var scanlines: [UInt8] = []
  for (passWidth, passHeight) in sizes where passWidth > 0 {
    let rowBytes = (passWidth * bits + 7) / 8
    for _ in 0..<passHeight {
      scanlines.append(rows[scanlines.count % rows.count] % 5)
      for _ in 0..<rowBytes { scanlines.append(rows[scanlines.count % rows.count]) }
    }
  }
  return file + chunk("IDAT", data: compress(scanlines, as: .zlib, level: 1)) + chunk("IEND", data: [])
}

private func chunk(_ type: String, data: [UInt8]) -> [UInt8] {
  let named = Array(type.utf8) + data
  return bigEndian(UInt32(data.count)) + named + bigEndian(crc32(named))
}

private func bigEndian(_ value: UInt32) -> [UInt8] { [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) } }
