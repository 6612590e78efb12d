/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One function for each kind of trouble writes the reason, which names the address, file or
 * process, and the advice, which names what to change. The errors of connect(2) with a known cause
 * are in a table; any other gets the text of errno. User and group names come from /etc/passwd and
 * /etc/group directly, because getpwuid(3) may wait for a directory server. The command line of
 * another process is made printable, since it ends up in the log.
 */
#include "io/master_words.h"

#include "core/duration.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <inttypes.h>
#include <netdb.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define AGENT_PROGRAM "hermes-mailqueued"
#define NAME_SIZE 40
#define ACCESS_SIZE 256
#define OID_SIZE 256
#define COMMAND_SIZE 160

struct context {
    const struct config *config;
    struct master_address address;
    int number;
};

/* From the files only: a directory service could keep the caller waiting. */
static void user_name(uid_t uid, char name[NAME_SIZE]) {
    FILE *file = fopen("/etc/passwd", "re");
    snprintf(name, NAME_SIZE, "uid %u", (unsigned)uid);
    for (const struct passwd *entry; file != NULL && (entry = fgetpwent(file)) != NULL;) {
        if (entry->pw_uid == uid) {
            snprintf(name, NAME_SIZE, "%s", entry->pw_name);
            break;
        }
    }
    if (file != NULL) {
        fclose(file);
    }
}

static void group_name(gid_t gid, char name[NAME_SIZE]) {
    FILE *file = fopen("/etc/group", "re");
    snprintf(name, NAME_SIZE, "gid %u", (unsigned)gid);
    for (const struct group *entry; file != NULL && (entry = fgetgrent(file)) != NULL;) {
        if (entry->gr_gid == gid) {
            snprintf(name, NAME_SIZE, "%s", entry->gr_name);
            break;
        }
    }
    if (file != NULL) {
        fclose(file);
    }
}

