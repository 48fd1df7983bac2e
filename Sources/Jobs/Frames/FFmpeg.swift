import Files
import Imaging
import Processes

/// How a file is given to ffmpeg.
package struct FFmpegInput: Equatable, Sendable {
  /// The demuxer's name; nil lets ffmpeg guess by the content.
  var format: String?
  /// Whether the file is one picture, whatever follows it in the file.
  var isOnePicture: Bool
  /// What the file is, for messages, such as `an animated WebP`; nil if its first bytes aren't recognised.
  var what: String?
}

/// The command lines of ffmpeg, 5.1 and newer.
enum FFmpeg {
  static var isInstalled: Bool { Environment.path(ofProgram: "ffmpeg") != nil }

  /// The input's path. ffmpeg opens it again, so unlike a pipe it can be read from any position.
  static let inputName = "/dev/stdin"

  /// Only formats that need no other file: no playlists, no file name patterns and no devices.
  private static let formats = [
    "mov,mp4,m4a,3gp,3g2,mj2", "matroska,webm", "avi", "mpeg", "mpegts", "mpegvideo", "flv", "live_flv", "ogg", "gif",
    "asf", "mjpeg", "mxf", "mxf_opatom", "nut", "ivf", "obu", "av1", "dv", "rm", "h261", "h263", "h264", "hevc", "vvc",
    "evc", "m4v", "vc1", "cavsvideo", "dirac", "wtv", "nsv", "gxf", "lxf", "swf", "amv", "bink", "smk", "flic", "roq",
    "thp", "apng", "webp", "webp_anim", "ico", "yuv4mpegpipe", "jpegxl_anim", "bmp_pipe", "dds_pipe", "dpx_pipe",
    "exr_pipe", "gem_pipe", "gif_pipe", "hdr_pipe", "j2k_pipe", "jpeg_pipe", "jpegls_pipe", "jpegxl_pipe",
    "jpegxs_pipe",
    "pam_pipe", "pbm_pipe", "pcx_pipe", "pfm_pipe", "pgm_pipe", "pgmyuv_pipe", "pgx_pipe", "phm_pipe", "photocd_pipe",
    "pictor_pipe", "png_pipe", "ppm_pipe", "psd_pipe", "qdraw_pipe", "qoi_pipe", "sgi_pipe", "sunrast_pipe",
    "tiff_pipe",
    "vbn_pipe", "webp_pipe", "xbm_pipe", "xpm_pipe", "xwd_pipe",
  ]

  /// CPU seconds after which a check gives up. It stops at the first frame.
  private static let checkSeconds = 10

  private static let maximumPixels = PictureLimits().maximumPixels

  private static func opening(_ input: FFmpegInput) -> [String] {
    ["-nostdin", "-nostats", "-loglevel", "repeat+level+info"]
      + ["-protocol_whitelist", "file", "-format_whitelist", formats.joined(separator: ",")]
      + ["-max_pixels", "\(maximumPixels)"] + (input.format.map { ["-f", $0] } ?? []) + ["-i", inputName]
  }

  /// The filter that describes each frame in the log, under a name that no file can know: ffmpeg prints the names of a
  /// file's tags as they are, so a file can forge any line that it can foresee.
  static let describer = "showinfo@\(String(UInt64.random(in: 0...UInt64.max), radix: 36))"

  /// Writes raw pictures in a format that loses nothing, and describes each of them in the log.
  /// - Parameter stream: As ffmpeg names streams: an index, or `V:0` for the first that isn't a cover picture.
  static func decoding(_ input: FFmpegInput, stream: String) -> [String] {
    let filters = "format=\(FFmpegPixels.names),sidedata=mode=delete,\(describer)=checksum=0"
    return opening(input) + ["-map", "0:\(stream)", "-vf", filters, "-fps_mode", "passthrough"]
      + (input.isOnePicture ? ["-frames:v", "1"] : []) + ["-f", "rawvideo", "-"]
  }

  /// Writes a line for each packet of all videos, decoding none.
  static func listingPackets(_ input: FFmpegInput) -> [String] {
    opening(input) + ["-map", "0:V", "-c", "copy", "-copyinkf", "-f", "framecrc", "-"]
  }

  /// Decodes the first frame.
  /// - Throws: ``SourceError`` if there is none. A file passes if its check takes too long.
  static func check(_ file: borrowing OpenFile, name: String, input: FFmpegInput) throws(SourceError) {
    guard isInstalled else { throw .programMissing("ffmpeg", source: name) }
    var single = input
    single.isOnePicture = true
    let limit = ["-timelimit", "\(checkSeconds)"]
    let child = try FFmpegProcess(limit + decoding(single, stream: "V:0"), input: file, cancel: CancelFlag())
    var output: [UInt8] = []
    while output.isEmpty, child.read(65_536, appendingTo: &output) > 0 {}
    guard output.isEmpty else { return }
    let (log, ending) = child.end()
    if case .signalled = ending { return }
    throw failure(log, name: name, input: input)
  }

  /// Why there is no frame.
  static func failure(_ log: FFmpegLog, name: String, input: FFmpegInput) -> SourceError {
    if log.inputFormat != nil, !log.streams.contains(where: \.isVideo) { return .noVideo(name) }
    if log.isBroken {
      return .programFailed(
        "ffmpeg", reason: "it describes a frame in an unknown form. Install another version of ffmpeg.")
    }
    if log.isCut { return .cutOff(name) }
    var reason = log.firstError ?? "it holds no frame"
    if reason.contains("exceeds specified max pixel count") {
      reason = "its pictures have more than \(maximumPixels) pixels"
    }
    // ffmpeg's own message goes on with the list of formats.
    if reason.hasPrefix("Format not on whitelist") { reason = "its format is not among those that are read here" }
    return .undecodable(name, what: input.what, version: log.version, reason: reason)
  }
}
