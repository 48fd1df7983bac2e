import Server

extension Application {
  /// Every route, by the file that declares it.
  package var routes: [Route] {
    pageRoutes + storyRoutes + apiRoutes + uploadRoutes + operationRoutes + assetRoutes + featureRoutes
  }
}
