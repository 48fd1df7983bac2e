import Domain
import Imaging
import JSONValues
import Jobs
import Testing

struct MotionDetectionTests {
  private static let context = PluginContext(jobID: "test")

  /// Feeds a still background, then a square at each place.
  /// - Returns: The boxes of every picture.
  private func boxes(
    _ places: [(x: Int, y: Int)], side: Int = 10, options: JSONObject = [:], noise: Bool = false
  ) throws -> [[Box]] {
    var plugin = MotionDetection()
    let context = PluginContext(jobID: "test", options: options)
    try plugin.prepare(context)
    var boxes: [[Box]] = []
    for index in -3..<places.count {
      let luma = plane(80, 60) { x, y in
        if index >= 0, (places[index].x..<places[index].x + side).contains(x),
          (places[index].y..<places[index].y + side).contains(y)
        {
          return 220
        }
        return noise && index >= 0 && (x * 31 + y * 17) % 97 == 0 ? 200 : UInt8(60 + (x + y) % 20)
      }
      boxes.append(try plugin.process(frame(index + 3, luma), context: context).boxes)
    }
    return boxes
  }

  @Test func `a moving square's box is right to the pixel`() throws {
    let places = (0..<20).map { (x: 2 + 3 * $0, y: 5 + 2 * $0) }
    let found = try boxes(places)
    #expect(found[..<3] == [[], [], []])
    for (place, boxes) in zip(places, found[3...]) {
      #expect(boxes == [Box(x: place.x, y: place.y, width: 10, height: 10, confidence: 1, name: "motion")])
    }
  }

  @Test func `a square at the border stays whole`() throws {
    for place in [(0, 0), (70, 0), (0, 50), (70, 50)] {
      let found = try boxes([(x: place.0, y: place.1)])[3]
      #expect(found == [Box(x: place.0, y: place.1, width: 10, height: 10, confidence: 1, name: "motion")])
    }
  }

  @Test func `single pixels are noise, not motion`() throws {
    #expect(try boxes([(x: 30, y: 20)], noise: true)[3].count == 1)
  }

  @Test func `objects below the minimum area are left out`() throws {
    #expect(try boxes([(x: 30, y: 20)], side: 3)[3].isEmpty)
    #expect(try boxes([(x: 30, y: 20)], side: 3, options: ["minimum_area": 9])[3].count == 1)
  }

  @Test func `two objects are two boxes, the larger first`() throws {
    var plugin = MotionDetection()
    _ = try plugin.process(frame(0, plane(60, 40) { _, _ in 50 }), context: Self.context)
    let luma = plane(60, 40) { x, y in (5..<10).contains(x) && y < 5 || (30..<45).contains(x) && y > 30 ? 200 : 50 }
    let found = try plugin.process(frame(1, luma), context: Self.context).boxes
    #expect(found.map(\.x) == [30, 5])
    #expect(found.map(\.height) == [9, 5])
  }

  @Test func `a shape that joins only at its lower end is one box`() throws {
    var plugin = MotionDetection()
    _ = try plugin.process(frame(0, plane(60, 40) { _, _ in 50 }), context: Self.context)
    let luma = plane(60, 40) { x, y in
      (10..<14).contains(x) && (5..<30).contains(y) || (30..<34).contains(x) && (8..<30).contains(y)
        || (10..<34).contains(x) && (26..<30).contains(y) ? 200 : 50
    }
    let found = try plugin.process(frame(1, luma), context: Self.context).boxes
    #expect(found.count == 1)
    #expect(found.first.map { [$0.x, $0.y, $0.width, $0.height] } == [10, 5, 24, 25])
    #expect(found.first.map { $0.confidence < 0.6 } == true)
  }

  @Test func `a cut is not motion`() throws {
    var plugin = MotionDetection()
    _ = try plugin.process(frame(0, plane(20, 20) { _, _ in 50 }), context: Self.context)
    let output = try plugin.process(frame(1, plane(20, 20) { _, _ in 200 }), context: Self.context)
    #expect(output.boxes.isEmpty && output.data["whole_picture_changed"] == true)
    let next = try plugin.process(frame(2, plane(20, 20) { _, _ in 200 }), context: Self.context)
    #expect(next.data["motion_share"] == 0.0)
  }

  @Test func `pictures of one pixel are accepted`() throws {
    var plugin = MotionDetection()
    for level: UInt8 in [0, 255, 0] {
      let output = try plugin.process(frame(0, plane(1, 1) { _, _ in level }), context: Self.context)
      #expect(output.boxes.isEmpty)
    }
  }

  @Test func `an option out of range is refused by name`() {
    var plugin = MotionDetection()
    #expect(throws: PluginError.invalidOption(name: "threshold", expected: "a whole number from 1 to 254")) {
      try plugin.prepare(PluginContext(jobID: "test", options: ["threshold": 0]))
    }
  }
}

struct SceneChangeTests {
  private let context = PluginContext(jobID: "test")

  @Test func `a cut is found at its frame`() throws {
    var plugin = SceneChange()
    for id in 0..<12 {
      let luma = plane(32, 32) { x, _ in id < 7 ? UInt8(x) : UInt8(200 + x) }
      let output = try plugin.process(frame(id, luma), context: context)
      #expect(output.data["is_cut"] == .bool(id == 7))
      #expect(output.data["distance"] == (id == 7 ? 1.0 : 0.0))
    }
    let result = try plugin.finalize(context).result
    #expect(result?["cuts"] == [7])
    #expect(result?["scenes"] == [["first_frame": 0, "last_frame": 6], ["first_frame": 7, "last_frame": 11]])
  }

