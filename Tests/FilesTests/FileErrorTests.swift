import Files
import Testing

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

struct FileErrorTests {
  @Test(arguments: [
    (FileError(.open, "/a", cause: .system(ENOENT)), "/a can't be opened: No such file or directory."),
    (FileError(.read, "/a", cause: .system(EISDIR)), "/a can't be read: Is a directory."),
    (FileError(.write, "/a", cause: .system(ENOSPC)), "/a can't be written: No space left on device."),
    (FileError(.list, "/a", cause: .system(ENOTDIR)), "/a can't be listed: Not a directory."),
    (FileError(.create, "/a", cause: .system(EACCES)), "/a can't be created: Permission denied."),
    (FileError(.move, "/a", cause: .system(ENAMETOOLONG)), "/a can't be moved: File name too long."),
    (FileError(.remove, "/a", cause: .system(ENOTEMPTY)), "/a can't be removed: Directory not empty."),
    (FileError(.access, "/a", cause: .notAFolder), "/a can't be accessed: it is not a folder."),
    (FileError(.open, "/a", cause: .notAFile), "/a can't be opened: it is not a regular file."),
    (FileError(.read, "/a", cause: .tooLarge(maxBytes: 10)), "/a can't be read: it has more than 10 bytes."),
  ])
  func `an error is a sentence with the path, the operation and the reason`(error: FileError, sentence: String) {
    #expect(error.description == sentence)
  }

  @Test func `callers can ask what kind of failure it was`() {
    #expect(FileError(.open, "/a", cause: .system(ENOENT)).isMissing)
    for code in [EACCES, EPERM, EROFS] { #expect(FileError(.open, "/a", cause: .system(code)).isDenied) }
    let other = FileError(.open, "/a", cause: .notAFile)
    #expect(!other.isMissing && !other.isDenied && other.writeFault == nil)
  }

  @Test(arguments: [
    (ENOSPC, WriteFault.diskFull), (EDQUOT, .quotaExceeded), (EFBIG, .fileTooLarge), (EROFS, .readOnly),
    (EIO, .deviceFailed),
  ])
  func `what keeps a file from being written is told apart`(code: Int32, fault: WriteFault) {
    #expect(FileError(.write, "/a", cause: .system(code)).writeFault == fault)
    #expect(FileError(.read, "/a", cause: .system(code)).writeFault == nil)
    #expect(fault.advice.hasSuffix(".") && !fault.reason.hasSuffix("."))
  }

  @Test func `no two of these causes are described alike`() {
    #expect(Set(WriteFault.allCases.map(\.reason)).count == WriteFault.allCases.count)
    #expect(Set(WriteFault.allCases.map(\.advice)).count == WriteFault.allCases.count)
    #expect(WriteFault(systemError: EACCES) == nil)
  }
}
