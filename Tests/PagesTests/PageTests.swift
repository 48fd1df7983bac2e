import Components
import Domain
import HTML
import JSONValues
import Pages
import Testing

struct JobPageTests {
  private func page(_ job: Job) -> String { JobPage(job: job, context: .init(now: noon)).renderString() }

  @Test func `it shows the job in place, with its progress in the title`() {
    let markup = page(job())
    #expect(markup.contains("<title>42% · walk.y4m</title>"))
    #expect(markup.contains("<body data-page=\"job\" data-job-id=\"job-7\" data-state=\"running\">"))
    #expect(markup.contains("<realtime-overlay class=\"realtime-overlay\" role=\"region\""))
    #expect(markup.contains("aria-valuenow=\"42.5\""))
    for link in ["/v1/jobs/job-7\"", "/v1/jobs/job-7/extended\"", "/v1/jobs/job-7/messages\""] {
      #expect(markup.contains("href=\"\(link)"))
    }
  }

  @Test(arguments: Domain.JobStatus.allCases)
  func `what can be done with a job is a plain form, and only what its state allows`(status: Domain.JobStatus) {
    let markup = page(job(status))
    #expect(markup.contains("<form method=\"post\" action=\"/jobs/job-7/cancel?created_at=2") == !status.isFinal)
    #expect(markup.contains("<form method=\"post\" action=\"/jobs/job-7/retry?created_at=2") == status.isFinal)
    #expect(markup.contains("<form method=\"post\" action=\"/jobs/job-7/delete?created_at=2") == status.isFinal)
    #expect(markup.contains("<noscript><meta http-equiv=\"refresh\"") == !status.isFinal)
  }

  @Test(arguments: [Domain.JobStatus.running, .failed])
  func `each action has a place for the reason of its refusal`(status: Domain.JobStatus) {
    let markup = page(job(status))
    let forms = markup.ranges(of: "<form method=\"post\"").count
    #expect(markup.ranges(of: "role=\"alert\" data-slot=\"refusal\" hidden></p></form>").count == forms)
    #expect(forms > 0)
  }

  @Test func `the duration of a job is shown once, in the format of the list`() {
    let markup = page(
      job(.succeeded) { job in
        job.startedAt = noon
        job.finishedAt = Timestamp(milliseconds: noon.milliseconds + 29_900)
      })
    #expect(markup.contains("data-slot=\"elapsed\">0:29<"))
    #expect(!markup.contains("Duration") && !markup.contains(">29.9"))
  }

  @Test func `the page of an external job has no device, retry, viewer or empty results`() {
    for status in [Domain.JobStatus.running, .succeeded] {
      let markup = page(job(status) { $0.work = .external })
      #expect(markup.contains("reported from outside"))
      for absent in ["<dt>Device</dt>", "/jobs/job-7/retry"] { #expect(!markup.contains(absent)) }
      for hidden in ["data-quiet hidden", "data-slot=\"frames-link\" hidden", "\"results-title\" hidden"] {
        #expect(markup.contains(hidden), "\(hidden)")
      }
      #expect(JobFold(job(status) { $0.work = .external }, now: noon).viewer(devices: .init()) == nil)
    }
  }

  @Test func `the page of an external job shows what was reported`() {
    let markup = page(
      job(.succeeded) { job in
        job.work = .external
        job.results = ["lint": ["errors": 2]]
        job.set(Domain.PluginState(plugin: "lint", status: .completed))
        job.frames = [Frame(id: 0, width: 1, height: 1, imageURL: nil)]
      })
    for hidden in ["data-quiet hidden", "data-slot=\"frames-link\" hidden", "\"results-title\" hidden"] {
      #expect(!markup.contains(hidden), "\(hidden)")
    }
  }

  @Test func `results are shown when the job has ended`() {
    let ended = page(job(.succeeded) { $0.results = ["motion": ["frames": 612]] })
    #expect(ended.contains("<dt>frames</dt><dd>612</dd>"))
    #expect(page(job()).contains("aria-labelledby=\"results-title\" hidden"))
    #expect(page(job(.failed)).contains("The job failed before there were results."))
  }

  @Test func `the reason of a failure is at the top`() {
    let markup = page(job(.failed) { $0.error = "ffmpeg is not on the PATH" })
    #expect(markup.contains("data-slot=\"error-message\">ffmpeg is not on the PATH<"))
  }

  @Test func `a retry names the job that it repeats`() {
    #expect(page(job { $0.retryOf = "job-3" }).contains("<a href=\"/jobs/job-3\">job-3</a>"))
  }

  @Test func `no value of a job becomes markup`() {
    let hostile = "<img src=x onerror=alert(1)>\"'</script>"
    let markup = page(
      job(.failed, name: hostile) { job in
        job.work = .pipeline(.init(source: hostile, plugins: [hostile]))
        job.stage = hostile
        job.error = hostile
        job.results = [hostile: .string(hostile)]
        job.warnings = [.init(plugin: hostile, message: hostile, severity: .low)]
        job.set(Domain.PluginState(plugin: hostile, status: .failed))
        job.frames = [
          Frame(
            id: 0, width: 1, height: 1, imageURL: "javascript:alert(1)",
            results: [
              result(hostile, ["boxes": [["x": 0, "y": 0, "width": 1, "height": 1, "class": .string(hostile)]]])
            ])
        ]
      })
    #expect(!markup.contains("<img src=x"))
    #expect(!markup.contains("src=\"javascript:"))
  }
}

struct DashboardPageTests {
  private func page(_ jobs: [Job], total: Int? = nil, draft: DashboardPage.Draft = .init()) -> String {
    let plugins = [
      PluginMetadata(name: "motion", description: "Finds what moves", model: "", inputShape: "", outputFormat: ""),
      PluginMetadata(
        name: "old", description: "No longer used", model: "", inputShape: "", outputFormat: "", enabled: false),
    ]
    let devices = [
      DeviceAvailability(device: .cpu, name: "CPU"), .init(device: .gpu, name: "GPU", unavailableReason: "no driver"),
    ]
    return DashboardPage(
      jobs: jobs, total: total ?? jobs.count, plugins: plugins, devices: devices, draft: draft, cursor: "e:1",
      context: .init(now: noon)
    ).renderString()
  }

