import CSQLite

/// The tables of a feature: the steps that create them, oldest first. A released step never changes; a later version adds
/// another one.
package struct FeatureTables: Sendable {
  /// Names the feature in the database; never changed.
  package let feature: String
  package let steps: [StaticString]

  package init(feature: String, steps: [StaticString]) {
    self.feature = feature
    self.steps = steps
  }

  /// Brings the feature's tables to its current version, in one transaction.
  /// - Throws: ``StoreError/newer(path:version:known:)``
  func migrate(_ database: Database) throws(StoreError) {
    let version = try database.number("SELECT version FROM features WHERE name = ?", .text(feature)) ?? 0
    guard version <= steps.count else {
      throw .newer(path: database.path, version: version, known: steps.count)
    }
    guard version < steps.count else { return }
    try database.transaction { () throws(StoreError) in
      for step in steps[version...] { try database.execute(step.description) }
      try database.run(
        "INSERT OR REPLACE INTO features (name, version) VALUES (?, ?)", .text(feature), .integer(steps.count))
    }
  }
}

extension Store {
  /// Reads rows of a feature's table in one snapshot.
  package func rows(_ sql: StaticString, _ values: StoredValue...) throws(StoreError) -> [[StoredValue]] {
    try readers.read { database throws(StoreError) in
      let statement = try database.statement(sql)
      statement.bind(values)
      defer { statement.reset() }
      var rows: [[StoredValue]] = []
      while try statement.step() { rows.append(statement.allColumns) }
      return rows
    }
  }
}
