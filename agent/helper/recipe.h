/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What runs for a request: a table of programs and fixed arguments, chosen by the request's type.
 * No shell is involved. postsuper gets queue IDs on its standard input only: as an argument, `ALL`
 * would mean every message, and without any ID it would check and repair the whole queue.
 */
#ifndef HMQ_HELPER_RECIPE_H
#define HMQ_HELPER_RECIPE_H

#include "core/config.h"
#include "core/protocol.h"
#include "helper/container.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define VECTOR_WORDS_MAX (CONFIG_CONTAINER_WORDS + CONTAINER_WORDS_MAX + 16)

/* The arguments for execvp(3). They borrow from the configuration and the request. */
struct argument_vector {
    const char *words[VECTOR_WORDS_MAX + 1]; /* NULL-terminated */
    size_t count;
    char seconds[24];                      /* of container_words */
    char setting[32 + MAIN_CF_VALUE_SIZE]; /* "bounce_queue_lifetime=5d", if a word is a setting */
};

/* Where error output goes. */
enum error_sink {
    ERRORS_LAST_LINE, /* to this process, for its last line */
    ERRORS_OUTPUT,    /* with the output */
    ERRORS_REPORT,    /* into a file */
};

/*
 * The command for a type of request: program -c postfix_config_directory option arguments...
 * `postfix reload` leaves a postsuper running that checks the queue (conf/postfix-script). So that
 * neither a signal nor a closed pipe interferes with it, its output is discarded and its errors go
 * to a file.
 */
struct recipe {
    enum request_type type;
    const char *program;
    const char *option;                                                 /* NULL = by complete */
    void (*complete)(const struct request *, struct argument_vector *); /* NULL = nothing more */
    enum error_sink errors;
    bool detached;
};

/* The recipe for a type of request, or NULL if it runs no command. Static. */
const struct recipe *recipe_find(uint32_t type);

/*
 * Builds the argument vector of a valid request (request_valid): program -c DIR option..., and for
 * a container, container_words with timeout_usec first. Returns false if the type runs no command.
 */
bool recipe_vector(const struct config *config, const struct request *request,
                   uint64_t timeout_usec, struct argument_vector *vector);

/*
 * Returns 0 if the configuration allows a valid request (allow_actions, allow_settings,
 * allow_view), or EPERM with a line in error.
 */
int recipe_allowed(const struct config *config, const struct request *request, char *error,
                   size_t size);

/* Builds the argument vector of postconf -xh for one parameter (borrowed). No request uses it. */
void recipe_vector_postconf(const struct config *config, const char *parameter,
                            uint64_t timeout_usec, struct argument_vector *vector);

#endif
