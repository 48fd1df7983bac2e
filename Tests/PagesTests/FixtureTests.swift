import Components
import Domain
import HTML
import JSONValues
import Pages
import TestSupport
import Testing

/// What the server writes into a page and what the browser's modules write over it, for the same values.
struct FixtureTests {
  private func fold(_ job: Job) -> JobFold { JobFold(job, now: noon) }

  // MARK: Figures

  /// The browser lists the types that the server sends; `messages.test.mjs` compares.
  @Test func `the browser knows the table of message types`() {
    var fixture = Fixture("message-types")
    for row in MessageTable.core.rows where row.isSent || row.isReceived || row.isReportable {
      fixture.cases.append([
        "type": .string(row.type.rawValue), "numbered": .bool(row.type.isNumbered), "sent": .bool(row.isSent),
        "received": .bool(row.isReceived), "reportable": .bool(row.isReportable), "listed": .bool(row.isListed),
      ])
    }
    fixture.expectRecorded()
  }

  @Test func `figures are written alike`() {
    var fixture = Fixture("readable")
    func add(_ form: String, of value: Double, reads text: String) {
      fixture.cases.append(["form": .string(form), "value": .figure(value), "text": .string(text)])
    }
    let figures = [
      0, 0.04, 0.05, 0.25, 0.95, 1, 1.05, 1.45, 9.99, 12.34, 42.5, 59.94, 59.95, 99.94, 99.95, 99.97, 100, 145.5, 150,
      999.95, 1234.56, 1e11, 1e12, 1e300, -0.04, -0.1, -5, .nan, .infinity, -.infinity,
    ]
    for value in figures {
      add("percent", of: value, reads: Readable.percent(value))
      add("milliseconds", of: value, reads: Readable.milliseconds(value))
    }
    for value in figures + [0.001, 0.005, 0.015, 0.125, 0.145, 0.285, 0.333, 0.994, 0.995, 0.999] {
      add("rate", of: value, reads: Readable.rate(value))
    }
    for seconds in [-9, -0.5, 0, 0.9, 7.9, 59.95, 60, 754, 3599.99, 3600, 3723, 86_400, 360_000] {
      add("clock", of: seconds * 1000, reads: Readable.clock(.milliseconds(Int64(seconds * 1000))))
    }
    for seconds in [-1, 0, 0.4, 8.9, 59.95, 60, 89, 90, 138, 3569, 3570, 3599, 3600, 4200, 7199, 90_000, 1e8] {
      add("estimate", of: seconds, reads: Readable.estimate(.seconds(seconds)))
    }
    for value in [0, 1, 999, 1000, 12_345, 1_234_567, -1000, 1 << 53] {
      add("count", of: Double(value), reads: Readable.count(value))
    }
    for seconds in [-60, 0, 59.999, 60, 119, 3599, 3600, 7200, 86_399, 86_400, 200_000] {
      let started = Timestamp(milliseconds: noon.milliseconds - Int64(seconds * 1000))
      add("ago", of: seconds * 1000, reads: fold(job { $0.startedAt = started }).row.started?.text ?? "")
    }
    fixture.expectRecorded()
  }

  // MARK: States

  @Test func `states have the same signs and words`() {
    var fixture = Fixture("states")
    for state in Components.JobState.allCases {
      fixture.cases.append([
        "kind": "job", "name": .string(state.rawValue), "sign": .string(state.sign), "word": .string(state.label),
        "isFinal": .bool(state.isFinal),
      ])
    }
    for name in PluginRow.State.allCases.map(\.rawValue) + ["sleeping", "__proto__", ""] {
      let state = PluginRow.State(named: name)
      fixture.cases.append([
        "kind": "plugin", "name": .string(name), "state": .string(state.rawValue), "sign": .string(state.sign),
        "word": .string(state.label),
      ])
    }
    for severity in WarningRow.Severity.allCases {
      fixture.cases.append([
        "kind": "severity", "name": .string(severity.rawValue), "sign": .string(severity.sign),
        "word": .string(severity.label),
      ])
    }
    for status in Domain.JobStatus.allCases {
      for plugin in PluginStatus.allCases {
        let shown = fold(job(status) { $0.set(Domain.PluginState(plugin: "p", status: plugin)) }).inspector.plugins[0]
        fixture.cases.append([
          "kind": "plugin-in-job", "plugin": .string(plugin.rawValue), "job": .string(status.rawValue),
          "state": .string(shown.state.rawValue),
        ])
      }
    }
    fixture.expectRecorded()
  }

