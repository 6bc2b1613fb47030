#pragma once
#include <sqlite3.h>

// What Swift cannot call: variadic functions, and the macro SQLITE_TRANSIENT, which is a cast.

/// Binds a copy of UTF-8 text.
static inline int keyway_sqlite_bind_text(sqlite3_stmt *statement, int index, const void *bytes, sqlite3_uint64 count) {
    return sqlite3_bind_text64(statement, index, bytes ? (const char *)bytes : "", count, SQLITE_TRANSIENT, SQLITE_UTF8);
}

/// Binds a copy of bytes; no bytes are an empty blob, not NULL.
static inline int keyway_sqlite_bind_blob(sqlite3_stmt *statement, int index, const void *bytes, sqlite3_uint64 count) {
    return sqlite3_bind_blob64(statement, index, bytes ? bytes : "", count, SQLITE_TRANSIENT);
}

/// Spares every allocation the lock of SQLite's memory statistics. Takes effect only before the library's first use.
static inline int keyway_sqlite_disable_memory_statistics(void) {
    return sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}
