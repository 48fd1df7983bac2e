import Imaging
import Synchronization

/// What a plugin reads of a frame.
package struct FrameInput: OptionSet, Hashable, Sendable {
  package let rawValue: Int

  package init(rawValue: Int) { self.rawValue = rawValue }

  /// ``SourceFrame/luma``. Videos already have it, so it costs little or nothing.
  package static let luma = FrameInput(rawValue: 1 << 0)
  /// ``SourceFrame/picture``. Videos have to be converted for it.
  package static let picture = FrameInput(rawValue: 1 << 1)
}

/// One frame of a source, decoded.
///
/// Its brightness and its colours are converted when they are first read, and only once, even if several threads read
/// them.
package struct SourceFrame: Sendable {
  /// A frame in the form in which its source has it.
  package enum Content: Sendable {
    case planes(PlanarPicture)
    case picture(Picture)
  }

  /// 0 for the first.
  package var id: Int
  package let width: Int
  package let height: Int
  /// Seconds since the first frame, for watching at the source's own pace; nil for pictures.
  package let time: Double?
  private let conversions: Conversions

  /// - Parameter shownColumns: The width to stretch to, if pixels aren't square; by default, the width of the content.
  package init(id: Int, _ content: Content, shownColumns: Int? = nil, time: Double? = nil) {
    self.id = id
    self.time = time
    let size = content.size
    width = shownColumns ?? size.width
    height = size.height
    conversions = Conversions(content, shownColumns: width)
  }

  /// The colours, RGB.
  package var picture: Picture { conversions.picture }

  /// The brightness, 0 for black to 255 for white.
  package var luma: Plane { conversions.luma }

  /// What was converted so far.
  package var converted: FrameInput { conversions.made }

  /// Converts what a plugin is about to read, so that the time for it isn't measured as the plugin's.
  func convert(_ input: FrameInput) {
    if input.contains(.luma) { _ = luma }
    if input.contains(.picture) { _ = picture }
  }

  /// Shared by all copies of a frame.
  private final class Conversions: Sendable {
    private struct State {
      /// Nil once it is no longer needed, because a frame may be large.
      var content: Content?
      var picture: Picture?
      var luma: Plane?

      /// Drops the content once both conversions are made.
      mutating func finish() {
        if picture != nil, luma != nil { content = nil }
      }
    }

    private let state: Mutex<State>
    private let shownColumns: Int

    init(_ content: Content, shownColumns: Int) {
      state = Mutex(State(content: content))
      self.shownColumns = shownColumns
    }

    // The lock is held during a conversion, so that a second thread waits for it and doesn't repeat it.

    var picture: Picture {
      state.withLock { state in
        if let picture = state.picture { return picture }
        guard let content = state.content else { preconditionFailure("The content is dropped after both conversions.") }
        let picture = content.rgb().stretched(toWidth: shownColumns)
        state.picture = picture
        state.finish()
        return picture
      }
    }

    var luma: Plane {
      state.withLock { state in
        if let luma = state.luma { return luma }
        guard let content = state.content else { preconditionFailure("The content is dropped after both conversions.") }
        let luma = content.luma().stretched(toWidth: shownColumns)
        state.luma = luma
        state.finish()
        return luma
      }
    }

    var made: FrameInput {
      state.withLock { state in
        var made: FrameInput = []
        if state.luma != nil { made.insert(.luma) }
        if state.picture != nil { made.insert(.picture) }
        return made
      }
    }
  }
}

extension SourceFrame.Content {
  fileprivate var size: (width: Int, height: Int) {
    switch self {
    case .planes(let planes): (planes.width, planes.height)
    case .picture(let picture): (picture.width, picture.height)
    }
  }

  fileprivate func rgb() -> Picture {
    switch self {
    case .planes(let planes): planes.rgb()
    case .picture(let picture): picture.rgb()
    }
  }

  fileprivate func luma() -> Plane {
    switch self {
    case .planes(let planes): planes.luma()
    case .picture(let picture): picture.luma()
    }
  }
}
