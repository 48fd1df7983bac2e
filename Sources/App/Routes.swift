import Server

extension Application {
  /// Every address of the product, by the file that answers it.
  package var routes: [Route] { pageRoutes + storyRoutes + apiRoutes + operationRoutes + assetRoutes + featureRoutes }
}
