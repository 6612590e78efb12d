/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The log: the journal with its fields where there is one, else lines on stderr. For the processes'
 * own loops: app, helper and hooks call it, the layers below report to them.
 *
 * No call waits. A journal that takes nothing more, or a pipe that nobody reads, costs lines, never
 * time; how many were lost is reported as soon as something can be written again.
 */
#ifndef HMQ_OS_LOG_H
#define HMQ_OS_LOG_H

#include <stdbool.h>

/*
 * Chooses where lines go: to stderr when to_stderr or when no journal's socket is there. To be
 * called before the process gives up rights or forgets its environment, and may be called again.
 * name (borrowed) is the program's, level the least important priority (syslog(3)) that is still
 * written.
 */
void log_open(const char *name, bool to_stderr, int level);

void log_set_level(int level);

/* Writes one line; control and bidirectional characters in it are replaced. */
void log_line(int priority, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The same about an event, its name in the journal field HMQ_EVENT and serial in HMQ_SERIAL. */
void log_event(int priority, const char *event, unsigned serial, const char *text);

/* Reports lost lines, if there are any and something can be written again. To be called now and
 * then where the next line may be long in coming. */
void log_report_lost(void);

#endif
