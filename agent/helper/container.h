/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Postfix in a container: the words that run a command in it, and the messages of a container
 * engine that cannot run one. Engines are docker, podman and any other with the same command line
 * (`exec -i NAME COMMAND...`).
 */
#ifndef HMQ_HELPER_CONTAINER_H
#define HMQ_HELPER_CONTAINER_H

#include "core/config.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The maximum number of words added, besides those of container_command. */
#define CONTAINER_WORDS_MAX 8

/* Whether Postfix runs in a container. */
bool container_used(const struct config *config);

/*
 * Passes the words that precede a command to push, in order. seconds is a buffer for a number that
 * one of the words points to. Killing the engine's program would leave the command running in the
 * container, so timeout(1) ends it there after timeout_usec, in whole seconds, rounded up.
 */
void container_words(const struct config *config, uint64_t timeout_usec, char seconds[static 24],
                     void (*push)(void *userdata, const char *word), void *userdata);

/* Whether an exit status is that of timeout(1) in the container, which has ended the command. */
bool container_timed_out(const struct config *config, int wait_status);

/*
 * Interprets the last line that a failed command wrote to stderr. Returns 0 if the line comes from
 * the command itself. Otherwise the command did not run, text has the reason in one line, and the
 * result is EHOSTDOWN if the container is not running, ENOENT if there is none with that name,
 * EAGAIN if it is paused or restarting, ECONNREFUSED if the engine cannot be reached, and EIO for
 * anything else.
 */
int container_explain(const struct config *config, const char *line, char *text, size_t size);

#endif
