import Domain
import JSONValues
import Jobs
import Realtime
import Server
import Store
import Wire

/// The API: jobs, plugins, devices.
extension Application {
  var apiRoutes: [Route] {
    [
      Route(.post, .jobs, role: .operator, bodyLimit: 1 << 20, .deferred(createJob)),
      Route(.get, .jobs, role: .viewer, .deferred(listJobs)),
      Route(
        .get, .job, role: .viewer,
        .deferred { [jobs] in .resource(try jobs.job($0.id("id"), frames: Job.maxFramesKept).response) }),
      Route(
        .get, .extendedJob, role: .viewer,
        .deferred { [jobs] in
          let job = try jobs.job($0.id("id"), frames: Job.maxFramesKept)
          return .resource(job.extendedResponse(jobs.inspections(of: job)))
        }),
      Route(.get, .jobMessages, role: .viewer, .deferred(messages)),
      Route(.post, .jobMessages, role: .operator, bodyLimit: 1 << 20, .started(startReport, otherwise: report)),
      Route(.get, .frame, role: .viewer, .deferred(picture)),
      Route(.post, .jobCancellation, role: .operator, .deferred(cancelJob)),
      Route(.post, .jobRetry, role: .operator, .deferred(retryJob)),
      Route(.delete, .job, role: .admin, .deferred(deleteJob)),
      Route(.get, .plugins, role: .viewer, .immediate(listPlugins)),
      Route(.get, .plugin, role: .viewer, .immediate(plugin)),
      Route(.get, .devices, role: .viewer, .immediate(listDevices)),
      Route(
        .get, .messageSchema, role: .viewer,
        .deferred { [messageTable] _ in .resource(messageTable.schema) }),
    ]
  }

  // MARK: Jobs

  private func createJob(_ request: Request) async throws -> Response {
    let jobRequest = try JobRequest(request.jsonObject(), standardPlugins: jobs.catalogue.names)
    return created(try await jobs.create(jobRequest, idempotencyKey: request.head.fields["idempotency-key"]))
  }

  private func retryJob(_ request: Request) async throws -> Response {
    created(try await jobs.retry(jobID(in: request)))
  }

  /// The id of the job that a request acts on.
  /// - Throws: ``AppError`` with the code `conflict` if the request's `created_at` is not the job's: the client means a
  ///   job of another data folder, which has the same id.
  func jobID(in request: Request) throws(AppError) -> String {
    let id = try request.id("id")
    guard let text = request.query("created_at") else { return id }
    guard let createdAt = Timestamp(iso8601: text) else {
      throw AppError(.invalid, "created_at must be the created_at of the job, such as 2026-02-04T15:30:00.123Z.")
    }
    let job = try jobs.job(id)
    guard job.createdAt == createdAt else {
      throw AppError(
        .conflict,
        "Job \(id) is another one, created at \(job.createdAt): the data folder was replaced or restored. Reload the page."
      )
    }
    return id
  }

  private func created(_ job: Job) -> Response {
    var response = Response.json(job.response, .created)
    response.fields["location"] = Address.job(job.id).description
    return response
  }

  private func cancelJob(_ request: Request) async throws -> Response {
    let id = try jobID(in: request)
    try await jobs.cancel(id)
    let job = try jobs.job(id, frames: Job.maxFramesKept)
    // The job ends even if that can't be stored yet.
    let status: HTTPStatus = job.status.isFinal || storeThread.failure == nil ? .ok : .accepted
    return .json(job.response, status)
  }

  private func deleteJob(_ request: Request) async throws -> Response {
    try await jobs.delete(jobID(in: request))
    return Response(.noContent)
  }

  private func listJobs(_ request: Request) throws -> Response {
    let page = try jobs.list(
      try JobQuery(
        status: request.query("status"), text: request.query("q") ?? "",
        limit: try request.count("limit", default: 50, max: 500), cursor: request.query("cursor")))
    return .resource([
      "jobs": .array(page.jobs.map { .object($0.summary) }), "next": page.next.map(JSON.string) ?? .null,
    ])
  }

  private func messages(_ request: Request) throws -> Response {
    let topic = try jobs.job(request.id("id")).topic
    let limit = try request.count("limit", default: 100, max: 1000)
    let types = try messageTypes(request)
    let page = try page(of: topic, after: cursor(request), types: types, limit: limit)
    // The messages are stored as they were sent, so they are not encoded again.
    var body = Array("{\"messages\":[".utf8)
    body.reserveCapacity(page.messages.reduce(100) { $0 + $1.json.count + 1 })
    for (index, message) in page.messages.enumerated() {
      if index > 0 { body.append(UInt8(ascii: ",")) }
      body += message.json
    }
    let next = page.next.map { StreamPosition(epoch: store.epoch, offset: $0) }
    body += Array("],\"next\":".utf8)
    body += (next.map { JSON.string($0.description) } ?? .null).encoded()
    body.append(UInt8(ascii: "}"))
    return .resource(body)
  }

