import Domain
import Net
import Testing

@testable import Jobs

/// The lines are ffmpeg's own, of 5.1.9 and 9.0.2.
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
    [Parsed_showinfo_2 @ 0x555622edcdc0] [info] config in time_base: 1/1000, frame_rate: 30/1
    [Parsed_showinfo_2 @ 0x555622edcdc0] [info] n:   0 pts:      0 pts_time:0       pos:      586 fmt:yuv420p sar:4/3 s:160x120 i:P iskey:1 type:I 
    [Parsed_showinfo_2 @ 0x555622edcdc0] [info] color_range:tv color_space:bt709 color_primaries:unknown color_trc:unknown
    [info] Output #0, rawvideo, to 'pipe:':
    [info]   Stream #0:0: Video: rawvideo (I420 / 0x30323449), yuv420p(progressive), 160x120, 6912 kb/s, 30 fps, 30 tbn
    [h264 @ 0x55c248194c00] [error] error while decoding MB 8 0, bytestream 831
    [warning] /dev/stdin: corrupt decoded frame in stream 0
    [Parsed_showinfo_2 @ 0x555622edcdc0] [info] n:   1 pts:  NOPTS pts_time:NOPTS   pos:     5735 fmt:yuv420p sar:0/1 s:160x120 i:P iskey:0 type:B 
    [Parsed_showinfo_2 @ 0x555622edcdc0] [info] color_range:unknown color_space:unknown color_primaries:unknown color_trc:unknown
    [info] frame=    2 fps=0.0 q=-0.0 Lsize=      84kB time=00:00:00.10 bitrate=6912.0kbits/s speed=8.53x
    """

  private static let new = """
    [info] ffmpeg version n9.0.2-17-g2a571b6068-20260930 Copyright (c) 2000-2026 the FFmpeg developers
    [info] Input #0, webp_anim, from '/dev/stdin':
    [info]   Duration: N/A, start: 0.000000, bitrate: N/A
    [info]   Stream #0:0: Video: webp_anim, argb, 160x120, 30 fps, 30 tbr, 1k tbn
    [in#0/matroska,webm @ 0x55714af91140] [error] File ended prematurely
    [vist#0:0/h264 @ 0x55964c9510c0] [dec:h264 @ 0x55964c958280] [warning] corrupt decoded frame
    [Parsed_showinfo_2 @ 0x7f1cb4002180] [info] n:   0 pts:     33 pts_time:0.033   duration:     33 duration_time:0.033   fmt:rgba cl:left sar:1/1 s:160x120 i:P iskey:1 type:I 
    """

  private func read(_ text: String, pieceBytes: Int = .max) -> FFmpegLog {
    var log = FFmpegLog()
    var rest = Array(text.utf8)[...]
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
    var text = "[Parsed_showinfo_0 @ 0x1] [info] n:0 pts_time:1e300 fmt:rgb24 sar:1/0 s:99999999x1\n"
    text += "[Parsed_showinfo_0 @ 0x1] [info] n:0 pts_time:inf fmt:rgb24 sar:-1/5 s:2x2\n[[[[] ] ] [error] \n"
    for index in 0..<500 { text += "[info]   Stream #0:\(index): Video: x\n" }
    text += "[error] " + String(repeating: "x", count: 100_000)
    let log = read(text)
    #expect(log.frames == [FFmpegLog.Frame(pixelFormat: "rgb24", width: 2, height: 2)])
    #expect(log.streams.count == 100 && (log.firstError?.count ?? 0) <= 300)
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
