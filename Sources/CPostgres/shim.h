#pragma once
#include <libpq-fe.h>

// What Swift cannot call: character macros.

/// The SQLSTATE of a result that is an error or a notice; NULL if it has none.
static inline const char *keyway_pq_sqlstate(const PGresult *result) {
    return PQresultErrorField(result, PG_DIAG_SQLSTATE);
}
