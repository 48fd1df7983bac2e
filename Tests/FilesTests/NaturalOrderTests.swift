import Files
import Testing

struct NaturalOrderTests {
  @Test(arguments: [
    ("frame2.png", "frame10.png"), ("a", "b"), ("a", "aa"), ("a1", "a1b"), ("a1b2", "a1b10"), ("1", "a"), ("", "a"),
    ("frame0009", "frame10"), ("x99999999999999999999", "x100000000000000000000"), ("a-1", "a-2"), ("A", "a"),
    ("a01b", "a1c"), ("z", "é"),
  ])
  func `digits compare by their number and everything else by its bytes`(first: String, second: String) {
    #expect(NaturalOrder.isBefore(first, second))
    #expect(!NaturalOrder.isBefore(second, first))
  }

  @Test(arguments: [("a1", "a1"), ("", ""), ("frame007", "frame7"), ("0", "000")])
  func `equal names and equal numbers come in neither order`(first: String, second: String) {
    #expect(!NaturalOrder.isBefore(first, second))
    #expect(!NaturalOrder.isBefore(second, first))
  }
}
