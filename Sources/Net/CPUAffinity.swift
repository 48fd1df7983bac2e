import CSystem

/// The processors that a thread may run on.
package enum CPUAffinity {
  /// Pins the calling thread, and every thread and process that it starts afterwards, to some processors.
  /// - Returns: whether the system did so. macOS can't.
  package static func pin(to cores: Range<Int>) -> Bool {
    #if canImport(Glibc)
      telltale_pin_thread(Int32(cores.lowerBound), Int32(cores.count)) == 0
    #else
      false
    #endif
  }
}