/* The socket, or the first directory on the way to it that cannot be entered. */
static void find_denied(const char *path, char denied[MASTER_PATH_SIZE]) {
    for (const char *slash = strchr(path + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        snprintf(denied, MASTER_PATH_SIZE, "%.*s", (int)(slash - path), path);
        if (faccessat(AT_FDCWD, denied, X_OK, AT_EACCESS) < 0 && errno == EACCES) {
            return;
        }
    }
    snprintf(denied, MASTER_PATH_SIZE, "%s", path);
}

/* Who owns what denies access, with which mode. */
static void describe_access(const char *path, char text[ACCESS_SIZE]) {
    char denied[MASTER_PATH_SIZE];
    char user[NAME_SIZE];
    char group[NAME_SIZE];
    struct stat status;
    find_denied(path, denied);
    if (stat(denied, &status) < 0) {
        snprintf(text, ACCESS_SIZE, "%s", denied);
        return;
    }
    user_name(status.st_uid, user);
    group_name(status.st_gid, group);
    snprintf(text, ACCESS_SIZE, "%s belongs to %s:%s and has mode %04o", denied, user, group,
             (unsigned)status.st_mode & 07777);
}

static void say_denied(struct master_words *words, const struct context *context) {
    char denied[ACCESS_SIZE];
    char user[NAME_SIZE];
    char group[NAME_SIZE];
    describe_access(context->address.path, denied);
    user_name(geteuid(), user);
    group_name(getegid(), group);
    snprintf(words->reason, sizeof words->reason,
             "permission denied: %s, and this process runs as %s:%s", denied, user, group);
    snprintf(
        words->advice, sizeof words->advice,
        "set \"agentXPerms 0660 0550 root %s\" in snmpd.conf(5), remove the socket's directory if "
        "snmpd made it, and restart snmpd",
        group);
}

static void say_unreachable(struct master_words *words, const struct context *context) {
    static const struct {
        enum master_transport transport;
        int error;
        const char *reason; /* %1$s: agentx_socket */
        const char *advice;
    } cases[] = {
        {MASTER_UNIX, ENOENT, "there is no socket at %s",
         "start snmpd, with \"master agentx\" and the same path as agentXSocket in snmpd.conf(5)"},
        {MASTER_UNIX, ECONNREFUSED,
         "nothing listens on %s: the socket is left from an snmpd that "
         "has stopped",
         "start snmpd"},
        {MASTER_UNIX, EAGAIN,
         "the master agent at %s accepts no more connections: it is stopped, or "
         "has been busy for a long time",
         "check whether snmpd answers, and restart it if it does not"},
        {MASTER_TCP, ECONNREFUSED, "nothing listens on %s",
         "start snmpd, with \"master agentx\" and the same agentXSocket in snmpd.conf(5)"},
        {MASTER_TCP, ETIMEDOUT, "no connection to %s within 10 seconds",
         "check the address, and any firewall in between"},
        {MASTER_TCP, EAFNOSUPPORT, "this process may not use the network to reach %s",
         "allow it in a drop-in for the unit, or use a socket in the file system"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        if (cases[i].transport == context->address.transport && cases[i].error == context->number) {
            const char *end = strstr(cases[i].reason, "%s");
            snprintf(words->reason, sizeof words->reason, "%.*s%s%s", (int)(end - cases[i].reason),
                     cases[i].reason, context->config->agentx_socket, end + 2);
            snprintf(words->advice, sizeof words->advice, "%s", cases[i].advice);
            return;
        }
    }
    snprintf(words->reason, sizeof words->reason, "cannot connect to %s: %s",
             context->config->agentx_socket, strerror(context->number));
    snprintf(words->advice, sizeof words->advice, "check agentx_socket");
}

static void say_unresolved(struct master_words *words, const struct context *context) {
    snprintf(words->reason, sizeof words->reason, "the host name in %s cannot be looked up: %s",
             context->config->agentx_socket, gai_strerror(context->number));
    snprintf(words->advice, sizeof words->advice, "check agentx_socket, or give an address");
}

static void say_silent(struct master_words *words, const struct context *context) {
    snprintf(words->reason, sizeof words->reason,
             "the master agent at %s is connected but does not answer: it is busy, with a slow "
             "\"extend\" command for example, or stopped",
             context->config->agentx_socket);
    snprintf(words->advice, sizeof words->advice,
             "the connection is kept, and works again when snmpd answers");
}

static void say_session(struct master_words *words, const struct context *context) {
    snprintf(words->reason, sizeof words->reason,
             "the master agent at %s refuses the session: %s (AgentX error %d)",
             context->config->agentx_socket, agentx_error_name(context->number), context->number);
    snprintf(words->advice, sizeof words->advice, "see the log of snmpd");
}

static void say_registration(struct master_words *words, const struct context *context) {
    snprintf(words->reason, sizeof words->reason,
             "the master agent at %s refuses the registration of the objects: %s (AgentX error %d)",
             context->config->agentx_socket, agentx_error_name(context->number), context->number);
    snprintf(words->advice, sizeof words->advice, "see the log of snmpd");
}

/* The command line of a process when it is an agent such as this one. */
static bool read_agent(const char *pid, char command[COMMAND_SIZE]) {
    char path[64];
    char octets[COMMAND_SIZE] = "";
    snprintf(path, sizeof path, "/proc/%.20s/cmdline", pid);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t len = fd >= 0 ? read(fd, octets, sizeof octets - 1) : -1;
    if (fd >= 0) {
        close(fd);
    }
    const char *slash = strrchr(octets, '/');
    if (len <= 0 || strcmp(slash != NULL ? slash + 1 : octets, AGENT_PROGRAM) != 0) {
        return false;
    }
    /* Words end in NUL; an argument of any octets ends up in a log. */
    for (ssize_t i = 0; i < len; i++) {
        command[i] = isprint((unsigned char)octets[i]) != 0 ? octets[i] : ' ';
    }
    command[len] = '\0';
    while (len > 0 && command[len - 1] == ' ') {
        command[--len] = '\0';
    }
    return true;
}

/* The other agent on this machine, as far as its processes can be seen. Of several, which may serve
 * other masters, none is named. */
static bool find_agent(uint64_t *pid, char command[COMMAND_SIZE]) {
    DIR *folder = opendir("/proc");
    unsigned found = 0;
    if (folder == NULL) {
        return false;
    }
    for (const struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        char line[COMMAND_SIZE];
        uint64_t number;
        if (number_parse(entry->d_name, INT32_MAX, &number) && number != (uint64_t)getpid() &&
            read_agent(entry->d_name, line)) {
            found++;
            *pid = number;
            memcpy(command, line, sizeof line);
        }
    }
    closedir(folder);
    return found == 1;
}

static void say_occupied(struct master_words *words, const struct context *context) {
    char root[OID_SIZE] = "";
    char command[COMMAND_SIZE];
    uint64_t pid;
    size_t used = 0;
    for (size_t i = 0; i < context->config->base_oid.len && used < sizeof root - 12; i++) {
        used += (size_t)snprintf(root + used, sizeof root - used, ".%" PRIu32,
                                 context->config->base_oid.ids[i]);
    }
    int written = snprintf(words->reason, sizeof words->reason,
                           "another agent already serves the objects below %.200s", root);
    if (context->config->context[0] != '\0') {
        written += snprintf(words->reason + written, sizeof words->reason - (size_t)written,
                            " in the context %.40s", context->config->context);
    }
    if (find_agent(&pid, command)) {
        snprintf(words->reason + written, sizeof words->reason - (size_t)written,
                 "; process %" PRIu64 " may be it: %.120s", pid, command);
    }
    snprintf(
        words->advice, sizeof words->advice,
        "stop the other one, or give one of them another context; this one waits and takes over "
        "when the other ends");
}

static void (*const say[])(struct master_words *words, const struct context *context) = {
    [MASTER_UNREACHABLE] = say_unreachable, [MASTER_UNRESOLVED] = say_unresolved,
    [MASTER_SILENT] = say_silent,           [MASTER_REFUSES_SESSION] = say_session,
    [MASTER_OCCUPIED] = say_occupied,       [MASTER_REFUSES_REGISTRATION] = say_registration,
};

void master_words_make(struct master_words *words, const struct master_trouble *trouble,
                       const struct config *config) {
    struct context context = {.config = config, .number = trouble->number};
    bool parsed = master_address_parse(config->agentx_socket, &context.address);
    if (parsed && trouble->kind == MASTER_UNREACHABLE && trouble->number == EACCES &&
        context.address.transport == MASTER_UNIX) {
        say_denied(words, &context);
    } else {
        say[trouble->kind](words, &context);
    }
}
