/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One change of Postfix's lifetimes: reads main.cf, writes it through the helper, has Postfix
 * reload, and reads it back. If a step fails, the whole change is reverted.
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
    bool applied;     /* main.cf was read back and has the change; false: it was reverted */
    const char *text; /* why it failed, or a remark about a change that was applied; may be "" */
    /* What Postfix had before, in the form of main.cf; "" if unknown. */
    char old_value[LIFETIME_COUNT][LIFETIME_VALUE_SIZE];
    struct main_cf_lifetimes before; /* zeroed if main.cf could not be read */
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
 * Begins a change. There can be only one at a time. days[i] is valid if changed[i] is true.
 * resumed: an earlier process began the change, so main.cf may already have the new values, and its
 * previous ones are unknown. ended is called once, during this call or later.
 */
void settings_change_start(struct settings_change *change, const bool changed[LIFETIME_COUNT],
                           const uint32_t days[LIFETIME_COUNT], bool resumed);

/* Ends a change that has not begun: ended is called at once with applied false and this text. */
void settings_change_refuse(struct settings_change *change, const char *text);

#endif
