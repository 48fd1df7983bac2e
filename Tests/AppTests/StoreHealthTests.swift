import CSQLite
import Domain
import Synchronization
import TestSupport
import Testing

/// What is told of a store that can't be used.
struct StoreHealthTests {
  @Test func `a store that can't even be read to number a message is no secret`() throws {
    let lines = Mutex<[String]>([])
    let app = try RunningApp(
      log: Log(level: .error, sink: { line in lines.withLock { $0.append(String(decoding: line, as: UTF8.self)) } }))
    let client = try app.client()
    _ = try app.startJob(["kind": "external", "name": "Before"])
    #expect(try client.request("GET", "/readyz").status == 200)

    var database: OpaquePointer?
    #expect(sqlite3_open("\(app.data.path)/telltale.db", &database) == SQLITE_OK)
    #expect(sqlite3_exec(database, "DROP TABLE topics", nil, nil, nil) == SQLITE_OK)
    sqlite3_close(database)

    let refused = try client.request("POST", "/v1/jobs", json: ["kind": "external", "name": "Refused"])
    #expect(refused.status >= 500, "\(refused.text)")
    #expect(try client.request("GET", "/readyz").status == 503)
    #expect(lines.withLock { $0.filter { $0.contains("nothing can be stored") }.count } == 1)
  }
}
