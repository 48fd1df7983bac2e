import Components
import Domain
import HTML
import JSONValues

/// The start page: the jobs, a form that starts one, and the plugins.
package struct DashboardPage: Component {
  /// The input of a refused form, with which it is shown again.
  package struct Draft: Equatable, Sendable {
    package var source: String
    package var name: String
    package var plugins: [String]
    package var device: String
    /// The values that were entered for the options of plugins, by the name of the form field.
    package var options: [String: String]
    package var problem: StartJobForm.Problem?

    package init(
      source: String = "", name: String = "", plugins: [String] = [], device: String = "cpu",
      options: [String: String] = [:], problem: StartJobForm.Problem? = nil
    ) {
      self.source = source
      self.name = name
      self.plugins = plugins
      self.device = device
      self.options = options
      self.problem = problem
    }

    /// The name of the form field for an option, which is also its path in a request.
    package static func field(_ option: PluginOption, ofPlugin plugin: String) -> String {
      "options.\(plugin).\(option.name)"
    }
  }

  /// The jobs that the filter selects, newest first.
  package var jobs: [Job]
  /// The number of all jobs, regardless of the filter.
  package var total: Int
  package var filter: JobList.Filter
  /// The address of the page with the older jobs.
  package var older: String?
  package var plugins: [PluginMetadata]
  package var devices: [DeviceAvailability]
  package var draft: Draft
  /// The position from which the script resumes.
  package var cursor: String?
  package var context: PageContext

  package init(
    jobs: [Job], total: Int, filter: JobList.Filter = .init(), older: String? = nil, plugins: [PluginMetadata] = [],
    devices: [DeviceAvailability] = [], draft: Draft = .init(), cursor: String? = nil, context: PageContext = .init()
  ) {
    self.jobs = jobs
    self.total = total
    self.filter = filter
    self.older = older
    self.plugins = plugins
    self.devices = devices
    self.draft = draft
    self.cursor = cursor
    self.context = context
  }

  package var body: some HTML {
    PageShell(
      pageTitle: "Telltale", page: "dashboard", current: Address.dashboard.description, assets: context.assets,
      api: context.api, storage: context.storageBanner, initialState: initialState,
      refreshSeconds: isAnythingActive ? 5 : nil,
      connection: ConnectionBadge()
    ) {
      div(.class("dashboard-page")) {
        header(.class("dashboard-page__header")) {
          h1 { "Dashboard" }
          a(.class("button", "button--primary", "dashboard-page__jump"), .href("#start")) {
            Icon(.plus)
            "Start a job"
          }
        }
        div(.class("dashboard-page__columns")) {
          div(.class("dashboard-page__column")) {
            JobList(
              rows: jobs.map { JobFold($0, now: context.now).row }, filter: filter, total: total, older: older,
              address: { Address.dashboard($0).description })
            PluginList(plugins: plugins)
          }
          startForm
        }
        RealtimeOverlay(viewer: FrameViewer(controls: .init(devices: .init(devices: choosableDevices))))
      }
    }
  }

  private var isAnythingActive: Bool { jobs.contains { !$0.status.isFinal } }

  private var choosableDevices: [DeviceSelector.Device] {
    devices.isEmpty ? [.init("cpu")] : devices.map(DeviceSelector.Device.init)
  }

  private var startForm: some HTML {
    StartJobForm(
      action: Address.jobForm.description,
      plugins: plugins.filter(\.enabled).map { plugin in
        .init(
          plugin: plugin.name, description: plugin.description, isChosen: draft.plugins.contains(plugin.name),
          options: (plugin.options ?? []).map { choice($0, ofPlugin: plugin.name) })
      }, devices: choosableDevices, device: draft.device, source: draft.source, name: draft.name, problem: draft.problem
    )
  }

  private func choice(_ option: PluginOption, ofPlugin plugin: String) -> StartJobForm.Option {
    let field = Draft.field(option, ofPlugin: plugin)
    return StartJobForm.Option(
      field: field, label: option.name, hint: "\(option.description): \(option.phrase)", placeholder: option.standard,
      value: draft.options[field] ?? "")
  }

  private var initialState: [UInt8] {
    let state: JSON = [
      "messages": .array(jobs.map { .object(RealtimeMessage.jobStatus($0).json) }),
      "cursor": cursor.map(JSON.string) ?? .null, "as_of": .string(context.now.description),
    ]
    return state.encodedForScript()
  }
}

extension Address {
  /// The dashboard with the jobs of a filter.
  package static func dashboard(_ filter: JobList.Filter, cursor: String? = nil) -> Address {
    dashboard(status: filter.state?.rawValue, query: filter.query, cursor: cursor)
  }
}

/// The plugins of this server and what each does.
struct PluginList: Component {
  var plugins: [PluginMetadata]

  var body: some HTML {
    section(.class("card"), .aria("labelledby", "plugins-title")) {
      header(.class("card__header")) {
        h2(.id("plugins-title"), .class("card__title")) { "Plugins" }
        span(.class("card__count")) { Readable.count(plugins.count) }
      }
      if plugins.isEmpty {
        div(.class("empty")) {
          Icon(.puzzle)
          p(.class("empty__title")) { "No plugins found" }
          p { "This build has none. Add one to the plugin catalogue and build again." }
        }
      } else {
        ul(.class("plugin-list")) {
          ForEach(plugins) { plugin in
            li(.class("plugin-list__item")) {
              span(.class("plugin-list__name")) { plugin.name }
              span(.class("plugin-list__description")) { plugin.description }
              span(.class("plugin-list__facts")) { plugin.enabled ? plugin.version : "switched off" }
            }
          }
        }
      }
    }
  }
}
