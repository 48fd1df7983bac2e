import HTML

/// Chooses where a job runs. A device that is not there is listed with its reason, and can't be chosen.
public struct DeviceSelector: Component, Sendable {
  public struct Device: Equatable, Sendable {
    /// `cpu`, `gpu`, `cuda:0`.
    public var name: String
    /// Why it can't be chosen.
    public var unavailableReason: String?

    public init(_ name: String, unavailableReason: String? = nil) {
      self.name = name
      self.unavailableReason = unavailableReason
    }
  }

  public var devices: [Device]
  public var selected: String
  /// Of the `select`; the form has one of its own.
  public var id: String
  /// The field of a form, where it stands in one.
  public var field: String?

  public init(
    devices: [Device] = [.init("cpu")], selected: String = "cpu", id: String = "device-selector", field: String? = nil
  ) {
    self.devices = devices
    self.selected = selected
    self.id = id
    self.field = field
  }

  public var body: some HTML {
    span(.class("device-selector")) {
      select(.id(id), .class("select"), .name(field), .aria("label", "Device"), .title("Device")) {
        ForEach(devices) { device in
          option(
            .value(device.name), .selected(device.name == selected), .disabled(device.unavailableReason != nil)
          ) {
            device.unavailableReason.map { "\(device.name) (\($0))" } ?? device.name
          }
        }
      }
    }
  }
}

/// Where a job runs, and why not where it was asked to.
public struct DeviceIndicator: Component, Sendable {
  public var device: String?
  /// Why ``device`` is not the one asked for; `nil` where it is.
  public var fallbackReason: String?

  public init(device: String?, fallbackReason: String? = nil) {
    self.device = device
    self.fallbackReason = fallbackReason
  }

  public var body: some HTML {
    span(.class("device-indicator"), .data("state", fallbackReason == nil ? "plain" : "degraded")) {
      Icon(fallbackReason == nil ? .device : .warning)
      span(.class("visually-hidden")) { "Device" }
      span(.class("device-indicator__device"), .data("slot", "device")) { device ?? Readable.unknown }
      span(.class("device-indicator__reason"), .data("slot", "device-reason"), .hidden(fallbackReason == nil)) {
        fallbackReason ?? ""
      }
    }
  }
}
