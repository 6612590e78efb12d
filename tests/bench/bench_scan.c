/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * bench_scan SPOOL EXPECTED ROUNDS HELPER CONFIG: times, one after the other in each round, a bare
 * getdents64 walk over the queue folders, the same with a stat of each file, which gives its size
 * and age (the way of Telegraf's input plugin for Postfix), the helper's scan linked in here, and a
 * full scan asked of a real helper process over its protocol. Each must find EXPECTED messages.
 * Prints `walk|stat|scan|helper MEDIAN_USEC`.
 */
#include "bench.h"
#include "core/protocol.h"
#include "helper/scan.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define BUFFER_SIZE ((size_t)256 * 1024)
#define REPLY_SECONDS 20

struct linux_dirent64 {
    uint64_t d_ino;
    int64_t d_off;
    unsigned short d_reclen;
    unsigned char d_type;
    char d_name[];
};

static char buffer[BUFFER_SIZE];

/* Counts the regular files; subfolders of one character are walked too, the least one can do. */
static size_t walk(int parent, const char *name, bool with_stat) {
    size_t files = 0;
    char folders[256][2];
    size_t folder_count = 0;
    int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) {
        return 0;
    }
    for (long got; (got = syscall(SYS_getdents64, fd, buffer, BUFFER_SIZE)) > 0;) {
        for (long at = 0; at < got;) {
            const struct linux_dirent64 *entry = (const void *)(buffer + at);
            if (entry->d_type == DT_REG) {
                struct stat st;
                files += !with_stat || fstatat(fd, entry->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0;
            } else if (entry->d_name[0] != '.' && entry->d_name[1] == '\0' && folder_count < 256) {
                folders[folder_count][0] = entry->d_name[0];
                folders[folder_count++][1] = '\0';
            }
            at += entry->d_reclen;
        }
    }
    for (size_t i = 0; i < folder_count; i++) {
        files += walk(fd, folders[i], with_stat);
    }
    close(fd);
    return files;
}

static double time_walk(const char *spool, size_t expected, bool with_stat) {
    double start = bench_now_usec();
    int fd = open(spool, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    size_t files = 0;
    for (enum queue queue = 0; queue < QUEUE_COUNT; queue++) {
        files += walk(fd, queue_name(queue), with_stat);
    }
    close(fd);
    double used = bench_now_usec() - start;
    if (files != expected) {
        bench_die("the walk found %zu files, not %zu", files, expected);
    }
    return used;
}

static size_t total(const uint32_t messages[QUEUE_COUNT]) {
    size_t sum = 0;
    for (int queue = 0; queue < QUEUE_COUNT; queue++) {
        sum += messages[queue];
    }
    return sum;
}

static double time_scan(struct scanner *scanner, const char *spool, size_t expected) {
    struct scan_counts counts;
    char error[256] = "";
    double start = bench_now_usec();
    int result = scanner_scan(scanner, spool, true, &counts, error, sizeof error);
    double used = bench_now_usec() - start;
    if (result != 0 || total(counts.messages) != expected) {
        bench_die("the scan found %zu messages, not %zu %s",
                  result == 0 ? total(counts.messages) : 0, expected, error);
    }
    return used;
}

static pid_t start_helper(const char *program, const char *config, int *own) {
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0) {
        bench_die("socketpair failed");
    }
    pid_t pid = fork();
    if (pid == 0) {
        char fd[16];
        snprintf(fd, sizeof fd, "%d", pair[1]);
        fcntl(pair[1], F_SETFD, 0);
        execl(program, program, "-c", config, "-s", fd, (char *)NULL);
        _exit(127);
    }
    close(pair[1]);
    const struct timeval timeout = {.tv_sec = REPLY_SECONDS};
    setsockopt(pair[0], SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout);
    *own = pair[0];
    return pid;
}

static struct reply receive(int socket) {
    struct reply reply;
    if (recv(socket, &reply, sizeof reply, 0) != (ssize_t)sizeof reply) {
        bench_die("the helper does not answer");
    }
    return reply;
}

/* Its number, which a request must name. */
static uint32_t meet_helper(int socket) {
    struct reply hello = receive(socket);
    if (hello.type != REPLY_HELLO || hello.error != 0) {
        bench_die("the helper cannot work here: %.200s", hello.text);
    }
    return hello.worker;
}

static double time_helper(int socket, uint32_t worker, uint32_t sequence, size_t expected) {
    double start = bench_now_usec();
    struct request request = {.version = PROTOCOL_VERSION,
                              .type = REQUEST_SCAN,
                              .sequence = sequence,
                              .worker = worker,
                              .deadline_usec = (uint64_t)start + REPLY_SECONDS * UINT64_C(1000000),
                              .flags = SCAN_FULL};
    struct reply reply;
    ssize_t size = (ssize_t)request_size(request.id_count);
    if (send(socket, &request, (size_t)size, MSG_NOSIGNAL) != size) {
        bench_die("the helper takes no request");
    }
    do {
        reply = receive(socket);
    } while (reply.type != REPLY_COUNTS);
    double used = bench_now_usec() - start;
    if (reply.error != 0 || total(reply.counts) != expected) {
        bench_die("the helper found %zu messages, not %zu %.200s",
                  reply.error == 0 ? total(reply.counts) : 0, expected, reply.text);
    }
    return used;
}

int main(int argc, char **argv) {
    struct sample walks = {0}, stats = {0}, scans = {0}, helpers = {0};
    int socket;
    if (argc != 6) {
        bench_die("usage: bench_scan SPOOL EXPECTED ROUNDS HELPER CONFIG");
    }
    size_t expected = bench_number(argv[2], 10000000);
    size_t rounds = bench_number(argv[3], 10000);
    struct scanner *scanner = scanner_new();
    pid_t helper = start_helper(argv[4], argv[5], &socket);
    if (scanner == NULL || helper < 0) {
        bench_die("cannot start");
    }
    uint32_t worker = meet_helper(socket);
    /* The first of each fills caches and, for the helper, asks postconf for the spool. */
    time_walk(argv[1], expected, true);
    time_scan(scanner, argv[1], expected);
    time_helper(socket, worker, 1, expected);
    for (uint32_t round = 0; round < rounds; round++) {
        sample_add(&walks, time_walk(argv[1], expected, false));
        sample_add(&stats, time_walk(argv[1], expected, true));
        sample_add(&scans, time_scan(scanner, argv[1], expected));
        sample_add(&helpers, time_helper(socket, worker, round + 2, expected));
    }
    close(socket);
    waitpid(helper, NULL, 0);
    scanner_free(scanner);
    printf("walk %.0f\nstat %.0f\nscan %.0f\nhelper %.0f\n", sample_quantile(&walks, 0.5),
           sample_quantile(&stats, 0.5), sample_quantile(&scans, 0.5),
           sample_quantile(&helpers, 0.5));
    return 0;
}
