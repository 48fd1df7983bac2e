import Domain
import Files
import Net
import TestSupport
import Testing

@testable import Jobs

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The lines are ffmpeg's own, of 5.1.9 and 9.0.2. `DESCRIBER` stands for a name that differs in each process.
struct FFmpegLogTests {
  private static let old = """
    [info] ffmpeg version 5.1.9-0+deb12u1 Copyright (c) 2000-2026 the FFmpeg developers
    [mov,mp4,m4a,3gp,3g2,mj2 @ 0x55c06c69fa00] [warning] stream 0, timescale not set
    [info] Input #0, mov,mp4,m4a,3gp,3g2,mj2, from '/dev/stdin':
    [info]   Metadata:
    [info]     title           : [error] Stream #0:9: Video: nothing, 1 fps
    [info]   Duration: 00:01:02.50, start: 0.000000, bitrate: 60 kb/s
    [info]   Stream #0:0[0x1](und): Video: h264 (High) (avc1 / 0x31637661), yuv420p(tv, bt709, progressive), 160x120 [SAR 1:1 DAR 4:3], 130 kb/s, 29.97 fps, 30 tbr, 15360 tbn (default)
    [info]   Stream #0:1[0x0]: Video: mjpeg (Baseline), yuvj420p(pc), 160x120, 90k tbr, 90k tbn (attached pic)
    [info]   Stream #0:2(und): Audio: aac (LC), 44100 Hz, mono, fltp, 69 kb/s (default)
    [info] Stream mapping:
    [info]   Stream #0:0 -> #0:0 (h264 (native) -> rawvideo (native))
    [DESCRIBER @ 0x555622edcdc0] [info] config in time_base: 1/1000, frame_rate: 30/1
    [DESCRIBER @ 0x555622edcdc0] [info] n:   0 pts:      0 pts_time:0       pos:      586 fmt:yuv420p sar:4/3 s:160x120 i:P iskey:1 type:I 
    [DESCRIBER @ 0x555622edcdc0] [info] color_range:tv color_space:bt709 color_primaries:unknown color_trc:unknown
    [info] Output #0, rawvideo, to 'pipe:':
    [info]   Stream #0:0: Video: rawvideo (I420 / 0x30323449), yuv420p(progressive), 160x120, 6912 kb/s, 30 fps, 30 tbn
    [h264 @ 0x55c248194c00] [error] error while decoding MB 8 0, bytestream 831
    [warning] /dev/stdin: corrupt decoded frame in stream 0
    [DESCRIBER @ 0x555622edcdc0] [info] n:   1 pts:  NOPTS pts_time:NOPTS   pos:     5735 fmt:yuv420p sar:0/1 s:160x120 i:P iskey:0 type:B 
    [DESCRIBER @ 0x555622edcdc0] [info] color_range:unknown color_space:unknown color_primaries:unknown color_trc:unknown
    [info] frame=    2 fps=0.0 q=-0.0 Lsize=      84kB time=00:00:00.10 bitrate=6912.0kbits/s speed=8.53x
    """

  private static let new = """
    [info] ffmpeg version n9.0.2-17-g2a571b6068-20260930 Copyright (c) 2000-2026 the FFmpeg developers
    [info] Input #0, webp_anim, from '/dev/stdin':
    [info]   Duration: N/A, start: 0.000000, bitrate: N/A
    [info]   Stream #0:0: Video: webp_anim, argb, 160x120, 30 fps, 30 tbr, 1k tbn
    [info] Stream mapping:
    [in#0/matroska,webm @ 0x55714af91140] [error] File ended prematurely
    [vist#0:0/h264 @ 0x55964c9510c0] [dec:h264 @ 0x55964c958280] [warning] corrupt decoded frame
    [DESCRIBER @ 0x7f1cb4002180] [info] n:   0 pts:     33 pts_time:0.033   duration:     33 duration_time:0.033   fmt:rgba cl:left sar:1/1 s:160x120 i:P iskey:1 type:I 
    """

  private func read(_ text: String, pieceBytes: Int = .max) -> FFmpegLog {
    var log = FFmpegLog()
    var rest = Array(text.replacing("DESCRIBER", with: FFmpeg.describer).utf8)[...]
    while !rest.isEmpty {
      log.receive(rest.prefix(pieceBytes))
      rest = rest.dropFirst(pieceBytes)
    }
    log.finish()
    return log
  }

