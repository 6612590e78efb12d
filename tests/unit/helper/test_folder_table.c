/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The table of folders, compared with a list that is searched linearly, and with as many folders as
 * hash_queue_depth 4 creates.
 */
#include "helper/folder_table.h"

#include <stdlib.h>
#include <time.h>

#include "unit.h"

#define MANY 69905
#define MANY_CPU_SECONDS 20

static const char *path_of(unsigned number) {
    static char path[FOLDER_PATH_SIZE];
    snprintf(path, sizeof path, "deferred/%x", number);
    return path;
}

static void add(struct folder_table *table, unsigned number) {
    size_t at = table->count;
    CHECK("added", folder_table_add(table, QUEUE_DEFERRED, 1, path_of(number)));
    CHECK("dirty and not watched", table->folders[at].dirty && table->folders[at].watch == -1);
    folder_table_watch(table, at, number % 8 != 0 ? (int)number + 1 : -1);
}

static void check_folder(const struct folder_table *table, unsigned number, bool there) {
    const struct folder *folder = folder_table_watched(table, (int)number + 1);
    CHECK_INT(path_of(number), folder_table_has(table, path_of(number)), there);
    CHECK_INT(path_of(number), folder != NULL, there && number % 8 != 0);
    if (folder != NULL) {
        CHECK_STRING("the same one", folder->path, path_of(number));
    }
}

/* Folders come and go at random. */
static void test_against_list(void **state) {
    (void)state;
    enum { NAMES = 300 };
    bool there[NAMES] = {false};
    struct folder_table table = {0};
    check_folder(&table, 1, false);
    srandom(1);
    for (int turn = 0; turn < 20000; turn++) {
        unsigned number = (unsigned)random() % NAMES;
        if (!there[number]) {
            add(&table, number);
        } else {
            size_t at = 0;
            while (strcmp(table.folders[at].path, path_of(number)) != 0) {
                at++;
            }
            folder_table_mark(&table, &table.folders[at], random() % 2 == 0);
            if (random() % 2 == 0) {
                continue;
            }
            folder_table_remove(&table, at);
        }
        there[number] = !there[number];
        check_folder(&table, number, there[number]);
        check_folder(&table, (unsigned)turn % NAMES, there[turn % NAMES]);
        size_t dirty = 0;
        for (size_t i = 0; i < table.count; i++) {
            dirty += table.folders[i].dirty;
        }
        CHECK_INT("dirty", table.dirty, dirty);
    }
    folder_table_clear(&table);
    for (unsigned number = 0; number < NAMES; number++) {
        check_folder(&table, number, false);
    }
    CHECK("none", table.count == 0 && table.dirty == 0);
    add(&table, 5);
    check_folder(&table, 5, true);
    folder_table_deinit(&table);
}

/* Two paths to one folder, as with a bind mount, share its watch. */
static void test_shared_watch(void **state) {
    (void)state;
    struct folder_table table = {0};
    for (unsigned number = 0; number < 2; number++) {
        CHECK("added", folder_table_add(&table, QUEUE_DEFERRED, 1, path_of(number)));
        folder_table_watch(&table, number, 7);
    }
    folder_table_remove(&table, 1);
    CHECK_STRING("the other stays", folder_table_watched(&table, 7)->path, path_of(0));
    folder_table_remove(&table, 0);
    CHECK("none", folder_table_watched(&table, 7) == NULL);
    CHECK("no watch is no folder's", folder_table_watched(&table, -1) == NULL);
    folder_table_deinit(&table);
}

/* An algorithm that searches all folders for each one would take minutes here. */
static void test_many(void **state) {
    (void)state;
    struct folder_table table = {0};
    clock_t begun = clock();
    for (unsigned number = 0; number < MANY; number++) {
        CHECK("new", !folder_table_has(&table, path_of(number)));
        add(&table, number);
    }
    for (unsigned number = 0; number < MANY; number++) {
        check_folder(&table, number, true);
    }
    for (unsigned number = 0; number < MANY; number++) {
        folder_table_remove(&table, table.count / 2);
    }
    CHECK("soon", clock() - begun < MANY_CPU_SECONDS * CLOCKS_PER_SEC);
    CHECK("none", table.count == 0 && table.dirty == 0);
    folder_table_deinit(&table);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_against_list),
        cmocka_unit_test(test_shared_watch),
        cmocka_unit_test(test_many),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
