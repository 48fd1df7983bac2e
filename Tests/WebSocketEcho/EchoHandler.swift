import Net
import Server
import Wire

final class EchoService: StreamService {
  func open(_ request: Request, _ stream: Server.Stream) throws -> any StreamHandler { EchoHandler(stream) }
  func turnEnded() -> Milliseconds? { nil }
}

/// Says every message back in one frame: compressed, each for itself, where that was agreed upon.
final class EchoHandler: StreamHandler {
  private let stream: Server.Stream
  private var deflater: MessageDeflater?

  init(_ stream: Server.Stream) {
    self.stream = stream
    if let deflate = stream.deflate { deflater = MessageDeflater(windowBits: deflate.serverWindowBits, level: 1) }
  }

  func opened() {}
  func received(_ text: [UInt8]) { echo(.text, text) }
  func received(binary: [UInt8]) { echo(.binary, binary) }
  func drained() {}
  func tick(_ now: Milliseconds) {}
  func drain() {}
  func closed() {}

  private func echo(_ opcode: WebSocketOpcode, _ message: [UInt8]) {
    var frame: [UInt8] = []
    if let payload = deflater?.compress(message) {
      WebSocketFrame.append(opcode, payload, isCompressed: true, to: &frame)
    } else {
      WebSocketFrame.append(opcode, message, to: &frame)
    }
    frame.withUnsafeBytes(stream.queue)
  }
}
