import HTML

/// Starts a job. Without script it posts a path to `/jobs`; with it a file can be uploaded too.
public struct StartJobForm: Component, Sendable {
  public struct Choice: Equatable, Sendable {
    public var plugin: String
    public var description: String
    public var isChosen: Bool

    public init(plugin: String, description: String = "", isChosen: Bool = false) {
      self.plugin = plugin
      self.description = description
      self.isChosen = isChosen
    }
  }

  public var plugins: [Choice]
  public var devices: [DeviceSelector.Device]
  public var device: String
  /// What was typed before, for a form that comes back with an error.
  public var source: String
  public var name: String
  /// Why the job could not be started, and what to do.
  public var error: String?

  public init(
    plugins: [Choice] = [], devices: [DeviceSelector.Device] = [.init("cpu")], device: String = "cpu",
    source: String = "", name: String = "", error: String? = nil
  ) {
    self.plugins = plugins
    self.devices = devices
    self.device = device
    self.source = source
    self.name = name
    self.error = error
  }

  public var body: some HTML {
    element("start-job", .class("card"), .id("start")) {
      header(.class("card__header")) { h2(.class("card__title")) { "Start a job" } }
      form(.class("start-job-form"), .method("post"), .action("/jobs")) {
        sourceFields
        if !plugins.isEmpty { pluginChoices }
        div(.class("start-job-form__pair")) {
          div(.class("field")) {
            HTML::label(.class("field__label"), .for("start-device")) { "Device" }
            DeviceSelector(devices: devices, selected: device, id: "start-device", field: "device_requested")
          }
          div(.class("field")) {
            HTML::label(.class("field__label"), .for("start-name")) { "Name" }
            input(
              .id("start-name"), .class("input"), .type("text"), .name("name"), .value(name),
              .placeholder("From the source"), .autocomplete("off"), .maxlength(200))
          }
        }
        submission
      }
    }
  }

  private var sourceFields: some HTML {
    group {
      HTML::label(.class("start-job-form__drop", "needs-script"), .data("slot", "drop")) {
        Icon(.upload)
        span(.class("start-job-form__file"), .data("slot", "file-name")) { "Choose or drop a file" }
        span(.class("field__hint")) { "A video or a picture" }
        input(
          .type("file"), .data("slot", "file"), .accept("video/*,image/*,.y4m,.ppm,.pgm"),
          .aria("label", "File to upload"))
      }
      div(.class("field")) {
        HTML::label(.class("field__label"), .for("start-source")) { "Path on the server" }
        input(
          .id("start-source"), .class("input", "code"), .type("text"), .name("source"), .value(source),
          .placeholder("samples/walk.y4m"), .autocomplete("off"), .spellcheck("false"),
          .aria("describedby", "start-source-hint"), .aria("invalid", error == nil ? nil : "true"))
        p(.id("start-source-hint"), .class("field__hint")) {
          "A video, a picture or a folder of pictures, below the folder in which Telltale was started."
        }
      }
    }
  }

  private var pluginChoices: some HTML {
    fieldset {
      legend(.class("field__label")) { "Plugins" }
      div(.class("start-job-form__choices")) {
        ForEach(plugins) { choice in
          HTML::label(.class("start-job-form__choice")) {
            input(.type("checkbox"), .name("plugins"), .value(choice.plugin), .checked(choice.isChosen))
            span {
              choice.plugin
              if !choice.description.isEmpty {
                br()
                small { choice.description }
              }
            }
          }
        }
      }
    }
  }

  private var submission: some HTML {
    div(.class("start-job-form__submit")) {
      p(.class("field__error"), .role("alert"), .data("slot", "start-error"), .hidden(error == nil)) { error ?? "" }
      p(.class("field__hint"), .role("status"), .data("slot", "start-status"), .hidden()) {}
      button(.class("button", "button--primary"), .type("submit"), .data("slot", "submit")) {
        Icon(.play)
        "Start job"
      }
    }
  }
}
