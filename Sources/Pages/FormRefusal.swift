import Components

extension StartJobForm.Problem {
  /// What the server says to a program, `The field "source": …`, as the form says it to a person, who sees the field.
  /// `web/js/form-refusal.js` does the same for a form that was sent by script.
  /// - Parameter hasPlugins: Whether any was chosen.
  package init(refusal: String, hasPlugins: Bool) {
    let parts = refusal.split(separator: "\"", maxSplits: 2, omittingEmptySubsequences: false)
    guard parts.count == 3, parts[0] == "The field ", let field = Field(rawValue: String(parts[1])) else {
      self.init(refusal)
      return
    }
    if field == .plugins, !hasPlugins {
      self.init("Choose at least one plugin.", at: .plugins)
    } else if parts[2].hasPrefix(": ") {
      self.init(String(parts[2].dropFirst(2)), at: field)
    } else {
      self.init("\(field.words)\(parts[2])", at: field)
    }
  }
}

extension StartJobForm.Problem.Field {
  fileprivate var words: String {
    switch self {
    case .source: "The source"
    case .plugins: "The choice of plugins"
    case .device: "The device"
    case .name: "The name"
    }
  }
}