  @Test func `a connection is described alike`() {
    var fixture = Fixture("connection-badge")
    let states: [ConnectionBadge.State] = [
      .connecting, .live, .reconnecting, .offline, .closed(reason: nil), .closed(reason: "the server restarts"), .gone,
    ]
    for state in states {
      for asOf in [nil, "14:02:11"] {
        let markup = ConnectionBadge(state, asOf: asOf).renderString()
        let reason: String? = if case .closed(let reason) = state { reason } else { nil }
        fixture.cases.append([
          "state": .string(state.name), "reason": .text(reason), "asOf": .text(asOf),
          "label": .text(slotText("connection-label", in: markup)),
          "asOfText": .text(slotText("connection-as-of", in: markup)),
          "canReconnect": .bool(!markup.contains("data-action=\"reconnect\" hidden")),
        ])
      }
    }
    fixture.expectRecorded()
  }

  // MARK: Searches

  /// `StoreTests` holds the store to the same table.
  @Test func `a search finds the same jobs`() {
    var fixture = Fixture("search")
    for each in SearchCase.all {
      let text = SearchText.ofJob(name: each.name, source: each.source, id: each.id)
      let query = SearchText.folded(query: each.query)
      #expect((query.isEmpty || text.utf8.contains(query.utf8)) == each.isFound, "\(each)")
      fixture.cases.append([
        "query": .string(each.query), "name": .string(each.name), "source": .string(each.source),
        "id": .string(each.id), "folded": .string(text), "isFound": .bool(each.isFound),
      ])
    }
    fixture.expectRecorded()
  }

  // MARK: A job

  @Test func `a job's tab, overlay and bar show the same`() {
    var fixture = Fixture("job-views")
    let figures: [Double?] = [nil, 0, 12.34, 64.9, 94.9, 95, 99.97, 100]
    for status in Domain.JobStatus.allCases {
      for progress in figures {
        fixture.cases.append(view(of: job(status, progress: progress, name: "walk.y4m")))
      }
      for name in ["", String(repeating: "long ", count: 40), "ä 👩‍🚀 </script>"] {
        fixture.cases.append(view(of: job(status, progress: 40, name: name)))
      }
      fixture.cases.append(
        view(
          of: job(status) { ($0.stage, $0.activePlugin, $0.rate, $0.etaSeconds) = (nil, "ld", 0.015, 95) }))
      fixture.cases.append(view(of: job(status) { ($0.stage, $0.etaSeconds) = ("link", 1e15) }))
      fixture.cases.append(view(of: job(status, progress: 100) { $0.stage = "Uploading" }))
    }
    fixture.expectRecorded()
  }

  private func view(of job: Job) -> JSONObject {
    let shown = fold(job)
    let markup = shown.progress.renderString()
    return [
      "job": [
        "id": .string(job.id), "name": .string(job.name), "status": .string(job.status.rawValue),
        "progress": .figure(job.progress), "stage": .text(job.stage), "plugin": .text(job.activePlugin),
        "rate": .figure(job.rate), "eta_seconds": .figure(job.etaSeconds),
      ],
      "title": .string(shown.tabTitle), "overlay": .string(shown.overlayState.rawValue),
      "bar": .string(shown.progress.state.rawValue), "label": .text(slotText("label", in: markup)),
      "percent": .text(slotText("percent", in: markup)), "rate": .text(slotText("rate", in: markup)),
      "eta": .text(slotText("eta", in: markup)), "elapsed": .text(slotText("elapsed", in: markup)),
    ]
  }

  @Test func `messages add up to the same`() {
    var fixture = Fixture("foldings")
    for folding in FoldingCase.all {
      var folded = job(.queued, progress: nil, name: "walk.y4m")
      for message in folding.messages { folded.apply(message) }
      fixture.cases.append([
        "name": .string(folding.name),
        "messages": .array(
          folding.messages.map { ["type": .string($0.type.rawValue), "payload": .object($0.payload)] }),
        "job": .object(summary(of: folded)),
      ])
    }
    fixture.expectRecorded()
  }

  private func summary(of job: Job) -> JSONObject {
    let shown = fold(job)
    let (bar, row) = (shown.progress, shown.row)
    return [
      "status": .string(job.status.rawValue), "title": .string(shown.tabTitle),
      "overlay": .string(shown.overlayState.rawValue),
      "progress": [
        "value": .figure(bar.percent), "stage": .text(job.stage), "plugin": .text(bar.plugin),
        "rate": .figure(bar.rate), "eta_seconds": .figure(job.etaSeconds),
      ],
      "plugins": .array(shown.inspector.plugins.map { .object(summary(of: $0)) }),
      "warnings": .array(
        shown.inspector.warnings.map {
          [
            "plugin": .string($0.plugin), "message": .string($0.message), "severity": .string($0.severity.rawValue),
            "frame": .text($0.frame),
          ]
        }), "warningCount": .int(shown.inspector.warningsTotal),
      "errors": .array(
        shown.errors.errors.map {
          ["key": .text($0.key), "title": .string($0.heading), "message": .string($0.message), "code": .text($0.code)]
        }),
      "row": [
        "name": .string(row.name), "state": .string(row.state.rawValue), "stage": .string(row.stage),
        "percent": .figure(row.percent), "device": .text(row.device),
      ],
    ]
  }

