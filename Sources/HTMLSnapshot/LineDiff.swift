/// The difference of two texts in unified format.
///
/// - Returns: The hunks, each with its `@@ -line,count +line,count @@` header; empty if the texts are equal.
public func unifiedDiff(from old: String, to new: String, contextLines: Int = 3) -> String {
  let edits = lineEdits(from: lines(of: old), to: lines(of: new))
  return hunks(of: edits, contextLines: max(contextLines, 0)).map(\.description).joined()
}

/// A line that is kept, removed or added.
private struct Edit {
  var sign: Character
  var line: Substring

  var isChange: Bool { sign != " " }
}

/// Adjacent changes with their context lines.
private struct Hunk: CustomStringConvertible {
  var oldStart: Int
  var newStart: Int
  var edits: ArraySlice<Edit>

  var description: String {
    let oldCount = edits.count { $0.sign != "+" }
    let newCount = edits.count { $0.sign != "-" }
    // Like `diff -u`, an empty side gets the number of the line before it.
    let oldLine = oldCount == 0 ? oldStart : oldStart + 1
    let newLine = newCount == 0 ? newStart : newStart + 1
    let heading = "@@ -\(oldLine),\(oldCount) +\(newLine),\(newCount) @@\n"
    return heading + edits.map { "\($0.sign)\($0.line)\n" }.joined()
  }
}

/// The lines without their line feeds. A final line feed does not add an empty line.
private func lines(of text: String) -> [Substring] {
  let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
  return lines.last == "" ? lines.dropLast() : lines
}

private func lineEdits(from old: [Substring], to new: [Substring]) -> [Edit] {
  let difference = new.difference(from: old)
  var removed = Set<Int>()
  var inserted = Set<Int>()
  for change in difference {
    switch change {
    case .remove(let offset, _, _): removed.insert(offset)
    case .insert(let offset, _, _): inserted.insert(offset)
    }
  }
  var edits: [Edit] = []
  var oldLine = 0
  var newLine = 0
  while oldLine < old.count || newLine < new.count {
    if removed.contains(oldLine) {
      edits.append(Edit(sign: "-", line: old[oldLine]))
      oldLine += 1
    } else if inserted.contains(newLine) {
      edits.append(Edit(sign: "+", line: new[newLine]))
      newLine += 1
    } else {
      edits.append(Edit(sign: " ", line: old[oldLine]))
      oldLine += 1
      newLine += 1
    }
  }
  return edits
}

private func hunks(of edits: [Edit], contextLines: Int) -> [Hunk] {
  var ranges: [Range<Int>] = []
  for index in edits.indices where edits[index].isChange {
    let range = max(index - contextLines, 0)..<min(index + contextLines + 1, edits.count)
    if let last = ranges.last, last.upperBound >= range.lowerBound {
      ranges[ranges.count - 1] = last.lowerBound..<range.upperBound
    } else {
      ranges.append(range)
    }
  }
  return ranges.map { range in
    let before = edits[..<range.lowerBound]
    return Hunk(
      oldStart: before.count { $0.sign != "+" }, newStart: before.count { $0.sign != "-" }, edits: edits[range])
  }
}
