/* SPDX-License-Identifier: BSD-3-Clause */
#include "app/listing_reader.h"

#include "os/clock.h"

#include <stdio.h>

static int on_data(void *userdata, const char *data, size_t len) {
    struct listing_reader *reader = userdata;
    return listing_builder_feed(reader->builder, data, len);
}

static void on_end(void *userdata, const struct command_end *command) {
    struct listing_reader *reader = userdata;
    struct listing_builder *builder = reader->builder;
    char why[STATUS_ERROR_SIZE] = "";
    char flaw[STATUS_ERROR_SIZE];
    char text[2 * STATUS_ERROR_SIZE];
    struct listing_end end = {
        .mail_down = command->mail_down, .failed = command->exited && !command->ok, .error = text};
    snprintf(flaw, sizeof flaw, "%s", listing_builder_flaw(builder));
    reader->builder = NULL;
    if (command->ok) {
        end.listing =
            listing_builder_finish(builder, reader->begun_usec, clock_usec(), why, sizeof why);
    } else {
        listing_builder_free(builder);
    }
    end.ran = end.listing != NULL;
    if (!command->ok) {
        snprintf(text, sizeof text, "%s%s%s", command->error, flaw[0] != '\0' ? ": " : "", flaw);
    } else if (end.listing == NULL) {
        snprintf(text, sizeof text, "postqueue: %s", why);
    } else {
        end.flawed = flaw[0] != '\0';
        snprintf(text, sizeof text, "%s", flaw);
    }
    reader->ended(reader->userdata, &end);
}

bool listing_reader_start(struct listing_reader *reader, struct helper_client *helper,
                          const struct config *config, size_t limit) {
    const struct stream_callbacks callbacks = {.data = on_data, .end = on_end, .userdata = reader};
    const struct helper_order list = {.type = REQUEST_LIST};
    reader->builder = listing_builder_new(config->message_order, limit);
    reader->begun_usec = clock_usec();
    if (reader->builder == NULL || !helper_client_run(helper, &list, &callbacks)) {
        listing_reader_deinit(reader);
        return false;
    }
    listing_builder_add_insight(reader->builder, config->insight_limit, clock_wall());
    return true;
}

void listing_reader_deinit(struct listing_reader *reader) {
    listing_builder_free(reader->builder);
    reader->builder = NULL;
}
