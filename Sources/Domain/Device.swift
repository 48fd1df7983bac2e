/// A device that a job can request: `cpu`, `gpu` or `cuda:0`.
package enum Device: Hashable, Sendable, CustomStringConvertible {
  case cpu
  case gpu
  case cuda(Int)

  /// Nil if the text names no device. CUDA device numbers range from 0 to 63.
  package init?(_ text: String) {
    switch text {
    case "cpu": self = .cpu
    case "gpu": self = .gpu
    default:
      let digits = text.utf8.dropFirst(5)
      guard text.hasPrefix("cuda:"), (1...2).contains(digits.count), digits.allSatisfy({ (0x30...0x39).contains($0) }),
        let index = Int(String(text.dropFirst(5))), index < 64
      else { return nil }
      self = .cuda(index)
    }
  }

  package var description: String {
    switch self {
    case .cpu: "cpu"
    case .gpu: "gpu"
    case .cuda(let index): "cuda:\(index)"
    }
  }
}

/// A device as `GET /v1/devices` shows it.
package struct DeviceAvailability: Hashable, Sendable {
  package var device: Device
  package var name: String
  /// A sentence that says why the device can't be used; nil if it can.
  package var unavailableReason: String?

  package init(device: Device, name: String, unavailableReason: String? = nil) {
    self.device = device
    self.name = name
    self.unavailableReason = unavailableReason
  }
}
