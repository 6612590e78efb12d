/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Reads Postfix's settings once: has the helper run postconf and parses what it prints.
 */
#ifndef HMQ_APP_SETTINGS_READER_H
#define HMQ_APP_SETTINGS_READER_H

#include "core/postfix_settings.h"
#include "io/helper_client.h"

#include <stdbool.h>
#include <stddef.h>

#define SETTINGS_TEXT_MAX 8192

/* Zeroed, then filled by its owner. */
struct settings_reader {
    /* settings->known is false if they could not be read; then error has the reason, otherwise it
     * is "". */
    void (*ended)(void *userdata, const struct postfix_settings *settings, const char *error);
    void *userdata;
    /* Private. */
    char text[SETTINGS_TEXT_MAX];
    size_t length;
};

/* Starts a reading. Returns false if the helper does not accept it now. */
bool settings_reader_start(struct settings_reader *reader, struct helper_client *helper);

#endif
