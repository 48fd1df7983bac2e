import Components

extension StoryCatalogue {
  static let resultView = StoryGroup(
    "ResultView",
    .story("Nested") {
      ResultView(
        .members([
          .init("people", .text("3")),
          .init("labels", .list([.text("person"), .text("dog")])),
          .init("model", .members([.init("name", .text("park")), .init("layers", .list([]))])),
        ]))
    },
    .story("Too many items") { ResultView(.list((1...75).map { .text("item \($0)") })) })
}
