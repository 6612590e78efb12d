/* SPDX-License-Identifier: BSD-3-Clause */
#include "client/format.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

const char *format_number(int64_t number, char out[FORMAT_SIZE]) {
    char digits[32];
    size_t written = 0;
    snprintf(digits, sizeof digits, "%" PRId64, number);
    size_t len = strlen(digits);
    for (size_t i = 0; i < len; i++) {
        if (i > 0 && digits[i - 1] != '-' && (len - i) % 3 == 0) {
            out[written++] = ',';
        }
        out[written++] = digits[i];
    }
    out[written] = '\0';
    return out;
}

const char *format_duration(int64_t seconds, char out[FORMAT_SIZE]) {
    int64_t minutes = seconds / 60;
    int64_t hours = minutes / 60;
    if (seconds < 60) {
        snprintf(out, FORMAT_SIZE, "%" PRId64 "s", seconds);
    } else if (hours == 0) {
        snprintf(out, FORMAT_SIZE, "%" PRId64 "m", minutes);
    } else if (hours < 24) {
        snprintf(out, FORMAT_SIZE, "%" PRId64 "h%02" PRId64 "m", hours, minutes % 60);
    } else {
        snprintf(out, FORMAT_SIZE, "%" PRId64 "d%02" PRId64 "h", hours / 24, hours % 24);
    }
    return out;
}

const char *format_milliseconds(int64_t milliseconds, char out[FORMAT_SIZE]) {
    if (milliseconds < 1000) {
        snprintf(out, FORMAT_SIZE, "%" PRId64 "ms", milliseconds);
    } else if (milliseconds < 60000) {
        snprintf(out, FORMAT_SIZE, "%" PRId64 ".%" PRId64 "s", milliseconds / 1000,
                 milliseconds % 1000 / 100);
    } else {
        format_duration(milliseconds / 1000, out);
    }
    return out;
}

const char *format_octets(int64_t octets, char out[FORMAT_SIZE]) {
    static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB", "PiB"};
    double value = (double)octets;
    size_t unit = 0;
    while (value >= 999.5 && unit + 1 < sizeof units / sizeof units[0]) {
        value /= 1024;
        unit++;
    }
    snprintf(out, FORMAT_SIZE, "%.*f %s", unit > 0 && value < 9.95 ? 1 : 0, value, units[unit]);
    return out;
}

const char *format_time(int64_t seconds, char out[FORMAT_SIZE]) {
    time_t time = (time_t)seconds;
    struct tm tm;
    if (localtime_r(&time, &tm) == NULL ||
        strftime(out, FORMAT_SIZE, "%Y-%m-%d %H:%M:%S %Z", &tm) == 0) {
        snprintf(out, FORMAT_SIZE, "?");
    }
    return out;
}

const char *format_rfc3339(int64_t seconds, char out[FORMAT_SIZE]) {
    time_t time = (time_t)seconds;
    struct tm tm;
    if (gmtime_r(&time, &tm) == NULL ||
        strftime(out, FORMAT_SIZE, "%Y-%m-%dT%H:%M:%SZ", &tm) == 0) {
        snprintf(out, FORMAT_SIZE, "?");
    }
    return out;
}

static const char *format_minutes(int64_t minutes, char out[FORMAT_SIZE]) {
    if (minutes == 0) {
        snprintf(out, FORMAT_SIZE, "older");
        return out;
    }
    snprintf(out, FORMAT_SIZE, "%" PRId64 "m", minutes);
    return out;
}

static const char *format_plain(int64_t number, const char *unit, char out[FORMAT_SIZE]) {
    snprintf(out, FORMAT_SIZE, "%" PRId64 "%s", number, unit);
    return out;
}

const char *format_cell(const struct field *field, const struct cell *cell, char out[FORMAT_SIZE]) {
    if (!cell->known) {
        return "?";
    }
    switch (field->kind) {
    case FIELD_TEXT:
        return cell->text;
    case FIELD_SENDER:
        return cell->text[0] != '\0' ? cell->text : "<>";
    case FIELD_NAME:
        return cell_name(field, cell, out);
    case FIELD_TRUTH:
        return cell->number == TRUTH_TRUE ? "yes" : "no";
    case FIELD_SERIAL:
        return format_plain(cell->number, "", out);
    case FIELD_SECONDS:
    case FIELD_AGE:
        return format_duration(cell->number, out);
    case FIELD_MILLISECONDS:
        return format_milliseconds(cell->number, out);
    case FIELD_MINUTES:
        return format_minutes(cell->number, out);
    case FIELD_DAYS:
        return format_plain(cell->number, "d", out);
    case FIELD_OCTETS:
        return format_octets(cell->number, out);
    case FIELD_KIB:
        return format_octets(cell->number * 1024, out);
    case FIELD_TIME:
        return cell->number == 0 ? "-" : format_time(cell->number, out);
    case FIELD_NUMBER:
        break;
    }
    return format_number(cell->number, out);
}

const char *format_messages(int64_t count, char out[FORMAT_SIZE]) {
    char number[FORMAT_SIZE];
    snprintf(out, FORMAT_SIZE, "%.30s message%s", format_number(count, number),
             count == 1 ? "" : "s");
    return out;
}
