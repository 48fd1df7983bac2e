import Domain
import Jobs
import Testing

struct ProgressMeterTests {
  @Test func `progress counts frames times plugins, in whole percent`() {
    var meter = ProgressMeter(frames: 3, plugins: 2)
    var percents = [meter.percent]
    for _ in 0..<6 {
      meter.completeStep()
      percents.append(meter.percent)
    }
    // Only the end of the job is 100.
    #expect(percents == [0, 16, 33, 50, 66, 83, 99])
  }

  @Test func `more frames than announced don't exceed 99`() {
    var meter = ProgressMeter(frames: 1, plugins: 1)
    for _ in 0..<5 { meter.completeStep() }
    #expect(meter.percent == 99)
    #expect(meter.secondsLeft(after: .seconds(1)) == nil)
  }

  @Test func `without a total there is a rate but no percentage and no time left`() {
    var meter = ProgressMeter(frames: nil, plugins: 2)
    for _ in 0..<40 { meter.completeStep() }
    #expect(meter.percent == nil && meter.secondsLeft(after: .seconds(2)) == nil)
    #expect(meter.rate(after: .seconds(2)) == 10)
  }

  @Test func `an estimate waits for ten frames`() {
    var meter = ProgressMeter(frames: 40, plugins: 1)
    for _ in 0..<9 { meter.completeStep() }
    #expect(meter.secondsLeft(after: .seconds(9)) == nil)
    meter.completeStep()
    #expect(meter.secondsLeft(after: .seconds(10)) == 30)
  }

  @Test func `extreme totals don't overflow`() {
    #expect(ProgressMeter(frames: .max, plugins: 4).percent == nil)
    #expect(ProgressMeter(frames: 0, plugins: 4).percent == 0)
  }
}

struct PluginTimingsTests {
  @Test func `percentiles are by nearest rank`() {
    var timings = PluginTimings()
    #expect(timings.statistics == nil && timings.latest == nil)
    for value in (1...100).shuffled() { timings.add(Double(value)) }
    #expect(timings.statistics == TimingStatistics(p50: 50, p95: 95, max: 100))
    #expect(timings.count == 100)
  }

  @Test func `a long job's percentiles stay close in bounded memory`() throws {
    var timings = PluginTimings()
    for index in 0..<100_000 { timings.add(Double(index % 1000)) }
    let statistics = try #require(timings.statistics)
    #expect(abs(statistics.p50 - 500) < 60 && abs(statistics.p95 - 950) < 30)
    #expect(statistics.max == 999 && timings.latest == 999 && timings.count == 100_000)
  }
}
