/// What a caller may do. Each role includes the ones before it.
package enum Role: Int, Sendable, Comparable, CaseIterable {
  /// Reads jobs, boards, engines and their topics.
  case viewer
  /// Also starts, cancels, retries and reports jobs, and moves cards.
  case `operator`
  /// Also manages tokens, projects and settings, and deletes.
  case admin

  package static func < (left: Role, right: Role) -> Bool { left.rawValue < right.rawValue }
}

/// Permissions that no role includes by itself.
package struct Capabilities: OptionSet, Hashable, Sendable {
  package let rawValue: UInt8

  package init(rawValue: UInt8) { self.rawValue = rawValue }

  /// Starts programs on this machine: command jobs, agents and executable plugins.
  package static let startPrograms = Capabilities(rawValue: 1)
}

/// The client behind a request or a connection, known from the request's head to the last decision.
package struct Caller: Hashable, Sendable {
  /// How the caller proved who it is.
  package enum Proof: Hashable, Sendable {
    /// It reached the loopback address of a server without accounts.
    case loopback
  }

  package let name: String
  package let role: Role
  package let proof: Proof
  package let capabilities: Capabilities

  package init(name: String, role: Role, proof: Proof, capabilities: Capabilities = []) {
    self.name = name
    self.role = role
    self.proof = proof
    self.capabilities = capabilities
  }

  /// The caller of a server without accounts: an admin who may not start programs unless that was switched on.
  package static let localAdmin = Caller(name: "local", role: .admin, proof: .loopback)

  /// Checks that the caller has a role.
  /// - Throws: ``AppError`` with the code `forbidden`.
  package func require(_ needed: Role) throws(AppError) {
    guard role >= needed else {
      throw AppError(
        .forbidden, "This needs the role \(needed), but \(name) has the role \(role). Ask an admin for it.")
    }
  }

  /// Checks that the caller has the capabilities.
  /// - Throws: ``AppError`` with the code `forbidden`.
  package func require(_ needed: Capabilities) throws(AppError) {
    guard capabilities.isSuperset(of: needed) else {
      throw AppError(.forbidden, "Starting programs is switched off for \(name) on this server.")
    }
  }
}

/// The readers of a topic or of a subscription: the least role that they have.
///
/// A subscription carries the audience that its caller belongs to, and receives only what that audience may read.
package struct Audience: Hashable, Sendable {
  package let role: Role

  package init(role: Role) { self.role = role }

  package static let viewers = Audience(role: .viewer)
  package static let admins = Audience(role: .admin)

  /// Whether a member of this audience may read what is meant for another.
  package func mayRead(_ other: Audience) -> Bool { role >= other.role }
}

extension Caller {
  package var audience: Audience { Audience(role: role) }
}
