/* SPDX-License-Identifier: BSD-3-Clause */
/* The plausible time, on which ages are based and which does not follow a clock that jumps
 * (core/plausible_time.h). It is kept in the table state. */
#include "io/store/internal.h"
#include "io/store/sql.h"

#include "core/time_units.h"
#include "io/store/content.h"

#include <time.h>

static int read_clock(struct store_db *db, struct plausible_time *clock) {
    int64_t latest;
    int rc = store_db_integer(db, sql_clock_latest, 0, &latest);
    if (rc == SQLITE_OK) {
        rc = store_db_integer(db, sql_clock_believed, latest, &clock->believed);
    }
    if (rc == SQLITE_OK) {
        rc = store_db_integer(db, sql_clock_seen, latest, &clock->seen);
    }
    return rc == SQLITE_OK ? store_db_integer(db, sql_clock_even, 0, &clock->even_s) : rc;
}

static int write_clock(struct store_db *db, const struct plausible_time *clock) {
    int rc = store_state_write(db, "clock_believed", clock->believed);
    if (rc == SQLITE_OK) {
        rc = store_state_write(db, "clock_seen", clock->seen);
    }
    return rc == SQLITE_OK ? store_state_write(db, "clock_even", clock->even_s) : rc;
}

int store_look_at_clock(struct store *store) {
    struct plausible_time clock = store->clock;
    uint64_t now = store_now_usec();
    int64_t elapsed_s = 0;
    int rc = SQLITE_OK;
    if (store->clock_usec == 0) {
        rc = read_clock(&store->db, &clock);
    } else {
        elapsed_s = (int64_t)((now - store->clock_usec) / USEC_PER_SEC);
    }
    if (rc != SQLITE_OK) {
        return rc;
    }
    plausible_time_look(&clock, time(NULL), elapsed_s);
    rc = write_clock(&store->db, &clock);
    if (rc == SQLITE_OK) {
        store->clock = clock;
        store->clock_usec = now;
    }
    return rc;
}