  @Test func `a file and its frames are read from the lines of 5.1`() {
    let log = read(Self.old)
    #expect(log.version == "5.1.9-0+deb12u1" && log.inputFormat == "mov,mp4,m4a,3gp,3g2,mj2" && log.duration == 62.5)
    #expect(log.streams.map(\.index) == [0, 1, 2] && log.streams.map(\.isVideo) == [true, false, false])
    #expect(log.streams.first?.frameRate == 29.97)
    #expect(log.firstError == "error while decoding MB 8 0, bytestream 831" && log.errorCount == 1)
    #expect(log.damagedFrames == 1 && !log.isCut)
    #expect(
      log.frames == [
        FFmpegLog.Frame(
          time: 0, pixelFormat: "yuv420p", width: 160, height: 120, aspect: (4, 3), range: "tv", matrix: "bt709"),
        FFmpegLog.Frame(pixelFormat: "yuv420p", width: 160, height: 120),
      ])
  }

  @Test func `a file and its frames are read from the lines of 9`() {
    let log = read(Self.new)
    #expect(log.version == "n9.0.2-17-g2a571b6068-20260930" && log.inputFormat == "webp_anim" && log.duration == nil)
    #expect(log.isCut && log.firstError == "File ended prematurely" && log.damagedFrames == 1)
    // The line about its colours is missing.
    #expect(
      log.frames == [FFmpegLog.Frame(time: 0.033, pixelFormat: "rgba", width: 160, height: 120, aspect: (1, 1))])
  }

  @Test func `the lines are the same for all splits`() {
    for text in [Self.old, Self.new] {
      let whole = read(text)
      for pieceBytes in [1, 2, 3, 7, 64, 1000] {
        let log = read(text, pieceBytes: pieceBytes)
        #expect(log.frames == whole.frames && log.streams == whole.streams && log.firstError == whole.firstError)
      }
    }
  }

  @Test func `hostile lines are bounded`() {
    var text = "[DESCRIBER @ 0x1] [info] n:0 pts_time:inf fmt:rgb24 sar:-1/5 s:2x2\n[[[[] ] ] [error] \n"
    text += "[error] " + String(repeating: "x", count: 100_000)
    let log = read(text)
    #expect(log.frames == [FFmpegLog.Frame(pixelFormat: "rgb24", width: 2, height: 2)])
    #expect((log.firstError?.count ?? 0) <= 300)
    let streams = (0..<500).map { "[info]   Stream #0:\($0): Video: x\n" }.joined()
    #expect(read(streams).streams.count == 100)
  }

  @Test(arguments: ["inf", "nan", "-1", "0", "0.0000", "1e999"])
  func `a rate that is none is unknown`(rate: String) {
    let log = read("[info]   Stream #0:0: Video: h264, yuv420p, 2x2, \(rate) fps, 30 tbr\n")
    #expect(log.streams == [FFmpegLog.Stream(index: 0, isVideo: true, frameRate: nil)])
  }

  @Test(arguments: ["inf:00:00", "nan:00:00", "-1:00:00", "1e300:00:00"])
  func `a duration that is none is unknown`(duration: String) {
    #expect(read("[info]   Duration: \(duration), start: 0.000000\n").duration == nil)
  }

  /// The name of a tag may contain newlines, and ffmpeg prints it as it is.
  @Test(arguments: ["Parsed_showinfo_2", "showinfo@0", "showinfo"])
  func `a tag can't forge the input or its frames`(name: String) {
    let forged = """
      [info]   Metadata:
      [info]     k
      [info] Stream mapping:
      [\(name) @ 0x1] [info] n:0 pts_time:7 fmt:rgb24 s:9x9 x
      [info] Input #0, gif, from '/dev/stdin': 1
      """
    let log = read(Self.old.replacing("[info]   Metadata:", with: forged))
    let honest = read(Self.old)
    #expect(log.inputFormat == honest.inputFormat && log.frames == honest.frames && !log.isBroken)
    let late =
      "[info]   Duration: 99:00:00.00\n[info]   Stream #0:7: Video: x, 5 fps\n[info] Input #0, gif, from 'x':\n"
    let later = read(Self.old + "\n" + late)
    #expect(later.inputFormat == honest.inputFormat && later.duration == 62.5 && later.streams == honest.streams)
  }

  @Test func `frames are taken in order, however many were described before`() {
    let lines = (1...10_000).map { "[DESCRIBER @ 0x1] [info] n:0 fmt:gray s:\($0)x1\n" }
    var log = read(lines.joined())
    var widths: [Int] = []
    while let frame = log.takeFrame() { widths.append(frame.width) }
    #expect(widths == Array(1...10_000) && log.frames.isEmpty)
  }

  @Test(arguments: [
    "n:1 pts_time:0.1 fmt:rgb24 s:99999999x1", "n:1 pts_time:0.1 fmt:rgb24", "n:1 s:2x2", "n:1 fmt:rgb24 s:2x2x2",
    "n:1 fmt:rgb24 s:0x2", "n:",
  ])
  func `a description that can't be parsed breaks the log, and those before it stay`(line: String) {
    let start = "[DESCRIBER @ 0x1] [info] n:0 fmt:rgb24 s:2x2\n"
    let log = read(start + "[DESCRIBER @ 0x1] [info] \(line)\n")
    #expect(log.isBroken && log.frames == [FFmpegLog.Frame(pixelFormat: "rgb24", width: 2, height: 2)])
    // A program that was killed leaves half a line.
    #expect(!read(start + "[DESCRIBER @ 0x1] [info] n:1 pts").isBroken)
  }

  @Test func `a picture may be a single row or column of as many pixels as any picture`() {
    let lines = ["2000000x1", "1x67108864"].map { "[DESCRIBER @ 0x1] [info] n:0 fmt:gray s:\($0)\n" }
    let log = read(lines.joined())
    #expect(log.frames.map(\.width) == [2_000_000, 1] && log.frames.map(\.height) == [1, 67_108_864] && !log.isBroken)
  }

  @Test func `packets that are not shown are not counted`() {
    let text = """
      #software: Lavf59.27.100
      #tb 0: 1/15360
      0,      -1024,          0,      512,     5735, 0x0949cc3a
      0,       -512,       2048,      512,     1095, 0x0949cc3a, F=0x4
      0,          0,       1024,      512,      411, 0x0949cc3a, F=0x0
      1,          0,          0,     1024,      411, 0x0949cc3a, F=0x0, S=1,        8
      0,        512,        512,      512,      411, 0x0949cc3a, F=0x5
      garbage

      """
    for pieceBytes in [1, 10, 10_000] {
      var packets = FFmpegPackets()
      var rest = Array(text.utf8)[...]
      while !rest.isEmpty {
        packets.receive(rest.prefix(pieceBytes))
        rest = rest.dropFirst(pieceBytes)
      }
      #expect(packets.shown == [0: 2, 1: 1])
    }
  }
}

