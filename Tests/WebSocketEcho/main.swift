// A WebSocket server that says everything back, for the Autobahn test suite: prints its URL and serves until it is ended.
// Nothing of it is in the product; HTTPServer below it is the product's own.
import Domain
import Net
import Server
import Wire

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

var limits = ServerLimits()
// The suite sends up to 16 MB in one message, and 4 MB in 65,536 fragments.
limits.webSocket = WebSocketLimits(maxMessageBytes: 32 << 20, maxHeaderBytes: 1 << 20)

let server = try HTTPServer(
  socket: ListeningSocket(host: "127.0.0.1", port: 0), threads: 1,
  router: Router([Route(.get, "/", role: .viewer, .stream)]),
  limits: limits,
  hooks: ServerHooks(
    identify: { _ in .localAdmin }, commonFields: { _, _ in [:] },
    errorResponse: { error, _, _ in
      Response(
        (error as? WireError)?.statusHint ?? .badRequest, contentType: "text/plain", body: Array("\(error)\n".utf8))
    }, answered: { _, _, _, _, _ in }),
  makeStreams: { _ in EchoService() })

print("ws://127.0.0.1:\(server.port)/")
fflush(nil)
while true { pause() }
