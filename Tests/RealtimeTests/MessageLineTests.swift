import Domain
import JSONValues
import Realtime
import Testing

struct MessageLineTests {
  private func number(_ line: inout MessageLine, _ topic: Topic, _ stored: [Topic: Int] = [:]) -> PublishedMessage {
    line.number(warning(), to: topic) { stored[$0] ?? 0 }
  }

  @Test func `offsets count in one line, sequences in one for each topic`() {
    var line = MessageLine(epoch: "e", after: 41)
    let messages = [Topic.job("a"), .job("b"), .job("a")].map { number(&line, $0) }
    #expect(messages.map(\.position) == [42, 43, 44].map { StreamPosition(epoch: "e", offset: $0) })
    #expect(messages.map(\.sequence) == [1, 1, 2])
    let json = try? JSON(parsing: messages[2].json)
    #expect(json?["id"] == "e:44" && json?["topic"] == "job:a" && json?["seq"] == 2)
    #expect(json?["payload"]?["message"] == "w")
  }

  @Test func `an internal message takes an offset, and leaves no hole among those that its topic's readers see`() {
    var line = MessageLine(epoch: "e", after: 0)
    #expect(number(&line, .job("a")).sequence == 1)
    let message = line.number(jobRemoved(), to: .job("a")) { _ in 7 }
    #expect(message.position?.offset == 2 && message.sequence == 0)
    let next = number(&line, .job("a"))
    #expect(next.position?.offset == 3 && next.sequence == 2)
  }

  @Test func `a topic goes on where the store has it`() {
    var line = MessageLine(epoch: "e", after: 9)
    #expect(number(&line, .job("a"), [.job("a"): 6]).sequence == 7)
    // It is asked for once, until it is forgotten.
    #expect(number(&line, .job("a")).sequence == 8)
  }

  @Test func `numbers that are taken back are given again`() {
    var line = MessageLine(epoch: "e", after: 0)
    _ = number(&line, .job("a"))
    line.settle()
    _ = number(&line, .job("a"))
    _ = number(&line, .job("b"))
    line.takeBack()
    let message = number(&line, .job("a"))
    #expect(message.position?.offset == 2 && message.sequence == 2)
    #expect(number(&line, .job("b")).sequence == 1)
  }

  @Test func `it remembers so many topics, and asks for the others again`() {
    var line = MessageLine(epoch: "e", after: 0, topicsKept: 3)
    var asked: [Topic] = []
    for name in ["a", "b", "c", "d", "d", "a"] {
      _ = line.number(warning(), to: .job(name)) { topic in
        asked.append(topic)
        return name == "a" ? asked.count - 1 : 0
      }
      line.settle()
    }
    #expect(asked == ["a", "b", "c", "d", "a"].map(Topic.job))
  }
}
