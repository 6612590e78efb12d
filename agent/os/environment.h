/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The environment of a process of ours. Each program replaces what it was started with by this one,
 * before it does any work: it could contain proxies, CA files, resolver options, MAIL_CONFIG and
 * more.
 */
#ifndef HMQ_OS_ENVIRONMENT_H
#define HMQ_OS_ENVIRONMENT_H

/*
 * Removes every variable and sets PATH, to path, and LC_ALL, to locale. To be called after
 * log_open(), which reads a variable. Returns 0 or a negative errno value.
 */
int environment_clean(const char *path, const char *locale);

#endif
