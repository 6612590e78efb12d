/*
 * Core's end of the protocol with the helper (core/protocol.h), in an sd-event loop: sends
 * requests, matches replies, reads a command's output line by line, and never waits.
 */
#ifndef HMQ_IO_HELPER_CLIENT_H
#define HMQ_IO_HELPER_CLIENT_H

#include "core/lines.h"
#include "core/protocol.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <systemd/sd-event.h>

struct helper_client;

/* Text is borrowed for the call. All run from the loop. */
struct helper_callbacks {
    /* A helper process introduced itself; what it was asked before is forgotten. missing: what it
     * may not do here, "" when nothing. */
    void (*hello)(void *userdata, const char *missing);
    /* The spool may have changed. */
    void (*dirty)(void *userdata);
    /* The answer to helper_client_scan; or reply is NULL and error says why there is none. */
    void (*counts)(void *userdata, const struct reply *reply, const char *error);
    /* The answer to helper_client_mtimes. */
    void (*mtimes)(void *userdata, const struct reply *reply);
    /* The helper has ended and no further call will come. */
    void (*gone)(void *userdata);
    void *userdata;
};

/* How a command ended. */
struct command_end {
    bool ok;            /* exit status 0 and every line taken */
    const char *error;  /* one line why not, "" when ok */
    bool mail_down;     /* it said that the mail system is down, or its container is */
    uint64_t used_usec; /* from the request to the end */
};

struct stream_callbacks {
    /* One line of output. Returns 0 to go on, or non-zero to stop the command. */
    line_handler line;
    /* The end, called once for each started stream unless the helper is gone or started anew:
     * then with an error too. */
    void (*end)(void *userdata, const struct command_end *end);
    void *userdata;
};

/* Takes the socket (consumed). reply_timeout_usec is how long an answer to a scan, or a sign of a
 * command, may take. Returns 0 with *out, or a negative errno value. */
int helper_client_new(sd_event *event, int socket, uint64_t reply_timeout_usec,
                      const struct helper_callbacks *callbacks, struct helper_client **out);
void helper_client_free(struct helper_client *client);

/* Each returns false when it cannot be asked now: one of its kind is running, or the helper gone.
 */
bool helper_client_scan(struct helper_client *client, bool full);
bool helper_client_mtimes(struct helper_client *client, const char (*ids)[QUEUE_ID_SIZE],
                          size_t count);
bool helper_client_run(struct helper_client *client, enum request_type type,
                       const struct stream_callbacks *callbacks);

#endif
