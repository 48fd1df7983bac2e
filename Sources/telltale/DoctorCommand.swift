import App
import JSONValues

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// `telltale doctor`: checks whether a server can run here, and explains how to fix what is missing.
enum DoctorCommand {
  static func run(_ arguments: [String]) throws -> Int32 {
    if CommandLineTool.asksForHelp(arguments) {
      Console.print(
        """
        Usage: telltale doctor [--json] [OPTIONS]

        Checks the data folder, the database, the disk, the source root, the port, the limit of open files, ffmpeg and
        git. Changes nothing. Accepts the options of serve. Exits with 0 if a server can run, else with 1.
        """)
      return 0
    }
    let findings = Doctor(try ServeCommand.configuration(arguments.filter { $0 != "--json" })).examine()
    if arguments.contains("--json") {
      let list = JSON.array(findings.map { .object($0.json) })
      Console.print(String(decoding: JSON.object(["findings": list]).encoded(), as: UTF8.self))
    } else {
      for finding in findings {
        Console.print("\(sign(finding.verdict))  \(finding.subject.padded(to: 12)) \(finding.text)")
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
