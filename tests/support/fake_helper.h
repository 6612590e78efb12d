/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The helper's end of the socketpair, played by a test, and a clock that can be put forward: every
 * CLOCK_MONOTONIC in the program, sd-event's too, is ahead by clock_ahead_usec.
 */
#ifndef HMQ_TESTS_SUPPORT_FAKE_HELPER_H
#define HMQ_TESTS_SUPPORT_FAKE_HELPER_H

#include "core/protocol.h"

#include <systemd/sd-event.h>

#include "unit.h"

#define SECOND UINT64_C(1000000)

extern uint64_t clock_ahead_usec;

struct fake_helper {
    sd_event *event;
    int socket; /* -1 once closed */
};

/* Makes the loop and the socketpair; returns the end for the code under test. */
int fake_open(struct fake_helper *fake);
void fake_close(struct fake_helper *fake); /* the socket only, as a helper that ends */
void fake_deinit(struct fake_helper *fake);

/* Takes the next request. Returns false when there is none now. */
bool fake_take(struct fake_helper *fake, struct request *request);

/* Runs the loop until a request of the type has come; others before it are dropped. */
struct request fake_expect(struct fake_helper *fake, enum request_type type);

/* A reply of a type with nothing in it, and sending it, with a descriptor (not closed) unless -1.
 */
struct reply fake_make(enum reply_type type, uint32_t sequence);
void fake_send(struct fake_helper *fake, const struct reply *reply, int fd);

/* REPLY_STREAM with the read end of a pipe; returns the write end. */
int fake_stream(struct fake_helper *fake, uint32_t sequence);

/* REPLY_EXIT of a command that ended with a status and a last line. */
void fake_exit(struct fake_helper *fake, uint32_t sequence, int status, const char *text);

void fake_write(int fd, const char *data, size_t len);

/* One turn of the loop; ends the test when there were more than any test needs. */
void fake_turn(struct fake_helper *fake);

/* Turns until nothing is left to do at once. */
void fake_settle(struct fake_helper *fake);

#define UNTIL(fake, condition)                                                                     \
    while (!(condition)) {                                                                         \
        fake_turn(fake);                                                                           \
    }

#endif
