/*
 * The log: the journal with its fields when there is one, else lines on stderr. Called by app only;
 * the layers below report to it.
 */
#ifndef HMQ_IO_LOG_H
#define HMQ_IO_LOG_H

#include <stdbool.h>

/*
 * Chooses where lines go: to stderr when to_stderr or when no journal's socket is there.
 * level is the least important priority (syslog(3)) that is still written.
 */
void log_open(bool to_stderr, int level);

void log_set_level(int level);

/* Writes one line; control characters in it are replaced. */
void log_line(int priority, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The same about an event, its name in the journal field HMQ_EVENT and serial in HMQ_SERIAL. */
void log_event(int priority, const char *event, unsigned serial, const char *text);

#endif
