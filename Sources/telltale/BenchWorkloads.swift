import App
import Domain
import LoadGenerator

/// A workload of `telltale bench`: its name, its options, and the function that runs it.
struct BenchWorkload: Sendable {
  typealias Option = BenchOptions.Option

  let name: String
  let help: String
  let options: [Option]
  let run: @Sendable (BenchOptions, BenchSubject) throws -> LoadReport

  static let all = [fanOut, burst, echo, idle, http, slow, publish, replay]

  /// The options of every workload.
  static let common = [
    Option("url", placeholder: "URL", help: "a running server to load, instead of starting one"),
    Option("pid", placeholder: "N", help: "the process id of that server, to measure its CPU and memory"),
    Option("threads", placeholder: "N", default: "1", help: "event loops of the started server"),
    Option("json", help: "print one JSON object"),
  ]

  private static let publishing = [
    Option("publish-url", placeholder: "URL", help: "where to publish messages, if not on the server at --url"),
    Option("bytes", placeholder: "N", default: "250", help: "size of a message"),
    Option(
      "patience", placeholder: "S", default: "2",
      help: "seconds without a delivery after which missing messages count as lost"),
  ]

  private static let realtime = Address.realtime.description

  static let fanOut = BenchWorkload(
    name: "fanout", help: "one publisher at a steady rate, many subscribers",
    options: [
      Option("connections", placeholder: "N", default: "1000", help: "subscribers"),
      Option(
        "rate", placeholder: "N", default: "100",
        help: "messages per second, or max: the highest rate with a p99 below 100 ms"),
      Option("seconds", placeholder: "S", default: "10", help: "duration"),
      Option("topics", placeholder: "N", default: "0", help: "number of topics; 0 for one topic that all subscribe to"),
      Option("per-connection", placeholder: "N", default: "3", help: "topics that each connection subscribes to"),
    ] + publishing,
    run: { options, subject in
      let load = try fanOutLoad(options, subject: subject)
      let seconds = try options.seconds("seconds")
      if options.text("rate") == "max" { return try load.fanOutMax(p99BelowMilliseconds: 100, seconds: seconds) }
      return try load.fanOut(rate: options.count("rate"), seconds: seconds)
    })

  static let burst = BenchWorkload(
    name: "burst", help: "messages back to back: the time until the last one is delivered",
    options: [
      Option("connections", placeholder: "N", default: "1000", help: "subscribers"),
      Option("messages", placeholder: "N", default: "1000", help: "messages back to back"),
      Option("runs", placeholder: "N", default: "5", help: "number of runs; the median counts"),
    ] + publishing,
    run: { options, subject in
      try fanOutLoad(options, subject: subject).burst(
        messages: options.count("messages"), runs: options.count("runs", in: 1...1_000))
    })

  static let echo = BenchWorkload(
    name: "echo", help: "WebSocket messages, sent back and forth",
    options: [
      Option("connections", placeholder: "N", default: "64", help: "clients, each with one message in flight"),
      Option("seconds", placeholder: "S", default: "5", help: "duration"),
      Option("bytes", placeholder: "N", default: "250", help: "size of a message"),
    ],
    run: { options, subject in
      try RequestLoads.echo(
        loop: BenchSubject.loop(for: options.count("connections")), target: subject.target(defaultPath: "/bench/echo"),
        connections: options.count("connections"), messageBytes: options.count("bytes", in: 1...65_000),
        seconds: options.seconds("seconds"), usage: subject.usage)
    })

  static let idle = BenchWorkload(
    name: "idle", help: "idle connections: connects per second, and memory per connection",
    options: [
      Option("connections", placeholder: "N", default: "10000", help: "WebSockets"),
      Option("seconds", placeholder: "S", default: "2", help: "wait before memory is measured"),
    ],
    run: { options, subject in
      try IdleLoad.run(
        loop: BenchSubject.loop(for: options.count("connections")), target: subject.target(defaultPath: realtime),
        connections: options.count("connections"), settleSeconds: options.seconds("seconds"), usage: subject.usage)
    })

