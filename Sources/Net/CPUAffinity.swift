import CSystem

/// Which processors a thread may run on.
package enum CPUAffinity {
  /// Keeps the calling thread, and every thread and process that it starts afterwards, on some processors.
  /// - Returns: whether the system did so. macOS has no such thing.
  package static func pin(to cores: Range<Int>) -> Bool {
    #if canImport(Glibc)
      telltale_pin_thread(Int32(cores.lowerBound), Int32(cores.count)) == 0
    #else
      false
    #endif
  }
}
