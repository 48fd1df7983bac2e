import Components

extension StoryCatalogue {
  static let deviceSelector = StoryGroup(
    "DeviceSelector",
    .story("One device") { DeviceSelector() },
    .story("Unavailable device") { DeviceSelector(devices: SampleJob.devices, selected: "cpu") })

  static let deviceIndicator = StoryGroup(
    "DeviceIndicator",
    .story("As requested") { DeviceIndicator(device: "cpu") },
    .story("Fallback") { DeviceIndicator(device: "cpu", fallbackReason: "no GPU found") },
    .story("Not yet known") { DeviceIndicator(device: nil) })
}
