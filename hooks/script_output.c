#include "hooks/script_output.h"

#include "core/text.h"

#include <inttypes.h>
#include <stdio.h>

void script_output_begin(struct script_output *output, const char *name) {
    *output = (struct script_output){.name = name};
}

static void end_line(struct script_output *output) {
    if (output->len > 0) {
        text_escape(output->line, output->len, output->last, sizeof output->last);
        if (output->lines < SCRIPT_LINES_MAX) {
            output->lines++;
            fprintf(stderr, "hermes-mailqueue-hooks: script.%s: %s\n", output->name, output->last);
        } else {
            output->dropped += output->len;
        }
    }
    output->len = 0;
}

void script_output_take(struct script_output *output, const char *octets, size_t len) {
    for (size_t i = 0; i < len; i++) {
        if (octets[i] == '\n') {
            end_line(output);
        } else if (output->len < sizeof output->line - 1) {
            output->line[output->len++] = octets[i];
        } else {
            output->dropped++;
        }
    }
}

void script_output_end(struct script_output *output) {
    end_line(output);
    if (output->dropped > 0) {
        fprintf(stderr, "hermes-mailqueue-hooks: script.%s: %" PRIu64 " more octets not logged\n",
                output->name, output->dropped);
    }
}
