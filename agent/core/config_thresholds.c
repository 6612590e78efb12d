/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/config_keys.h"

#include "core/config_values.h"
#include "core/duration.h"
#include "core/time_units.h"

#include <inttypes.h>
#include <string.h>

#define SEC_PER_DAY UINT64_C(86400)

/* Accepts only whole seconds, because hmqAgeThreshold has no smaller unit. */
static bool parse_seconds(const struct config_key *key, struct config *config, const char *value,
                          char *error, size_t size) {
    uint64_t usec;
    if (!duration_parse(value, &usec) || usec % USEC_PER_SEC != 0) {
        snprintf(error, size, "\"%s\" is not a duration in whole seconds (90s, 2h)", value);
        return false;
    }
    if (usec / USEC_PER_SEC > key->maximum) {
        snprintf(error, size, "\"%s\" is more than %" PRIu64 " days", value,
                 key->maximum / SEC_PER_DAY);
        return false;
    }
    uint32_t seconds = (uint32_t)(usec / USEC_PER_SEC);
    memcpy((char *)config + key->offset, &seconds, sizeof seconds);
    return true;
}

static void print_seconds(const struct config_key *key, const struct config *config, FILE *stream) {
    uint32_t seconds;
    memcpy(&seconds, (const char *)config + key->offset, sizeof seconds);
    fprintf(stream, "%" PRIu32 "%s", seconds, seconds != 0 ? "s" : "");
}

struct config_key config_threshold_key(unsigned setting) {
    enum condition condition = condition_of_setting(setting);
    bool time = condition_is_time(condition);
    return (struct config_key){
        .name = condition_setting_key(setting),
        .default_value = setting == CONDITION_THRESHOLD(condition)
                             ? condition_row(condition)->default_value
                             : NULL,
        .parse = time ? parse_seconds : config_parse_number,
        .print = time ? print_seconds : config_print_number,
        .offset = offsetof(struct config, thresholds) + condition_setting_offset(setting),
        .maximum = condition_maximum(condition),
        .live = true,
    };
}

bool config_thresholds_complete(struct config *config, const char **key, char *error, size_t size) {
    for (enum condition c = 0; c < CONDITION_COUNT; c++) {
        const struct condition_row *row = condition_row(c);
        struct threshold *threshold = &config->thresholds.of[c];
        if (row->clear_key != NULL && config_line(config, row->clear_key) == 0) {
            threshold->clear = condition_default_clear(threshold->above);
        } else if (!threshold_consistent(threshold)) {
            snprintf(error, size, "%u is above %s, which is %u", threshold->clear, row->key,
                     threshold->above);
            *key = row->clear_key;
            return false;
        }
    }
    return true;
}
