/// All stories. To add a component, add its group to ``all``.
package enum StoryCatalogue {
  package static let all: [StoryGroup] = [
    realtimeOverlay, progressBar, pluginInspector, pluginRow, warningRow, frameViewer, controlPanel, deviceSelector,
    deviceIndicator, jobList, jobRow, jobStatus, startJobForm, connectionBadge, errorBanner, storageBanner,
    loadingSpinner,
    resultView, icon,
  ]

  /// All stories in the order of the catalogue.
  package static let stories: [Story] = all.flatMap(\.stories)

  private static let storiesByID = Dictionary(stories.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })

  /// The story at `/stories/{component}/{story}`.
  ///
  /// - Parameter id: Both parts of the path, such as `realtime-overlay/in-progress`.
  package static func story(_ id: String) -> Story? {
    storiesByID[id]
  }
}
