import CSQLite

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A value of a column.
package enum StoredValue: Equatable, Sendable {
  case null
  case integer(Int)
  case text(String)
  case blob([UInt8])
}

/// A compiled statement, to be bound, stepped from row to row, reset and reused.
final class Statement {
  typealias Value = StoredValue

  private let handle: OpaquePointer
  private let path: String

  init(_ handle: OpaquePointer, path: String) {
    self.handle = handle
    self.path = path
  }

  deinit { sqlite3_finalize(handle) }

  /// Binds all values, in order.
  func bind(_ values: [Value]) {
    for index in values.indices {
      // Binding fails if the statement has fewer parameters, which is a bug of ours, or if there is no memory.
      let code = bind(values[index], at: Int32(index + 1))
      precondition(code == SQLITE_OK, "A value could not be bound (\(code)).")
    }
  }

  private func bind(_ value: Value, at place: Int32) -> Int32 {
    switch value {
    case .null: return sqlite3_bind_null(handle, place)
    case .integer(let number): return sqlite3_bind_int64(handle, place, Int64(number))
    case .text(var text):
      return text.withUTF8 { telltale_bind_text(handle, place, $0.baseAddress, Int32($0.count)) }
    case .blob(let bytes):
      return bytes.withUnsafeBytes { telltale_bind_blob(handle, place, $0.baseAddress, Int32($0.count)) }
    }
  }

  /// - Returns: whether there is a row to read.
  func step() throws(StoreError) -> Bool {
    errno = 0
    switch sqlite3_step(handle) {
    case SQLITE_ROW: return true
    case SQLITE_DONE: return false
    case let code:
      let systemError = errno
      let statement = String(cString: sqlite3_sql(handle))
      let error = StoreError(
        code, sqlite3_db_handle(handle), systemError: systemError, path: path, statement: statement)
      reset()
      throw error
    }
  }

  /// Makes it ready for other values. A statement on a row keeps its transaction open.
  func reset() {
    sqlite3_reset(handle)
    sqlite3_clear_bindings(handle)
  }

  // MARK: The current row, columns from 0

  func isNull(_ column: Int) -> Bool { sqlite3_column_type(handle, Int32(column)) == SQLITE_NULL }

  func integer(_ column: Int) -> Int { Int(sqlite3_column_int64(handle, Int32(column))) }

  func text(_ column: Int) -> String { String(decoding: bytes(column), as: UTF8.self) }

  func blob(_ column: Int) -> [UInt8] { Array(bytes(column)) }

  /// All columns of the row.
  var allColumns: [StoredValue] {
    (0..<Int(sqlite3_column_count(handle))).map { column in
      switch sqlite3_column_type(handle, Int32(column)) {
      case SQLITE_INTEGER: .integer(integer(column))
      case SQLITE_TEXT: .text(text(column))
      case SQLITE_NULL: .null
      default: .blob(blob(column))
      }
    }
  }

  private func bytes(_ column: Int) -> UnsafeRawBufferPointer {
    // The address first: reading it may convert the value, which changes the length.
    let start = sqlite3_column_blob(handle, Int32(column))
    return UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(handle, Int32(column))))
  }
}
