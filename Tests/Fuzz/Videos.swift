import Imaging

/// A y4m video parses to the same pictures for all splits, and they can be written as a video again.
func check(_ input: [UInt8]) {
  requireSameForAllSplits(input) { pieces in
    var parser = Y4MParser(limits: PictureLimits(maximumPixels: 4_096, maximumBytes: 1 << 15))
    var transcript: [String] = []
    do throws(PictureError) {
      for piece in pieces {
        try parser.receive(piece[...]) { picture in
          requireWritable(picture)
          transcript.append(
            "\(picture.width) × \(picture.height) \(picture.format) \(picture.colours) \(picture.bytes)")
        }
      }
      try parser.finish()
    } catch {
      transcript.append("\(error)")
    }
    return transcript + ["\(parser.header.map { "\($0)" } ?? "no header")"]
  }
}

private func requireWritable(_ picture: PlanarPicture) {
  let count = picture.width * picture.height
  precondition(picture.luma().bytes.count == count && picture.rgb().bytes.count == 3 * count)
  let header = PlanarPicture.y4mHeader(
    width: picture.width, height: picture.height, format: picture.format, frameRate: 25)
  var parser = Y4MParser()
  var again: [PlanarPicture] = []
  precondition((try? parser.receive((header + picture.y4m)[...]) { again.append($0) }) != nil)
  precondition(again.map(\.bytes) == [picture.bytes] && again.first?.format == picture.format)
}
