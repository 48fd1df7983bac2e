import Components
import Domain

/// What every page needs besides its subject.
package struct PageContext: Sendable {
  package var assets: PageAssets
  /// The server's base URL if the page is hosted elsewhere; empty for the page's own origin.
  package var api: String
  package var now: Timestamp
  /// Why nothing can be stored now; nil if everything can.
  package var storage: StorageFailure?

  package init(
    assets: PageAssets = .init(), api: String = "", now: Timestamp = .now(), storage: StorageFailure? = nil
  ) {
    self.assets = assets
    self.api = api
    self.now = now
    self.storage = storage
  }

  /// For ``PageShell``.
  package var storageBanner: StorageBanner { StorageBanner(storage.map(StorageBanner.Failure.init)) }
}
