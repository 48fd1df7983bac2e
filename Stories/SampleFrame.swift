import Components

/// A frame of the sample video, small enough to inline into the page.
enum SampleFrame {
  static let boxes = [
    FrameBox(x: 750, y: 340, width: 240, height: 590, caption: "person 0.92"),
    FrameBox(x: 1100, y: 680, width: 340, height: 310, caption: "dog 0.81"),
  ]

  static let viewer = FrameViewer(
    image: picture, boxes: boxes, caption: "Frame 402 · detect · 145.5 ms",
    controls: ControlPanel(framesKept: 60, devices: DeviceSelector(devices: SampleJob.devices)))

  /// A hand-drawn PNG of 96 × 54 pixels in 12 colours.
  static let picture =
    "data:image/png;base64,"
    + "iVBORw0KGgoAAAANSUhEUgAAAGAAAAA2BAMAAADKYYHhAAAAG1BMVEXWrIyWjHiOqr5UcE46XDx4VDQyVDg6SowoKjTS"
    + "BJOLAAABdUlEQVR42s2VzXGDMBCFP3aUnEMHDC3kmgMHF5C23EVKSAEc3IBnqMBDB3BOjMhBSIYghOTJeKKDhNh97N/b"
    + "JStJW8K/A6hoxYo6xYKq4JAAUBUYRCSgcoeJQQouMZGqyYIUUKaktXBb2COoEBeHxOReIbdvF7EuSVLRJSGpANU95HO+"
    + "Fw+kt24T6d0mWtAByN/EIIGMZSVihZbhT+/A9+fv9gGgfsDUyN3jOD1engHGzrbWfA25AL259C6niwQDNPbeIMBoDHiL"
    + "1npj6LcM2OtgPZoAYw9dMNTGHSZLY9dt+WDuQwNw9qRV438xNEZ/xdY16VqT2eHsLZz2UjdQaR+rywBg+lqeZ/nLrcWK"
    + "PS59wcd8xsh2i648OnANsVWv9VEsMRIyMJk/tRsA7R+R14VAooZL6wWsi3ayu45s0avbvIDAuJvJVIhGUKPelkLlM3CE"
    + "o5+zM5d0eLroVQztzjyy8ux194+wZPndo3LXgNWQqJBnKj+jt2A3E1F+TQAAAABJRU5ErkJggg=="
}
