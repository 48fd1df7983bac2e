import Compression

/// Inflating stays within its limit, and compressing the output again inflates to the same bytes.
func check(_ input: [UInt8]) {
  let limit = 10_000
  let formats: [CompressionFormat] = [.raw, .zlib, .gzip]
  let format = formats[Int(input.first ?? 0) % formats.count]
  var inflater = Inflater(format)
  var output: [UInt8] = []
  _ = try? inflater.inflate(Array(input.dropFirst()), appendingTo: &output, limit: limit)
  precondition(output.count <= limit)
  let back = try? decompress(compress(output, as: format, level: 1), as: format, limit: limit)
  precondition(back == output, "Compressed bytes were not inflated to themselves.")
}
