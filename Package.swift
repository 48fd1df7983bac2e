// swift-tools-version: 6.2
import PackageDescription

/// Warnings are errors in every target, Swift and C.
let strict: [SwiftSetting] = [.swiftLanguageMode(.v6), .treatAllWarnings(as: .error)]
let strictC: [CSetting] = [.treatAllWarnings(as: .error)]

let package = Package(
  name: "telltale",
  platforms: [.macOS(.v15)],
  products: [
    .executable(name: "telltale", targets: ["telltale"]),
    .library(name: "HTML", targets: ["HTML"]),
    .library(name: "Components", targets: ["Components"]),
    .library(name: "HTMLSnapshot", targets: ["HTMLSnapshot"]),
  ],
  // A target imports only targets of levels above it in this list; docs/architecture.md says what each is for.
  targets: [
    // Level 0: the system, from C.
    .target(name: "CSystem", cSettings: strictC),
    .systemLibrary(
      name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"]), .brew(["zlib"])]),
    .systemLibrary(
      name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"]), .brew(["sqlite"])]),

    // Level 1: pure code about one thing.
    .target(name: "HTML", swiftSettings: strict),
    .target(name: "JSONValues", swiftSettings: strict),
    .target(name: "Hashing", swiftSettings: strict),
    .target(name: "Metrics", swiftSettings: strict),
    .target(name: "Compression", dependencies: ["CZlib"], swiftSettings: strict),
    .target(name: "Files", swiftSettings: strict),

    // Level 2: protocols, pictures, words, markup, sockets, child processes.
    .target(name: "Wire", dependencies: ["Compression", "Hashing"], swiftSettings: strict),
    .target(name: "Imaging", dependencies: ["Compression"], swiftSettings: strict),
    .target(name: "Domain", dependencies: ["Hashing", "JSONValues"], swiftSettings: strict),
    .target(name: "Components", dependencies: ["HTML"], swiftSettings: strict),
    .target(name: "HTMLSnapshot", dependencies: ["Files", "HTML"], swiftSettings: strict),
    .target(name: "Net", dependencies: ["CSystem", "Metrics"], swiftSettings: strict),
    .target(name: "Processes", dependencies: ["CSystem", "Files"], swiftSettings: strict),

    // Level 3: features.
    .target(
      name: "Realtime", dependencies: ["Domain", "JSONValues", "Metrics", "Wire"], swiftSettings: strict),
    .target(
      name: "Store", dependencies: ["CSQLite", "Compression", "Domain", "Files", "JSONValues"], swiftSettings: strict),
    .target(
      name: "Server", dependencies: ["Compression", "Domain", "Metrics", "Net", "Wire"], swiftSettings: strict),
    .target(
      name: "LoadGenerator", dependencies: ["Domain", "Files", "JSONValues", "Net", "Processes", "Wire"],
      swiftSettings: strict),
    .target(
      name: "Jobs", dependencies: ["Domain", "Files", "Hashing", "Imaging", "JSONValues", "Net", "Processes", "Store"],
      swiftSettings: strict),
    .target(name: "Pages", dependencies: ["Components", "Domain", "HTML", "JSONValues"], swiftSettings: strict),

    // Level 4: from publishing to the disk, and from the hub to a socket.
    .target(
      name: "Publishing", dependencies: ["Domain", "JSONValues", "Net", "Realtime", "Store"], swiftSettings: strict),
    .target(
      name: "Delivery",
      dependencies: ["Domain", "JSONValues", "Metrics", "Net", "Realtime", "Server", "Store", "Wire"],
      swiftSettings: strict),

    // Level 4: the story catalogue, and the browser's files.
    .target(name: "Stories", dependencies: ["Components", "Domain", "HTML"], path: "Stories", swiftSettings: strict),
    .target(
      name: "WebAssets", path: "web", exclude: ["css", "img", "js"], sources: ["WebAssets.c"],
      publicHeadersPath: "include", cSettings: strictC),

    // Level 5: the browser's files by hashed paths.
    .target(
      name: "Assets", dependencies: ["Compression", "Domain", "Files", "Hashing", "WebAssets"], swiftSettings: strict),

    // Level 6 and 7: the wiring, and the executable.
    .target(
      name: "App",
      dependencies: [
        "Assets", "Components", "Compression", "Delivery", "Domain", "Files", "HTML", "Hashing", "JSONValues", "Jobs",
        "Metrics", "Net", "Pages", "Processes", "Publishing", "Realtime", "Server", "Store", "Stories", "Wire",
      ],
      swiftSettings: strict),
    .executableTarget(
      name: "telltale",
      dependencies: [
        "App", "Domain", "Files", "HTML", "JSONValues", "Jobs", "LoadGenerator", "Net", "Processes", "Realtime",
        "Server", "Store", "Wire",
      ],
      swiftSettings: strict),

    // Tests: one suite a target, and what they share.
    .target(
      name: "TestSupport", dependencies: ["Files", "JSONValues", "Net", "Wire"], path: "Tests/TestSupport",
      swiftSettings: strict),
    // What the Autobahn test suite talks to; not a product.
    .executableTarget(
      name: "WebSocketEcho", dependencies: ["Domain", "Net", "Server", "Wire"], path: "Tests/WebSocketEcho",
      swiftSettings: strict),
    // The realtime core in a world with one clock and one seed; the program runs many of them. Not a product.
    .target(
      name: "Simulation", dependencies: ["Domain", "JSONValues", "Realtime", "TestSupport", "Wire"],
      path: "Tests/Simulation",
      swiftSettings: strict),
    .executableTarget(
      name: "simulate", dependencies: ["Simulation"], path: "Tests/Simulate", swiftSettings: strict),
    // Writes into a store until it is killed, and tells what was committed; not a product.
    .executableTarget(
      name: "StoreWriterChild", dependencies: ["Domain", "JSONValues", "Store"], path: "Tests/StoreWriterChild",
      swiftSettings: strict),
    // A feature that is not part of the product: what a feature brings, and the proof that nothing else has to know it.
    .target(
      name: "SampleFeature",
      dependencies: [
        "App", "Assets", "Components", "Domain", "Files", "HTML", "JSONValues", "Pages", "Server", "Store",
      ],
      path: "Tests/SampleFeature/Feature", exclude: ["beacons.js"], swiftSettings: strict),
    .executableTarget(
      name: "sample-server", dependencies: ["App", "Domain", "SampleFeature"], path: "Tests/SampleFeature/Server",
      swiftSettings: strict),
    .testTarget(
      name: "SampleFeatureTests",
      dependencies: ["App", "Domain", "Files", "JSONValues", "SampleFeature", "Server", "TestSupport"],
      path: "Tests/SampleFeature/Tests", swiftSettings: strict),
    .testTarget(name: "HTMLTests", dependencies: ["HTML"], swiftSettings: strict),
    .testTarget(
      name: "HTMLSnapshotTests", dependencies: ["Files", "HTML", "HTMLSnapshot"], exclude: ["__Snapshots__"],
      swiftSettings: strict),
    .testTarget(name: "JSONValuesTests", dependencies: ["JSONValues"], swiftSettings: strict),
    .testTarget(name: "HashingTests", dependencies: ["Hashing"], swiftSettings: strict),
    .testTarget(name: "MetricsTests", dependencies: ["Metrics"], swiftSettings: strict),
    .testTarget(name: "CompressionTests", dependencies: ["Compression"], swiftSettings: strict),
    .testTarget(name: "FilesTests", dependencies: ["Files", "TestSupport"], swiftSettings: strict),
    .testTarget(name: "WireTests", dependencies: ["Compression", "Wire"], swiftSettings: strict),
    .testTarget(name: "ImagingTests", dependencies: ["Compression", "Files", "Imaging"], swiftSettings: strict),
    .testTarget(name: "DomainTests", dependencies: ["Domain", "JSONValues", "TestSupport"], swiftSettings: strict),
    .testTarget(name: "NetTests", dependencies: ["Net"], swiftSettings: strict),
    .testTarget(name: "ProcessesTests", dependencies: ["Files", "Processes", "TestSupport"], swiftSettings: strict),
    .testTarget(
      name: "RealtimeTests", dependencies: ["Domain", "JSONValues", "Realtime", "Simulation", "TestSupport", "Wire"],
      swiftSettings: strict),
    .testTarget(
      name: "StoreTests",
      dependencies: [
        "CSQLite", "Domain", "Files", "JSONValues", "Processes", "Store", "StoreWriterChild", "TestSupport",
      ],
      exclude: ["Fixtures"], swiftSettings: strict),
    .testTarget(
      name: "ServerTests", dependencies: ["Domain", "Net", "Server", "TestSupport", "Wire"], swiftSettings: strict),
    .testTarget(
      name: "LoadGeneratorTests", dependencies: ["JSONValues", "LoadGenerator", "Wire"], swiftSettings: strict),
    .testTarget(
      name: "JobsTests", dependencies: ["Domain", "Imaging", "JSONValues", "Jobs", "Net", "Store", "TestSupport"],
      swiftSettings: strict),
    .testTarget(name: "ComponentsTests", dependencies: ["Components", "HTML"], swiftSettings: strict),
    .testTarget(
      name: "PagesTests", dependencies: ["Components", "Domain", "HTML", "JSONValues", "Pages", "TestSupport"],
      swiftSettings: strict),
    .testTarget(
      name: "StoriesTests", dependencies: ["HTML", "HTMLSnapshot", "Stories"], exclude: ["__Snapshots__"],
      swiftSettings: strict),
    .testTarget(
      name: "AssetsTests", dependencies: ["Assets", "Domain", "Files", "TestSupport", "WebAssets"],
      swiftSettings: strict),
    .testTarget(
      name: "AppTests",
      dependencies: [
        "App", "CSQLite", "Domain", "Files", "JSONValues", "Net", "Processes", "Realtime", "Server", "Store",
        "TestSupport", "Wire", "telltale",
      ],
      swiftSettings: strict),
  ],
  cLanguageStandard: .c2x
)
