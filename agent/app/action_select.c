/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Which messages an action is about. The queue is listed anew when the action runs, and each
 * message is compared with the criteria, or with the IDs that were given. IDs that are missing in
 * the first listing are looked for in a second one, since a message can move while postqueue lists.
 * Whether a reason is the text of a group is known only at the end of the listing (keep_group).
 * Then the number is checked against the expected one, and the journal is written before anything
 * is done.
 */
#include "app/action_run_internal.h"
#include "core/evidence.h"
#include "os/clock.h"

#include <errno.h>

static int take_match(struct action_run *run, const struct message_head *head,
                      const struct place *place) {
    if (!evidence_selects(run->action->key.command, place)) {
        return 0;
    }
    if (run->targets.count == TARGETS_MAX ||
        !target_list_add(&run->targets, head->id, head->arrival)) {
        return -E2BIG;
    }
    struct target *target = &run->targets.targets[run->targets.count - 1];
    target->listed = true;
    target->in_group = run->search.in_group;
    target->place = *place;
    return 0;
}

/* Compares the arrival with the one that the manager saw. If that is unknown, a message that
 * arrived after the SET is another one; but an arrival in the future only shows that the clock was
 * set back. */
static bool is_another(const struct action *action, const struct target *target, int64_t arrival) {
    if (target->arrival != 0) {
        return target->arrival != arrival;
    }
    return arrival > action->created && arrival <= clock_wall();
}

/* Without its arrival a message cannot be identified: it exists, but nothing is done to it. */
static bool can_be_judged(const struct message_head *head) {
    return (head->missing & MISSING_ARRIVAL) == 0;
}

static int take_message(struct action_run *run, const struct message_head *head) {
    const struct place place = {.present = true,
                                .expired = head->forced_expire,
                                .queue = head->queue,
                                .arrival = head->arrival};
    struct target *target = run->by_ids ? target_list_find(&run->targets, head->id) : NULL;
    if (run->by_ids && target == NULL) {
        return 0;
    }
    bool matches = can_be_judged(head) &&
                   request_matches(&run->action->request, head, run->search.found, clock_wall());
    if (target == NULL) {
        return matches ? take_match(run, head, &place) : 0;
    }
    target->place = place;
    target->listed = target->listed || matches;
    target->in_group = target->in_group || (matches && run->search.in_group);
    /* A message that moves can be listed twice, but two different messages under one ID are an
     * error. */
    target->replaced =
        target->replaced || (can_be_judged(head) && is_another(run->action, target, head->arrival));
    return 0;
}

/* A target that was in the listing, if there was one, and is to be acted on. */
static bool actionable(const struct action_run *run, const struct target *target) {
    return target->listed && !target->replaced &&
           (!target->place.present || evidence_selects(run->action->key.command, &target->place));
}

/* The number of matching messages is known: checks the expected count, then runs the action. */
static void selected(struct action_run *run) {
    struct action *action = run->action;
    int32_t expected = action->request.expected_count;
    action->matched = 0;
    for (size_t i = 0; i < run->targets.count; i++) {
        struct target *target = &run->targets.targets[i];
        action->matched += actionable(run, target);
        if (target->place.present && !target->replaced) {
            target->arrival = target->place.arrival;
        }
    }
    if (expected != ACTION_NO_EXPECTED_COUNT && (uint32_t)expected != action->matched) {
        action_run_end(run, ACTION_REFUSED, "%u messages match, but hmqActionExpectedCount is %d",
                       action->matched, expected);
    } else if (command_row(action->key.command)->request == 0) {
        action_run_end(run, ACTION_DONE, "%s", "");
    } else if (run->cancelled) {
        action_run_end(run, ACTION_CANCELLED, "cancelled before anything was done");
    } else {
        action_run_journal_start(run, action_act);
    }
}

static bool some_missing(const struct target_list *targets) {
    for (size_t i = 0; i < targets->count; i++) {
        if (!targets->targets[i].place.present) {
            return true;
        }
    }
    return false;
}

/* If the reason turns out to be a group, what only has a part of its text is not selected. */
static void keep_group(struct action_run *run) {
    size_t kept = 0;
    for (size_t i = 0; i < run->targets.count; i++) {
        struct target *target = &run->targets.targets[i];
        bool selected = recipient_search_selects(&run->search, target->in_group);
        target->listed = target->listed && selected;
        if (selected || run->by_ids) {
            run->targets.targets[kept++] = *target;
        }
    }
    run->targets.count = kept;
}

static void list(struct action_run *run);

static void on_listed(struct action_run *run, const char *error) {
    if (error != NULL) {
        action_run_end(run, ACTION_FAILED,
                       "nothing was done, since the queue could not be listed: %s", error);
        return;
    }
    keep_group(run);
    if (run->by_ids && !run->listed_again && !run->cancelled && some_missing(&run->targets)) {
        run->listed_again = true;
        action_run_schedule(run, list);
        return;
    }
    if (!run->by_ids) {
        target_list_sort(&run->targets);
    }
    selected(run);
}

static void list(struct action_run *run) {
    action_list(run, take_message, on_listed);
}

/* Recalls when the named messages arrived, as the manager saw it at the SET. */
static void recall_arrivals(struct action_run *run) {
    const struct action *action = run->action;
    for (size_t i = 0; i < action->seen_count; i++) {
        struct target *target = target_list_find(&run->targets, action->seen[i].id);
        if (target != NULL) {
            target->arrival = action->seen[i].arrival;
        }
    }
}

void action_select(struct action_run *run) {
    recall_arrivals(run);
    list(run);
}

void action_select_trusting(struct action_run *run) {
    for (size_t i = 0; i < run->targets.count; i++) {
        run->targets.targets[i].listed = true;
    }
    selected(run);
}
