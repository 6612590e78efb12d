/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The log: the journal with its fields where there is one, else lines on stderr. Only app, helper
 * and hooks write to it; the layers below report to them.
 *
 * No call blocks. If the journal accepts nothing more, or nobody reads a pipe, lines are lost; how
 * many is reported as soon as a line can be written again.
 */
#ifndef HMQ_OS_LOG_H
#define HMQ_OS_LOG_H

#include <stdbool.h>

/*
 * Chooses where lines go: to stderr if to_stderr is set or if there is no journal socket. To be
 * called before the process gives up privileges or clears its environment; may be called again.
 * name (borrowed) is the name of the program, level the least important priority (syslog(3)) that
 * is written.
 */
void log_open(const char *name, bool to_stderr, int level);

void log_set_level(int level);

/* Writes one line; control and bidirectional characters in it are replaced. */
void log_line(int priority, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Writes a line about an event, with its name in the journal field HMQ_EVENT and its serial in
 * HMQ_SERIAL. */
void log_event(int priority, const char *event, unsigned serial, const char *text);

/* Reports lost lines, if there are any and a line can be written again. To be called at intervals,
 * because the next regular line may come late. */
void log_report_lost(void);

#endif
