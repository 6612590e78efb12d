/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Loaded into our programs by LD_PRELOAD: at SIGUSR2 a process tries what it may have given up, and
 * adds a line to the file HMQ_PROBE, which has to exist with its full size:
 *
 *     PID make ERRNO write ERRNO read ERRNO inet ERRNO program ERRNO
 *
 * with 0 for what is possible: to make the file HMQ_PROBE.made (which is removed again), to open
 * HMQ_PROBE for writing and for reading, a socket of IPv4, and to run a program. The file is mapped
 * at the start, since a process that gives up writing cannot open it later.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define LINE_SIZE 80

static char path[PATH_MAX], made[PATH_MAX + 8];
static char *results;
static size_t size;

static int closed(int fd) {
    int error = fd < 0 ? errno : 0;
    if (fd >= 0) {
        close(fd);
    }
    return error;
}

/* Whoever ignores its children cannot wait for them: the pipe is closed by a program that runs. */
static int run_program(void) {
    int pair[2];
    int error = 0;
    if (pipe2(pair, O_CLOEXEC) < 0) {
        return errno;
    }
    pid_t child = fork();
    if (child == 0) {
        execl("/bin/true", "true", (char *)NULL);
        error = errno;
        _exit(write(pair[1], &error, sizeof error) < 0);
    }
    close(pair[1]);
    if (child < 0 || read(pair[0], &error, sizeof error) < 0) {
        error = errno;
    }
    close(pair[0]);
    return error;
}

static void on_signal(int number) {
    char line[LINE_SIZE + 1];
    int before = errno;
    (void)number;
    int make = closed(open(made, O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
    unlink(made);
    snprintf(line, sizeof line, "%d make %d write %d read %d inet %d program %d", (int)getpid(),
             make, closed(open(path, O_WRONLY | O_CLOEXEC)),
             closed(open(path, O_RDONLY | O_CLOEXEC)),
             closed(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)), run_program());
    size_t len = strlen(line);
    for (size_t at = 0; at + LINE_SIZE <= size; at += LINE_SIZE) {
        if (results[at] == '\n') {
            memcpy(results + at + 1, line + 1, len - 1);
            results[at + len] = '\n';
            results[at] = line[0];
            break;
        }
    }
    errno = before;
}

__attribute__((constructor)) static void begin(void) {
    const char *given = getenv("HMQ_PROBE");
    struct stat st;
    int fd = given != NULL ? open(given, O_RDWR | O_CLOEXEC) : -1;
    if (fd < 0 || fstat(fd, &st) < 0) {
        return;
    }
    size = (size_t)st.st_size;
    results = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    close(fd);
    if (results == MAP_FAILED) {
        return;
    }
    snprintf(path, sizeof path, "%s", given);
    snprintf(made, sizeof made, "%s.made", given);
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
    sigaction(SIGUSR2, &action, NULL);
}
