// SQLite, and wrappers for the parts that Swift can't import: variadic functions, a destructor that is
// a number, and computed constants.
#ifndef TELLTALE_CSQLITE_SHIM_H
#define TELLTALE_CSQLITE_SHIM_H

#include <sqlite3.h>

/// The extended code of a read that failed.
static const int telltale_ioerr_read = SQLITE_IOERR_READ;

/// Binds text, also the empty one, which is copied.
static inline int telltale_bind_text(sqlite3_stmt *statement, int place, const void *bytes, int count) {
  return sqlite3_bind_text(statement, place, count > 0 ? (const char *)bytes : "", count, SQLITE_TRANSIENT);
}

/// Binds bytes, also none, which are copied.
static inline int telltale_bind_blob(sqlite3_stmt *statement, int place, const void *bytes, int count) {
  return sqlite3_bind_blob(statement, place, count > 0 ? bytes : "", count, SQLITE_TRANSIENT);
}

/// Closing the connection neither empties the write-ahead log nor deletes it.
static inline int telltale_keep_log(sqlite3 *connection) {
  return sqlite3_db_config(connection, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, (int *)0);
}

#endif
