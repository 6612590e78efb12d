/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Parsers and printers for values of the configuration file that more than one key can have. Each
 * has the signature of struct config_key's parse or print, where its contract is described. For
 * the files of core/config_*.c only.
 */
#ifndef HMQ_CORE_CONFIG_VALUES_H
#define HMQ_CORE_CONFIG_VALUES_H

#include "core/config_keys.h"

/* The value of the key in struct config. */
void *config_field(const struct config_key *key, struct config *config);
const void *config_const_field(const struct config_key *key, const struct config *config);

/* A text (char *); it must not be empty if key->minimum is 1. */
bool config_parse_string(const struct config_key *key, struct config *config, const char *value,
                         char *error, size_t size);
void config_print_string(const struct config_key *key, const struct config *config, FILE *stream);

/* An absolute path (char *), printed by config_print_string. */
bool config_parse_path(const struct config_key *key, struct config *config, const char *value,
                       char *error, size_t size);

/* A duration of key->minimum to key->maximum microseconds (uint64_t). */
bool config_parse_duration(const struct config_key *key, struct config *config, const char *value,
                           char *error, size_t size);
void config_print_duration(const struct config_key *key, const struct config *config, FILE *stream);

/* A whole number of 0 to key->maximum (uint32_t). */
bool config_parse_number(const struct config_key *key, struct config *config, const char *value,
                         char *error, size_t size);
void config_print_number(const struct config_key *key, const struct config *config, FILE *stream);

/* One of key->names (int); the first one is key->minimum. */
bool config_parse_enum(const struct config_key *key, struct config *config, const char *value,
                       char *error, size_t size);
void config_print_enum(const struct config_key *key, const struct config *config, FILE *stream);

/* yes or no (bool). */
bool config_parse_yes_no(const struct config_key *key, struct config *config, const char *value,
                         char *error, size_t size);
void config_print_yes_no(const struct config_key *key, const struct config *config, FILE *stream);

/* A number of octets from key->minimum to key->maximum (uint64_t), also with K or M. */
bool config_parse_bytes(const struct config_key *key, struct config *config, const char *value,
                        char *error, size_t size);
void config_print_bytes(const struct config_key *key, const struct config *config, FILE *stream);

/* Prints a duration in microseconds in the syntax of the file. */
void config_print_usec(uint64_t usec, FILE *stream);

/* Begins the message about a word that is not one of several; config_add_choice appends each of the
 * words that would be valid. */
void config_explain_word(const char *word, char *error, size_t size);
void config_add_choice(const char *choice, char *error, size_t size);

#endif
