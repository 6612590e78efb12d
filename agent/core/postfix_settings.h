/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The parameters of Postfix that the agent reads with `postconf -xh`, one line each.
 */
#ifndef HMQ_CORE_POSTFIX_SETTINGS_H
#define HMQ_CORE_POSTFIX_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define POSTFIX_VERSION_SIZE 64
#define LIFETIME_DAYS_MAX 90

/* The maximum for qmgr(8), which does not start with more (src/qmgr/qmgr.c). */
#define LIFETIME_SECONDS_MAX 8640000U

/* A buffer for a lifetime in main.cf's own words ("5d") and its NUL. */
#define LIFETIME_VALUE_SIZE 16

/* The same for any parameter that the agent can change. */
#define MAIN_CF_VALUE_SIZE 128

/* In the order of the output lines; the lifetimes follow each other as in enum lifetime. */
enum postfix_parameter {
    PARAMETER_MAIL_VERSION,
    PARAMETER_BOUNCE_LIFETIME,
    PARAMETER_MAXIMAL_LIFETIME,
    PARAMETER_DEFER_TRANSPORTS,
    PARAMETER_COUNT,
};

/* hmqSettingsState */
enum settings_state { SETTINGS_APPLIED = 1, SETTINGS_PENDING, SETTINGS_FAILED, SETTINGS_DRIFTED };

/* The parameters that hmqSettings can change in days. */
enum lifetime { LIFETIME_BOUNCE, LIFETIME_MAXIMAL, LIFETIME_COUNT };

static inline enum postfix_parameter lifetime_parameter(enum lifetime lifetime) {
    return (enum postfix_parameter)(PARAMETER_BOUNCE_LIFETIME + (int)lifetime);
}

/* True, with *lifetime, if the parameter is one of them. */
static inline bool parameter_lifetime(enum postfix_parameter parameter, enum lifetime *lifetime) {
    *lifetime = (enum lifetime)((int)parameter - PARAMETER_BOUNCE_LIFETIME);
    return parameter >= PARAMETER_BOUNCE_LIFETIME &&
           parameter < PARAMETER_BOUNCE_LIFETIME + (int)LIFETIME_COUNT;
}

/* True if one of them is marked. */
static inline bool lifetime_any(const bool marked[LIFETIME_COUNT]) {
    for (int i = 0; i < LIFETIME_COUNT; i++) {
        if (marked[i]) {
            return true;
        }
    }
    return false;
}

/* The parameter names for postconf's command line, in that order; NULL-terminated. */
extern const char *const postfix_parameter_names[PARAMETER_COUNT + 1];

struct postfix_settings {
    bool known; /* if false, the other members mean nothing */
    char version[POSTFIX_VERSION_SIZE];
    uint32_t lifetime_s[LIFETIME_COUNT];
    bool outbound_paused; /* defer_transports is not empty */
    /* The value of defer_transports; "?" if it is too long for one that the agent would set. */
    char defer_transports[MAIN_CF_VALUE_SIZE];
    uint64_t asked_usec; /* CLOCK_MONOTONIC before it was read; set by the reader */
};

/*
 * Parses the output of postconf (len octets): exactly PARAMETER_COUNT lines.
 * Returns true and fills *settings, or false with *settings untouched and the reason in error.
 */
bool postfix_settings_parse(const char *text, size_t len, struct postfix_settings *settings,
                            char *error, size_t size);

/*
 * Converts a lifetime to the days of hmqBounceQueueLifetime. Returns false, rather than rounding,
 * if it is not a whole number of days in the range 0..LIFETIME_DAYS_MAX.
 */
bool lifetime_days(uint32_t seconds, uint32_t *days);

/*
 * True if the text of a lifetime may be written to main.cf: digits and one of s m h d w, not more
 * than qmgr(8) accepts.
 */
bool lifetime_value_valid(const char *value);

/*
 * True if the text is a list of Postfix's transports as a pause writes it to defer_transports:
 * names of letters, digits, _ and -, none of which begins with a -, each separated from the next
 * one by a single blank or comma; shorter than MAIN_CF_VALUE_SIZE. An empty list is none.
 */
bool transports_valid(const char *value);

/* True if the agent may write this value to main.cf: lifetime_value_valid for the lifetimes;
 * transports_valid, or "", for defer_transports; never for another parameter. */
bool main_cf_value_valid(enum postfix_parameter parameter, const char *value);

/* What main.cf itself has for a parameter. */
struct main_cf_line {
    bool set;        /* false: not in main.cf, so the default applies */
    bool restorable; /* the same value can be written back */
    /* "" unless restorable; a lifetime without a unit got a d */
    char value[MAIN_CF_VALUE_SIZE];
};

/* By parameter; that of PARAMETER_MAIL_VERSION is not used. */
struct main_cf {
    struct main_cf_line lines[PARAMETER_COUNT];
};

/* Writes a lifetime in the form of main.cf: "5d", or "5400s" if it is not a whole number of days.
 */
void lifetime_format(uint32_t seconds, char value[LIFETIME_VALUE_SIZE]);

/*
 * Parses one line of `postconf -n` for the parameters that the agent can change. *main_cf must be
 * zeroed before the first line; a parameter without a line remains "not set". Returns false for any
 * other line.
 */
bool main_cf_parse_line(const char *line, size_t len, struct main_cf *main_cf);

/* True if both stand for the same: not set, or the same restorable value. */
bool main_cf_line_equal(const struct main_cf_line *a, const struct main_cf_line *b);

#endif
