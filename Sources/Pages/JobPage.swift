import Components
import Domain
import HTML

/// One job: its facts, its live progress and its results.
package struct JobPage: Component {
  package var job: Job
  /// The job's plugins that have started.
  package var plugins: [PluginInspection]?
  package var devices: [DeviceAvailability]
  /// The position from which the script resumes.
  package var cursor: String?
  package var context: PageContext

  package init(
    job: Job, plugins: [PluginInspection]? = nil, devices: [DeviceAvailability] = [], cursor: String? = nil,
    context: PageContext = .init()
  ) {
    self.job = job
    self.plugins = plugins
    self.devices = devices
    self.cursor = cursor
    self.context = context
  }

  package var body: some HTML {
    let fold = JobFold(job, plugins: plugins, now: context.now)
    PageShell(
      pageTitle: fold.tabTitle, page: "job", assets: context.assets, api: context.api, storage: context.storageBanner,
      jobID: job.id,
      jobState: fold.state, initialState: fold.initialState(cursor: cursor),
      refreshSeconds: fold.state.isFinal ? nil : 3
    ) {
      article(.class("job-page")) {
        JobHeader(fold: fold)
        RealtimeOverlay(
          isVisible: true, title: fold.state.isFinal ? "How it went" : "Live", state: fold.overlayState,
          placement: .inPlace, jobID: job.id, progress: fold.progress, inspector: fold.inspector,
          viewer: fold.viewer(devices: deviceSelector), errors: fold.errors, connection: ConnectionBadge())
        JobResults(job: job)
        jsonLinks
      }
    }
  }

  private var deviceSelector: DeviceSelector {
    DeviceSelector(
      devices: devices.isEmpty ? [.init(job.deviceRequested.description)] : devices.map(DeviceSelector.Device.init),
      selected: job.deviceRequested.description)
  }

  private var jsonLinks: some HTML {
    nav(.class("job-page__links"), .aria("label", "The job as JSON")) {
      span { "As JSON:" }
      a(
        .href(.job(job.id)), .data("slot", "frames-link"),
        .hidden(!job.work.traits.expectsFrames && job.frames.isEmpty)
      ) { "frames" }
      a(.href(.extendedJob(job.id))) { "job" }
      a(.href(.jobMessages(job.id))) { "messages" }
    }
  }
}

/// The name, state, facts and actions of a job. The actions are plain forms, which work without script.
///
/// When the job ends, the script loads this part again from the server.
struct JobHeader: Component {
  var fold: JobFold

  private var job: Job { fold.job }

  var body: some HTML {
    header(.class("job-page__header"), .data("slot", "job-header")) {
      nav(.class("job-page__crumbs"), .aria("label", "Breadcrumb")) {
        a(.href(.dashboard)) { "Jobs" }
        " / "
        span(.class("code")) { job.id }
      }
      div(.class("job-page__headline")) {
        div(.class("job-page__title")) {
          h1(.data("slot", "job-name")) { fold.name }
          JobStatus(fold.state, isLarge: true)
        }
        div(.class("job-page__actions")) { actions }
      }
      facts
    }
  }

  @HTMLBuilder private var actions: some HTML {
    if fold.state.isFinal {
      if job.work.traits.isRetryable { actionForm("retry", to: .retryForm(job), label: "Retry", icon: .retry) }
      button(.class("button", "button--danger"), .type("button"), .popovertarget("confirm-delete")) {
        Icon(.delete)
        "Delete…"
      }
      div(.id("confirm-delete"), .class("card", "job-page__confirm"), .popover("auto")) {
        p { "Delete this job with its frames and messages? This can't be undone." }
        div(.class("job-page__actions")) {
          button(
            .class("button"), .type("button"), .popovertarget("confirm-delete"), .custom("popovertargetaction", "hide")
          ) { "Keep it" }
          actionForm("delete", to: .deleteForm(job), label: "Delete job", icon: .delete, isDangerous: true)
        }
      }
    } else {
      button(
        .class("button", "needs-script"), .type("button"), .data("action", "notify"), .aria("pressed", false),
        .title("Shows a browser notification when the job ends")
      ) {
        Icon(.bell)
        "Notify me"
      }
      actionForm("cancel", to: .cancelForm(job), label: "Cancel", icon: .cancel, isDangerous: true)
    }
  }

  /// - Parameter name: of the action, by which the script finds the form.
  private func actionForm(
    _ name: String, to address: Address, label: String, icon: Icon.Shape, isDangerous: Bool = false
  ) -> some HTML {
    form(.method("post"), .action(address), .data("action", name)) {
      button(.class("button", isDangerous ? "button--danger" : nil), .type("submit")) {
        Icon(icon)
        label
      }
      // Why the script could not do it. The page stays, so that the user can try again.
      p(.class("job-page__refusal", "field__error"), .role("alert"), .data("slot", "refusal"), .hidden()) {}
    }
  }

  private var facts: some HTML {
    dl(.class("job-page__facts")) {
      if let description = job.work.traits.sourceDescription {
        fact("Source") { description }
      } else {
        fact("Source") { code { job.source } }
      }
      if let retried = job.retryOf {
        fact("Retry of") { a(.href(.jobPage(retried))) { retried } }
      }
      fact("Created") { moment(job.createdAt) }
      if let started = job.startedAt { fact("Started") { moment(started) } }
      if let requested = job.work.traits.deviceRequested {
        fact("Device") {
          DeviceIndicator(device: (job.deviceUsed ?? requested).description, fallbackReason: fold.fallbackReason)
        }
      }
    }
  }

  private func fact(_ term: String, @HTMLBuilder detail: () -> some HTML) -> some HTML {
    div {
      dt { term }
      dd { detail() }
    }
  }

  private func moment(_ timestamp: Timestamp) -> some HTML {
    let moment = Moment(timestamp, now: fold.now)
    return time(.datetime(moment.iso), .title(moment.iso), .data("slot", "moment")) { moment.text }
  }
}

/// The results of the plugins. When the job ends, the script loads this part again from the server.
struct JobResults: Component {
  var job: Job

  var body: some HTML {
    section(
      .class("card"), .data("slot", "job-results"), .aria("labelledby", "results-title"), .hidden(isHidden)
    ) {
      header(.class("card__header")) { h2(.id("results-title"), .class("card__title")) { "Results" } }
      if job.results.isEmpty {
        p(.class("empty")) { emptyReason }
      } else {
        div(.class("card__body")) { ResultView(ResultValue(job.results)) }
      }
    }
  }

  /// A job with plugins says why it has no results. For other jobs, a missing result needs no explanation.
  private var isHidden: Bool { !job.status.isFinal || (!job.work.traits.expectsPlugins && job.results.isEmpty) }

  private var emptyReason: String {
    switch job.status {
    case .queued, .running: "The results appear when the job ends."
    case .succeeded: "The plugins of this job return no results."
    case .failed: "The job failed before there were results."
    case .cancelled: "The job was cancelled before there were results."
    }
  }
}
