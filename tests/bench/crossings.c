/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * crossings ETC SPOOL SMTP_PORT TRAP_PORT ROOT_OID COUNT: sends a message by SMTP to a Postfix
 * whose queue holds just as many as are no overload, waits for hmqOverloadRaised at
 * 127.0.0.1:TRAP_PORT, deletes the message by postsuper, waits for hmqOverloadCleared, and again,
 * COUNT times.
 *
 * A message is on disk from the moment that Postfix marks its file complete: the fchmod(2) to 0700
 * that ends its writing in incoming, seen here by inotify(7). Prints `crossing P50 P99 MAX` and, as
 * a check from outside, `sent P50 P99 MAX` from the sender's final dot on, in microseconds.
 */
#include <net-snmp/net-snmp-config.h>

#include <net-snmp/net-snmp-includes.h>

#include "bench.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define TRAP_SECONDS 10
#define LINE_SIZE 512
#define PATH_SIZE 512
#define MESSAGE                                                                                    \
    "From: sender@sender.example\r\nTo: recipient@other.example\r\nSubject: crossing\r\n\r\n"      \
    "One more.\r\n"

struct encoded {
    u_char octets[64];
    size_t len;
};

static int trap_socket, changes;
static FILE *smtp; /* for reading; written to by its descriptor */

/* The notification's identifier as it stands in a trap, to look for in the datagram. */
static struct encoded encode(const char *root, oid number) {
    struct encoded out;
    oid ids[MAX_OID_LEN];
    size_t len = MAX_OID_LEN - 2;
    size_t left = sizeof out.octets;
    if (read_objid(root, ids, &len) == 0) {
        bench_die("%s is not an object identifier", root);
    }
    ids[len++] = 0;
    ids[len++] = number;
    const u_char *end = asn_build_objid(out.octets, &left, ASN_OBJECT_ID, ids, len);
    if (end == NULL) {
        bench_die("cannot encode %s", root);
    }
    out.len = (size_t)(end - out.octets);
    return out;
}

static struct sockaddr_in loopback(size_t port) {
    return (struct sockaddr_in){.sin_family = AF_INET,
                                .sin_port = htons((uint16_t)port),
                                .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
}

static double wait_for_trap(const struct encoded *which, const char *what) {
    double end = bench_now_usec() + TRAP_SECONDS * 1e6;
    for (;;) {
        u_char packet[8192];
        struct pollfd poll_trap = {.fd = trap_socket, .events = POLLIN};
        double now = bench_now_usec();
        if (now >= end || poll(&poll_trap, 1, (int)((end - now) / 1e3) + 1) <= 0) {
            bench_die("no %s within %d seconds", what, TRAP_SECONDS);
        }
        ssize_t got = recv(trap_socket, packet, sizeof packet, 0);
        if (got > 0 && memmem(packet, (size_t)got, which->octets, which->len) != NULL) {
            return bench_now_usec();
        }
    }
}

static void expect(const char *code, char line[LINE_SIZE]) {
    do {
        if (fgets(line, LINE_SIZE, smtp) == NULL) {
            bench_die("Postfix closed the connection");
        }
    } while (line[0] != '\0' && strlen(line) > 3 && line[3] == '-');
    if (strncmp(line, code, 3) != 0) {
        bench_die("Postfix said %.200s", line);
    }
}

static void say(const char *text, const char *code, char line[LINE_SIZE]) {
    if (send(fileno(smtp), text, strlen(text), MSG_NOSIGNAL) != (ssize_t)strlen(text)) {
        bench_die("Postfix takes nothing more");
    }
    if (code != NULL) {
        expect(code, line);
    }
}

/* Up to the final dot. */
static void prepare_message(size_t port) {
    char line[LINE_SIZE];
    struct sockaddr_in address = loopback(port);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof address) < 0 ||
        (smtp = fdopen(fd, "r")) == NULL) {
        bench_die("cannot connect to Postfix: %s", strerror(errno));
    }
    expect("220", line);
    say("EHLO bench.example\r\n", "250", line);
    say("MAIL FROM:<sender@sender.example>\r\n", "250", line);
    say("RCPT TO:<recipient@other.example>\r\n", "250", line);
    say("DATA\r\n", "354", line);
    say(MESSAGE, NULL, line);
}

