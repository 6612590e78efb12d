/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Values as people read them: with units, times in the local zone with its name.
 */
#ifndef HMQ_CLIENT_FORMAT_H
#define HMQ_CLIENT_FORMAT_H

#include "client/record.h"

#include <stddef.h>
#include <stdint.h>

/* Room for any number, duration, size or time. */
#define FORMAT_SIZE 64

/* Each returns out. */
const char *format_number(int64_t number, char out[FORMAT_SIZE]);    /* 12,345 */
const char *format_duration(int64_t seconds, char out[FORMAT_SIZE]); /* 45s 12m 3h12m 2d05h */
const char *format_milliseconds(int64_t milliseconds, char out[FORMAT_SIZE]); /* 12ms 1.2s */
const char *format_octets(int64_t octets, char out[FORMAT_SIZE]);             /* 512 B, 1.2 KiB */
const char *format_time(int64_t seconds, char out[FORMAT_SIZE]);    /* 2026-11-27 10:20:30 CET */
const char *format_rfc3339(int64_t seconds, char out[FORMAT_SIZE]); /* in UTC */

/* A cell: its text, or what it means in out. "?" if it is not known. Borrowed. */
const char *format_cell(const struct field *field, const struct cell *cell, char out[FORMAT_SIZE]);

/* "1 message", "12 messages". Returns out. */
const char *format_messages(int64_t count, char out[FORMAT_SIZE]);

#endif
