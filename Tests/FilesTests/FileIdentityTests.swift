import Files
import TestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

struct FileIdentityTests {
  private let folder = TemporaryFolder()
  private var path: String { folder.write([1, 2], to: "a") }

  @Test func `a file is the same until it is changed or replaced`() throws {
    let path = path
    let first = try #require(FileIdentity(path))
    #expect(first.byteCount == 2 && FileIdentity(path) == first)
    #expect(try OpenFile(path, for: .reading).identity == first)
    // A second name is the same file.
    try FileSystem.addName("\(folder.path)/b", to: path)
    #expect(FileIdentity("\(folder.path)/b") == first && FileIdentity(path) == first)
    folder.write([1, 2], to: "c")
    #expect(FileIdentity("\(folder.path)/c") != first)
    var times = [timespec(tv_sec: 5, tv_nsec: 7), timespec(tv_sec: 5, tv_nsec: 7)]
    #expect(utimensat(AT_FDCWD, path, &times, 0) == 0)
    #expect(FileIdentity(path)?.modified == 5_000_000_007)
    try FileSystem.touch(path)
    #expect(FileIdentity(path)?.modified != 5_000_000_007)
  }

  @Test func `only regular files have one, and a link only if it is followed`() throws {
    let path = path
    symlink(path, "\(folder.path)/link")
    #expect(FileIdentity("\(folder.path)/link") == FileIdentity(path))
    #expect(FileIdentity("\(folder.path)/link", followsLinks: false) == nil)
    #expect(FileIdentity(folder.path) == nil && FileIdentity("\(folder.path)/missing") == nil)
    for mode in [OpenFile.Mode.reading, .updating] {
      #expect(throws: FileError.self) { _ = try OpenFile("\(folder.path)/link", for: mode, followsLinks: false) }
    }
  }

  @Test func `a second name keeps the file, and never replaces one or follows a link`() throws {
    let path = path
    folder.write([9], to: "taken")
    #expect(throws: FileError.self) { try FileSystem.addName("\(folder.path)/taken", to: path) }
    #expect(throws: FileError.self) { try FileSystem.addName("\(folder.path)/new", to: "\(folder.path)/missing") }
    try FileSystem.addName("\(folder.path)/kept", to: path)
    try FileSystem.remove(path)
    #expect(folder.read("kept") == [1, 2] && folder.read("taken") == [9])
    symlink("\(folder.path)/kept", "\(folder.path)/link")
    try FileSystem.addName("\(folder.path)/second", to: "\(folder.path)/link")
    #expect(FileIdentity("\(folder.path)/second", followsLinks: false) == nil)
  }

  @Test func `a folder takes the place of a link, and what the link names stays`() throws {
    folder.write([1], to: "elsewhere/a")
    symlink("\(folder.path)/elsewhere", "\(folder.path)/own")
    for _ in 0..<2 { try FileSystem.createRealFolder("\(folder.path)/own") }
    #expect(!folder.exists("own/a") && folder.exists("elsewhere/a"))
  }
}
