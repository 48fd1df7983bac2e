import Net
import Server
import Wire

final class EchoService: StreamService {
  func open(_ request: Request, _ stream: Server.Stream) throws -> any StreamHandler { EchoHandler(stream) }
  func turnEnded() -> Milliseconds? { nil }
}

/// Sends every message back in one frame, compressed if that was negotiated.
final class EchoHandler: StreamHandler {
  private let stream: Server.Stream
  private var deflater: MessageDeflater?

  init(_ stream: Server.Stream) {
    self.stream = stream
    if let deflate = stream.deflate { deflater = MessageDeflater(windowBits: deflate.serverWindowBits, level: 1) }
  }

  func opened() {}
  func received(_ text: [UInt8]) { echo(.text, message: text) }
  func received(binary: [UInt8]) { echo(.binary, message: binary) }
  func drained() {}
  func tick(_ now: Milliseconds) {}
  func drain() {}
  func closed() {}

  private func echo(_ opcode: WebSocketOpcode, message: [UInt8]) {
    var frame: [UInt8] = []
    if let payload = deflater?.compress(message) {
      WebSocketFrame.append(opcode, payload: payload, isCompressed: true, to: &frame)
    } else {
      WebSocketFrame.append(opcode, payload: message, to: &frame)
    }
    frame.withUnsafeBytes(stream.queue)
  }
}
