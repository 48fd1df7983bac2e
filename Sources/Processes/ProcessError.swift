/// Why a child process could not be started.
package enum ProcessError: Error, Equatable, Sendable, CustomStringConvertible {
  case cannotStart(program: String, reason: String)

  package var description: String {
    switch self {
    case .cannotStart(let program, let reason): "\(program) could not be started: \(reason)."
    }
  }
}
