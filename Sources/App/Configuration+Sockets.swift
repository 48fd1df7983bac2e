extension Configuration {
  /// The maximum number of open sockets. Some descriptors are reserved for files, logs and children.
  func maxSockets(openFiles: Int) -> Int { min(maxConnections, max(openFiles - 128, 16)) }

  /// The maximum number of sockets that are streams. The others serve probes, pages and the refusal of further streams.
  package static func maxStreams(sockets: Int) -> Int { max(1, sockets - min(max(sockets / 20, 1), 64)) }
}
