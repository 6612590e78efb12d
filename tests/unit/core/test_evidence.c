/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a listing proves about a command, and what it does not.
 */
#include "core/evidence.h"

#include "unit.h"

#define ARRIVED 1700000000
#define IN(where)                                                                                  \
    { .present = true, .queue = QUEUE_##where, .arrival = ARRIVED }
#define EXPIRED_IN(where)                                                                          \
    { .present = true, .queue = QUEUE_##where, .arrival = ARRIVED, .expired = true }
#define LATER_IN(where)                                                                            \
    { .present = true, .queue = QUEUE_##where, .arrival = ARRIVED + 1 }
#define NOWHERE                                                                                    \
    { .present = false }

static const struct {
    const char *name;
    enum action_command command;
    struct place place;
    bool already, selects;
} places[] = {
    {"hold, deferred", COMMAND_HOLD, IN(DEFERRED), false, true},
    {"hold, held", COMMAND_HOLD, IN(HOLD), true, false},
    {"hold, waiting for pickup", COMMAND_HOLD, IN(MAILDROP), false, true},
    {"unhold, held", COMMAND_UNHOLD, IN(HOLD), false, true},
    {"unhold, deferred", COMMAND_UNHOLD, IN(DEFERRED), true, false},
    {"unhold, active", COMMAND_UNHOLD, IN(ACTIVE), true, false},
    {"requeue, held", COMMAND_REQUEUE, IN(HOLD), false, true},
    {"requeue, waiting for pickup", COMMAND_REQUEUE, IN(MAILDROP), true, false},
    {"delete, anywhere", COMMAND_DELETE, IN(HOLD), false, true},
    {"flush, deferred", COMMAND_FLUSH, IN(DEFERRED), false, true},
    {"flush, active", COMMAND_FLUSH, IN(ACTIVE), true, false},
    {"flush, held", COMMAND_FLUSH, IN(HOLD), false, false},
    {"expire, deferred", COMMAND_EXPIRE, IN(DEFERRED), false, true},
    {"expire, expired", COMMAND_EXPIRE, EXPIRED_IN(DEFERRED), true, false},
    {"view", COMMAND_VIEW, IN(HOLD), false, true},
    {"count, held", COMMAND_COUNT, IN(HOLD), false, true},
};

static void test_places(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(places); i++) {
        const char *name = places[i].name;
        CHECK_INT(name, evidence_already(places[i].command, &places[i].place), places[i].already);
        CHECK_INT(name, evidence_selects(places[i].command, &places[i].place), places[i].selects);
        if (!places[i].selects) {
            struct verdict verdict = evidence_left_out(places[i].command, &places[i].place);
            CHECK_INT(name, verdict.outcome,
                      places[i].already ? OUTCOME_UNCHANGED : OUTCOME_FAILED);
            CHECK(name, verdict.text[0] != '\0');
        }
    }
}

static const struct {
    const char *name;
    enum action_command command;
    struct place before, after;
    enum action_outcome open, unnamed;
    bool unknown; /* by evidence_open */
} cases[] = {
    {"held now", COMMAND_HOLD, IN(DEFERRED), IN(HOLD), OUTCOME_DONE, OUTCOME_UNCHANGED, false},
    {"held now, not listed before", COMMAND_HOLD, NOWHERE, IN(HOLD), OUTCOME_DONE,
     OUTCOME_UNCHANGED, false},
    {"not held", COMMAND_HOLD, IN(DEFERRED), IN(DEFERRED), OUTCOME_FAILED, OUTCOME_FAILED, false},
    {"gone instead of held", COMMAND_HOLD, IN(DEFERRED), NOWHERE, OUTCOME_FAILED, OUTCOME_NOT_FOUND,
     true},
    {"another message is held", COMMAND_HOLD, IN(DEFERRED), LATER_IN(HOLD), OUTCOME_FAILED,
     OUTCOME_NOT_FOUND, true},
    {"released", COMMAND_UNHOLD, IN(HOLD), IN(DEFERRED), OUTCOME_DONE, OUTCOME_UNCHANGED, false},
    {"free, but was it held?", COMMAND_UNHOLD, NOWHERE, IN(DEFERRED), OUTCOME_FAILED,
     OUTCOME_UNCHANGED, true},
    {"still held", COMMAND_UNHOLD, IN(HOLD), IN(HOLD), OUTCOME_FAILED, OUTCOME_FAILED, false},
    {"released and delivered, or deleted", COMMAND_UNHOLD, IN(HOLD), NOWHERE, OUTCOME_FAILED,
     OUTCOME_NOT_FOUND, true},
    {"requeued", COMMAND_REQUEUE, IN(HOLD), IN(MAILDROP), OUTCOME_DONE, OUTCOME_UNCHANGED, false},
    {"requeued, or new", COMMAND_REQUEUE, NOWHERE, IN(MAILDROP), OUTCOME_FAILED, OUTCOME_UNCHANGED,
     true},
    {"not requeued", COMMAND_REQUEUE, NOWHERE, IN(DEFERRED), OUTCOME_FAILED, OUTCOME_FAILED, false},
    {"requeued and taken up, or delivered", COMMAND_REQUEUE, IN(DEFERRED), NOWHERE, OUTCOME_FAILED,
     OUTCOME_NOT_FOUND, true},
    {"deleted from hold", COMMAND_DELETE, IN(HOLD), NOWHERE, OUTCOME_DONE, OUTCOME_NOT_FOUND,
     false},
    {"deleted, and the id given again", COMMAND_DELETE, IN(HOLD), LATER_IN(ACTIVE), OUTCOME_DONE,
     OUTCOME_NOT_FOUND, false},
    {"deleted, or delivered", COMMAND_DELETE, IN(DEFERRED), NOWHERE, OUTCOME_FAILED,
     OUTCOME_NOT_FOUND, true},
    {"never listed", COMMAND_DELETE, NOWHERE, NOWHERE, OUTCOME_FAILED, OUTCOME_NOT_FOUND, true},
    {"not deleted", COMMAND_DELETE, IN(DEFERRED), IN(ACTIVE), OUTCOME_FAILED, OUTCOME_FAILED,
     false},
    {"expired", COMMAND_EXPIRE, IN(DEFERRED), EXPIRED_IN(DEFERRED), OUTCOME_DONE, OUTCOME_UNCHANGED,
     false},
    {"expired, or was it before?", COMMAND_EXPIRE, NOWHERE, EXPIRED_IN(DEFERRED), OUTCOME_FAILED,
     OUTCOME_UNCHANGED, true},
    {"not expired", COMMAND_EXPIRE, IN(DEFERRED), IN(DEFERRED), OUTCOME_FAILED, OUTCOME_FAILED,
     false},
};

static void test_cases(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const char *name = cases[i].name;
        struct target target = {.id = "A0000001",
                                .arrival = cases[i].before.present ? ARRIVED : 0,
                                .place = cases[i].before,
                                .after = cases[i].after};
        struct verdict open = evidence_open(cases[i].command, &target);
        struct verdict unnamed = evidence_unnamed(cases[i].command, &target);
        CHECK_INT(name, open.outcome, cases[i].open);
        CHECK_INT(name, strstr(open.text, "not known") != NULL, cases[i].unknown);
        CHECK_INT(name, unnamed.outcome, cases[i].unnamed);
        CHECK(name, open.text[0] != '\0' && unnamed.text[0] != '\0');
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_places),
        cmocka_unit_test(test_cases),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
