/*
 * The log on stderr: which lines are written, one line each, whatever is in them.
 */
#include "io/log.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <syslog.h>
#include <unistd.h>

#include "unit.h"

static int real_stderr;
static char written[8192];

static void begin(void) {
    int file = memfd_create("stderr", MFD_CLOEXEC);
    assert_true(file >= 0);
    fflush(stderr);
    assert_true(dup2(file, STDERR_FILENO) >= 0);
    close(file);
}

/* What was written since; stderr is the real one again. */
static const char *end(void) {
    fflush(stderr);
    ssize_t got = pread(STDERR_FILENO, written, sizeof written - 1, 0);
    assert_true(dup2(real_stderr, STDERR_FILENO) >= 0);
    assert_true(got >= 0);
    written[got] = '\0';
    return written;
}

static const struct {
    const char *name;
    int level, priority;
    const char *text;
    const char *line;
} lines[] = {
    {"at the level", LOG_INFO, LOG_INFO, "text", "hermes-mailqueued: info: text\n"},
    {"above the level", LOG_INFO, LOG_CRIT, "text", "hermes-mailqueued: critical: text\n"},
    {"below the level", LOG_INFO, LOG_DEBUG, "text", ""},
    {"errors only", LOG_ERR, LOG_WARNING, "text", ""},
    {"an error", LOG_ERR, LOG_ERR, "text", "hermes-mailqueued: error: text\n"},
    {"everything", LOG_DEBUG, LOG_DEBUG, "text", "hermes-mailqueued: debug: text\n"},
    {"a warning", LOG_INFO, LOG_WARNING, "text", "hermes-mailqueued: warning: text\n"},
    {"a notice", LOG_INFO, LOG_NOTICE, "text", "hermes-mailqueued: notice: text\n"},
    {"a forged line", LOG_INFO, LOG_INFO, "a\nhermes-mailqueued: b\r\x1B[31m\x7F",
     "hermes-mailqueued: info: a hermes-mailqueued: b  [31m \n"},
    {"conversions are text", LOG_INFO, LOG_INFO, "%s%n", "hermes-mailqueued: info: %s%n\n"},
};

static void test_lines(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(lines); i++) {
        log_open(true, lines[i].level);
        begin();
        log_line(lines[i].priority, "%s", lines[i].text);
        CHECK_STRING(lines[i].name, end(), lines[i].line);
    }
}

static void test_level_changes(void **state) {
    (void)state;
    log_open(true, LOG_ERR);
    log_set_level(LOG_DEBUG);
    begin();
    log_line(LOG_DEBUG, "%d", 7);
    CHECK_STRING("debug", end(), "hermes-mailqueued: debug: 7\n");
}

static void test_event(void **state) {
    (void)state;
    log_open(true, LOG_INFO);
    begin();
    log_event(LOG_CRIT, "hmqOverloadRaised", 3, "501\nmessages");
    log_event(LOG_DEBUG, "hmqOverloadCleared", 4, "x");
    CHECK_STRING("event", end(), "hermes-mailqueued: critical: hmqOverloadRaised: 501 messages\n");
}

/* Cut, and still one line. */
static void test_long(void **state) {
    (void)state;
    char text[5000];
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    log_open(true, LOG_INFO);
    begin();
    log_line(LOG_INFO, "%s", text);
    log_event(LOG_INFO, "hmqDataLost", 1, text);
    const char *all = end();
    const char *first = strchr(all, '\n');
    assert_non_null(first);
    CHECK("cut", first - all < 1100);
    CHECK("the second line ends too", strchr(first + 1, '\n') == all + strlen(all) - 1);
}

int main(void) {
    real_stderr = dup(STDERR_FILENO);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lines),
        cmocka_unit_test(test_level_changes),
        cmocka_unit_test(test_event),
        cmocka_unit_test(test_long),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