  static let http = BenchWorkload(
    name: "http", help: "requests on persistent connections",
    options: [
      Option("connections", placeholder: "N", default: "64", help: "clients"),
      Option("seconds", placeholder: "S", default: "5", help: "duration"),
      Option("path", placeholder: "PATH", default: "/bench/page", help: "path to request, if --url has none"),
      Option("pipeline", placeholder: "N", default: "1", help: "requests that a client sends at once"),
    ],
    run: { options, subject in
      try RequestLoads.http(
        loop: BenchSubject.loop(for: options.count("connections")),
        target: subject.target(defaultPath: options.text("path") ?? "/"),
        connections: options.count("connections"), pipeline: options.count("pipeline", in: 1...1_000),
        seconds: options.seconds("seconds"), usage: subject.usage)
    })

  static let slow = BenchWorkload(
    name: "slow", help: "a fan-out, with one additional client that doesn't read",
    options: [
      Option("connections", placeholder: "N", default: "100", help: "subscribers that read"),
      Option("rate", placeholder: "N", default: "1000", help: "messages per second"),
      Option(
        "seconds", placeholder: "S", default: "15",
        help: "duration; the kernel buffers some megabytes for the slow client first"),
    ] + publishing,
    run: { options, subject in
      try fanOutLoad(options, subject: subject).besideSlow(
        rate: options.count("rate"), seconds: options.seconds("seconds"))
    })

  static let publish = BenchWorkload(
    name: "publish", help: "publishers that wait until each message is stored",
    options: [
      Option("publishers", placeholder: "N", default: "64", help: "clients, each with one message in flight"),
      Option("seconds", placeholder: "S", default: "5", help: "duration"),
      Option("bytes", placeholder: "N", default: "250", help: "size of a message"),
      Option("beside", placeholder: "redis", help: "also load a Redis that syncs each message, in turn"),
      Option("rounds", placeholder: "N", default: "5", help: "with --beside, how often; the median counts"),
    ],
    run: { options, subject in
      let publishers = try options.count("publishers")
      let bytes = try options.count("bytes", in: 160...65_000)
      let (seconds, rounds) = (try options.seconds("seconds"), try options.count("rounds", in: 1...100))
      let publish = {
        try ReportLoad.publish(
          loop: BenchSubject.loop(for: publishers), target: subject.target(defaultPath: "/"), publishers: publishers,
          messageBytes: bytes, seconds: seconds, usage: subject.usage)
      }
      guard let peer = options.text("beside") else { return try publish() }
      guard peer == "redis" else { throw UsageError("--beside knows redis only, not \"\(peer)\".") }
      let folder = try ScratchFolder.make()
      defer { ScratchFolder.remove(folder) }
      let redis = try subject.onServerCores { try RedisPeer(folder: folder, environment: BenchSubject.environment) }
      defer { redis.stop() }
      return try ReportLoad.compare(
        publish, beside: redis, publishers: publishers, messageBytes: bytes, seconds: seconds, rounds: rounds)
    })

  static let replay = BenchWorkload(
    name: "replay", help: "a client that resumes after missing many messages, next to a live one",
    options: [
      Option("messages", placeholder: "N", default: "100000", help: "messages that the client missed"),
      Option("rate", placeholder: "N", default: "200", help: "messages per second to the live client"),
      Option("runs", placeholder: "N", default: "5", help: "number of runs; the median counts"),
    ] + publishing,
    run: { options, subject in
      let bytes = try options.count("bytes", in: 160...65_000)
      return try ReplayLoad.run(
        fanOutLoad(options, subject: subject, connections: 1), messages: options.count("messages"), messageBytes: bytes,
        rate: options.count("rate"), runs: options.count("runs", in: 1...1_000))
    })

  private static func fanOutLoad(
    _ options: BenchOptions, subject: BenchSubject, connections: Int? = nil
  ) throws -> FanOutLoad {
    var load = FanOutLoad.Options(
      connections: try connections ?? options.count("connections"),
      messageBytes: try options.count("bytes", in: 160...65_000))
    load.deliveryTimeout = try options.seconds("patience")
    if options.isSet("topics") {
      load.topics = try options.count("topics", in: 0...100_000)
      load.topicsPerConnection = try options.count("per-connection", in: 1...100)
    }
    return FanOutLoad(
      loop: try BenchSubject.loop(for: load.connections), options: load,
      target: try subject.target(defaultPath: realtime),
      publishTarget: try subject.publishTarget(defaultPath: "/bench/publish"), usage: subject.usage)
  }
}
