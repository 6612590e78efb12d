/* SPDX-License-Identifier: BSD-3-Clause */
#include "hooks/backoff.h"

#include "core/duration.h"
#include "core/time_units.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DOUBLINGS_MAX 32

const struct backoff_policy backoff_default = {.first_usec = USEC_PER_SEC,
                                               .cap_usec = 300 * USEC_PER_SEC,
                                               .give_up_usec = 24 * (3600 * USEC_PER_SEC)};

bool backoff_parse(const char *text, struct backoff_policy *policy) {
    char copy[128];
    char *rest = NULL;
    uint64_t parts[3];
    size_t count = 0;
    if (strlen(text) >= sizeof copy) {
        return false;
    }
    snprintf(copy, sizeof copy, "%s", text);
    for (char *w = strtok_r(copy, ",", &rest); w != NULL; w = strtok_r(NULL, ",", &rest)) {
        if (count == 3 || !duration_parse(w, &parts[count]) || parts[count] == 0) {
            return false;
        }
        count++;
    }
    if (count != 3 || parts[0] > parts[1]) {
        return false;
    }
    *policy = (struct backoff_policy){parts[0], parts[1], parts[2]};
    return true;
}

uint64_t backoff_wait_usec(const struct backoff_policy *policy, unsigned failures,
                           uint32_t random) {
    unsigned doublings = failures > DOUBLINGS_MAX ? DOUBLINGS_MAX : failures - (failures > 0);
    uint64_t whole = policy->first_usec;
    for (unsigned i = 0; i < doublings && whole < policy->cap_usec; i++) {
        whole *= 2;
    }
    if (whole > policy->cap_usec) {
        whole = policy->cap_usec;
    }
    uint64_t half = whole / 2;
    return whole - half + (uint64_t)((double)half * ((double)random / (double)UINT32_MAX));
}

uint64_t backoff_left_usec(const struct backoff_policy *policy, uint64_t event_usec,
                           uint64_t now_usec) {
    uint64_t age = now_usec > event_usec ? now_usec - event_usec : 0;
    return age < policy->give_up_usec ? policy->give_up_usec - age : 0;
}

uint64_t backoff_next_usec(const struct backoff_policy *policy, unsigned failures, uint32_t random,
                           uint64_t retry_after_usec, uint64_t left_usec) {
    uint64_t wait = backoff_wait_usec(policy, failures, random);
    if (wait < retry_after_usec) {
        wait = retry_after_usec;
    }
    return wait < left_usec ? wait : left_usec;
}
