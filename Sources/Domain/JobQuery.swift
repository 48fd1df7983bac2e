/// Selects the jobs of a list.
package struct JobQuery: Sendable {
  package var status: JobStatus?
  /// The text to find in the name, the source or the id, by the rule of ``SearchText``.
  package var text: String
  /// 1...500.
  package var limit: Int
  /// Only jobs with smaller numbers; nil for the first page.
  package private(set) var before: Int?

  /// - Parameters:
  ///   - limit: 50 if it is nil.
  ///   - cursor: the `next` of the previous page.
  /// - Throws: ``AppError`` with the code `invalid`, which names the field.
  package init(
    status: String? = nil, text: String = "", limit: Int? = nil, cursor: String? = nil
  ) throws(AppError) {
    if let status {
      guard let known = JobStatus(rawValue: status) else {
        let all = JobStatus.allCases.map(\.rawValue).joined(separator: ", ")
        throw AppError(.invalid, "The status \"\(status)\" does not exist. Use one of \(all).")
      }
      self.status = known
    }
    self.text = text
    self.limit = limit ?? 50
    guard (1...500).contains(self.limit) else {
      throw AppError(.invalid, "The limit must be 1 to 500, not \(self.limit).")
    }
    if let cursor {
      guard let number = Int(cursor), number > 0 else {
        throw AppError(.invalid, "The cursor \"\(cursor)\" is invalid. Use the value of \"next\" of the previous page.")
      }
      before = number
    }
  }
}

/// A page of jobs without their frames, newest first.
package struct JobListPage: Sendable {
  package var jobs: [Job] = []
  /// The cursor of the next page; nil on the last.
  package var next: String?

  package init(jobs: [Job] = [], next: String? = nil) {
    self.jobs = jobs
    self.next = next
  }
}
