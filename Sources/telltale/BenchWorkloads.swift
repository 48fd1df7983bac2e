import App
import LoadGenerator

/// A workload of `telltale bench`: its name, its options, and how it is run.
struct BenchWorkload: Sendable {
  typealias Option = BenchOptions.Option

  let name: String
  let help: String
  let options: [Option]
  let run: @Sendable (BenchOptions, BenchSubject) throws -> LoadReport

  static let all = [fanOut, burst, echo, idle, http, slow, publish, replay]

  /// What every workload takes.
  static let common = [
    Option("url", "URL", nil, "a server that runs already, instead of one of our own"),
    Option("pid", "N", nil, "the process of that server, to measure what it uses"),
    Option("threads", "N", "1", "event loops of our own server"),
    Option("json", nil, nil, "print one JSON object"),
  ]

  private static let publishing = [
    Option("publish-url", "URL", nil, "where messages are sent to be published, if it is not where they arrive"),
    Option("bytes", "N", "250", "size of a message"),
    Option("patience", "S", "2", "without a delivery, after which the missing ones are lost"),
  ]

  private static let realtime = "/v1/realtime"

  static let fanOut = BenchWorkload(
    name: "fanout", help: "one publisher, many subscribers, a steady rate",
    options: [
      Option("connections", "N", "1000", "subscribers"),
      Option("rate", "N", "100", "messages a second, or max: the most with a p99 below 100 ms"),
      Option("seconds", "S", "10", "how long"),
      Option("topics", "N", "0", "so many topics instead of one for all"),
      Option("per-connection", "N", "3", "how many of them a connection subscribes to"),
    ] + publishing,
    run: { options, subject in
      let load = try publishing(options, subject)
      let seconds = try options.seconds("seconds")
      if options.text("rate") == "max" { return try load.fanOutMax(p99Below: 100, seconds: seconds) }
      return try load.fanOut(rate: options.count("rate"), seconds: seconds)
    })

  static let burst = BenchWorkload(
    name: "burst", help: "messages back to back: when is the last one delivered",
    options: [
      Option("connections", "N", "1000", "subscribers"),
      Option("messages", "N", "1000", "messages back to back"),
      Option("runs", "N", "5", "how often; the median counts"),
    ] + publishing,
    run: { options, subject in
      try publishing(options, subject).burst(
        messages: options.count("messages"), runs: options.count("runs", 1...1_000))
    })

  static let echo = BenchWorkload(
    name: "echo", help: "messages there and back",
    options: [
      Option("connections", "N", "64", "clients, each with one message on its way"),
      Option("seconds", "S", "5", "how long"),
      Option("bytes", "N", "250", "size of a message"),
    ],
    run: { options, subject in
      try RequestLoads.echo(
        BenchSubject.loop(for: options.count("connections")), subject.target("/bench/echo"),
        connections: options.count("connections"), messageBytes: options.count("bytes", 1...65_000),
        seconds: options.seconds("seconds"), usage: subject.usage)
    })

  static let idle = BenchWorkload(
    name: "idle", help: "connections that only stay: connects a second, memory each",
    options: [
      Option("connections", "N", "10000", "WebSockets"),
      Option("seconds", "S", "2", "how long they stay before memory is read"),
    ],
    run: { options, subject in
      try IdleLoad.run(
        BenchSubject.loop(for: options.count("connections")), subject.target(realtime),
        connections: options.count("connections"), settleSeconds: options.seconds("seconds"), usage: subject.usage)
    })

  static let http = BenchWorkload(
    name: "http", help: "requests on connections that are kept",
    options: [
      Option("connections", "N", "64", "clients"),
      Option("seconds", "S", "5", "how long"),
      Option("path", "PATH", "/bench/page", "what to ask for, where --url names no path"),
      Option("pipeline", "N", "1", "requests a client sends at once"),
    ],
    run: { options, subject in
      try RequestLoads.http(
        BenchSubject.loop(for: options.count("connections")), subject.target(options.text("path") ?? "/"),
        connections: options.count("connections"), pipeline: options.count("pipeline", 1...1_000),
        seconds: options.seconds("seconds"), usage: subject.usage)
    })

  static let slow = BenchWorkload(
    name: "slow", help: "a fan-out with one more client that does not read",
    options: [
      Option("connections", "N", "100", "subscribers that read"),
      Option("rate", "N", "1000", "messages a second"),
      Option("seconds", "S", "15", "how long: the kernel takes some megabytes for the slow one first"),
    ] + publishing,
    run: { options, subject in
      try publishing(options, subject).besideSlow(rate: options.count("rate"), seconds: options.seconds("seconds"))
    })

  static let publish = BenchWorkload(
    name: "publish", help: "publishers that wait until each message is stored",
    options: [
      Option("publishers", "N", "64", "clients, each with one message on its way"),
      Option("seconds", "S", "5", "how long"),
      Option("bytes", "N", "250", "size of a message"),
    ],
    run: { options, subject in
      try ReportLoad.publish(
        BenchSubject.loop(for: options.count("publishers")), subject.target("/"),
        publishers: options.count("publishers"), messageBytes: options.count("bytes", 160...65_000),
        seconds: options.seconds("seconds"), usage: subject.usage)
    })

  static let replay = BenchWorkload(
    name: "replay", help: "a client that missed very much, beside one that is live",
    options: [
      Option("messages", "N", "100000", "messages that it missed"),
      Option("rate", "N", "200", "messages a second that the live one is sent"),
      Option("runs", "N", "5", "how often; the median counts"),
    ] + publishing,
    run: { options, subject in
      let bytes = try options.count("bytes", 160...65_000)
      return try ReplayLoad.run(
        publishing(options, subject, connections: 1), messages: options.count("messages"), messageBytes: bytes,
        rate: options.count("rate"), runs: options.count("runs", 1...1_000))
    })

  private static func publishing(
    _ options: BenchOptions, _ subject: BenchSubject, connections: Int? = nil
  ) throws -> FanOutLoad {
    var load = FanOutLoad.Options(
      connections: try connections ?? options.count("connections"),
      messageBytes: try options.count("bytes", 160...65_000))
    load.patience = try options.seconds("patience")
    if options.isSet("topics") {
      load.topics = try options.count("topics", 0...100_000)
      load.topicsPerConnection = try options.count("per-connection", 1...100)
    }
    return FanOutLoad(
      try BenchSubject.loop(for: load.connections), load, target: try subject.target(realtime),
      publishTarget: try subject.publishTarget("/bench/publish"), usage: subject.usage)
  }
}
