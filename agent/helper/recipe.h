/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What runs for a request: a table of programs and fixed arguments, chosen by the request's type.
 * No shell is involved, and postsuper gets its ids on its standard input only: as an argument `ALL`
 * would mean every message, and no id at all a repair of the whole queue.
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

/* What execvp(3) gets. Borrows from the configuration and the request it was made of. */
struct argument_vector {
    const char *words[VECTOR_WORDS_MAX + 1]; /* NULL-terminated */
    size_t count;
    char seconds[24]; /* of container_words */
    char setting[64]; /* "bounce_queue_lifetime=5d", when one of the words is that */
};

/* Where the error output goes. */
enum error_sink {
    ERRORS_LAST_LINE, /* here, for its last line */
    ERRORS_OUTPUT,    /* with the output */
    ERRORS_REPORT,    /* into a file */
};

/*
 * What runs for a request: program -c postfix_config_directory option arguments... `postfix reload`
 * leaves a postsuper behind that checks the queue (conf/postfix-script), which neither a signal nor
 * a closed pipe may disturb: its output goes nowhere, its errors into a file.
 */
struct recipe {
    enum request_type type;
    const char *program;
    const char *option;                                                 /* NULL = by complete */
    void (*complete)(const struct request *, struct argument_vector *); /* NULL = nothing more */
    enum error_sink errors;
    bool detached;
};

/* The recipe for a type of request, or NULL when it runs no command. Static. */
const struct recipe *recipe_find(uint32_t type);

/*
 * Makes the argument vector of a valid request (request_valid): program -c DIR option..., for a
 * container behind container_words with what is left until timeout_usec from now. Returns false
 * when the type runs no command.
 */
bool recipe_vector(const struct config *config, const struct request *request,
                   uint64_t timeout_usec, struct argument_vector *vector);

/*
 * Returns 0 when the configuration allows a valid request (allow_actions, allow_settings,
 * allow_view), or EPERM with a line in error.
 */
int recipe_allowed(const struct config *config, const struct request *request, char *error,
                   size_t size);

/* The argument vector of postconf -xh for one parameter (borrowed), which no request asks for. */
void recipe_vector_postconf(const struct config *config, const char *parameter,
                            uint64_t timeout_usec, struct argument_vector *vector);

#endif
