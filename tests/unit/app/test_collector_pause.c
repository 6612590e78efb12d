/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The collector of an agent that is itself paused: stopped, frozen with its cgroup, or resumed with
 * its machine.
 */
#include "collector_world.h"

/* What the helper does before and after a pause that is longer than the limit of ages. */
static const struct {
    const char *name;
    bool asked;        /* a scan was requested before */
    bool answers;      /* the helper answers in the end */
    bool fails;        /* the helper fails at once */
    bool again;        /* a second pause before it can answer */
    bool stutter;      /* then the loop turns only every 5 seconds */
    bool lost;         /* the data is lost in the end, and not before */
    unsigned within_s; /* seconds after the pause until the result is known */
} pauses[] = {
    {"it answers", .answers = true, .within_s = 2},
    {"it had been asked already", .asked = true, .answers = true, .within_s = 2},
    {"paused twice", .answers = true, .again = true, .within_s = 2},
    {"asked, and paused twice", .asked = true, .answers = true, .again = true, .within_s = 2},
    {"it is silent", .lost = true, .within_s = 8},
    {"it had been asked and is silent", .asked = true, .lost = true, .within_s = 8},
    {"silent, paused twice", .again = true, .lost = true, .within_s = 8},
    {"silent in a loop that stutters", .stutter = true, .lost = true, .within_s = 120},
    {"it fails", .fails = true, .answers = true, .lost = true, .within_s = 2},
};

/* While the agent itself is paused no reading can be answered, which is not a loss of data. */
static void test_paused(void **state) {
    for (size_t i = 0; i < COUNT_OF(pauses); i++) {
        const char *name = pauses[i].name;
        read_all();
        struct reply dirty = fake_make(REPLY_DIRTY, 0);
        world.silent = true;
        if (pauses[i].asked) {
            fake_send(&fake, &dirty, -1);
            steps(2);
        }
        for (int pause = 0; pause <= pauses[i].again; pause++) {
            clock_ahead_usec += 1000 * SECOND;
            step();
            CHECK_INT(name, status.data, DATA_STALE);
            CHECK(name, total_is(3) && now()->listing != NULL && !ever_lost);
        }
        uint64_t resumed = clock_ahead_usec;
        world.silent = !pauses[i].answers;
        world.scan_error = pauses[i].fails ? ENOENT : 0;
        world.scan_text = pauses[i].fails ? "cannot read /spool/: No such file or directory" : "";
        world.step_usec = pauses[i].stutter ? 5 * SECOND : STEP_USEC;
        STEPS_UNTIL(pauses[i].lost ? status.lost : status.data == DATA_OK);
        CHECK_INT(name, ever_lost, pauses[i].lost);
        CHECK(name, clock_ahead_usec - resumed < (uint64_t)pauses[i].within_s * SECOND);
        if (pauses[i].lost) {
            /* Another pause does not undo a loss. */
            clock_ahead_usec += 1000 * SECOND;
            step();
            CHECK(name, status.lost && status.data == DATA_UNAVAILABLE);
        } else {
            CHECK_INT(name, status.errors.count, 0);
            /* A later loss is reported as soon as usual. */
            world.silent = true;
            resumed = clock_ahead_usec;
            STEPS_UNTIL(status.lost);
            CHECK(name, clock_ahead_usec - resumed < 5 * SECOND);
        }
        world.silent = false;
        world.scan_error = 0;
        STEPS_UNTIL(status.data == DATA_OK && total_is(3));
        tear_down(state);
        assert_int_equal(set_up(state), 0);
    }
}

int main(void) {
    signal(SIGPIPE, SIG_IGN);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_paused, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