  /// A page of a topic's messages, and the offset after which the next page starts; nil if this is the last page. A page
  /// ends at a damaged message, and the next one starts after it.
  private func page(
    of topic: Topic, after: Int, types: Set<MessageType>?, limit: Int
  ) throws(StoreError) -> (messages: [StoredMessage], next: Int?) {
    // Stored messages that are not sent yet have no cursor that a client could resume from.
    let newest = hub.position.offset
    do throws(StoreError) {
      let page = try store.messages(of: .topic(topic), after: after, through: newest, types: types, limit: limit)
      return (page.messages, page.reached < newest ? page.messages.last?.offset : nil)
    } catch {
      guard case .damagedMessage(_, let damaged) = error else { throw error }
      log(.error, "a message is damaged", values: ["offset": .int(damaged), "topic": .string(topic.description)])
      let page = try store.messages(of: .topic(topic), after: after, through: damaged - 1, types: types, limit: limit)
      return (page.messages, page.reached < damaged - 1 ? page.messages.last?.offset : damaged)
    }
  }

  /// The requested types; nil for all.
  private func messageTypes(_ request: Request) throws(AppError) -> Set<MessageType>? {
    guard let text = request.query("types") else { return nil }
    let types = Set(text.split(separator: ",").map { MessageType(rawValue: String($0)) })
    // Unnumbered types are valid, although their messages are not stored.
    let published = messageTable.publishedTypes
    if let unknown = types.subtracting(published).map(\.rawValue).min() {
      let known = published.map(\.rawValue).sorted()
      throw AppError(
        .invalid,
        "types has the unknown type \"\(unknown.prefix(100))\".\(Spelling.hint(for: unknown, among: known)) It is a comma-separated list of these: \(known.joined(separator: ", "))."
      )
    }
    return types
  }

  /// The offset of the request's cursor; 0 without one.
  private func cursor(_ request: Request) throws(AppError) -> Int {
    guard let text = request.query("since") else { return 0 }
    guard let since = StreamPosition(cursor: text), since.epoch == store.epoch else {
      throw AppError(.invalid, "since is not a cursor of this server. Leave it out to start with the oldest message.")
    }
    return since.offset
  }

  /// Starts ``report(_:)`` on the event loop, if that takes microseconds: the body is short, no key has to be looked up, and
  /// the job is in memory.
  private func startReport(_ request: Request, answer: @escaping Answer) throws -> Bool {
    guard request.body.count <= Self.maxReportBytesOnLoop, !request.head.fields.contains("idempotency-key"),
      request.query("created_at") == nil, case let id = try request.id("id"), jobs.isReportedInMemory(id)
    else { return false }
    let messages = try request.reportedMessages(job: id)
    jobs.report(messages, into: id) { result in
      answer(result.map { .accepted(messages.count, through: $0) }.mapError { $0 })
    }
    return true
  }

  /// Reading as much takes less than 50 µs.
  private static let maxReportBytesOnLoop = 4096

  /// Accepts messages about an external job. They are committed and published when this returns.
  private func report(_ request: Request) async throws -> Response {
    let id = try jobID(in: request)
    let messages = try request.reportedMessages(job: id)
    let position = try await jobs.report(
      messages, into: id, idempotencyKey: request.head.fields["idempotency-key"])
    return .accepted(messages.count, through: position)
  }

  /// A picture. At an address with its version it never changes. At an address without one, another data folder may
  /// have another picture, so clients revalidate it before each use.
  private func picture(_ request: Request) throws -> Response {
    let job = try jobs.job(request.id("id"))
    let name = request.parameters["picture"] ?? ""
    guard let frame = Address.frame(ofPicture: name),
      case let path = jobs.picturePath(job: job.id, frame: frame), let file = try? FileBody(path: path),
      let version = PictureVersion(ofFile: path)
    else { throw AppError(.notFound, "Job \(job.id) has no picture \(name), or it was removed.") }
    let wanted = request.query("v")
    guard wanted == nil || wanted == version.description else {
      throw AppError(
        .notFound,
        "The picture \(name) of job \(job.id) is another one: the data folder was replaced or restored. Reload the page."
      )
    }
    var response = Response(.ok, contentType: "image/png", body: .file(file))
    response.fields["cache-control"] = wanted == nil ? "no-cache" : "public, max-age=31536000, immutable"
    response.fields["etag"] = EntityTag(version.description).description
    return response
  }

  // MARK: Plugins and devices

  private func listPlugins(_ request: Request) -> Response {
    .resource(["plugins": .array(jobs.catalogue.metadata.map { .object(listed($0)) })])
  }

  private func plugin(_ request: Request) throws -> Response {
    let name = request.parameters["name"] ?? ""
    guard let metadata = jobs.catalogue.metadata.first(where: { $0.name == name }) else {
      throw AppError(.notFound, "There is no plugin \(name). GET /v1/plugins lists all of them.")
    }
    return .resource(listed(metadata))
  }

  private func listed(_ metadata: PluginMetadata) -> JSONObject {
    metadata.listed(health: jobs.health(ofPlugin: metadata.name))
  }

  private func listDevices(_ request: Request) -> Response {
    .resource(["devices": .array(jobs.devices.devices.map { .object($0.json) })])
  }
}

extension Request {
  /// An identifier in the path.
  /// - Throws: 404 if it can't be one.
  package func id(_ name: String) throws(AppError) -> String {
    let id = parameters[name] ?? ""
    guard Identifier.isValid(id) else { throw AppError(.notFound, "Nothing has the id \(id).") }
    return id
  }
}
