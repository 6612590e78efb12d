#include "app/listing_reader.h"

#include "os/clock.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static int on_line(void *userdata, const char *line, size_t len) {
    struct listing_reader *reader = userdata;
    char error[STATUS_ERROR_SIZE] = "out of memory";
    enum line_result result = listing_builder_add(reader->builder, line, len, error, sizeof error);
    if (result == LINE_OK) {
        return 0;
    }
    memcpy(reader->line_error, error, sizeof error);
    /* One message that makes no sense does not take the others with it. */
    if (result == LINE_SKIPPED) {
        return 0;
    }
    return result == LINE_NO_MEMORY ? -ENOMEM : -EBADMSG;
}

static void on_end(void *userdata, const struct command_end *command) {
    struct listing_reader *reader = userdata;
    char text[2 * STATUS_ERROR_SIZE];
    struct listing_end end = {.ran = command->ok, .mail_down = command->mail_down, .error = text};
    if (command->ok) {
        end.listing = listing_builder_finish(reader->builder, reader->begun_usec, clock_usec());
    }
    if (end.listing == NULL) {
        listing_builder_free(reader->builder);
    }
    reader->builder = NULL;
    bool both = command->error[0] != '\0' && reader->line_error[0] != '\0';
    snprintf(text, sizeof text, "%s%s%s", command->error, both ? ": " : "", reader->line_error);
    if (end.listing == NULL && text[0] == '\0') {
        end.error = "out of memory";
    }
    reader->ended(reader->userdata, &end);
}

bool listing_reader_start(struct listing_reader *reader, struct helper_client *helper,
                          enum message_order order, size_t limit) {
    const struct stream_callbacks callbacks = {.line = on_line, .end = on_end, .userdata = reader};
    const struct helper_order list = {.type = REQUEST_LIST};
    reader->builder = listing_builder_new(order, limit);
    reader->line_error[0] = '\0';
    reader->begun_usec = clock_usec();
    if (reader->builder == NULL || !helper_client_run(helper, &list, &callbacks)) {
        listing_reader_deinit(reader);
        return false;
    }
    return true;
}

void listing_reader_deinit(struct listing_reader *reader) {
    listing_builder_free(reader->builder);
    reader->builder = NULL;
}
