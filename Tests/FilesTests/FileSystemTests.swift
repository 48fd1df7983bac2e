import Files
import TestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

struct FileSystemTests {
  private let folder = TemporaryFolder()

  private func path(_ name: String) -> String { "\(folder.path)/\(name)" }

  // MARK: Reading

  @Test(arguments: [0, 1, 4_095, 4_096, 4_097, 3 << 20])
  func `a file is read whole, whatever its size`(count: Int) throws {
    let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) }
    let file = folder.write(bytes, to: "file")
    #expect(try FileSystem.read(file, maxBytes: max(count, 1)) == bytes)
  }

  @Test func `a file with more bytes than allowed is refused, and one with just as many is not`() throws {
    let file = folder.write([1, 2, 3], to: "file")
    #expect(try FileSystem.read(file, maxBytes: 3) == [1, 2, 3])
    #expect(throws: FileError(.read, file, cause: .tooLarge(maxBytes: 2))) { try FileSystem.read(file, maxBytes: 2) }
  }

  #if os(Linux)
    @Test func `a file that the kernel makes up is read to its end, within the limit`() throws {
      let status = try FileSystem.read("/proc/self/status", maxBytes: 1 << 20)
      #expect(String(decoding: status, as: UTF8.self).contains("\nPid:\t\(getpid())\n"))
      #expect(throws: FileError(.read, "/proc/self/status", cause: .tooLarge(maxBytes: 10))) {
        try FileSystem.read("/proc/self/status", maxBytes: 10)
      }
    }
  #endif

  @Test func `a missing file and a folder are errors`() {
    #expect(throws: FileError(.open, path("none"), cause: .system(ENOENT))) {
      try FileSystem.read(path("none"), maxBytes: 1)
    }
    #expect(throws: FileError(.open, folder.path, cause: .notAFile)) { try FileSystem.read(folder.path, maxBytes: 1) }
  }

  // MARK: Writing

  @Test func `a write replaces the file, and nothing else is left in the folder`() throws {
    try FileSystem.write([1, 2, 3], to: path("file"))
    try FileSystem.write([4], to: path("file"))
    #expect(folder.read("file") == [4])
    #expect(folder.names == ["file"])
  }

  @Test func `a reader that has the old file open keeps reading it`() throws {
    try FileSystem.write([1, 2], to: path("file"))
    let old = try OpenFile(path("file"), for: .reading)
    try FileSystem.write([3], to: path("file"))
    #expect(try old.read(9, at: 0) == [1, 2])
  }

  /// In a process of its own, because the limit for the size of a file is the whole process's.
  @Test func `a write that fails halfway leaves the old file, and nothing else`() async {
    await #expect(processExitsWith: .success) {
      let folder = TemporaryFolder()
      let path = "\(folder.path)/file"
      try FileSystem.write([1, 2, 3], to: path)
      signal(SIGXFSZ, SIG_IGN)
      #if canImport(Glibc)
        let fileSize = __rlimit_resource_t(RLIMIT_FSIZE.rawValue)
      #else
        let fileSize = RLIMIT_FSIZE
      #endif
      var limit = rlimit()
      getrlimit(fileSize, &limit)
      limit.rlim_cur = 100
      #expect(setrlimit(fileSize, &limit) == 0)
      #expect(throws: FileError(.write, path, cause: .system(EFBIG))) {
        try FileSystem.write([UInt8](repeating: 9, count: 200), to: path)
      }
      #expect(folder.read("file") == [1, 2, 3])
      #expect(folder.names == ["file"])
    }
  }

  @Test func `a write where a folder is, or into a folder that is missing, fails and leaves nothing`() throws {
    try FileSystem.createFolder(path("folder"))
    #expect(throws: FileError(.write, path("folder"), cause: .system(EISDIR))) {
      try FileSystem.write([1], to: path("folder"))
    }
    #expect(throws: FileError(.write, path("none/file"), cause: .system(ENOENT))) {
      try FileSystem.write([1], to: path("none/file"))
    }
    #expect(folder.names == ["folder"])
  }

  @Test func `a name may be as long as the file system allows, and a longer one is an error`() throws {
    let longest = String(repeating: "n", count: 255)
    try FileSystem.write([1], to: path(longest))
    #expect(folder.read(longest) == [1])
    #expect(throws: FileError(.write, path("\(longest)n"), cause: .system(ENAMETOOLONG))) {
      try FileSystem.write([1], to: path("\(longest)n"))
    }
    #expect(folder.names == [longest])
  }

  // MARK: Names

  @Test func `a move replaces a file of that name`() throws {
    let (old, new) = (folder.write([1], to: "old"), folder.write([2], to: "new"))
    try FileSystem.move(old, to: new)
    #expect(folder.names == ["new"])
    #expect(folder.read("new") == [1])
    #expect(throws: FileError(.move, old, cause: .system(ENOENT))) { try FileSystem.move(old, to: new) }
  }

  @Test func `a file is not published under a name that is taken`() throws {
    let (partial, target) = (folder.write([1], to: "partial"), folder.write([2], to: "target"))
    #expect(throws: FileError(.create, target, cause: .system(EEXIST))) { try FileSystem.publish(partial, as: target) }
    #expect(folder.read("target") == [2])
    try FileSystem.publish(partial, as: path("free"))
    #expect(folder.read("free") == [1])
    #expect(!folder.exists("partial"))
  }

  @Test func `a folder is removed with everything in it, and a link only itself`() throws {
    folder.write([1], to: "kept/file")
    folder.write([1], to: "gone/deep/file")
    #expect(symlink(path("kept"), path("gone/link")) == 0)
    #expect(symlink(path("kept/file"), path("link")) == 0)
    try FileSystem.remove(path("gone"))
    try FileSystem.remove(path("link"))
    #expect(folder.names == ["kept"])
    #expect(folder.read("kept/file") == [1])
    #expect(throws: Never.self, "a missing path is no error") { try FileSystem.remove(path("none")) }
  }

  @Test func `a path is resolved through its links, and one that leads nowhere is nil`() throws {
    let real = try #require(FileSystem.resolve(folder.path))
    folder.write([1], to: "folder/file")
    #expect(symlink("folder", path("link")) == 0)
    #expect(symlink("none", path("dangling")) == 0)
    #expect(FileSystem.resolve(path("link/../folder/./file")) == "\(real)/folder/file")
    #expect(FileSystem.resolve(path("dangling")) == nil)
    #expect(FileSystem.resolve(path("none")) == nil)
  }

  @Test func `a kind follows links and tells a dangling one from a missing file`() throws {
    let file = folder.write([1, 2], to: "file")
    #expect(symlink(file, path("link")) == 0 && symlink("none", path("dangling")) == 0)
    #expect(mkfifo(path("pipe"), 0o644) == 0)
    let kinds: [(String, FileKind)] = [
      ("file", .file(byteCount: 2)), ("link", .file(byteCount: 2)), ("", .folder), ("none", .missing),
      ("dangling", .danglingLink), ("pipe", .other), ("file/inside", .missing),
    ]
    for (name, kind) in kinds { #expect(FileKind(path(name)) == kind, "\(name)") }
  }

  @Test func `only a regular file with the permission is executable`() throws {
    let program = folder.write(Array("#!/bin/sh\n".utf8), to: "program")
    #expect(!FileSystem.isExecutable(program))
    #expect(chmod(program, 0o755) == 0)
    #expect(FileSystem.isExecutable(program))
    #expect(!FileSystem.isExecutable(folder.path))
    #expect(!FileSystem.isExecutable(path("none")))
  }

  @Test func `the free space of a disk is a share, and that of a missing path is unknown`() throws {
    let free = try #require(FileSystem.freeFraction(at: folder.path))
    #expect((0...1).contains(free))
    #expect(FileSystem.freeFraction(at: path("none")) == nil)
  }
}

