import Components
import Domain
import HTML
import JSONValues
import Jobs
import Pages
import Server
import Wire

/// The pages. Each is complete without script: it shows the current state, and its actions are plain forms.
///
/// The routes are deferred, because rendering and compressing a page would block a loop for milliseconds.
extension Application {
  var pageRoutes: [Route] {
    [
      Route(.get, .dashboard, role: .viewer, .deferred { [self] request in try dashboard(request) }),
      Route(
        .get, .jobPage, role: .viewer,
        .deferred { [self] request in
          do {
            return try jobPage(request)
          } catch let error as AppError where error.code == .notFound {
            let subject = "Job \(request.parameters["id"] ?? "")"
            return .html(NotFoundPage(subject: subject, context: pageContext).render(), .notFound)
          }
        }),
      Route(.post, .jobForm, role: .operator, .deferred { [self] request in try await startFromForm(request) }),
      Route(
        .post, .cancelForm, role: .operator,
        .deferred { [self] request in
          let id = try jobID(in: request)
          try await jobs.cancel(id)
          return .redirect(to: .jobPage(id))
        }),
      Route(
        .post, .retryForm, role: .operator,
        .deferred { [self] request in
          .redirect(to: .jobPage(try await jobs.retry(jobID(in: request)).id))
        }),
      Route(
        .post, .deleteForm, role: .admin,
        .deferred { [self] request in
          try await jobs.delete(jobID(in: request))
          return .redirect(to: .dashboard)
        }),
    ]
  }

  var pageContext: PageContext {
    let library = assets.library
    return PageContext(
      assets: PageAssets(
        styleSheet: library.url("css/app.css"), script: library.url("js/app.js"),
        themeScript: library.url("js/theme.js"), favicon: library.url("img/favicon.svg"),
        faviconRunning: library.url("img/favicon-running.svg"),
        faviconSucceeded: library.url("img/favicon-succeeded.svg"),
        faviconFailed: library.url("img/favicon-failed.svg")),
      storage: storeThread.failure)
  }

  private func jobPage(_ request: Request) throws -> Response {
    let (job, position) = try jobs.snapshot(request.id("id"), frames: JobFold.framesInPage)
    let page = JobPage(
      job: job, plugins: jobs.inspections(of: job), devices: jobs.devices.devices, cursor: position.description,
      context: pageContext)
    return .page(page.render())
  }

  private func dashboard(_ request: Request) throws -> Response {
    .page(try dashboardPage(request).render())
  }

  private func dashboardPage(_ request: Request, draft: DashboardPage.Draft? = nil) throws -> DashboardPage {
    let filter = JobList.Filter(
      state: request.query("status").flatMap(JobState.init(rawValue:)), query: request.query("q") ?? "")
    // The position is older than the list. Messages in between are applied again, which changes nothing.
    let cursor = jobs.position.description
    let page = try jobs.list(
      try JobQuery(status: filter.state?.rawValue, text: filter.query, limit: 50, cursor: request.query("cursor")))
    return DashboardPage(
      jobs: page.jobs, total: JobStatus.allCases.reduce(0) { $0 + jobs.count($1) }, filter: filter,
      older: page.next.map { Address.dashboard(filter, cursor: $0).description },
      plugins: jobs.catalogue.metadata, devices: jobs.devices.devices,
      draft: draft ?? DashboardPage.Draft(plugins: jobs.catalogue.names), cursor: cursor,
      context: pageContext)
  }

  /// The form without script: starts a job and shows it, or shows the form again with the problem.
  private func startFromForm(_ request: Request) async throws -> Response {
    guard let form = Query(parsing: request.body) else {
      throw AppError(.invalid, "The form could not be read. Go back and send it again.")
    }
    let (options, entered) = pluginOptions(form)
    let draft = DashboardPage.Draft(
      source: form["source"] ?? "", name: form["name"] ?? "", plugins: form.values(of: "plugins"),
      device: form["device_requested"] ?? "cpu", options: entered)
    do throws(AppError) {
      var body: JSONObject = ["source": .string(draft.source), "device_requested": .string(draft.device)]
      if !draft.name.isEmpty { body["name"] = .string(draft.name) }
      // No selected plugin means none here. In the API, a missing list means all.
      body["plugins"] = .array(draft.plugins.map(JSON.string))
      if !options.isEmpty { body["options"] = .object(options) }
      let jobRequest = try JobRequest(body, standardPlugins: jobs.catalogue.names)
      return .redirect(to: .jobPage(try await jobs.create(jobRequest).id))
    } catch {
      var refused = draft
      refused.problem = StartJobForm.Problem(error)
      return .html(try dashboardPage(request, draft: refused).render(), HTTPStatus(rawValue: error.status))
    }
  }
}

extension Application {
  /// The form's options for the chosen plugins: as JSON for the request, and as the user entered them.
  private func pluginOptions(_ form: Query) -> (options: JSONObject, entered: [String: String]) {
    var options = JSONObject()
    var entered: [String: String] = [:]
    let chosen = form.values(of: "plugins")
    for plugin in jobs.catalogue.metadata where chosen.contains(plugin.name) {
      var values = JSONObject()
      for option in plugin.options ?? [] {
        let field = DashboardPage.Draft.field(option, ofPlugin: plugin.name)
        guard let text = form[field], !text.allSatisfy(\.isWhitespace) else { continue }
        entered[field] = text
        // Text that isn't a number is passed on: its error names the option's range, as for a number outside it.
        let json = try? JSON(parsing: text)
        values[option.name] = json?.doubleValue == nil ? .string(text) : json
      }
      if !values.isEmpty { options[plugin.name] = .object(values) }
    }
    return (options, entered)
  }
}
