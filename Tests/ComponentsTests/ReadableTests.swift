import Components
import Testing

struct ReadableTests {
  @Test(arguments: [
    (0.0, "0%"), (42.5, "42.5%"), (57.3, "57.3%"), (99.97, "99.9%"), (100, "100%"), (-5, "0%"), (150, "100%"),
  ])
  func `a percentage has a decimal only if it is not zero`(value: Double, text: String) {
    #expect(Readable.percent(value) == text)
  }

  @Test(arguments: [(145.5, "145.5 ms"), (0, "0.0 ms"), (0.04, "0.0 ms"), (1234.56, "1234.6 ms"), (-0.1, "N/A")])
  func `a timing always has one decimal`(value: Double, text: String) {
    #expect(Readable.milliseconds(value) == text)
  }

  @Test(arguments: [Double.nan, .infinity, 1e300])
  func `an impossible timing is N/A, and an impossible rate is unknown`(value: Double) {
    #expect(Readable.milliseconds(value) == "N/A")
    #expect(Readable.rate(value) == "–")
  }

  @Test(arguments: [
    (12.43, "12.4/s"), (120, "120/s"), (0.25, "0.25/s"), (0.001, "0.01/s"), (0, "0/s"), (0.999, "1.00/s"),
  ])
  func `a rate keeps its significant digits`(value: Double, text: String) {
    #expect(Readable.rate(value) == text)
  }

  @Test(arguments: [(0, "0:00"), (7, "0:07"), (754, "12:34"), (3723, "1:02:03"), (-9, "0:00")])
  func `elapsed time has minutes, then hours`(seconds: Int, text: String) {
    #expect(Readable.clock(.seconds(seconds)) == text)
  }

  @Test(arguments: [(8, "8 s"), (138, "about 2 min"), (3599, "about 1 h"), (4200, "about 1 h 10 min"), (-1, "0 s")])
  func `an estimate is rounded`(seconds: Int, text: String) {
    #expect(Readable.estimate(.seconds(seconds)) == text)
  }

  @Test(arguments: [
    (0, "0"), (999, "999"), (1000, "1,000"), (1_234_567, "1,234,567"), (-1000, "-1,000"),
    (.min, "-9,223,372,036,854,775,808"),
  ])
  func `a count is grouped by thousands`(value: Int, text: String) {
    #expect(Readable.count(value) == text)
  }
}
