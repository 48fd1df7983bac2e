import Domain
import Processes
import Store
import TestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

struct FullDiskTests {
  @Test func `files that may not grow refuse writes, not reads, and it works again when they may`() throws {
    let folder = TemporaryFolder()
    let child = try WriterChild.start("fill", folder.path)
    let lines = WriterChild.lines(of: child)
    #expect(child.waitForEnd() == .exited(code: 0))
    #expect(lines == ["full", "read", "read", "read", "recovered"])
    #expect(try Store(folder: folder.path) { "other" }.check() == [])
  }

  #if os(Linux)
    @Test func `a full disk refuses writes, not reads, and it works again when there is room`() throws {
      guard let disk = SmallDisk(megabytes: 2) else { return }
      defer { disk.unmount() }
      let folder = disk.folder
      let store = try Store(folder: folder.path) { "epoch" }
      try store.write(batch([message(1)], jobs: [job("a", number: 1)]))
      folder.write([UInt8](repeating: 0, count: 1_600_000), to: "ballast")
      var failure: StoreError?
      while failure == nil {
        let next = store.newestOffset + 1
        do {
          try store.write(batch([message(next, payload: ["text": .string(String(repeating: "x", count: 5000))])]))
        } catch { failure = error }
      }
      #expect(failure?.appError.status == 507)
      let newest = store.newestOffset
      #expect(try store.all().map(\.offset) == Array(1...newest))
      #expect(try store.job("a") != nil)
      unlink("\(folder.path)/ballast")
      try store.write(batch([message(newest + 1)]))
      #expect(try store.all().map(\.offset) == Array(1...newest + 1))
      store.close()
    }

    @Test func `a store that refused a batch is not taken for one with room because a smaller one fits`() throws {
      guard let disk = SmallDisk(megabytes: 2) else { return }
      defer { disk.unmount() }
      let folder = disk.folder
      let store = try Store(folder: folder.path) { "epoch" }
      try store.write(batch([message(1)], jobs: [job("a", number: 1)]))
      var status = statvfs()
      statvfs(folder.path, &status)
      // Leaves 400 KB.
      folder.write([UInt8](repeating: 0, count: Int(status.f_bavail) * 4096 - 400_000), to: "ballast")
      func large(_ offset: Int) -> StoreBatch {
        batch([message(offset, payload: ["text": .string(String(repeating: "x", count: 600_000))])])
      }
      let full = StoreError.unwritable(path: "\(folder.path)/telltale.db", .diskFull)
      for _ in 0..<3 {
        #expect(throws: full) { try store.write(large(store.newestOffset + 1)) }
        #expect(throws: full) { try store.probe() }
        try store.write(batch([message(store.newestOffset + 1)]))
        #expect(store.isShortOfRoom)
      }
      unlink("\(folder.path)/ballast")
      try store.probe()
      #expect(!store.isShortOfRoom)
      // The trial changed nothing, and a batch of that size has its room, whatever becomes of the rest.
      folder.write([UInt8](repeating: 0, count: 1), to: "ballast")
      let ballast = open("\(folder.path)/ballast", O_WRONLY)
      let bytes = [UInt8](repeating: 0, count: 4096)
      while write(ballast, bytes, bytes.count) > 0 {}
      close(ballast)
      try store.write(large(store.newestOffset + 1))
      #expect(store.newestOffset == 5)
      unlink("\(folder.path)/ballast")
      #expect(try store.check() == [])
      store.close()
    }
  #endif
}
