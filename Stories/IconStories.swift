import Components

extension StoryCatalogue {
  static let icon = StoryGroup(
    "Icon",
    .story("Shape", controls: .choice("shape", initial: "play", of: Icon.Shape.allCases.map { "\($0)" })) { props in
      Icon(Icon.Shape.allCases.first { "\($0)" == props.text("shape") } ?? .play)
    })
}
