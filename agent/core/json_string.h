/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Strings of JSON, in which most of a listing's octets are.
 */
#ifndef HMQ_CORE_JSON_STRING_H
#define HMQ_CORE_JSON_STRING_H

/*
 * Returns the first octet from `at` on that does not simply stand for itself in a string of JSON: a
 * quotation mark, a backslash or a control character (below 0x20). If there is none, returns end.
 */
const char *json_string_end(const char *at, const char *end);

#endif
