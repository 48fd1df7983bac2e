// A WebSocket echo server for the Autobahn test suite. Prints its URL and serves until it is killed. Not part of the
// product, but runs on the product's HTTPServer.
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
limits.webSocket = WebSocketLimits(maxMessageBytes: 32 << 20, maxFragments: 100_000)

let server = try HTTPServer(
  socket: ListeningSocket(host: "127.0.0.1", port: 0), threads: 1, router: Router([Route(.get, "/", .stream)]),
  limits: limits,
  hooks: ServerHooks(
    check: { _ in }, commonFields: { _, _ in [:] },
    errorResponse: { error, _, _ in
      Response(
        (error as? WireError)?.statusHint ?? .badRequest, contentType: "text/plain", body: Array("\(error)\n".utf8))
    }, answered: { _, _, _, _, _ in }),
  makeStreams: { _ in EchoService() })

print("ws://127.0.0.1:\(server.port)/")
fflush(nil)
while true { pause() }
