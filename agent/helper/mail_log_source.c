/* SPDX-License-Identifier: BSD-3-Clause */
#include "helper/mail_log_source.h"

#include "helper/child.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Where Debian's rsyslog writes the facility mail. */
#define DEFAULT_LOG "/var/log/mail.log"

static const char *const journal_folders[] = {"/run/log/journal", "/var/log/journal"};

/* The values of syslog_facility (postconf(5)) by their numbers in RFC 5424, from 1 on. */
static const char *const facilities[] = {
    "user",   "mail",     "daemon", "auth",   "syslog", "lpr",    "news",  "uucp",
    "cron",   "authpriv", "ftp",    NULL,     NULL,     NULL,     NULL,    "local0",
    "local1", "local2",   "local3", "local4", "local5", "local6", "local7"};

static unsigned facility_number(const char *name) {
    for (unsigned i = 0; i < sizeof facilities / sizeof facilities[0]; i++) {
        if (facilities[i] != NULL && strcmp(facilities[i], name) == 0) {
            return i + 1;
        }
    }
    return 2;
}

static bool has_journal(int folder, const char *machine, bool readable) {
    char path[NAME_MAX + sizeof "/system.journal"];
    struct stat st;
    snprintf(path, sizeof path, "%s/system.journal", machine);
    if (!readable) {
        return fstatat(folder, path, &st, 0) == 0;
    }
    int fd = openat(folder, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd >= 0) {
        close(fd);
    }
    return fd >= 0;
}

bool mail_log_journal_exists(bool readable) {
    bool found = false;
    for (size_t i = 0; !found && i < sizeof journal_folders / sizeof journal_folders[0]; i++) {
        DIR *folder = opendir(journal_folders[i]);
        const struct dirent *entry;
        while (folder != NULL && !found && (entry = readdir(folder)) != NULL) {
            found = entry->d_name[0] != '.' && has_journal(dirfd(folder), entry->d_name, readable);
        }
        if (folder != NULL) {
            closedir(folder);
        }
    }
    return found;
}

static int take_path(struct mail_log_place *place, const char *path, const char *whose, char *error,
                     size_t size) {
    if (path[0] != '/' || strncmp(path, "/dev/", strlen("/dev/")) == 0 ||
        strlen(path) >= sizeof place->path) {
        snprintf(error, size, "%s is %.200s, which is no file that can be followed; set mail_log",
                 whose, path);
        return EINVAL;
    }
    place->source = MAIL_LOG_FILE;
    snprintf(place->path, sizeof place->path, "%s", path);
    return 0;
}

/* mail_log = auto. A Postfix before 3.4 has no maillog_file. */
static int find_log(const struct config *config, struct mail_log_place *place, char *error,
                    size_t size) {
    char value[PATH_MAX] = "";
    if (child_postconf(config, "maillog_file", value, sizeof value, error, size) == 0 &&
        value[0] != '\0') {
        return take_path(place, value, "maillog_file", error, size);
    }
    if (mail_log_journal_exists(false)) {
        place->source = MAIL_LOG_JOURNAL;
        return 0;
    }
    return take_path(place, DEFAULT_LOG, "mail_log", error, size);
}

int mail_log_locate(const struct config *config, struct mail_log_place *place, char *error,
                    size_t size) {
    char facility[64] = "";
    *place = (struct mail_log_place){.source = MAIL_LOG_JOURNAL};
    if (config->container[0] == '\0') {
        snprintf(place->main_cf, sizeof place->main_cf, "%s/main.cf",
                 config->postfix_config_directory);
        if (stat(place->main_cf, &place->main_cf_was) < 0) {
            place->main_cf[0] = '\0';
        }
    }
    int result = child_postconf(config, "syslog_name", place->syslog_name,
                                sizeof place->syslog_name, error, size);
    if (result == 0 && config->log_mode == LOG_MODE_AUTO) {
        result = find_log(config, place, error, size);
    } else if (result == 0 && config->log_mode == LOG_MODE_PATH) {
        result = take_path(place, config->mail_log, "mail_log", error, size);
    }
    if (result == 0 && place->source == MAIL_LOG_JOURNAL) {
        result = child_postconf(config, "syslog_facility", facility, sizeof facility, error, size);
        place->facility = facility_number(facility);
    }
    return result;
}

bool mail_log_settings_changed(const struct mail_log_place *place) {
    const struct stat *was = &place->main_cf_was;
    struct stat is;
    return place->main_cf[0] != '\0' && stat(place->main_cf, &is) == 0 &&
           (is.st_ino != was->st_ino || is.st_dev != was->st_dev || is.st_size != was->st_size ||
            is.st_mtim.tv_sec != was->st_mtim.tv_sec || is.st_mtim.tv_nsec != was->st_mtim.tv_nsec);
}
