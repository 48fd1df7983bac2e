import Components

extension StoryCatalogue {
  static let deviceSelector = StoryGroup(
    "DeviceSelector",
    .story("One device") { DeviceSelector() },
    .story("A device that is not there") { DeviceSelector(devices: SampleJob.devices, selected: "cpu") })

  static let deviceIndicator = StoryGroup(
    "DeviceIndicator",
    .story("As asked for") { DeviceIndicator(device: "cpu") },
    .story("Fallback") { DeviceIndicator(device: "cpu", fallbackReason: "no GPU was found") },
    .story("Not known yet") { DeviceIndicator(device: nil) })
}
