/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Writes the output of a script to the log line by line, up to a limit for each run.
 */
#ifndef HMQ_HOOKS_SCRIPT_OUTPUT_H
#define HMQ_HOOKS_SCRIPT_OUTPUT_H

#include <stddef.h>
#include <stdint.h>

#define SCRIPT_LINE_SIZE 256
#define SCRIPT_LINES_MAX 20

struct script_output {
    const char *name;            /* the endpoint's, borrowed */
    char line[SCRIPT_LINE_SIZE]; /* the unfinished line; longer ones are truncated */
    size_t len;
    unsigned lines;              /* logged so far */
    uint64_t dropped;            /* octets that were not logged */
    char last[SCRIPT_LINE_SIZE]; /* the last line that was not empty, escaped; "" = none */
};

void script_output_begin(struct script_output *output, const char *name);
void script_output_take(struct script_output *output, const char *octets, size_t len);

/* Logs the unfinished line, and how much was left out. */
void script_output_end(struct script_output *output);

#endif
