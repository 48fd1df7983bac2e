import Components
import Domain

/// What every page needs to know besides its subject.
package struct PageContext: Sendable {
  package var assets: PageAssets
  /// The server's address for a page that comes from elsewhere; empty is where the page comes from.
  package var api: String
  package var now: Timestamp

  package init(assets: PageAssets = .init(), api: String = "", now: Timestamp = .now()) {
    self.assets = assets
    self.api = api
    self.now = now
  }
}
