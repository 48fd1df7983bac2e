import Domain

/// The registry of live connections: counts them and enforces their limits.
package struct ConnectionManager {
  package struct Limits: Sendable {
    package var total: Int
    package var perSession: Int
    package init(total: Int = 20_000, perSession: Int = 5) {
      self.total = total
      self.perSession = perSession
    }
  }

  /// Why a connection is refused.
  package enum Refusal: Error, Equatable, Sendable, CustomStringConvertible {
    case tooMany(limit: Int)
    case tooManyOfSession(limit: Int)

    package var description: String {
      switch self {
      case .tooMany(let limit): "The server holds \(limit) live connections, its limit. Try again in a few minutes."
      case .tooManyOfSession(let limit): "This session has \(limit) connections, its limit. Close another tab first."
      }
    }
  }

  private let limits: Limits
  private var bySession: [String: Int] = [:]
  package private(set) var count = 0
  package private(set) var countByTransport: [Transport: Int] = [:]

  package init(limits: Limits) { self.limits = limits }

  /// Counts a new connection.
  /// - Parameter session: nil for a connection without a session: it is one of its own.
  package mutating func admit(session: String?, transport: Transport) throws(Refusal) {
    guard count < limits.total else { throw .tooMany(limit: limits.total) }
    if let session {
      guard bySession[session, default: 0] < limits.perSession else {
        throw .tooManyOfSession(limit: limits.perSession)
      }
      bySession[session, default: 0] += 1
    }
    count += 1
    countByTransport[transport, default: 0] += 1
  }

  /// The counterpart of a successful ``admit(session:transport:)``.
  package mutating func release(session: String?, transport: Transport) {
    count -= 1
    countByTransport[transport, default: 0] -= 1
    guard let session else { return }
    let left = bySession[session, default: 0] - 1
    bySession[session] = left > 0 ? left : nil
  }
}