  @Test func `it lists the jobs and starts the script from them`() throws {
    let markup = page([job(), job(.succeeded)], total: 812)
    #expect(markup.contains("data-slot=\"jobs-count\">812<"))
    #expect(markup.contains("data-key=\"job-7\" data-state=\"running\""))
    let start = try #require(markup.firstRange(of: "id=\"initial-state\">")?.upperBound)
    let end = try #require(markup[start...].firstRange(of: "</script>")?.lowerBound)
    let state = try JSON(parsing: Array(markup[start..<end].utf8))
    #expect(state["messages"]?.arrayValue?.count == 2)
    #expect(state["cursor"]?.stringValue == "e:1")
  }

  @Test func `without jobs it says what to do, and offers it`() {
    let markup = page([])
    #expect(markup.contains("data-slot=\"jobs-empty\">"))
    #expect(markup.contains("<form class=\"start-job-form\" method=\"post\" action=\"/jobs\">"))
    #expect(!markup.contains("http-equiv=\"refresh\""))
  }

  @Test func `plugins that are switched off are listed and can't be chosen`() {
    let markup = page([])
    #expect(markup.contains("name=\"plugins\" value=\"motion\""))
    #expect(!markup.contains("name=\"plugins\" value=\"old\""))
    #expect(markup.contains("switched off"))
  }

  @Test func `devices that are not there say why`() {
    #expect(page([]).contains("<option value=\"gpu\" disabled>gpu (no driver)</option>"))
  }

  @Test func `a refused form comes back as it was sent`() {
    let markup = page(
      [],
      draft: .init(
        source: "a<b", name: "N", plugins: ["motion"], problem: .init("a<b was not found. Check the path.", at: .source)
      )
    )
    #expect(markup.contains("name=\"source\" value=\"a&lt;b\""))
    #expect(markup.contains("value=\"motion\" checked"))
    #expect(markup.contains("data-slot=\"error-source\">a&lt;b was not found. Check the path.<"))
  }

  @Test func `the sheet for a watched job is there, hidden`() {
    #expect(page([]).contains("data-state=\"idle\" hidden>"))
  }

  @Test func `no id stands twice`() {
    let ids = page([job()]).split(separator: " id=\"").dropFirst().map { String($0.prefix { $0 != "\"" }) }
    #expect(ids.count == Set(ids).count, "\(ids)")
  }
}

struct FormRefusalTests {
  @Test(
    arguments: [("source", .source), ("device_requested", .device), ("options.pace", nil), (nil, nil)]
      as [(String?, StartJobForm.Problem.Field?)])
  func `a refusal is shown at the field that it names`(name: String?, field: StartJobForm.Problem.Field?) {
    let refusal = AppError(.unprocessable, "That is wrong. Correct it.", field: name)
    #expect(StartJobForm.Problem(refusal) == .init("That is wrong. Correct it.", at: field))
  }
}

struct ErrorPageTests {
  @Test func `an address that leads nowhere says so and leads back`() {
    let markup = NotFoundPage(subject: "Job <9>").renderString()
    #expect(markup.contains("Job &lt;9&gt; was not found."))
    #expect(markup.contains("404 NOT_FOUND"))
    #expect(markup.contains("href=\"/\">To the dashboard</a>"))
  }

  @Test func `an error of ours names the request to look for, and no other does`() {
    #expect(ErrorPage(AppError(.internal, "Internal error"), requestID: "r-1").renderString().contains("r-1"))
    #expect(!ErrorPage(AppError(.conflict, "It has ended"), requestID: "r-1").renderString().contains("r-1"))
  }
}