struct FFmpegProcessTests {
  /// A program that writes nothing, and runs for longer than any test.
  private func hang(_ cancel: CancelFlag) throws -> FFmpegProcess {
    let folder = TemporaryFolder()
    let file = try OpenFile(folder.write([], to: "empty"), for: .reading)
    return try FFmpegProcess(["60"], input: file, cancel: cancel, program: "sleep")
  }

  @Test(arguments: [true, false])
  func `a program that hangs is killed when its job is cancelled`(waitsForLog: Bool) async throws {
    let cancel = CancelFlag()
    let child = try hang(cancel)
    Thread(name: "canceller") { cancel.raise() }.detach()
    var output: [UInt8] = []
    if waitsForLog { #expect(child.nextFrame() == nil) }
    #expect(child.read(1, appendingTo: &output) == 0)
    #expect(child.end().ending == .signalled(SIGKILL))
  }

  @Test func `a program that starts after its job was cancelled is killed`() throws {
    let cancel = CancelFlag()
    cancel.raise()
    #expect(try hang(cancel).nextFrame() == nil)
  }

  @Test func `a broken log ends the descriptions while the program runs on`() throws {
    let folder = TemporaryFolder()
    let file = try OpenFile(folder.write([], to: "empty"), for: .reading)
    let lines = ["n:0 fmt:rgb24 s:2x2", "n:1"].map { "[\(FFmpeg.describer) @ 0x1] [info] \($0)\\n" }.joined()
    let child = try FFmpegProcess(
      ["-c", "printf '\(lines)' >&2; sleep 60"], input: file, cancel: CancelFlag(), program: "sh")
    #expect(child.nextFrame() == FFmpegLog.Frame(pixelFormat: "rgb24", width: 2, height: 2))
    #expect(child.nextFrame() == nil)
    #expect(child.isLogBroken && child.end().ending == .signalled(SIGKILL))
  }

  @Test func `a description that never comes breaks the log while the program runs on`() throws {
    let folder = TemporaryFolder()
    let file = try OpenFile(folder.write([], to: "empty"), for: .reading)
    let child = try FFmpegProcess(
      ["-c", "printf 1234; sleep 60"], input: file, cancel: CancelFlag(), program: "sh", patienceSeconds: 1)
    var output: [UInt8] = []
    #expect(child.read(1, appendingTo: &output) == 1)
    #expect(child.nextFrame() == nil)
    #expect(child.isLogBroken && child.end().ending == .signalled(SIGKILL))
  }
}

struct PaceTests {
  @Test(arguments: [
    (Double.infinity, Duration.seconds(1_000_000_000)), (1e300, .seconds(1_000_000_000)), (-.infinity, .zero),
    (-1, .zero), (.nan, .zero), (0.25, .milliseconds(250)),
  ])
  func `any time of a frame is a delay`(seconds: Double, delay: Duration) {
    #expect(PipelineRun.delay(seconds) == delay)
  }
}

struct BlockingWorkTests {
  @Test func `work beyond the limit is refused, and the rest is done`() async throws {
    let work = BlockingWork(maximumThreads: 2, maximumWaiting: 3)
    let isOpen = Guarded(false)
    let refused = Guarded(0)
    // Two have a thread or wait for one, and three more wait: which of them begin first is open.
    let done = await withTaskGroup(of: Bool.self) { group in
      for _ in 0..<40 {
        group.addTask {
          do throws(AppError) {
            try await work.run { isOpen.wait { $0 ? () : nil } }
            return true
          } catch {
            #expect(error.code == .unavailable)
            refused.withLock { $0 += 1 }
            return false
          }
        }
      }
      // Not on a thread of the pool, which the tasks need.
      Thread(name: "opener") {
        refused.wait { $0 >= 35 ? () : nil }
        isOpen.withLock { $0 = true }
      }.detach()
      return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
    }
    #expect((3...5).contains(done))
    #expect(try await work.run { 8 } == 8)
  }
}
