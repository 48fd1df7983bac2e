import HTML

/// Selects the device that a job runs on. Unavailable devices are listed with the reason and can't be selected.
public struct DeviceSelector: Component, Sendable {
  public struct Device: Equatable, Sendable {
    /// `cpu`, `gpu`, `cuda:0`.
    public var name: String
    /// Why the device can't be selected; `nil` if it can.
    public var unavailableReason: String?

    public init(_ name: String, unavailableReason: String? = nil) {
      self.name = name
      self.unavailableReason = unavailableReason
    }
  }

  public var devices: [Device]
  public var selected: String
  /// The id of the `select`. The form uses an id of its own, so that both can be on one page.
  public var id: String
  /// The name of the form field; `nil` outside a form.
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

/// The device that a job runs on, and the reason if it isn't the requested one.
public struct DeviceIndicator: Component, Sendable {
  public var device: String?
  /// Why ``device`` differs from the requested one; `nil` if it doesn't.
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
