/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One change of Postfix's lifetimes, from what main.cf has to what it is to have: read main.cf,
 * write it by the helper, have Postfix reload, read it back. What fails on the way is taken back as
 * a whole.
 */
#ifndef HMQ_APP_SETTINGS_CHANGE_H
#define HMQ_APP_SETTINGS_CHANGE_H

#include "app/collector.h"
#include "core/postfix_settings.h"

#include <stdbool.h>
#include <stdint.h>
#include <systemd/sd-event.h>

struct settings_change;

/* How a change ended. Everything is borrowed for the call. */
struct settings_change_end {
    bool applied;     /* main.cf has been read back and has it; false: it was taken back */
    const char *text; /* why not; or what is to be added to a change that was applied; "" */
    /* What Postfix had before, as main.cf writes it; "" when that is not known. */
    char old_value[LIFETIME_COUNT][LIFETIME_VALUE_SIZE];
    struct main_cf_lifetimes before; /* zeroed when main.cf could not be read */
};

struct settings_change_context {
    struct collector *collector; /* borrowed */
    void (*ended)(void *userdata, const struct settings_change_end *end);
    void *userdata;
};

/* Returns 0 with *out, or a negative errno value. */
int settings_change_new(sd_event *event, const struct settings_change_context *context,
                        struct settings_change **out);

/* NULL is accepted. */
void settings_change_free(struct settings_change *change);

/*
 * Begins a change; one at a time. changed[i] says whether days[i] counts. resumed: an earlier
 * process began it, so that main.cf may have the new values already and what it had before is not
 * known. ended is called once, within this call or later.
 */
void settings_change_start(struct settings_change *change, const bool changed[LIFETIME_COUNT],
                           const uint32_t days[LIFETIME_COUNT], bool resumed);

/* Ends at once what has not begun: ended is called with applied false and this text. */
void settings_change_refuse(struct settings_change *change, const char *text);

#endif
