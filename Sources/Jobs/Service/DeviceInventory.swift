import Domain
import Files

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The devices that a job may request, and why some can't be used.
package struct DeviceInventory: Sendable {
  package let devices: [DeviceAvailability]

  /// What this machine has. All built-in plugins compute on the CPU, so no other device can be used.
  package static func ofThisMachine() -> DeviceInventory {
    let cores = sysconf(Int32(_SC_NPROCESSORS_ONLN))
    let cards = (0..<64).filter { FileKind("/dev/nvidia\($0)") != .missing }
    let noPlugin = "No plugin computes on a GPU; jobs that ask for one run on the CPU."
    let noDriver = "There is no NVIDIA driver on this machine; jobs that ask for CUDA run on the CPU."
    var devices = [
      DeviceAvailability(device: .cpu, name: "CPU, \(cores) \(cores == 1 ? "core" : "cores")"),
      DeviceAvailability(device: .gpu, name: "GPU", unavailableReason: noPlugin),
    ]
    for card in cards.isEmpty ? [0] : cards {
      devices.append(
        DeviceAvailability(
          device: .cuda(card), name: "CUDA device \(card)", unavailableReason: cards.isEmpty ? noDriver : noPlugin))
    }
    return DeviceInventory(devices: devices)
  }

  package init(devices: [DeviceAvailability]) { self.devices = devices }

  /// What a job that requested a device runs on, and why if it is another one.
  func choose(_ requested: Device) -> (device: Device, reason: String?) {
    guard requested != .cpu else { return (.cpu, nil) }
    guard let known = devices.first(where: { $0.device == requested }) else {
      return (.cpu, "This machine has no device \(requested).")
    }
    return known.unavailableReason.map { (.cpu, $0) } ?? (requested, nil)
  }
}
