import CSQLite
import Files
import Store
import Testing

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

struct StoreErrorTests {
  private static let write = SQLITE_IOERR | (3 << 8)
  private static let sync = SQLITE_IOERR | (4 << 8)
  private static let read = SQLITE_IOERR | (1 << 8)

  private static let faults: [(code: Int32, systemError: Int32, fault: WriteFault)] = [
    (SQLITE_FULL, 0, .diskFull), (SQLITE_FULL, ENOSPC, .diskFull), (write, ENOSPC, .diskFull),
    (write, EFBIG, .fileTooLarge), (write, EDQUOT, .quotaExceeded), (write, EROFS, .readOnly),
    (write, EIO, .deviceFailed),
    (sync, EIO, .deviceFailed), (SQLITE_CANTOPEN, EROFS, .readOnly), (SQLITE_CANTOPEN, ENOSPC, .diskFull),
    (SQLITE_READONLY, EROFS, .readOnly),
  ]

  @Test(arguments: faults)
  func `the system's reason is told apart`(code: Int32, systemError: Int32, fault: WriteFault) {
    let error = StoreError(
      code, message: "disk I/O error", systemError: systemError, path: "/d/db", statement: "COMMIT")
    #expect(error == .unwritable(path: "/d/db", fault))
    #expect(error.description.contains(fault.reason) && error.description.contains(fault.advice))
    #expect(error.appError.status == 507 && error.appError.message.contains(fault.reason))
    #expect(error.storageReason.contains(fault.advice) && !error.storageReason.contains("/d"))
  }

  @Test func `other failures are not taken for a disk that can't be written`() {
    func error(_ code: Int32, _ systemError: Int32) -> StoreError {
      StoreError(code, message: "m", systemError: systemError, path: "/d/db", statement: "s")
    }
    #expect(error(Self.read, EIO) == .failed(code: Int(Self.read), message: "m", statement: "s"))
    #expect(error(SQLITE_BUSY, 0) == .locked(path: "/d/db"))
    #expect(error(SQLITE_CANTOPEN, EACCES) == .inaccessible(path: "/d/db", reason: "Permission denied"))
    #expect(error(SQLITE_CORRUPT, 0) == .damaged(path: "/d/db", finding: "m"))
    #expect(StoreError.locked(path: "/d/db").appError.status == 503)
  }

  @Test(arguments: [
    StoreError.unwritable(path: "/d/db", .quotaExceeded), .displaced(folder: "/d", finding: "telltale.db is gone"),
    .locked(path: "/d/db"), .inaccessible(path: "/d/db", reason: "r"), .failed(code: 1, message: "m", statement: "s"),
  ])
  func `why nothing can be stored is a sentence without a path`(error: StoreError) {
    #expect(error.storageReason.hasSuffix(".") && error.description.hasSuffix("."))
    #expect(!error.storageReason.contains("/d") && !error.appError.message.contains("/d"))
  }
}
