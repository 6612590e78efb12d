/* The macros of sd-journal.h would otherwise add this file as CODE_FILE to each entry. */
#define SD_JOURNAL_SUPPRESS_LOCATION

#include "io/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <syslog.h>
#include <systemd/sd-journal.h>
#include <unistd.h>

#define JOURNAL_SOCKET "/run/systemd/journal/socket"
#define LINE_SIZE 1024

static struct {
    bool journal;
    int level;
} log_state = {.journal = false, .level = LOG_INFO};

static const char *const priority_names[] = {
    [LOG_EMERG] = "emergency", [LOG_ALERT] = "alert",     [LOG_CRIT] = "critical",
    [LOG_ERR] = "error",       [LOG_WARNING] = "warning", [LOG_NOTICE] = "notice",
    [LOG_INFO] = "info",       [LOG_DEBUG] = "debug",
};

void log_open(bool to_stderr, int level) {
    log_state.journal = !to_stderr && access(JOURNAL_SOCKET, W_OK) == 0;
    log_state.level = level;
}

void log_set_level(int level) {
    log_state.level = level;
}

static void make_printable(char *text) {
    for (; *text != '\0'; text++) {
        if ((unsigned char)*text < ' ' || *text == 0x7f) {
            *text = ' ';
        }
    }
}

static void write_stderr(int priority, const char *text) {
    fprintf(stderr, "hermes-mailqueued: %s: %s\n", priority_names[priority], text);
}

void log_line(int priority, const char *format, ...) {
    char text[LINE_SIZE];
    va_list arguments;
    if (priority > log_state.level) {
        return;
    }
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    make_printable(text);
    if (!log_state.journal || sd_journal_print(priority, "%s", text) < 0) {
        write_stderr(priority, text);
    }
}

void log_event(int priority, const char *event, unsigned serial, const char *text) {
    char line[LINE_SIZE];
    if (priority > log_state.level) {
        return;
    }
    snprintf(line, sizeof line, "%s: %s", event, text);
    make_printable(line);
    if (!log_state.journal ||
        sd_journal_send("MESSAGE=%s", line, "PRIORITY=%i", priority, "HMQ_EVENT=%s", event,
                        "HMQ_SERIAL=%u", serial, NULL) < 0) {
        write_stderr(priority, line);
    }
}
