/* SPDX-License-Identifier: BSD-3-Clause */
#include "hooks/script_output.h"

#include "core/text.h"
#include "os/log.h"

#include <inttypes.h>
#include <string.h>
#include <syslog.h>

void script_output_begin(struct script_output *output, const char *name) {
    *output = (struct script_output){.name = name};
}

static void end_line(struct script_output *output) {
    if (output->len > 0) {
        text_escape(output->line, output->len, output->last, sizeof output->last);
        if (output->lines < SCRIPT_LINES_MAX) {
            output->lines++;
            log_line(LOG_INFO, "script.%s: %s", output->name, output->last);
        } else {
            output->dropped += output->len;
        }
    }
    output->len = 0;
}

static void add_part(struct script_output *output, const char *octets, size_t len) {
    size_t room = sizeof output->line - 1 - output->len;
    size_t taken = len < room ? len : room;
    memcpy(output->line + output->len, octets, taken);
    output->len += taken;
    output->dropped += len - taken;
}

void script_output_take(struct script_output *output, const char *octets, size_t len) {
    while (len > 0) {
        const char *newline = memchr(octets, '\n', len);
        size_t part = newline != NULL ? (size_t)(newline - octets) : len;
        add_part(output, octets, part);
        if (newline != NULL) {
            end_line(output);
            part++;
        }
        octets += part;
        len -= part;
    }
}

void script_output_end(struct script_output *output) {
    end_line(output);
    if (output->dropped > 0) {
        log_line(LOG_INFO, "script.%s: %" PRIu64 " more octets not logged", output->name,
                 output->dropped);
    }
}