/* Waits until a file in incoming is marked complete. */
static double wait_for_completion(const char *spool) {
    double end = bench_now_usec() + TRAP_SECONDS * 1e6;
    while (bench_now_usec() < end) {
        union {
            char buffer[4096];
            struct inotify_event align;
        } events;
        struct pollfd poll_changes = {.fd = changes, .events = POLLIN};
        if (poll(&poll_changes, 1, TRAP_SECONDS * 1000) <= 0) {
            break;
        }
        double now = bench_now_usec();
        ssize_t got = read(changes, &events, sizeof events);
        for (ssize_t at = 0; at < got;) {
            const struct inotify_event *event = (const void *)(events.buffer + at);
            char path[PATH_SIZE];
            struct stat st;
            snprintf(path, sizeof path, "%s/incoming/%.64s", spool,
                     event->len > 0 ? event->name : "");
            /* When it has moved on to active already, it was complete. */
            if ((event->mask & IN_ATTRIB) != 0 &&
                (stat(path, &st) < 0 || (st.st_mode & 0700) == 0700)) {
                return now;
            }
            at += (ssize_t)sizeof *event + event->len;
        }
    }
    bench_die("no message came to %s/incoming", spool);
}

static void forget_changes(void) {
    char buffer[4096];
    while (read(changes, buffer, sizeof buffer) > 0) {
    }
}

/* Deletes the message wherever it is by now; postsuper misses one that moves while it looks. */
static void delete_message(const char *etc, const char *id) {
    for (int attempt = 0; attempt < 50; attempt++) {
        int pipe_fds[2];
        char output[LINE_SIZE] = "";
        if (pipe(pipe_fds) < 0) {
            bench_die("pipe failed");
        }
        pid_t pid = fork();
        if (pid == 0) {
            dup2(pipe_fds[1], STDERR_FILENO);
            close(pipe_fds[0]);
            close(pipe_fds[1]);
            execlp("postsuper", "postsuper", "-c", etc, "-d", id, (char *)NULL);
            _exit(127);
        }
        close(pipe_fds[1]);
        FILE *lines = fdopen(pipe_fds[0], "r");
        bool removed = false;
        while (lines != NULL && fgets(output, sizeof output, lines) != NULL) {
            removed = removed || strstr(output, "removed") != NULL;
        }
        if (lines != NULL) {
            fclose(lines);
        }
        waitpid(pid, NULL, 0);
        if (removed) {
            return;
        }
        usleep(20000);
    }
    bench_die("postsuper does not delete %s", id);
}

static void cross(char **argv, const struct encoded traps[2], struct sample *crossings,
                  struct sample *sent) {
    char line[LINE_SIZE];
    prepare_message(bench_number(argv[3], 65535));
    forget_changes();
    double dot = bench_now_usec();
    say(".\r\n", NULL, line);
    double complete = wait_for_completion(argv[2]);
    double raised = wait_for_trap(&traps[0], "hmqOverloadRaised");
    sample_add(crossings, raised - complete);
    sample_add(sent, raised - dot);
    expect("250", line);
    const char *id = strstr(line, "queued as ");
    if (id == NULL) {
        bench_die("Postfix said %.200s", line);
    }
    id += strlen("queued as ");
    line[strcspn(line, "\r\n")] = '\0';
    delete_message(argv[1], id);
    wait_for_trap(&traps[1], "hmqOverloadCleared");
    say("QUIT\r\n", NULL, line);
    fclose(smtp);
}

int main(int argc, char **argv) {
    struct sample crossings = {0}, sent = {0};
    char incoming[PATH_SIZE];
    if (argc != 7) {
        bench_die("usage: crossings ETC SPOOL SMTP_PORT TRAP_PORT ROOT_OID COUNT");
    }
    setenv("MIBS", "", 1);
    netsnmp_ds_set_boolean(NETSNMP_DS_LIBRARY_ID, NETSNMP_DS_LIB_DONT_PERSIST_STATE, 1);
    netsnmp_ds_set_boolean(NETSNMP_DS_LIBRARY_ID, NETSNMP_DS_LIB_DONT_READ_CONFIGS, 1);
    init_snmp("crossings"); /* reading an identifier needs it */
    size_t count = bench_number(argv[6], 10000);
    const struct encoded traps[2] = {encode(argv[5], 1), encode(argv[5], 2)};
    struct sockaddr_in address = loopback(bench_number(argv[4], 65535));
    trap_socket = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    changes = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    snprintf(incoming, sizeof incoming, "%s/incoming", argv[2]);
    if (trap_socket < 0 || bind(trap_socket, (struct sockaddr *)&address, sizeof address) < 0 ||
        changes < 0 || inotify_add_watch(changes, incoming, IN_ATTRIB) < 0) {
        bench_die("cannot start: %s", strerror(errno));
    }
    for (size_t i = 0; i < count; i++) {
        cross(argv, traps, &crossings, &sent);
        /* At no fixed distance from the last one: neither side's timers must meet the other's. */
        usleep((useconds_t)(i * 7919 % 300) * 1000);
    }
    printf("crossing %.0f %.0f %.0f\n", sample_quantile(&crossings, 0.5),
           sample_quantile(&crossings, 0.99), sample_quantile(&crossings, 1));
    printf("sent %.0f %.0f %.0f\n", sample_quantile(&sent, 0.5), sample_quantile(&sent, 0.99),
           sample_quantile(&sent, 1));
    return 0;
}
