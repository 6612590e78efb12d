/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One change of Postfix's parameters: reads main.cf, writes it through the helper, has Postfix
 * reload, and reads it back. If a step fails, the whole change is reverted, unless it asks for the
 * opposite. The lifetimes (settings.h) and the pause (pause.h) share it, and only one of them has a
 * change at a time.
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
    bool applied;     /* main.cf was read back and has the change */
    bool clean;       /* if not applied: main.cf certainly does not have the change */
    const char *text; /* why it failed, or a remark about a change that was applied; may be "" */
    /* What Postfix had before, in the form of main.cf. */
    char old_value[PARAMETER_COUNT][MAIN_CF_VALUE_SIZE];
    bool old_known[PARAMETER_COUNT];
    struct main_cf before; /* zeroed if main.cf could not be read */
};

struct settings_change_request {
    bool changed[PARAMETER_COUNT];
    struct main_cf_line wanted[PARAMETER_COUNT]; /* valid if changed; not set = to be removed */
    /* An earlier process, or an earlier attempt, began the change, so main.cf may already have the
     * new values, and its previous ones are unknown. */
    bool resumed;
    bool one_way; /* what was done remains if a later step fails */
    /*
     * main.cf was read, and nothing is written yet. Returns true to go on; false if the change
     * waits, and settings_change_go_on or settings_change_refuse follows, perhaps during this call.
     * NULL = go on.
     */
    bool (*judge)(void *userdata, const struct main_cf *before);
    /* Called once, when the next change can be claimed. */
    void (*ended)(void *userdata, const struct settings_change_end *end);
    void *userdata;
};

struct settings_change_context {
    struct collector *collector; /* borrowed */
    /* A change has ended, so that another one can be claimed. Called after its ended. */
    void (*idle)(void *userdata);
    void *userdata;
};

/* Returns 0 with *out, or a negative errno value. */
int settings_change_new(sd_event *event, const struct settings_change_context *context,
                        struct settings_change **out);

/* NULL is accepted. */
void settings_change_free(struct settings_change *change);

/* True from settings_change_claim until ended. */
bool settings_change_busy(const struct settings_change *change);

/* Prepares a change (copied), which keeps others from beginning. settings_change_start or
 * settings_change_refuse must follow. Must not be called while busy. */
void settings_change_claim(struct settings_change *change,
                           const struct settings_change_request *request);

/* Begins the change that was claimed. */
void settings_change_start(struct settings_change *change);

/* Continues a change that judge made wait. */
void settings_change_go_on(struct settings_change *change);

/* Ends a change that was not started or that judge made wait: ended is called at once, with applied
 * false and a text that begins with this one. */
void settings_change_refuse(struct settings_change *change, const char *text);

#endif
