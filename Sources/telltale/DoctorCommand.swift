import App
import JSONValues

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// `telltale doctor`: whether a server would find what it needs here, and how to mend what it would not.
enum DoctorCommand {
  static func run(_ arguments: [String]) throws -> Int32 {
    if arguments.contains("--help") {
      Terminal.say(
        """
        Usage: telltale doctor [--json] [OPTIONS]

        Checks the data folder, the database, the disk, the source root, the port, the limit of open files, ffmpeg and
        git, and changes nothing. Takes the options of serve. Ends with 0 where a server would work, else with 1.
        """)
      return 0
    }
    let findings = Doctor(try ServeCommand.configuration(arguments.filter { $0 != "--json" })).examine()
    if arguments.contains("--json") {
      let list = JSON.array(findings.map { .object($0.json) })
      Terminal.say(String(decoding: JSON.object(["findings": list]).encoded(), as: UTF8.self))
    } else {
      for finding in findings {
        Terminal.say("\(sign(finding.verdict))  \(finding.subject.padded(to: 12)) \(finding.text)")
      }
    }
    return findings.contains { $0.verdict == .failure } ? 1 : 0
  }

  private static func sign(_ verdict: Doctor.Finding.Verdict) -> String {
    switch verdict {
    case .ok: "ok    "
    case .warning: "warn  "
    case .failure: "FAIL  "
    }
  }
}
