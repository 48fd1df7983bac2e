import CSystem

/// Distinguishes the threads of event loops from all others.
package enum EventLoopThread {
  /// Whether the calling thread is an event loop's.
  package static var isCurrent: Bool { telltale_is_event_loop() }

  /// Call this once on an event loop's thread, before it does anything else.
  static func mark() { telltale_mark_event_loop() }
}
