#if os(Linux)
  import Files
  import Glibc
  import JSONValues
  import TestSupport
  import Testing
  import Wire

  /// What hostile clients cost the built binary in memory and descriptors, as the kernel counts them.
  struct MemoryTests {
    private func start() throws -> RunningBinary { try RunningBinary(["--threads", "1", "--log-level", "error"]) }

    /// A line of the kernel's figures, in KiB.
    private func kilobytes(_ name: String, of server: RunningBinary) throws -> Int {
      let status = String(decoding: try #require(readFile("/proc/\(server.pid)/status")), as: UTF8.self)
      let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("\(name):") })
      return try #require(line.split(whereSeparator: { $0 == " " || $0 == "\t" }).dropFirst().first.flatMap { Int($0) })
    }

    /// Begins to count the peak of the resident memory anew.
    private func forgetPeak(of server: RunningBinary) throws {
      let file = open("/proc/\(server.pid)/clear_refs", O_WRONLY)
      defer { close(file) }
      try #require(write(file, "5", 1) == 1)
    }

    /// Open sockets, the listening one included. Other descriptors come and go without anybody's connection.
    private func socketCount(of server: RunningBinary) -> Int {
      var count = 0
      for name in (try? FileSystem.names(in: "/proc/\(server.pid)/fd")) ?? [] {
        var target = [CChar](repeating: 0, count: 64)
        let length = readlink("/proc/\(server.pid)/fd/\(name)", &target, target.count)
        if length > 7, strncmp(target, "socket:", 7) == 0 { count += 1 }
      }
      return count
    }

    /// A client with a compressed connection that keeps its context, greeted.
    private func connect(_ server: RunningBinary) throws -> ProbeClient {
      let client = try server.client()
      try client.upgrade("/v1/realtime", headers: ["Sec-WebSocket-Extensions": "permessage-deflate"])
      _ = try client.nextMessage { $0["type"] == "ping" }
      return client
    }

    private func frame(_ payload: [UInt8], isFinal: Bool = true) -> [UInt8] {
      var bytes: [UInt8] = []
      WebSocketFrame.appendMasked(
        .text, payload: payload, key: 0x1234_5678, isFinal: isFinal, isCompressed: true, to: &bytes)
      return bytes
    }

    private func compressed(_ message: [UInt8]) -> [UInt8] {
      var deflater = MessageDeflater(level: 9)
      return deflater.compress(message)
    }

    @Test func `a bomb of 65 KB that would become 64 MiB is 1009 and costs less than 1 MiB`() throws {
      let server = try start()
      let bomb = frame(compressed([UInt8](repeating: 0x20, count: 64 << 20)))
      #expect(bomb.count < 66_000)
      func explode() throws {
        let client = try connect(server)
        try client.send(bomb)
        guard case .close(.messageTooBig, _) = try client.nextEvent() else { return #expect(Bool(false)) }
      }
      // The first ones warm up the allocator and the loop's buffers.
      for _ in 0..<3 { try explode() }
      try forgetPeak(of: server)
      let before = try kilobytes("VmRSS", of: server)
      for _ in 0..<20 { try explode() }
      let peak = try kilobytes("VmHWM", of: server)
      #expect(peak - before < 1024, "from \(before) KiB to \(peak) KiB")
    }

    @Test func `300 connections that end in every way leave no memory and no socket`() throws {
      let server = try start()
      let ping = compressed(Array("{\"type\":\"ping\",\"payload\":{},\"timestamp\":\"2026-01-01T00:00:00.000Z\"}".utf8))
      func reconnect(_ count: Int) throws {
        for index in 0..<count {
          let client = try connect(server)
          // Now the server holds an inflater of some 40 KB for this connection.
          try client.send(frame(ping))
          #expect(try client.nextMessage()["type"] == "pong")
          switch index % 5 {
          case 0:
            var goodbye: [UInt8] = []
            WebSocketFrame.appendMasked(.close, payload: WebSocketFrame.closePayload(.normal), key: 1, to: &goodbye)
            try client.send(goodbye)
            _ = try client.nextEvent()
          case 1: client.resetWhenClosed()
          case 2: try client.send(frame(Array(ping.dropLast(2)), isFinal: false))
          case 3: try client.send(frame([0x07, 0, 0]))
          default: client.closeSendingHalf()
          }
        }
      }
      func isQuiet() -> Bool { socketCount(of: server) == 1 }
      #expect(eventually(seconds: 30, isQuiet))
      try reconnect(100)
      #expect(eventually(seconds: 30, isQuiet))
      let before = try kilobytes("VmRSS", of: server)
      try reconnect(300)
      #expect(eventually(seconds: 30, isQuiet), "\(socketCount(of: server)) sockets")
      let after = try kilobytes("VmRSS", of: server)
      // One leaked inflater in ten would be more.
      #expect(after - before < 1024, "from \(before) KiB to \(after) KiB")
      let health = try server.client().request("GET", "/health").json
      #expect(health?["connections"]?["websocket"] == 0)
    }
  }
#endif
