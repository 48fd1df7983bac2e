import JSONValues
import Testing

struct JSONObjectTests {
  @Test func `members keep their order when one is set, added or removed`() {
    var object: JSONObject = ["b": 1, "a": 2]
    object["b"] = 3
    object["c"] = .null
    #expect(object.keys == ["b", "a", "c"])
    object["a"] = nil
    object["missing"] = nil
    #expect(object.members == [.init(key: "b", value: 3), .init(key: "c", value: nil)])
    #expect(object.count == 2 && !object.isEmpty)
  }

  @Test func `a missing key differs from a null`() {
    let object: JSONObject = ["a": nil]
    #expect(object["a"] == JSON.null)
    #expect(object["b"] == nil)
  }

  @Test func `an accessor returns nil for a value of another type`() {
    let value: JSON = ["s": "x", "i": 1, "d": 2.0, "f": 2.5, "b": true, "a": [1], "o": [:], "n": nil]
    #expect(value["s"]?.stringValue == "x" && value["i"]?.stringValue == nil)
    #expect(value["i"]?.intValue == 1 && value["d"]?.intValue == 2 && value["f"]?.intValue == nil)
    #expect(value["i"]?.doubleValue == 1 && value["f"]?.doubleValue == 2.5 && value["s"]?.doubleValue == nil)
    #expect(value["b"]?.boolValue == true && value["i"]?.boolValue == nil)
    #expect(value["a"]?.arrayValue == [1] && value["o"]?.arrayValue == nil)
    #expect(value["o"]?.objectValue?.isEmpty == true && value["a"]?.objectValue == nil)
    #expect(value["n"]?.isNull == true && value["x"] == nil && JSON.int(1)["x"] == nil)
  }
}
