import Compression

/// Whatever is inflated stays within its limit, and what was inflated can be compressed and comes back.
func check(_ input: [UInt8]) {
  let limit = 10_000
  let formats: [CompressionFormat] = [.raw, .zlib, .gzip]
  let format = formats[Int(input.first ?? 0) % formats.count]
  var inflater = Inflater(format)
  var output: [UInt8] = []
  _ = try? inflater.inflate(Array(input.dropFirst()), appendingTo: &output, limit: limit)
  precondition(output.count <= limit)
  let back = try? decompress(compress(output, format, level: 1), format, limit: limit)
  precondition(back == output, "What was compressed did not come back.")
}
