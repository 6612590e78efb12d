/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The service towards systemd, whose end is played here: READY, the watchdog and the status line;
 * and the latency of the loop.
 */
#include "app/service.h"

#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "fake_helper.h"

static struct fake_helper fake; /* for its loop and clock */
static struct agent_status status;
static struct service *service;
static struct snapshot *snapshot;
static int manager;
static char folder[64], path[128];

static int set_up(void **state) {
    (void)state;
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(folder, sizeof folder, "/tmp/hmq-notify-XXXXXX");
    if (mkdtemp(folder) == NULL) {
        return -1;
    }
    snprintf(path, sizeof path, "%s/notify", folder);
    memcpy(address.sun_path, path, strlen(path) + 1);
    manager = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (manager < 0 || bind(manager, (struct sockaddr *)&address, sizeof address) < 0) {
        return -1;
    }
    setenv("NOTIFY_SOCKET", path, 1);
    setenv("WATCHDOG_USEC", "10000000", 1);
    unsetenv("WATCHDOG_PID");
    close(fake_open(&fake));
    status = (struct agent_status){.readings = {.data = DATA_OK}};
    snapshot = snapshot_new();
    return snapshot != NULL ? service_new(fake.event, &status, &status.loop, &service) : -1;
}

static int tear_down(void **state) {
    (void)state;
    service_free(service);
    snapshot_unref(snapshot);
    fake_deinit(&fake);
    close(manager);
    unlink(path);
    rmdir(folder);
    unsetenv("NOTIFY_SOCKET");
    unsetenv("WATCHDOG_USEC");
    return 0;
}

/* The next message to the manager that is not the watchdog's, or "". */
static const char *message(void) {
    static char text[1024];
    for (;;) {
        ssize_t got = recv(manager, text, sizeof text - 1, 0);
        text[got > 0 ? got : 0] = '\0';
        if (got <= 0 || strcmp(text, "WATCHDOG=1") != 0) {
            return text;
        }
    }
}

static const struct {
    const char *name;
    bool known;
    uint32_t counts[QUEUE_COUNT];
    enum data_status data;
    bool overload;
    const char *error;
    const char *line;
} reports[] = {
    {"nothing read yet",
     false,
     {0},
     DATA_UNAVAILABLE,
     false,
     "",
     "STATUS=queue unknown: not read yet"},
    {"unknown",
     false,
     {0},
     DATA_UNAVAILABLE,
     false,
     "cannot read /x",
     "STATUS=queue unknown: cannot read /x"},
    {"empty",
     true,
     {0},
     DATA_OK,
     false,
     "old",
     "STATUS=0 messages: 0 active, 0 deferred, 0 on hold, 0 incoming, 0 maildrop"},
    {"the same again", true, {0}, DATA_OK, false, "old", ""},
    {"some",
     true,
     {1, 2, 3, 4, 5, 6},
     DATA_OK,
     false,
     "",
     "STATUS=15 messages: 3 active, 4 deferred, 5 on hold, 2 incoming, 1 maildrop"},
    {"overload",
     true,
     {1, 2, 3, 4, 5, 6},
     DATA_OK,
     true,
     "",
     "STATUS=15 messages: 3 active, 4 deferred, 5 on hold, 2 incoming, 1 maildrop, OVERLOAD"},
    {"stale",
     true,
     {1, 2, 3, 4, 5, 6},
     DATA_STALE,
     false,
     "",
     "STATUS=15 messages: 3 active, 4 deferred, 5 on hold, 2 incoming, 1 maildrop (stale)"},
};

static void test_reports(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(reports); i++) {
        for (int q = 0; q < QUEUE_COUNT; q++) {
            snapshot->counts.known[q] = reports[i].known;
            snapshot->counts.messages[q] = reports[i].counts[q];
        }
        status.readings.data = reports[i].data;
        status.conditions[CONDITION_OVERLOAD].state =
            reports[i].overload ? CONDITION_STATE_RAISED : CONDITION_STATE_CLEAR;
        status.readings.failed = reports[i].error[0] != '\0';
        snprintf(status.readings.error, sizeof status.readings.error, "%s", reports[i].error);
        service_report(service, snapshot);
        CHECK_STRING(reports[i].name, message(), reports[i].line);
    }
}

