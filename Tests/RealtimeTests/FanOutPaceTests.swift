import Realtime
import Testing

struct FanOutPaceTests {
  @Test func `after a cheap turn the next may begin at once`() {
    var pace = FanOutPace()
    #expect(pace.wait(now: 1_000_000) == 0)
    pace.turned(from: 1_000_000, to: 1_000_900)
    #expect(pace.wait(now: 1_000_900) == 0)
  }

  @Test func `after a costly turn news is gathered until 5 ms after it began, and never longer`() {
    var pace = FanOutPace()
    pace.turned(from: 1_000_000, to: 1_002_000)
    #expect(pace.wait(now: 1_002_000) == 3_000)
    #expect(pace.wait(now: 1_004_999) == 1)
    #expect(pace.wait(now: 1_005_000) == 0)
    // One that took longer has gathered enough meanwhile.
    pace.turned(from: 2_000_000, to: 2_009_000)
    #expect(pace.wait(now: 2_009_000) == 0)
  }
}
