import HTML

/// Starts a job. Without script, the form posts a path to its action; with script, it can also upload a file.
public struct StartJobForm: Component, Sendable {
  public struct Choice: Equatable, Sendable {
    public var plugin: String
    public var description: String
    public var isChosen: Bool
    public var options: [Option]

    public init(plugin: String, description: String = "", isChosen: Bool = false, options: [Option] = []) {
      self.plugin = plugin
      self.description = description
      self.isChosen = isChosen
      self.options = options
    }
  }

  /// A numeric option of a plugin. If the field is empty, the default applies.
  public struct Option: Equatable, Sendable {
    /// The name of the form field.
    public var field: String
    public var label: String
    /// What the number means, and its range.
    public var hint: String
    /// The default.
    public var placeholder: String
    /// The previous input.
    public var value: String

    public init(field: String, label: String, hint: String, placeholder: String, value: String = "") {
      self.field = field
      self.label = label
      self.hint = hint
      self.placeholder = placeholder
      self.value = value
    }
  }

  /// Why the job can't start, and what to do about it. Shown next to the field that it concerns.
  public struct Problem: Equatable, Sendable {
    /// The raw values are the names of the form fields.
    public enum Field: String, CaseIterable, Sendable {
      case source, plugins
      case device = "device_requested"
      case name
    }

    /// `nil` if the problem concerns no single field.
    public var field: Field?
    public var message: String

    public init(_ message: String, at field: Field? = nil) {
      self.field = field
      self.message = message
    }
  }

  /// The URL that the form is posted to.
  public var action: String?
  public var plugins: [Choice]
  public var devices: [DeviceSelector.Device]
  public var device: String
  /// The previous input, for a form that is shown again with a problem.
  public var source: String
  public var name: String
  public var problem: Problem?

  public init(
    action: String? = nil, plugins: [Choice] = [], devices: [DeviceSelector.Device] = [.init("cpu")],
    device: String = "cpu", source: String = "", name: String = "", problem: Problem? = nil
  ) {
    self.action = action
    self.plugins = plugins
    self.devices = devices
    self.device = device
    self.source = source
    self.name = name
    self.problem = problem
  }

  public var body: some HTML {
    element("start-job", .class("card"), .id("start")) {
      header(.class("card__header")) { h2(.class("card__title")) { "Start a job" } }
      form(.class("start-job-form"), .method("post"), .action(action)) {
        sourceFields
        if !plugins.isEmpty { pluginChoices }
        div(.class("start-job-form__pair")) {
          div(.class("field")) {
            HTML::label(.class("field__label"), .for("start-device")) { "Device" }
            DeviceSelector(
              devices: devices, selected: device, id: "start-device", field: Problem.Field.device.rawValue)
            note(.device)
          }
          div(.class("field")) {
            HTML::label(.class("field__label"), .for("start-name")) { "Name" }
            input(
              .id("start-name"), .class("input"), .type("text"), .name("name"), .value(name),
              .placeholder("Named after the source"), .autocomplete("off"), .maxlength(200),
              .aria("invalid", isInvalid(.name)), .aria("describedby", noteID(.name)),
              .autofocus(problem?.field == .name))
            note(.name)
          }
        }
        submission
      }
    }
  }

  private var sourceFields: some HTML {
    group {
      fileField
      div(.class("field")) {
        HTML::label(.class("field__label"), .for("start-source")) { "Path on the server" }
        input(
          .id("start-source"), .class("input", "code"), .type("text"), .name("source"), .value(source),
          .placeholder("samples/walk.y4m"), .autocomplete("off"), .spellcheck("false"),
          .aria("describedby", "start-source-hint \(noteID(.source))"),
          .aria("invalid", isInvalid(.source)), .autofocus(problem?.field == .source))
        p(.id("start-source-hint"), .class("field__hint"), .data("slot", "source-hint")) {
          "A video, an image or a folder of images, relative to the folder that Telltale was started in."
        }
        p(.class("field__hint"), .data("slot", "source-unused"), .hidden()) {
          "The selected file will be used. Remove it to enter a path instead."
        }
        note(.source)
      }
    }
  }

