/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Functions by which getters fill in a struct mib_value. For the files of mib/ only. Each returns
 * true unless documented otherwise, so that a getter can return its result.
 */
#ifndef HMQ_MIB_VALUE_H
#define HMQ_MIB_VALUE_H

#include "mib/tree.h"

/* The signature of a getter; see struct mib_object. */
#define GETTER(name)                                                                               \
    static bool name(const struct mib_view *view, const struct mib_row *row,                       \
                     struct mib_value *value)
#define UNUSED_ROW (void)row

/* A Gauge32, Counter32 or Unsigned32. A greater number becomes the maximum of these types. */
bool mib_set_number(struct mib_value *value, uint64_t number);
bool mib_set_integer(struct mib_value *value, int32_t integer);
bool mib_set_truth(struct mib_value *value, bool truth);

/* Text that is already UTF-8, truncated to the length of an SnmpAdminString; borrowed. */
bool mib_set_text(struct mib_value *value, const char *text);

/* Octets as they are; borrowed. */
bool mib_set_octets(struct mib_value *value, const void *octets, size_t length);

/* DateAndTime of SNMPv2-TC (RFC 2579): local time with its offset from UTC. Returns false for a
 * time that has no date. */
bool mib_set_date(struct mib_value *value, int64_t wall);

/* The same, but 0 means "never" and becomes eight zero octets, as in DISMAN-SCRIPT-MIB (RFC 3165).
 */
bool mib_set_date_or_none(struct mib_value *value, int64_t wall);

/* The time since a moment of CLOCK_MONOTONIC. Returns false if since_usec is 0. */
bool mib_set_elapsed(const struct mib_view *view, struct mib_value *value, uint64_t since_usec,
                     uint64_t unit_usec);

/* The seconds since a moment of the wall clock; 0 if it is in the future. */
bool mib_set_age(const struct mib_view *view, struct mib_value *value, int64_t since);

/* hmqConditionSeverity: info(1), warning(2), critical(3); none(0) for 0. */
int32_t mib_severity_value(enum event_severity severity);

/* K-octets as in MTA-MIB (RFC 2789): rounded up, so that only nothing is 0. */
bool mib_set_volume(struct mib_value *value, uint64_t octets);

#endif