  private func summary(of plugin: PluginRow) -> JSONObject {
    [
      "name": .string(plugin.name), "state": .string(plugin.state.rawValue), "timing": .figure(plugin.timing),
      "p50": .figure(plugin.statistics.median), "p95": .figure(plugin.statistics.p95),
      "max": .figure(plugin.statistics.maximum), "frames": .figure(plugin.statistics.frames.map(Double.init)),
      "health": .text(plugin.statistics.health),
    ]
  }

  // MARK: Frames

  @Test func `labels stand in the same places`() {
    var fixture = Fixture("box-labels")
    func box(_ x: Double, _ y: Double, width: Double = 80, height: Double = 80, caption: String = "person 0.92")
      -> FrameBox
    {
      FrameBox(x: x, y: y, width: width, height: height, caption: caption)
    }
    let pictures: [[FrameBox]] = [
      [], [box(100, 100), box(400, 10)], [box(100, 100), box(110, 102), box(105, 104)], [box(-30, 100), box(960, 470)],
      [box(0, 0, caption: ""), box(400, 100, width: 8), box(700, 100, height: 8)],
      [box(10.5, 33.25, width: 20, height: 20), box(0, 490, height: 20), box(999, 0, width: 30)],
      [box(100, 200, caption: String(repeating: "long ", count: 30)), box(100, 300, caption: "日本 👩‍🚀 e\u{301}")],
      (0..<12).map { box(Double($0) * 37.7, 100 + Double($0) * 3.3) },
    ]
    for boxes in pictures {
      let labels = BoxLabel.all(for: boxes, width: 1000, height: 500, fontSize: 20)
      fixture.cases.append([
        "boxes": .array(
          boxes.map {
            [
              "x": .figure($0.x), "y": .figure($0.y), "width": .figure($0.width), "height": .figure($0.height),
              "caption": .string($0.caption),
            ]
          }), "width": 1000, "height": 500, "fontSize": 20,
        "labels": .array(
          labels.map { label in
            guard let label else { return .null }
            return [
              "x": .figure(label.x), "y": .figure(label.y), "width": .figure(label.width),
              "height": .figure(label.height),
            ]
          }),
      ])
    }
    fixture.expectRecorded()
  }

  @Test func `a frame has the same boxes and caption`() {
    var fixture = Fixture("frames")
    let found: [JSON] = [
      [], ["x": 1, "y": 2, "width": 3, "height": 4],
      [["x": 1, "y": 2.5, "width": 3, "height": 4, "confidence": 0.9249, "class": "car"]],
      [["x": -5, "y": 6, "width": 7, "height": 8, "confidence": 0.015, "class": ""]],
      [
        ["x": 5, "y": 6, "width": 7, "height": 8, "confidence": 1e300, "class": 7],
        ["x": 5, "y": 6, "width": -7, "height": 8],
      ],
      [
        ["x": "1", "y": 2, "width": 3, "height": 4], 7, nil,
        ["x": 1, "y": 2, "width": 3, "height": 4, "confidence": 0],
      ],
    ]
    for (id, boxes) in found.enumerated() {
      let results = [
        result("motion", ["boxes": boxes], frame: id, milliseconds: 4.25),
        result("blur", [:], frame: id, milliseconds: 59.95),
      ]
      let frame = Frame(id: id, width: 64, height: 48, imageURL: "/\(id).png", results: results)
      guard let viewer = fold(job { $0.frames = [frame] }).viewer(devices: .init()) else { continue }
      fixture.cases.append([
        "messages": .array(
          results.map { result in
            [
              "frame_id": .int(id), "plugin": .string(result.plugin), "data": .object(result.data),
              "timing_ms": .double(result.milliseconds), "width": 64, "height": 48, "image_url": .string("/\(id).png"),
            ]
          }),
        "id": .string("\(id)"), "caption": .text(viewer.caption), "image": .text(viewer.image),
        "boxes": .array(
          viewer.boxes.map {
            [
              "x": .figure($0.x), "y": .figure($0.y), "width": .figure($0.width), "height": .figure($0.height),
              "caption": .string($0.caption),
            ]
          }),
      ])
    }
    fixture.expectRecorded()
  }
}
