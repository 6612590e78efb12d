/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The helper's end of the socketpair, played by a test, and a clock that can be advanced:
 * CLOCK_MONOTONIC is ahead by clock_ahead_usec in the whole program, including sd-event.
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

/* Creates the loop and the socketpair. Returns the end for the code under test. */
int fake_open(struct fake_helper *fake);
void fake_close(struct fake_helper *fake); /* closes only the socket, as if the helper had ended */
void fake_deinit(struct fake_helper *fake);

/* Receives the next request. Returns false if there is none. */
bool fake_take(struct fake_helper *fake, struct request *request);

/* Runs the loop until a request of this type has arrived; earlier ones are dropped. */
struct request fake_expect(struct fake_helper *fake, enum request_type type);

/* fake_make returns an empty reply of a type. fake_send sends a reply, with a descriptor (which is
 * not closed) unless that is -1. */
struct reply fake_make(enum reply_type type, uint32_t sequence);
void fake_send(struct fake_helper *fake, const struct reply *reply, int fd);

/* Sends REPLY_STREAM with the read end of a pipe. Returns the write end. */
int fake_stream(struct fake_helper *fake, uint32_t sequence);

/* Sends the REPLY_EXIT of a command that ended with a status and a last line. */
void fake_exit(struct fake_helper *fake, uint32_t sequence, int status, const char *text);

void fake_write(int fd, const char *data, size_t len);

/* Runs one turn of the loop. Fails after more turns than any test needs. */
void fake_turn(struct fake_helper *fake);

/* Runs the loop until there is nothing left to do at once. */
void fake_settle(struct fake_helper *fake);

#define UNTIL(fake, condition)                                                                     \
    while (!(condition)) {                                                                         \
        fake_turn(fake);                                                                           \
    }

#endif
