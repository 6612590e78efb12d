/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/evidence.h"

#include <assert.h>
#include <stddef.h>

typedef bool proof(const struct place *before, const struct place *after);

static bool is_held(const struct place *place) {
    return place->present && place->queue == QUEUE_HOLD;
}

static bool is_free(const struct place *place) {
    return place->present && place->queue != QUEUE_HOLD;
}

static bool in_maildrop(const struct place *place) {
    return place->present && place->queue == QUEUE_MAILDROP;
}

static bool is_active(const struct place *place) {
    return place->present && place->queue == QUEUE_ACTIVE;
}

static bool is_expired(const struct place *place) {
    return place->present && place->expired;
}

static bool held_now(const struct place *before, const struct place *after) {
    (void)before;
    return is_held(after);
}

static bool free_now(const struct place *before, const struct place *after) {
    (void)before;
    return is_free(after);
}

static bool released(const struct place *before, const struct place *after) {
    return is_held(before) && is_free(after);
}

/* postsuper puts a requeued message into maildrop under the id it had. */
static bool requeued(const struct place *before, const struct place *after) {
    return before->present && !in_maildrop(before) && in_maildrop(after);
}

static bool not_requeued(const struct place *before, const struct place *after) {
    (void)before;
    return after->present && !in_maildrop(after);
}

/* Held mail leaves the queue by nothing else; other mail may have been delivered. */
static bool removed(const struct place *before, const struct place *after) {
    return is_held(before) && !after->present;
}

static bool present_now(const struct place *before, const struct place *after) {
    (void)before;
    return after->present;
}

static bool expired_since(const struct place *before, const struct place *after) {
    return before->present && !before->expired && is_expired(after);
}

static bool not_expired(const struct place *before, const struct place *after) {
    (void)before;
    return after->present && !after->expired;
}

/* Of each command: what is there already, and what a listing afterwards proves. */
static const struct signs {
    bool (*already)(const struct place *place);
    const char *already_text;
    proof *done;
    const char *done_text;
    proof *undone;
    const char *undone_text;
} signs[COMMAND_COUNT + 1] = {
    [COMMAND_HOLD] = {is_held, "on hold already", held_now, "the queue shows it on hold", free_now,
                      "the queue does not show it on hold"},
    [COMMAND_UNHOLD] = {is_free, "not on hold", released, "the queue shows it released", held_now,
                        "the queue shows it still on hold"},
    [COMMAND_REQUEUE] = {in_maildrop, "waits in maildrop already", requeued,
                         "the queue shows it in maildrop", not_requeued,
                         "the queue does not show it requeued"},
    [COMMAND_DELETE] = {NULL, "", removed, "no longer in the queue", present_now,
                        "the queue still shows it"},
    [COMMAND_FLUSH] = {is_active, "being delivered already", NULL, "", NULL, ""},
    [COMMAND_EXPIRE] = {is_expired, "force-expired already", expired_since,
                        "the queue shows it force-expired", not_expired,
                        "the queue does not show it force-expired"},
};

bool evidence_already(enum action_command command, const struct place *place) {
    assert(command >= COMMAND_HOLD && command <= COMMAND_COUNT);
    return signs[command].already != NULL && signs[command].already(place);
}

bool evidence_selects(enum action_command command, const struct place *place) {
    return !evidence_already(command, place) && !(command == COMMAND_FLUSH && is_held(place));
}

struct verdict evidence_left_out(enum action_command command, const struct place *place) {
    assert(!evidence_selects(command, place));
    if (evidence_already(command, place)) {
        return (struct verdict){OUTCOME_UNCHANGED, signs[command].already_text};
    }
    return (struct verdict){OUTCOME_FAILED, "on hold: release it first"};
}

/* Another message under the same id is not the one that was meant. */
static struct place seen_after(const struct target *target) {
    bool other = target->arrival != 0 && target->after.arrival != target->arrival;
    return other ? (struct place){.present = false} : target->after;
}

struct verdict evidence_unnamed(enum action_command command, const struct target *target) {
    struct place after = seen_after(target);
    if (!after.present) {
        return (struct verdict){OUTCOME_NOT_FOUND, "no such message"};
    }
    if (evidence_already(command, &after)) {
        return (struct verdict){OUTCOME_UNCHANGED, signs[command].already_text};
    }
    return (struct verdict){OUTCOME_FAILED, in_maildrop(&after)
                                                ? "in maildrop, where Postfix does not look for it"
                                                : "in the queue, but Postfix did not find it"};
}

struct verdict evidence_open(enum action_command command, const struct target *target) {
    const struct signs *sign = &signs[command];
    struct place after = seen_after(target);
    if (sign->done != NULL && sign->done(&target->place, &after)) {
        return (struct verdict){OUTCOME_DONE, sign->done_text};
    }
    if (sign->undone != NULL && sign->undone(&target->place, &after)) {
        return (struct verdict){OUTCOME_FAILED, sign->undone_text};
    }
    return (struct verdict){OUTCOME_FAILED, after.present
                                                ? "not known whether it was done"
                                                : "not known whether it was done: no longer in the "
                                                  "queue"};
}
