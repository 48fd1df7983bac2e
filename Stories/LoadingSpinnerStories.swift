import Components

extension StoryCatalogue {
  static let loadingSpinner = StoryGroup(
    "LoadingSpinner",
    .story("Plain", controls: .text("words", "Loading…"), .flag("large", false)) { props in
      LoadingSpinner(props.text("words"), isLarge: props.flag("large"))
    })
}
