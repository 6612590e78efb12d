/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Postfix in a container: the words that take a command into it, and what the container engine
 * says instead of running one. Engines are docker, podman and what has the same command line
 * (`exec -i NAME COMMAND...`).
 */
#ifndef HMQ_HELPER_CONTAINER_H
#define HMQ_HELPER_CONTAINER_H

#include "core/config.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Words this adds at most besides container_command. */
#define CONTAINER_WORDS_MAX 8

/* Whether Postfix is in a container at all. */
bool container_used(const struct config *config);

/*
 * Hands the words to be put in front of a command to push, in order. seconds has room for a number
 * and has to live as long as they do. Killing the engine's program leaves the command in the
 * container running, so that timeout(1) ends it in there, after timeout_usec (in whole seconds,
 * rounded up).
 */
void container_words(const struct config *config, uint64_t timeout_usec, char seconds[static 24],
                     void (*push)(void *userdata, const char *word), void *userdata);

/* Whether an exit status is that of timeout(1) in the container: the command was ended in time. */
bool container_timed_out(const struct config *config, int wait_status);

/*
 * Reads the last line a failed command wrote to stderr. Returns 0 when it is the command's own;
 * else the command was not run, text is one line saying why, and the value is EHOSTDOWN when the
 * container does not run, ENOENT when there is none of that name, EAGAIN when it is paused or
 * restarting, ECONNREFUSED when the engine cannot be reached, EIO for anything else.
 */
int container_explain(const struct config *config, const char *line, char *text, size_t size);

#endif
