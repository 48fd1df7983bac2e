import Delivery
import Domain
import Metrics
import Processes
import Realtime
import Server
import Synchronization

/// One loop's counters, copied on its thread.
struct LoopNumbers: Sendable {
  var http: LoopCounters
  var streams: RealtimeLoop.Counters
  var sentMessages: Int
  var queuedMessages: Int
  var groupCount: Int
  var dropped: [MessageType: Int]
  var deliveryTimes: Histogram

  init?(_ worker: Worker) {
    guard let loop = worker.streams as? RealtimeLoop ?? (worker.streams as? ExtraStreams)?.realtime else { return nil }
    http = worker.counters
    streams = loop.counters
    sentMessages = loop.fanOut.sentMessages
    queuedMessages = loop.fanOut.queuedMessages
    groupCount = loop.fanOut.groupCount
    dropped = loop.fanOut.dropped
    deliveryTimes = loop.fanOut.deliveryTimes
  }
}

/// Remembers the last counters of each loop, so that the counters of a loop that is too busy to answer don't vanish.
final class LoopCensus: Sendable {
  private let known = Mutex<[LoopNumbers?]>([])

  /// Asks every loop and waits for the answers. Must not be called on a loop.
  func collect(from server: HTTPServer) -> [LoopNumbers] {
    let answers = server.askLoops(patience: 1_000) { LoopNumbers($0) }
    return known.withLock { known in
      if known.count < answers.count { known = answers.map { _ in nil } }
      for (index, answer) in answers.enumerated() {
        if let answer { known[index] = answer }
      }
      return known.compactMap { $0 }
    }
  }
}

/// The content of `/metrics`, in the order of docs/operations.md.
struct MetricsReport {
  typealias Sample = MetricsText.Sample
  let application: Application
  let server: HTTPServer
  let loops: [LoopNumbers]
  private var text = MetricsText(prefix: "telltale_")

  init(_ application: Application, server: HTTPServer, loops: [LoopNumbers]) {
    self.application = application
    self.server = server
    self.loops = loops
  }

  consuming func write() -> [UInt8] {
    writeConnections()
    writeMessages()
    writeRequests()
    writeJobs()
    writeStore()
    writeLoops()
    writeProcess()
    return text.bytes
  }

  // MARK: Connections

  private mutating func writeConnections() {
    let open = application.realtime.connectionCounts
    text.append(
      "connections", .gauge, help: "Open connections, by protocol.",
      samples: [
        Sample(["transport": "http"], max(0, server.connectionCount - open.values.reduce(0, +)))
      ] + Transport.allCases.map { Sample(["transport": $0.rawValue], open[$0, default: 0]) })
    text.append(
      "connections_total", .counter,
      help:
        "Sockets accepted, refused at the limit, or waiting for a descriptor (http); streams accepted or refused.",
      samples: [
        Sample(["transport": "http", "result": "accepted"], sum { $0.http.acceptedConnections }),
        Sample(["transport": "http", "result": "refused"], server.refusedConnectionCount),
        Sample(["transport": "http", "result": "exhausted"], server.exhaustionCount),
      ]
        + Transport.allCases.flatMap { transport in
          let name = transport.rawValue
          return [
            Sample(["transport": name, "result": "accepted"], sum { $0.streams.admitted[transport, default: 0] }),
            Sample(["transport": name, "result": "refused"], sum { $0.streams.refused[transport, default: 0] }),
          ]
        })
    text.append(
      "ws_closes_total", .counter,
      help:
        "WebSockets that ended, by close code: 1006 if the connection broke, 0 for any other code.",
      samples: merge { $0.http.webSocketCloses }.sorted { $0.key.rawValue < $1.key.rawValue }.map { code, count in
        Sample(["code": "\(code)"], count)
      })
    text.append(
      "resume_total", .counter, help: "Streams that resumed after a lost connection, without loss or after a gap.",
      samples: [
        Sample(["result": "resumed"], sum { $0.streams.resumed }), Sample(["result": "gap"], sum { $0.streams.gaps }),
      ])
    text.append(
      "client_latency_seconds", .histogram, help: "From a ping to the client's pong.",
      samples: [Sample(total(.waits) { $0.streams.latencies })])
  }

  // MARK: Messages

  private mutating func writeMessages() {
    let hub = application.hub.statistics
    text.append(
      "messages_published_total", .counter, help: "Messages published, by type.",
      samples: byType(hub.published).map { type, count in Sample(["type": type], count) })
    text.append(
      "messages_sent_total", .counter,
      help:
        "Messages handed to connections: one message for N connections counts N. Includes messages that are dropped later.",
      samples: [Sample(sum { $0.sentMessages })])
    text.append(
      "messages_dropped_total", .counter,
      help: "Messages that a slow client missed (slow_client), or a loop that was too far behind (slow_loop).",
      samples: byType(merge { $0.dropped }).map { type, count in Sample(["type": type, "reason": "slow_client"], count)
      }
        + byType(hub.dropped).map { type, count in Sample(["type": type, "reason": "slow_loop"], count) })
    text.append(
      "queue_depth_messages", .gauge, help: "Messages that wait for a loop or for a client.",
      samples: [Sample(hub.waiting + sum { $0.queuedMessages })])
    text.append(
      "fanout_groups", .gauge, help: "Different subscriptions in use, counted for each loop and framing.",
      samples: [Sample(sum { $0.groupCount })])
    text.append(
      "delivery_latency_seconds", .histogram,
      help:
        "From publishing to the socket: for each turn of a loop and each subscription, the age of the oldest message when the last connection had been written to.",
      samples: [Sample(total(.waits) { $0.deliveryTimes })])
  }

  // MARK: Requests

