import App
import Dispatch
import Server
import TestSupport
import Testing

struct LivenessTests {
  @Test func `a loop that does not come round for 5 s is not alive, and is again when it does`() throws {
    let release = DispatchSemaphore(value: 0)
    let stuck = Route(
      .get, "/stuck", role: .viewer,
      .immediate { _ in
        release.wait()
        return Response(.ok)
      })
    let app = try RunningApp(extra: ExtraRoutes([stuck], open: { _, _, _ in nil }))
    // Connections are dealt out in turn: these two are on different loops.
    let (victim, witness) = (try app.client(), try app.client())
    for client in [victim, witness] { #expect(try client.request("GET", "/livez").status == 200) }
    try victim.send("GET /stuck HTTP/1.1\r\nHost: localhost\r\n\r\n")
    var answer = try witness.request("GET", "/livez")
    #expect(answer.status == 200)
    #expect(
      try eventually(seconds: 15) {
        answer = try witness.request("GET", "/livez")
        return answer.status == 503
      })
    #expect(answer.json?["status"] == "stuck")
    let metrics = try witness.request("GET", "/metrics").text
    let lags = metrics.split(separator: "\n").filter { $0.hasPrefix("telltale_event_loop_lag_seconds{") }
    #expect(lags.count { (Double($0.split(separator: " ").last ?? "") ?? 0) > 4 } == 1, "\(lags)")
    release.signal()
    #expect(try victim.answer().status == 200)
    #expect(try eventually { try witness.request("GET", "/livez").status == 200 })
  }
}
