import Files
import TestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

struct OpenFileTests {
  private let folder = TemporaryFolder()

  @Test func `reading goes on where the last read ended, and ends with 0`() throws {
    let file = try OpenFile(folder.write([1, 2, 3, 4, 5], to: "a"), for: .reading)
    var bytes: [UInt8] = [0]
    #expect(try file.read(2, appendingTo: &bytes) == 2)
    #expect(bytes == [0, 1, 2])
    #expect(try file.read(10, appendingTo: &bytes) == 3)
    #expect(try file.read(10, appendingTo: &bytes) == 0)
    #expect(bytes == [0, 1, 2, 3, 4, 5])
  }

  @Test func `a read at an offset does not move the next one`() throws {
    let file = try OpenFile(folder.write([1, 2, 3, 4, 5], to: "a"), for: .reading)
    var bytes: [UInt8] = []
    try file.read(1, appendingTo: &bytes)
    #expect(try file.read(3, at: 3) == [4, 5])
    #expect(try file.read(3, at: 5) == [])
    try file.read(1, appendingTo: &bytes)
    #expect(bytes == [1, 2])
  }

  @Test func `updating keeps the content, writes in place and cuts`() throws {
    let path = folder.write([1, 2, 3, 4, 5], to: "a")
    let file = try OpenFile(path, for: .updating)
    try file.write([9, 9], at: 1)
    #expect(folder.read("a") == [1, 9, 9, 4, 5])
    try file.truncate(to: 2)
    try file.write([7], at: 3)
    try file.synchronize()
    #expect(file.byteCount == 4)
    #expect(folder.read("a") == [1, 9, 0, 7])
  }

  @Test func `updating creates a missing file, and creating refuses an existing one`() throws {
    let path = "\(folder.path)/new"
    _ = try OpenFile(path, for: .updating)
    #expect(folder.exists("new"))
    #expect(throws: FileError(.open, path, cause: .system(EEXIST))) { _ = try OpenFile(path, for: .creating) }
  }

  @Test func `folders, pipes and devices are not opened, and a pipe without a writer does not block`() throws {
    let pipe = "\(folder.path)/pipe"
    #expect(mkfifo(pipe, 0o644) == 0)
    for path in [folder.path, pipe, "/dev/null"] {
      #expect(throws: FileError(.open, path, cause: .notAFile)) { _ = try OpenFile(path, for: .reading) }
    }
  }

  @Test func `a file that was opened for reading can't be written`() throws {
    let path = folder.write([1], to: "a")
    let file = try OpenFile(path, for: .reading)
    let error = #expect(throws: FileError.self) { try file.write([2], at: 0) }
    #expect(error == FileError(.write, path, cause: .system(EBADF)))
  }
}