  private mutating func writeRequests() {
    struct Kind: Hashable {
      var route: String
      var method: String
      var code: Int
    }
    var answers: [Kind: Int] = [:]
    for loop in loops {
      for kind in loop.http.answersByKind {
        answers[Kind(route: kind.route, method: kind.method, code: kind.status), default: 0] += kind.count
      }
    }
    text.append(
      "http_requests_total", .counter,
      help:
        "Requests answered, by route template, method and status; route none where there is none, code 101 for WebSockets.",
      samples: answers.sorted {
        ($0.key.route, $0.key.method, $0.key.code) < ($1.key.route, $1.key.method, $1.key.code)
      }.map {
        kind, count in
        Sample(["route": kind.route, "method": kind.method, "code": "\(kind.code)"], count)
      })
    text.append(
      "http_request_duration_seconds", .histogram,
      help: "From a request's head to its answer, body and handler included; streams are not.",
      samples: [Sample(total(.waits) { $0.http.requestTimes })])
    text.append(
      "http_parse_errors_total", .counter, help: "Malformed requests, by error.",
      samples: merge { $0.http.parseErrors }.sorted { $0.key < $1.key }.map { reason, count in
        Sample(["reason": reason], count)
      })
  }

  // MARK: Jobs

  private mutating func writeJobs() {
    let numbers = application.jobMetrics.numbers
    text.append(
      "jobs", .gauge, help: "Jobs, by status.",
      samples: JobStatus.allCases.map { Sample(["status": $0.rawValue], application.jobs.count($0)) })
    text.append(
      "job_duration_seconds", .histogram, help: "From a job's start to its end, however it ended.",
      samples: [Sample(numbers.jobTimes)])
    text.append(
      "plugin_duration_seconds", .histogram, help: "A plugin's time for one frame.",
      samples: numbers.pluginTimes.sorted { $0.key < $1.key }.map { plugin, times in Sample(["plugin": plugin], times) }
    )
    text.append(
      "plugin_failures_total", .counter, help: "Plugins that failed and ended their job, by error code.",
      samples: numbers.pluginFailures.sorted { ($0.key.plugin, $0.key.reason) < ($1.key.plugin, $1.key.reason) }.map {
        failure, count in
        Sample(["plugin": failure.plugin, "reason": failure.reason], count)
      })
  }

  // MARK: Store

  private mutating func writeStore() {
    let journal = application.storeThread.journalStatistics
    text.append(
      "store_commit_duration_seconds", .histogram, help: "Duration of commits, including the wait for the disk.",
      samples: [Sample(journal.commitTimes)])
    text.append(
      "store_wal_bytes", .gauge, help: "Size of the database's log, including space that it keeps for reuse.",
      samples: [Sample(application.store.walBytes)])
    text.append(
      "store_failing", .gauge, help: "1 while nothing can be stored, otherwise 0.",
      samples: [Sample(application.storeThread.failure == nil ? 0 : 1)])
    text.append(
      "publications_waiting", .gauge, help: "Publications that wait to be stored and sent.",
      samples: [Sample(journal.waiting)])
  }

  // MARK: Loops and process

  private mutating func writeLoops() {
    let turns = server.turnTimes
    text.append(
      "event_loop_lag_seconds", .gauge,
      help:
        "The longest turn in the last 15 to 30 s, including the current one: the delay that a loop adds to events.",
      samples: turns.map { Sample(["loop": $0.loop], microseconds: $0.times.longest) })
    text.append(
      "event_loop_turn_seconds", .histogram,
      help: "Duration of a loop's turns, from the end of a wait to the next one.",
      samples: turns.map { Sample(["loop": $0.loop], $0.times.histogram) })
  }

  private mutating func writeProcess() {
    text.append(
      "log_lines_dropped_total", .counter, help: "Lines of the log that were dropped because its reader was too slow.",
      samples: [Sample(application.logWriter?.droppedLines ?? 0)])
    text.append(
      "process_cpu_seconds_total", .counter, help: "Processor time of all threads.",
      samples: [Sample(OwnProcess.cpuSeconds)])
    text.append(
      "process_resident_memory_bytes", .gauge, help: "Resident memory of the process.",
      samples: OwnProcess.residentBytes.map { [Sample($0)] } ?? [])
    text.append(
      "process_open_fds", .gauge, help: "Open file descriptors.",
      samples: OwnProcess.openDescriptors.map { [Sample($0)] } ?? [])
    text.append(
      "process_max_fds", .gauge, help: "The limit of open file descriptors.",
      samples: [Sample(OwnProcess.openFileLimit)])
    text.append(
      "process_start_time_seconds", .gauge, help: "Start time of the process, in seconds since 1970.",
      samples: [Sample(Double(application.startTime.milliseconds) / 1000)])
    text.append(
      "build_info", .gauge, help: "Always 1. The labels name the version.",
      samples: [Sample(["version": Application.version], 1)])
  }

  // MARK: Adding up

  private func sum(_ number: (LoopNumbers) -> Int) -> Int { loops.reduce(0) { $0 + number($1) } }

  private func merge<Key>(_ numbers: (LoopNumbers) -> [Key: Int]) -> [Key: Int] {
    loops.reduce(into: [:]) { merged, loop in merged.merge(numbers(loop), uniquingKeysWith: +) }
  }

  private func total(_ empty: Histogram, _ histogram: (LoopNumbers) -> Histogram) -> Histogram {
    loops.reduce(into: empty) { $0.add(histogram($1)) }
  }

  /// Unknown types are counted together.
  private func byType(_ counts: [MessageType: Int]) -> [(String, Int)] {
    var named: [String: Int] = [:]
    for (type, count) in counts {
      named[application.messageTable[type] != nil ? type.rawValue : "other", default: 0] += count
    }
    return named.sorted { $0.key < $1.key }
  }
}
