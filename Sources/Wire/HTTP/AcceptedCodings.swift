/// Which of this server's content codings a client accepts (RFC 9110 §12.5.3).
package struct AcceptedCodings: Sendable, Equatable {
  /// The weight in thousandths; 0 if the client doesn't accept it.
  package private(set) var gzip = 0
  /// The weight of an unencoded body. It is acceptable unless it is excluded.
  package private(set) var identity = 1

  package init(_ fields: HTTPFields) {
    guard fields.contains("accept-encoding") else { return }
    var named: (gzip: Int?, identity: Int?, others: Int?)
    for element in fields.elements(of: "accept-encoding") {
      var parts = FieldParameters(element)
      guard let coding = parts.next() else { continue }
      var weight = 1_000
      if let parameter = parts.next() {
        guard parameter.prefix(2).equalsIgnoringCase("q="), let value = qualityValue(from: parameter.dropFirst(2))
        else {
          continue
        }
        weight = value
      }
      if coding.equalsIgnoringCase("gzip") || coding.equalsIgnoringCase("x-gzip") {
        named.gzip = weight
      } else if coding.equalsIgnoringCase("identity") {
        named.identity = weight
      } else if coding.elementsEqual([UInt8(ascii: "*")]) {
        named.others = weight
      }
    }
    gzip = named.gzip ?? named.others ?? 0
    identity = named.identity ?? named.others ?? 1
  }

  package var prefersGzip: Bool { gzip > 0 && gzip >= identity }
}