struct FolderTests {
  private let folder = TemporaryFolder()

  private func path(_ name: String) -> String { "\(folder.path)/\(name)" }

  @Test func `folders are created as far as they are missing, and existing ones are no error`() throws {
    try FileSystem.createFolders(path("a/b/c"))
    try FileSystem.createFolders(path("a/b/c"))
    try FileSystem.createFolder(path("a"))
    #expect(FileKind(path("a/b/c")) == .folder)
    #expect(throws: FileError(.create, path("none/deep"), cause: .system(ENOENT))) {
      try FileSystem.createFolder(path("none/deep"))
    }
  }

  @Test func `a folder can't be created in place of a file, below a file, or through a dangling link`() throws {
    folder.write([1], to: "file")
    #expect(symlink("none", path("dangling")) == 0)
    #expect(throws: FileError(.create, path("file"), cause: .notAFolder)) { try FileSystem.createFolders(path("file")) }
    #expect(throws: FileError(.create, path("file/a/b"), cause: .system(ENOTDIR))) {
      try FileSystem.createFolders(path("file/a/b"))
    }
    #expect(throws: FileError(.create, path("dangling"), cause: .system(EEXIST))) {
      try FileSystem.createFolders(path("dangling"))
    }
  }

  @Test func `temporary folders never share a name`() throws {
    let first = try FileSystem.createTemporaryFolder(in: folder.path, prefix: "run-")
    let second = try FileSystem.createTemporaryFolder(in: folder.path, prefix: "run-")
    #expect(first != second && first.hasPrefix(path("run-")))
    #expect(FileKind(first) == .folder && FileKind(second) == .folder)
    #expect(throws: FileError(.create, path("none"), cause: .system(ENOENT))) {
      try FileSystem.createTemporaryFolder(in: path("none"), prefix: "run-")
    }
  }

  @Test func `names are those in the folder, hidden ones included, and a missing folder is an error`() throws {
    let long = String(repeating: "é", count: 127)
    for name in ["b", ".hidden", long, "folder/inside"] { folder.write([], to: name) }
    #expect(try FileSystem.names(in: folder.path).sorted() == [".hidden", "b", "folder", long])
    #expect(throws: FileError(.list, path("none"), cause: .system(ENOENT))) { try FileSystem.names(in: path("none")) }
    #expect(throws: FileError(.list, path("b"), cause: .system(ENOTDIR))) { try FileSystem.names(in: path("b")) }
  }

  @Test func `files below a folder are sorted, hidden ones and links to folders left out`() throws {
    for name in ["b.js", "a/2.js", "a/b/1.js", ".git/config", "a/.hidden"] { folder.write([], to: name) }
    #expect(symlink("..", path("a/loop")) == 0)
    #expect(symlink("../b.js", path("a/link.js")) == 0)
    #expect(mkfifo(path("pipe"), 0o644) == 0)
    #expect(try FileSystem.files(below: folder.path) == ["a/2.js", "a/b/1.js", "a/link.js", "b.js"])
  }

  @Test func `a check names what is wrong with a folder`() throws {
    folder.write([], to: "file")
    for use in [FileSystem.FolderUse.searching, .listing, .changing] {
      #expect(throws: Never.self) { try FileSystem.checkFolder(folder.path, for: use) }
      #expect(throws: FileError(.access, path("none"), cause: .system(ENOENT))) {
        try FileSystem.checkFolder(path("none"), for: use)
      }
      #expect(throws: FileError(.access, path("file"), cause: .notAFolder)) {
        try FileSystem.checkFolder(path("file"), for: use)
      }
    }
  }

  @Test(.enabled(if: getuid() != 0, "Root may do everything."))
  func `without the permission, each operation says so`() throws {
    folder.write([1], to: "closed/file")
    #expect(chmod(path("closed"), 0) == 0)
    defer { chmod(path("closed"), 0o755) }
    for use in [FileSystem.FolderUse.searching, .listing, .changing] {
      #expect(throws: FileError(.access, path("closed"), cause: .system(EACCES))) {
        try FileSystem.checkFolder(path("closed"), for: use)
      }
    }
    #expect(throws: FileError(.open, path("closed/file"), cause: .system(EACCES))) {
      try FileSystem.read(path("closed/file"), maxBytes: 1)
    }
    #expect(throws: FileError(.write, path("closed/new"), cause: .system(EACCES))) {
      try FileSystem.write([1], to: path("closed/new"))
    }
    #expect(throws: FileError(.list, path("closed"), cause: .system(EACCES))) {
      try FileSystem.names(in: path("closed"))
    }
    #expect(throws: FileError(.remove, path("closed/file"), cause: .system(EACCES))) {
      try FileSystem.remove(path("closed/file"))
    }
    #expect(throws: FileError(.create, path("closed/new"), cause: .system(EACCES))) {
      try FileSystem.createFolder(path("closed/new"))
    }
    #expect(FileKind(path("closed/file")) == .missing)
  }
}