  private var fileField: some HTML {
    div(.class("field", "start-job-form__upload", "needs-script")) {
      HTML::label(.class("start-job-form__drop"), .data("slot", "drop")) {
        Icon(.upload)
        span(.class("start-job-form__file"), .data("slot", "file-name")) { "Choose or drop a file" }
        span(.class("field__hint"), .data("slot", "file-size")) { "Video or image" }
        input(
          .type("file"), .data("slot", "file"), .accept("video/*,image/*,.y4m,.ppm,.pgm"),
          .aria("label", "File to upload"), .aria("describedby", "start-file-error"))
      }
      button(
        .class("button", "button--quiet", "button--icon", "start-job-form__remove"), .type("button"),
        .data("action", "remove-file"), .aria("label", "Remove the file"), .title("Remove the file"), .hidden()
      ) { Icon(.close) }
      div(.class("start-job-form__progress"), .data("slot", "upload"), .hidden()) {
        progress(.max(1), .value(0), .data("slot", "upload-bar"), .aria("label", "Upload")) {}
        span(.data("slot", "upload-percent"), .aria("hidden", true)) { "0%" }
      }
      p(.id("start-file-error"), .class("field__error"), .role("alert"), .data("slot", "error-file"), .hidden()) {}
      p(.class("start-job-form__or")) { "or" }
    }
  }

  /// The error message below a field; hidden if there is none.
  private func note(_ field: Problem.Field) -> some HTML {
    let message = problem?.field == field ? problem?.message : nil
    return p(
      .id(noteID(field)), .class("field__error"), .role("alert"), .data("slot", "error-\(field.rawValue)"),
      .hidden(message == nil)
    ) { message ?? "" }
  }

  private func noteID(_ field: Problem.Field) -> String { "start-\(field)-error" }

  private func isInvalid(_ field: Problem.Field) -> String? { problem?.field == field ? "true" : nil }

  private var pluginChoices: some HTML {
    fieldset(.class("start-job-form__plugins"), .aria("describedby", noteID(.plugins))) {
      legend(.class("field__label")) { "Plugins" }
      div(.class("start-job-form__choices")) {
        ForEach(plugins) { choice in
          HTML::label(.class("start-job-form__choice")) {
            input(
              .type("checkbox"), .name("plugins"), .value(choice.plugin), .checked(choice.isChosen),
              .aria("invalid", isInvalid(.plugins)), .autofocus(problem?.field == .plugins && choice == plugins.first))
            span {
              choice.plugin
              if !choice.description.isEmpty {
                br()
                small { choice.description }
              }
            }
          }
          if !choice.options.isEmpty { options(of: choice) }
        }
      }
      note(.plugins)
    }
  }

  /// Closed at first, since most jobs need no options. Open if the form is shown again with values that were entered.
  private func options(of choice: Choice) -> some HTML {
    details(.class("start-job-form__options"), .open(choice.options.contains { !$0.value.isEmpty })) {
      summary(.aria("label", "Options of \(choice.plugin)")) { "Options" }
      ForEach(choice.options) { option in
        HTML::label(.class("start-job-form__option")) {
          span { option.label }
          // A text field, so that the server can say what is wrong with a value; the browser would only block the form.
          input(
            .class("input"), .type("text"), .inputmode("decimal"), .name(option.field), .value(option.value),
            .placeholder(option.placeholder), .autocomplete("off"))
          small { option.hint }
        }
      }
    }
  }

  private var submission: some HTML {
    div(.class("start-job-form__submit")) {
      p(.class("field__error"), .role("alert"), .data("slot", "start-error"), .hidden(general == nil)) { general ?? "" }
      p(.class("field__hint"), .role("status"), .data("slot", "start-status"), .hidden()) {}
      button(.class("button", "button--primary"), .type("submit"), .data("slot", "submit")) {
        Icon(.play)
        "Start job"
      }
    }
  }

  /// The problem's message if it concerns no field, or a field that the form doesn't show.
  private var general: String? {
    guard let problem else { return nil }
    let isPlaced = problem.field.map { $0 != .plugins || !plugins.isEmpty } ?? false
    return isPlaced ? nil : problem.message
  }
}
