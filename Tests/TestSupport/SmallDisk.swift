#if os(Linux)
  import Glibc

  /// A file system of a few megabytes in memory, for tests that fill it. Mounting it needs root.
  package struct SmallDisk {
    package let folder = TemporaryFolder()

    /// - Returns: Nil if the system refuses, with the reason in the test's output.
    package init?(megabytes: Int) {
      guard mount("tmpfs", folder.path, "tmpfs", 0, "size=\(megabytes)m") == 0 else {
        print("Not tested: no tmpfs can be mounted here (\(String(cString: strerror(errno)))).")
        return nil
      }
    }

    /// Works even while files are open.
    package func unmount() { umount2(folder.path, Int32(MNT_DETACH)) }
  }
#endif
