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
 * Parses "10s" of the configuration: ms s m h d; without a unit seconds. Returns false, with *usec
 * untouched, for anything else or more than 10,000 days.
 */
bool duration_parse(const char *text, uint64_t *usec);

/*
 * Parses "5d" of Postfix: s m h d w; without a unit the parameter's own default_unit (one of
 * those). Returns false, with *seconds untouched, for anything else or 2^32 seconds and more.
 */
bool postfix_time_parse(const char *text, char default_unit, uint32_t *seconds);

/* Parses a plain decimal number of 0..max. Returns false, with *number untouched, otherwise. */
bool number_parse(const char *text, uint64_t max, uint64_t *number);

#endif
