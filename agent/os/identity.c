/* SPDX-License-Identifier: BSD-3-Clause */
#include "os/identity.h"

#include "os/process.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <linux/capability.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

static const char *const problems[] = {
    [IDENTITY_UNKNOWN] = "no such user on this machine:",
    [IDENTITY_PRIVILEGED] = "not an unprivileged user:",
};

enum identity_result identity_find(const char *name, struct identity *found) {
    const struct passwd *entry = getpwnam(name);
    if (entry == NULL || strlen(entry->pw_name) >= sizeof found->name) {
        return IDENTITY_UNKNOWN;
    }
    if (entry->pw_uid == 0) {
        return IDENTITY_PRIVILEGED;
    }
    *found = (struct identity){.uid = entry->pw_uid, .gid = entry->pw_gid};
    snprintf(found->name, sizeof found->name, "%s", entry->pw_name);
    return IDENTITY_FOUND;
}

bool identity_find_key(const struct config *config, const char *key, const char *name,
                       struct identity *found, char *error, size_t size) {
    enum identity_result result = identity_find(name, found);
    if (result != IDENTITY_FOUND) {
        snprintf(error, size, "%s:%u: %s: %s \"%s\"", config->path, config_line(config, key), key,
                 problems[result], name);
    }
    return result == IDENTITY_FOUND;
}

bool identity_is_key(const struct config *config, const char *key, const char *name,
                     const char *unit_settings, char *error, size_t size) {
    struct identity user;
    if (!identity_find_key(config, key, name, &user, error, size)) {
        return false;
    }
    if (user.uid != geteuid()) {
        snprintf(
            error, size,
            "%s:%u: %s: is \"%s\", but the unit runs as the user with the number %u: set %s to "
            "the same user",
            config->path, config_line(config, key), key, name, (unsigned)geteuid(), unit_settings);
    }
    return user.uid == geteuid();
}

int identity_drop_root(const struct identity *user) {
    if (user->uid == 0) {
        return -EPERM;
    }
    if (initgroups(user->name, user->gid) < 0 || setgid(user->gid) < 0 || setuid(user->uid) < 0) {
        return -errno;
    }
    return setuid(0) == 0 ? -EPERM : 0;
}

struct capabilities {
    struct __user_cap_header_struct header;
    struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];
};

static int get_capabilities(struct capabilities *own) {
    own->header = (struct __user_cap_header_struct){.version = _LINUX_CAPABILITY_VERSION_3};
    return syscall(SYS_capget, &own->header, own->data) < 0 ? -errno : 0;
}

/* Leaves nothing but one capability, which programs inherit; -1 = none at all. */
static int keep_capability(int capability) {
    struct capabilities own = {
        .header = (struct __user_cap_header_struct){.version = _LINUX_CAPABILITY_VERSION_3}};
    if (capability >= 0) {
        uint32_t bit = UINT32_C(1) << capability;
        own.data[0] = (struct __user_cap_data_struct){bit, bit, bit};
    }
    if (syscall(SYS_capset, &own.header, own.data) < 0) {
        return -errno;
    }
    bool kept =
        capability < 0 || prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, capability, 0, 0) == 0;
    return kept ? 0 : -errno;
}

int identity_become_reader(const struct identity *user) {
    static const int readers[] = {CAP_DAC_READ_SEARCH, CAP_DAC_OVERRIDE};
    struct capabilities own;
    int capability = -1;
    int r = get_capabilities(&own);
    for (size_t i = 0; r == 0 && capability < 0 && i < sizeof readers / sizeof readers[0]; i++) {
        if ((own.data[0].permitted & UINT32_C(1) << readers[i]) != 0) {
            capability = readers[i];
        }
    }
    if (r == 0 && prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) < 0) {
        r = -errno;
    }
    if (r == 0) {
        r = process_harden();
    }
    if (r == 0) {
        r = identity_drop_root(user);
    }
    return r == 0 ? keep_capability(capability) : r;
}
