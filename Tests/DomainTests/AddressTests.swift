import Domain
import Testing

struct AddressTests {
  private static let job = Job(
    id: "7", name: "", work: .external, createdAt: Timestamp(milliseconds: 1_770_000_000_000))

  @Test(arguments: [
    (Address.jobPage("job-7"), "/jobs/job-7"),
    (.cancelForm(job), "/jobs/7/cancel?created_at=2026-02-02T02%3A40%3A00.000Z"), (.jobs, "/v1/jobs"),
    (.jobMessages("7"), "/v1/jobs/7/messages"), (.frame(12, ofJob: "7"), "/v1/jobs/7/frames/12.png"),
    (.frame(12, ofJob: "7", version: "0a"), "/v1/jobs/7/frames/12.png?v=0a"),
    (.story("job-list/empty"), "/stories/job-list/empty"),
    (.asset("css/app.css", hash: "0a"), "/assets/0a/css/app.css"),
    (.asset("js/pages/job.js", hash: "0a"), "/assets/0a/js/pages/job.js"),
  ])
  func `an address fills its pattern in`(address: Address, path: String) {
    #expect(address.description == path)
  }

  @Test func `a variable is encoded with its slashes, so that it stays one piece of the path`() {
    #expect(Address.job("a/b c?d#e%").description == "/v1/jobs/a%2Fb%20c%3Fd%23e%25")
    #expect(Address(.upload, ["é~.y4m"]).description == "/v1/uploads/%C3%A9~.y4m")
  }

  @Test func `a query has the items that are set, encoded but for their slashes`() {
    #expect(Address.dashboard(status: nil, query: "").description == "/")
    #expect(Address.dashboard(status: nil, query: "", cursor: "9").description == "/?cursor=9")
    #expect(
      Address.dashboard(status: "failed", query: "a&b ä\"<").description == "/?status=failed&q=a%26b%20%C3%A4%22%3C")
    #expect(Address.stories(query: [("story", "a/b"), ("q", "x=y")]).description == "/stories?story=a/b&q=x%3Dy")
  }

  @Test(arguments: ["0.png", "17.png"]) func `a picture's name gives its frame`(name: String) {
    #expect(Address.frame(ofPicture: name).map { "\($0).png" } == name)
  }

  @Test(arguments: ["", ".png", "-1.png", "01.png", "+1.png", "1.PNG", "1.png.png", "1"])
  func `any other name is no picture's`(name: String) {
    #expect(Address.frame(ofPicture: name) == nil)
  }

  @Test func `a picture belongs to the job in its path`() {
    #expect(Address.isPicture("/v1/jobs/7/frames/3.png", ofJob: "7"))
    #expect(Address.isPicture("/v1/jobs/7/frames/3.png?v=0a", ofJob: "7"))
    #expect(!Address.isPicture("/v1/jobs/7/frames/3.png", ofJob: "8"))
    #expect(!Address.isPicture("https://example.org/v1/jobs/7/frames/3.png", ofJob: "7"))
    #expect(!Address.isPicture("/v1/jobs/7", ofJob: "7"))
  }

  @Test func `no two patterns match the same path`() {
    let shapes = Address.Pattern.allCases.map { $0.rawValue.replacing(/{[^}]*}/, with: "{}") }
    #expect(Set(shapes).count == shapes.count)
  }
}
