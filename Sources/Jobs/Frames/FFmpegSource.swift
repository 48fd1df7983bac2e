import Imaging
import Processes

/// Any other video, and JPEG pictures, through the ffmpeg program, which writes y4m into a pipe.
struct FFmpegSource: FrameSource {
  private let child: FFmpegProcess
  private var pictures = Y4MPictures()

  /// As counted by ffprobe; nil if ffprobe is missing or can't tell.
  let frameCount: Int?
  var frameRate: Double? { pictures.frameRate }

  /// Opens nothing but the file itself: formats that name further files, and other protocols, are left out.
  private static let restrictions = [
    "-protocol_whitelist", "file", "-format_whitelist",
    "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpeg,mpegts,mpegvideo,flv,ogg,gif,asf,mjpeg,jpeg_pipe",
  ]

  /// - Parameter format: The demuxer's name; nil lets ffmpeg guess.
  init(_ source: ResolvedSource, format: String?) throws {
    guard Environment.path(ofProgram: "ffmpeg") != nil else {
      throw SourceError.programMissing("ffmpeg", source: source.name)
    }
    let input = Self.restrictions + (format.map { ["-f", $0] } ?? []) + ["-i", source.path]
    frameCount = format == "jpeg_pipe" ? 1 : Self.countFrames(input)
    let output = ["-map", "0:v:0", "-fps_mode", "passthrough", "-pix_fmt", "yuv420p", "-f", "yuv4mpegpipe", "-"]
    child = try FFmpegProcess(["ffmpeg", "-v", "error", "-nostdin", "-xerror"] + input + output)
    do {
      _ = try pictures.header { [child] in child.read($0, appendingTo: &$1) }
    } catch {
      throw child.end() ?? error
    }
  }

  mutating func next() throws -> SourceFrame? {
    do {
      if let frame = try pictures.next({ [child] in child.read($0, appendingTo: &$1) }) { return frame }
    } catch {
      throw child.end() ?? error
    }
    if let failure = child.end() { throw failure }
    return nil
  }

  /// Reads all packets of the file once, without decoding them.
  private static func countFrames(_ input: [String]) -> Int? {
    guard Environment.path(ofProgram: "ffprobe") != nil,
      let child = try? FFmpegProcess(
        ["ffprobe", "-v", "error"] + input + [
          "-select_streams", "v:0", "-count_packets", "-show_entries", "stream=nb_read_packets", "-of", "csv=p=0",
        ])
    else { return nil }
    var answer: [UInt8] = []
    while answer.count < 1024, child.read(1024, appendingTo: &answer) > 0 {}
    let digits = answer.prefix { (0x30...0x39).contains($0) }
    return Int(String(decoding: digits, as: UTF8.self))
  }
}