/* That nobody can ask the agent is in the line too, until it is over. */
static void test_no_snmp(void **state) {
    (void)state;
    service_note_master(service, "there is no socket at unix:/run/agentx/master");
    service_report(service, snapshot);
    CHECK_STRING("no SNMP", message(),
                 "STATUS=queue unknown: not read yet; no SNMP: there is no socket at "
                 "unix:/run/agentx/master");
    service_note_master(service, NULL);
    service_report(service, snapshot);
    CHECK_STRING("over", message(), "STATUS=queue unknown: not read yet");
}

static void test_states(void **state) {
    (void)state;
    service_ready(service);
    CHECK_STRING("ready", message(), "READY=1");
    service_stopping();
    CHECK_STRING("stopping", message(), "STOPPING=1");
}

static void test_watchdog(void **state) {
    (void)state;
    char text[32] = "";
    while (recv(manager, text, sizeof text - 1, 0) > 0) {
    }
    for (int i = 0; i < 10; i++) {
        ssize_t got = -1;
        clock_ahead_usec += 5 * SECOND;
        UNTIL(&fake, (got = recv(manager, text, sizeof text - 1, 0)) > 0);
        text[got] = '\0';
        CHECK_STRING("alive", text, "WATCHDOG=1");
    }
}

/* A manager that reads nothing keeps nobody, and gets what matters once it reads again. */
static void test_busy_manager(void **state) {
    (void)state;
    char text[1024];
    alarm(60);
    for (int i = 0; i < 5000; i++) {
        snapshot->counts.messages[QUEUE_ACTIVE] = (uint32_t)i;
        for (int q = 0; q < QUEUE_COUNT; q++) {
            snapshot->counts.known[q] = true;
        }
        service_report(service, snapshot);
        service_ready(service);
    }
    alarm(0);
    while (recv(manager, text, sizeof text - 1, 0) > 0) {
    }
    bool ready = false;
    bool status_line = false;
    for (int turns = 0; turns < 200 && (!ready || !status_line); turns++) {
        clock_ahead_usec += SECOND;
        fake_turn(&fake);
        const char *next = message();
        ready |= strcmp(next, "READY=1") == 0;
        status_line |= strncmp(next, "STATUS=4999 messages: 4999 active", 33) == 0;
    }
    CHECK("READY=1 came in the end", ready);
    CHECK("and the last status line", status_line);
}

/* With what is due in it: a sign of life and the measurement, each a turn of the loop. */
static void pass_second(void) {
    clock_ahead_usec += SECOND;
    for (int turn = 0; turn < 3; turn++) {
        fake_turn(&fake);
    }
}

/* The worst of the last minute, no longer. */
static void test_latency(void **state) {
    (void)state;
    clock_ahead_usec += SECOND + 700000;
    UNTIL(&fake, status.loop.latency_ms > 0);
    CHECK("the delay", status.loop.latency_ms >= 650 && status.loop.latency_ms < 1700);
    for (int second = 0; second < 50; second++) {
        pass_second();
    }
    CHECK("still known", status.loop.latency_ms >= 650);
    for (int second = 0; second < 15; second++) {
        pass_second();
    }
    CHECK("forgotten", status.loop.latency_ms < 600);
}

/* Without systemd nothing is sent and nothing fails. */
static void test_no_systemd(void **state) {
    (void)state;
    unsetenv("NOTIFY_SOCKET");
    service_ready(service);
    service_report(service, snapshot);
    service_stopping();
    CHECK_STRING("nothing", message(), "");
    service_free(NULL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(test_reports), TEST(test_no_snmp),      TEST(test_states),     TEST(test_watchdog),
        TEST(test_latency), TEST(test_busy_manager), TEST(test_no_systemd),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
