/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Durations as text: a number and a unit, as in the configuration file and in Postfix's main.cf
 * (postconf(5), "Specify a non-negative time value").
 */
#ifndef HMQ_CORE_DURATION_H
#define HMQ_CORE_DURATION_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Parses a duration of the configuration, such as "10s". Units are ms, s, m, h and d; a number
 * without a unit is seconds. Returns false, with *usec untouched, for anything else and for more
 * than 10,000 days.
 */
bool duration_parse(const char *text, uint64_t *usec);

/*
 * Parses a duration of Postfix, such as "5d". Units are s, m, h, d and w; a number without a unit
 * has default_unit, which depends on the parameter. Returns false, with *seconds untouched, for
 * anything else and for 2^32 seconds or more.
 */
bool postfix_time_parse(const char *text, char default_unit, uint32_t *seconds);

/* A buffer for duration_words and its NUL. */
#define DURATION_WORDS_SIZE 40

/* Writes seconds for people, in at most two units: "59 s", "1 min 1 s", "3 h 12 min", "2 d". What
 * is less than the second unit is left out. Returns out. */
const char *duration_words(uint64_t seconds, char out[DURATION_WORDS_SIZE]);

/* Parses a decimal number from 0 to max. Returns false, with *number untouched, for anything else.
 */
bool number_parse(const char *text, uint64_t max, uint64_t *number);

#endif
