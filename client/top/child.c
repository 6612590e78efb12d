/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Queue IDs are given on standard input, where neither their number nor who else is on the machine
 * matters; the terminal stays what the command asks on. The end of its output is the end of the
 * command: nobody else has its terminal.
 */
#include "client/top/child.h"
#include "client/memory.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define PROGRAM "/proc/self/exe"

void child_add(struct child_words *words, const char *word) {
    assert(words->count + 1 < CHILD_WORDS_MAX);
    words->words[words->count++] = word;
    words->words[words->count] = NULL;
}

static void add_option(struct child_words *words, const char *option, const char *value) {
    if (value != NULL) {
        child_add(words, option);
        child_add(words, value);
    }
}

void child_begin(struct child_words *words, const struct arguments *arguments, const char *gateway,
                 const char *name) {
    *words = (struct child_words){.count = 0};
    child_add(words, "hmq");
    add_option(words, "-H", gateway);
    add_option(words, "-n", arguments->context);
    add_option(words, "--base-oid", arguments->base_oid);
    child_add(words, name);
}

bool child_add_pattern(struct child_words *words, const char *prefix, const char *text) {
    char *out = words->texts[words->text_count];
    size_t size = sizeof words->texts[0];
    size_t used = (size_t)snprintf(out, size, "%s", prefix);
    for (; *text != '\0'; text++) {
        if (used + 3 > size) {
            return false;
        }
        if (strchr("*?\\", *text) != NULL) {
            out[used++] = '\\';
        }
        out[used++] = *text;
    }
    out[used] = '\0';
    words->text_count++;
    child_add(words, out);
    return true;
}

void child_end(struct child_words *words, const struct arguments *arguments) {
    if (arguments->snmp_count == 0) {
        return;
    }
    child_add(words, "--");
    for (int i = 0; i < arguments->snmp_count; i++) {
        child_add(words, arguments->snmp[i]);
    }
}

/* Appends octets to out, as far as there is room. */
static void append(char *out, size_t size, const char *octets) {
    size_t used = strlen(out);
    snprintf(out + used, size - used, "%s", octets);
}

const char *child_text(const struct child_words *words, char *out, size_t size) {
    out[0] = '\0';
    for (size_t i = 0; i < words->count && strcmp(words->words[i], "--") != 0; i++) {
        const char *word = words->words[i];
        bool plain = word[0] != '\0' && strpbrk(word, " *?\\'\"<>|&;$`()[]{}~#!") == NULL;
        append(out, size, i > 0 ? " " : "");
        append(out, size, plain ? "" : "'");
        for (; *word != '\0'; word++) {
            const char one[] = {*word, '\0'};
            append(out, size, *word == '\'' ? "'\\''" : one);
        }
        append(out, size, plain ? "" : "'");
    }
    return out;
}

/* A file in memory with the IDs, one a line; -1 with errno. */
static int write_ids(const struct marks *ids) {
    int file = memfd_create("ids", MFD_CLOEXEC);
    FILE *stream = file >= 0 ? fdopen(dup(file), "w") : NULL;
    if (stream == NULL) {
        return -1;
    }
    for (size_t i = 0; i < ids->count; i++) {
        fprintf(stream, "%s\n", ids->ids[i]);
    }
    if (fclose(stream) != 0 || lseek(file, 0, SEEK_SET) != 0) {
        close(file);
        return -1;
    }
    return file;
}

static int open_terminal(char name[128]) {
    int terminal = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (terminal >= 0 &&
        (grantpt(terminal) != 0 || unlockpt(terminal) != 0 || ptsname_r(terminal, name, 128) != 0 ||
         fcntl(terminal, F_SETFL, O_NONBLOCK) != 0)) {
        close(terminal);
        return -1;
    }
    return terminal;
}

/* In the child: never returns. */
static void become(struct child_words *words, const char *name, int input) {
    setsid();
    int inside = open(name, O_RDWR);
    if (inside < 0 || dup2(input >= 0 ? input : inside, STDIN_FILENO) < 0 ||
        dup2(inside, STDOUT_FILENO) < 0 || dup2(inside, STDERR_FILENO) < 0) {
        _exit(126);
    }
    close_range(STDERR_FILENO + 1, ~0U, 0);
    /* The words are not changed. */
    execv(PROGRAM, (char **)(uintptr_t)words->words);
    _exit(127);
}

bool child_start(struct child *child, struct child_words *words, const struct marks *ids,
                 size_t columns, size_t rows) {
    char name[128];
    int input = ids != NULL ? write_ids(ids) : -1;
    if (ids != NULL && input < 0) {
        return false;
    }
    *child = (struct child){.terminal = open_terminal(name)};
    if (child->terminal >= 0) {
        child_resize(child, columns, rows);
        child->pid = fork();
        if (child->pid == 0) {
            become(words, name, input);
        }
    }
    int error = errno;
    if (input >= 0) {
        close(input);
    }
    if (child->terminal >= 0 && child->pid < 0) {
        close(child->terminal);
        *child = (struct child){.terminal = -1};
    }
    errno = error;
    return child->terminal >= 0;
}

void child_resize(const struct child *child, size_t columns, size_t rows) {
    const struct winsize size = {.ws_col = (unsigned short)columns, .ws_row = (unsigned short)rows};
    if (child->terminal >= 0) {
        ioctl(child->terminal, TIOCSWINSZ, &size);
    }
}

void child_type(const struct child *child, const char *octets, size_t len) {
    if (child->terminal >= 0 && write(child->terminal, octets, len) < 0) {
        return; /* it has ended, or does not read: what is typed then is lost, as on any terminal */
    }
}

static void end(struct child *child) {
    int status = 0;
    close(child->terminal);
    child->terminal = -1;
    while (waitpid(child->pid, &status, 0) < 0 && errno == EINTR) {
    }
    child->status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    child->pid = 0;
}

size_t child_read(struct child *child, char *buffer, size_t size) {
    ssize_t got = child->terminal >= 0 ? read(child->terminal, buffer, size) : -1;
    if (got > 0) {
        return (size_t)got;
    }
    bool waits = got < 0 && (errno == EAGAIN || errno == EINTR);
    if (child->terminal >= 0 && !waits) {
        end(child);
    }
    return 0;
}

void child_deinit(struct child *child) {
    if (child->terminal >= 0) {
        end(child);
    }
}
