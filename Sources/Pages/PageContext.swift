import Components
import Domain

/// What every page needs besides its subject.
package struct PageContext: Sendable {
  package var assets: PageAssets
  /// The server's base URL if the page is hosted elsewhere; empty for the page's own origin.
  package var api: String
  package var now: Timestamp

  package init(assets: PageAssets = .init(), api: String = "", now: Timestamp = .now()) {
    self.assets = assets
    self.api = api
    self.now = now
  }
}
