/* SPDX-License-Identifier: BSD-3-Clause */
#include "app/settings_reader.h"

#include "core/status.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static int on_line(void *userdata, const char *line, size_t len) {
    struct settings_reader *reader = userdata;
    if (len + 1 > SETTINGS_TEXT_MAX - reader->length) {
        return -EMSGSIZE;
    }
    memcpy(reader->text + reader->length, line, len);
    reader->length += len;
    reader->text[reader->length++] = '\n';
    return 0;
}

static void on_end(void *userdata, const struct command_end *end) {
    struct settings_reader *reader = userdata;
    struct postfix_settings settings = {.known = false};
    char error[STATUS_ERROR_SIZE] = "";
    if (!end->ok) {
        snprintf(error, sizeof error, "%s", end->error);
    } else if (!postfix_settings_parse(reader->text, reader->length, &settings, error,
                                       sizeof error)) {
        settings.known = false;
    }
    reader->ended(reader->userdata, &settings, settings.known ? "" : error);
}

bool settings_reader_start(struct settings_reader *reader, struct helper_client *helper) {
    const struct stream_callbacks callbacks = {.line = on_line, .end = on_end, .userdata = reader};
    const struct helper_order order = {.type = REQUEST_SETTINGS};
    reader->length = 0;
    return helper_client_run(helper, &order, &callbacks);
}