  @Test func `the distance is the share of pixels that changed their colour`() throws {
    var plugin = SceneChange()
    try plugin.prepare(PluginContext(jobID: "test", options: ["threshold": 0.2]))
    _ = try plugin.process(frame(0, plane(40, 10) { _, _ in 10 }), context: context)
    let output = try plugin.process(frame(1, plane(40, 10) { x, _ in x < 10 ? 240 : 10 }), context: context)
    #expect(output.data["distance"] == 0.25 && output.data["is_cut"] == true)
  }

  @Test func `no frames give no scenes`() throws {
    var plugin = SceneChange()
    #expect(try plugin.finalize(context).result == ["cuts": [], "scenes": []])
  }
}

struct QualityCheckTests {
  private let context = PluginContext(jobID: "test")

  private func process(_ planes: [Plane]) throws -> [PluginOutput] {
    var plugin = QualityCheck()
    return try planes.enumerated().map { try plugin.process(frame($0.offset, $0.element), context: context) }
  }

  @Test func `sharpness is the variance of the Laplacian`() throws {
    // One bright pixel on black, 5 × 5: the Laplacian of the inner 3 × 3 is 400, four times -100, four times 0.
    let output = try process([plane(5, 5) { x, y in x == 2 && y == 2 ? 100 : 0 }])[0]
    let squares = 400.0 * 400 + 4 * 100 * 100
    #expect(output.data["sharpness"] == .double((squares / 9 * 10).rounded() / 10))
  }

  @Test func `a blurred sequence gives one warning, at its first frame`() throws {
    let sharp = plane(32, 32) { x, y in (x + y).isMultiple(of: 2) ? 90 : 160 }
    let blurred = plane(32, 32) { x, _ in UInt8(90 + x) }
    let outputs = try process([sharp, sharp, blurred, blurred, sharp, blurred])
    #expect(outputs.map(\.warnings.count) == [0, 0, 1, 0, 0, 1])
    #expect(outputs[2].warnings[0].severity == .medium)
    #expect(outputs[2].data["flaws"] == ["blurred"])
  }

  @Test func `clipped pictures give a warning`() throws {
    let outputs = try process([plane(10, 10) { x, _ in x < 3 ? 255 : 100 }, plane(10, 10) { x, _ in x < 3 ? 0 : 100 }])
    #expect(outputs[0].data["bright_share"] == 0.3 && outputs[0].data["flaws"] == ["overexposed"])
    #expect(outputs[0].warnings == [PluginWarning("30% of the picture is white: it is too bright.", severity: .high)])
    #expect(outputs[1].data["dark_share"] == 0.3 && outputs[1].data["flaws"] == ["underexposed"])
  }

  @Test func `the result counts the frames of each flaw`() throws {
    var plugin = QualityCheck()
    for id in 0..<3 { _ = try plugin.process(frame(id, plane(4, 4) { _, _ in id == 0 ? 255 : 100 }), context: context) }
    let result = try plugin.finalize(context).result
    #expect(result?["frames_overexposed"] == 1 && result?["frames_blurred"] == 2)
  }

  @Test func `pictures too small for a Laplacian are accepted`() throws {
    #expect(try process([plane(2, 2) { _, _ in 100 }])[0].data["sharpness"] == 0.0)
  }
}

struct BlockMapperTests {
  @Test func `each block has its dominant colour`() throws {
    // Left half red with a few green pixels, right half blue.
    var bytes: [UInt8] = []
    for index in 0..<40 * 20 {
      bytes += index % 40 >= 20 ? [10, 20, 200] : index % 7 == 0 ? [0, 255, 0] : [200, 20, 10]
    }
    let picture = Picture(width: 40, height: 20, format: .rgb, bytes: bytes)
    var plugin = BlockMapper()
    let context = PluginContext(jobID: "test", options: ["columns": 2, "rows": 1])
    try plugin.prepare(context)
    let output = try plugin.process(SourceFrame(id: 0, .picture(picture)), context: context)
    #expect(output.data["colours"] == ["#c8140a", "#0a14c8"])
    #expect(output.data["columns"] == 2 && output.data["rows"] == 1)
    let result = try plugin.finalize(context).result
    #expect(result?["last_grid"] == ["#c8140a", "#0a14c8"])
    #expect(result?["palette"] == [["colour": "#1010d0", "share": 0.5], ["colour": "#d01010", "share": 0.5]])
  }

  @Test func `a picture smaller than the grid has a block a pixel`() throws {
    var plugin = BlockMapper()
    let luma = plane(3, 2) { x, y in UInt8(x * 40 + y) }
    let output = try plugin.process(frame(0, luma), context: PluginContext(jobID: "test"))
    #expect(output.data["columns"] == 3 && output.data["rows"] == 2)
    #expect(output.data["colours"]?.arrayValue?.first == "#000000")
  }
}

struct PluginCatalogueTests {
  @Test func `every built-in plugin describes itself`() {
    #expect(
      PluginCatalogue.builtIn.names == ["motion_detection", "scene_change", "quality_check", "block_mapper"])
    for metadata in PluginCatalogue.builtIn.metadata {
      #expect(!metadata.description.isEmpty && !metadata.model.isEmpty && metadata.latencyBudgetMS > 0)
    }
  }

  @Test func `a plugin is found by its name`() {
    #expect(PluginCatalogue.builtIn.factory(named: "scene_change")?.make() is SceneChange)
    #expect(PluginCatalogue.builtIn.factory(named: "nope") == nil)
  }

  @Test func `a factory makes plugins with the metadata that was read at run time`() {
    let read = PluginMetadata(name: "from_disk", description: "", model: "", inputShape: "", outputFormat: "")
    let catalogue = PluginCatalogue([PluginFactory(metadata: read) { Described(metadata: read) }])
    #expect(catalogue.names == ["from_disk"])
    #expect(catalogue.factory(named: "from_disk")?.make().metadata == read)
  }
}
