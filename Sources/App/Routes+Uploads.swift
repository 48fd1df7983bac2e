import Domain
import JSONValues
import Jobs
import Server
import Wire

/// Uploads: files that clients send, for jobs to read.
extension Application {
  var uploadRoutes: [Route] {
    [
      Route(.get, .uploads, role: .viewer, .deferred(listUploads)),
      // A source may contain more than the pages show of it.
      Route(.get, .upload, role: .operator, .deferred(readUpload)),
      Route(.put, .upload, role: .operator, .upload(limit: uploads.limits.bytes, receiveUpload)),
      Route(.delete, .upload, role: .admin, .deferred(deleteUpload)),
    ]
  }

  private func listUploads(_ request: Request) throws -> Response {
    let page = uploads.list(
      after: request.query("cursor"), limit: try request.count("limit", default: 50, max: 500),
      retention: configuration.retention, inUse: jobs.sourcesInUse)
    return .resource([
      "uploads": .array(page.uploads.map { .object($0.json) }), "next": page.next.map(JSON.string) ?? .null,
    ])
  }

  /// The file as it was uploaded. Its entity tag is the SHA-256 of its content.
  private func readUpload(_ request: Request) throws -> Response {
    let name = request.parameters["name"] ?? ""
    for _ in 0..<3 {
      guard let receipt = uploads.receipt(name), let path = uploads.path(of: name),
        let file = try? FileBody(path: path)
      else { break }
      // The upload may have been replaced between the receipt and the open file.
      guard uploads.receipt(name) == receipt else { continue }
      var response = Response(.ok, contentType: "application/octet-stream", body: .file(file))
      // Whatever it contains, a browser must not show it as a page of this server.
      response.fields["content-disposition"] = "attachment"
      response.fields["cache-control"] = "no-cache"
      response.fields["etag"] = receipt.entityTag.description
      return response
    }
    let received = uploads.receivedBytes(name)
    throw AppError(
      .notFound,
      received == 0
        ? "There is no upload \(name). GET /v1/uploads lists all of them."
        : "The upload \(name) is unfinished: \(received) bytes were received. Send the rest with Content-Range.")
  }

  /// Called on an event loop: the files are looked at when the first bytes arrive.
  private func receiveUpload(_ request: Request) throws -> any BodySink {
    let name = request.parameters["name"] ?? ""
    let head = request.head
    let checkConditions: @Sendable () throws -> Void = { [uploads] in
      guard head.isConditional else { return }
      try head.checkConditions(current: uploads.receipt(name).map { Validators(tag: $0.entityTag) })
    }
    // Without the field, the request contains the complete file.
    guard let field = head.fields["content-range"] else {
      return UploadSink(try uploads.begin(name), range: nil, checkConditions: checkConditions)
    }
    if let total = ContentRange.unsatisfiedTotal(parsing: field) {
      try uploads.checkName(name)
      return ProgressSink(uploads, name: name, total: total, checkConditions: checkConditions)
    }
    guard let range = ContentRange(parsing: field) else {
      throw AppError(
        .invalid,
        "Content-Range must look like bytes 0-1048575/2097152, or like bytes */2097152 to ask what was received.")
    }
    let upload = try uploads.begin(name, offset: range.first, total: range.total)
    return UploadSink(upload, range: range, checkConditions: checkConditions)
  }

  private func deleteUpload(_ request: Request) throws -> Response {
    try uploads.delete(request.parameters["name"] ?? "")
    return Response(.noContent)
  }
}

extension UploadReceipt {
  /// Strong: the same content has the same tag, wherever it is stored.
  var entityTag: EntityTag { EntityTag(sha256) }
}
