/* SPDX-License-Identifier: BSD-3-Clause */
#include "mib/value.h"

#include "core/text.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#define TEXT_MAX 255 /* SnmpAdminString */
#define KILO 1024
#define NO_TIME_LEN 8
#define YEAR_MAX 65535 /* two octets in DateAndTime */

bool mib_set_number(struct mib_value *value, uint64_t number) {
    value->number = number > UINT32_MAX ? UINT32_MAX : (uint32_t)number;
    return true;
}

bool mib_set_integer(struct mib_value *value, int32_t integer) {
    value->integer = integer;
    return true;
}

bool mib_set_truth(struct mib_value *value, bool truth) {
    return mib_set_integer(value, truth ? 1 : 2);
}

bool mib_set_text(struct mib_value *value, const char *text) {
    value->octets = text;
    value->length = text_utf8_prefix(text, strlen(text), TEXT_MAX);
    return true;
}

bool mib_set_octets(struct mib_value *value, const void *octets, size_t length) {
    value->octets = octets;
    value->length = length;
    return true;
}

bool mib_set_date(struct mib_value *value, int64_t wall) {
    time_t seconds = (time_t)wall;
    struct tm tm;
    if (localtime_r(&seconds, &tm) == NULL || tm.tm_year > YEAR_MAX - 1900) {
        return false;
    }
    unsigned year = (unsigned)tm.tm_year + 1900U;
    long minutes = labs(tm.tm_gmtoff) / 60;
    const uint8_t octets[11] = {
        (uint8_t)(year >> 8),         (uint8_t)year,
        (uint8_t)(tm.tm_mon + 1),     (uint8_t)tm.tm_mday,
        (uint8_t)tm.tm_hour,          (uint8_t)tm.tm_min,
        (uint8_t)tm.tm_sec,           0,
        tm.tm_gmtoff < 0 ? '-' : '+', (uint8_t)(minutes / 60),
        (uint8_t)(minutes % 60),
    };
    memcpy(value->small, octets, sizeof octets);
    value->octets = value->small;
    value->length = sizeof octets;
    return true;
}

bool mib_set_date_or_none(struct mib_value *value, int64_t wall) {
    return wall != 0 ? mib_set_date(value, wall) : mib_set_octets(value, value->small, NO_TIME_LEN);
}

bool mib_set_elapsed(const struct mib_view *view, struct mib_value *value, uint64_t since_usec,
                     uint64_t unit_usec) {
    if (since_usec == 0) {
        return false;
    }
    uint64_t elapsed = view->now_usec > since_usec ? view->now_usec - since_usec : 0;
    return mib_set_number(value, elapsed / unit_usec);
}

bool mib_set_age(const struct mib_view *view, struct mib_value *value, int64_t since) {
    return mib_set_number(value, view->now_wall > since ? (uint64_t)(view->now_wall - since) : 0);
}

bool mib_set_volume(struct mib_value *value, uint64_t octets) {
    return mib_set_number(value, octets / KILO + (octets % KILO != 0));
}
