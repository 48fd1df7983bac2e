import Components

extension StoryCatalogue {
  static let loadingSpinner = StoryGroup(
    "LoadingSpinner",
    .story("Plain", controls: .text("label", initial: "Loading…"), .flag("large", isOn: false)) { props in
      LoadingSpinner(props.text("label"), isLarge: props.flag("large"))
    })
}
