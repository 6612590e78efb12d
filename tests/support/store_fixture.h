/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A store in its own directory, an event loop to run it, and what it has reported so far. Tests
 * wait for a condition, and fail if that takes longer than WAIT_SECONDS.
 */
#ifndef HMQ_TESTS_SUPPORT_STORE_FIXTURE_H
#define HMQ_TESTS_SUPPORT_STORE_FIXTURE_H

#include "io/store/content.h"
#include "io/store/internal.h"

#include "unit.h"

#define WAIT_SECONDS 60

struct answer {
    int count; /* numbers of calls */
    int error;
    char text[STORE_TEXT_SIZE];
    uint64_t serials[64];
    size_t serial_count;
};

struct fixture {
    char dir[64], path[96];
    const char *config_directory;
    sd_event *event;
    struct store *store;
    struct store_limits limits;
    struct store_timing timing;
    /* Of the last calls of loaded and usable. */
    struct answer loaded, usable;
    struct store_image image; /* the fixture's own copy */
};

/* In the directory that TMPDIR names, or in /tmp. */
void fixture_init(struct fixture *fixture);
void fixture_deinit(struct fixture *fixture);

/* Starts the store and waits for loaded. */
void fixture_start(struct fixture *fixture);
/* Stops the store cleanly. */
void fixture_stop(struct fixture *fixture);
void fixture_restart(struct fixture *fixture);

/* Runs the loop until *counter is at least count. */
void fixture_wait(struct fixture *fixture, const int *counter, int count);

/* Waits for the answer and checks its error. */
void fixture_expect(struct fixture *fixture, struct answer *answer, int error);

void on_done(void *answer, int error, const char *text);
void on_added(void *answer, int error, const char *text, const uint64_t *serials, size_t count);

/* Adds an action of the owner "ops" with the id, waits, and sets its serial. */
struct action *fixture_add_action(struct fixture *fixture, uint32_t id);

/* Returns the first column of the first row as another connection reads it, "" = none. */
const char *fixture_sql(struct fixture *fixture, const char *sql, char out[1024]);
void fixture_check_sql(struct fixture *fixture, const char *sql, const char *expected);

/* The action of the image with this ID, NULL = none. */
struct action *fixture_action(const struct fixture *fixture, uint32_t id);

/* The mask of blocked signals of a thread of this process, by its number in decimal. */
unsigned long long fixture_blocked_signals(const char *tid);

#endif
