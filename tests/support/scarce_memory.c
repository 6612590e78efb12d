/* SPDX-License-Identifier: BSD-3-Clause */
#include "scarce_memory.h"

#include <cjson/cJSON.h>
#include <stdlib.h>

#include "unit.h"

static struct {
    size_t failing; /* the number of the allocation that fails, 0 = none */
    size_t count;   /* so far */
    bool plenty;
} memory;

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *old, size_t size);
char *__real_strdup(const char *text);
char *__real_strndup(const char *text, size_t len);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *old, size_t size);
char *__wrap_strdup(const char *text);
char *__wrap_strndup(const char *text, size_t len);

static bool fails(void) {
    return memory.failing != 0 && !memory.plenty && ++memory.count == memory.failing;
}

void *__wrap_malloc(size_t size) {
    return fails() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size) {
    return fails() ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *old, size_t size) {
    return fails() ? NULL : __real_realloc(old, size);
}

char *__wrap_strdup(const char *text) {
    return fails() ? NULL : __real_strdup(text);
}

char *__wrap_strndup(const char *text, size_t len) {
    return fails() ? NULL : __real_strndup(text, len);
}

void memory_is_plenty(bool plenty) {
    memory.plenty = plenty;
}

void each_allocation_fails(const char *name, bool (*what)(void)) {
    cJSON_Hooks hooks = {.malloc_fn = __wrap_malloc, .free_fn = free};
    bool failed = true;
    cJSON_InitHooks(&hooks);
    for (size_t n = 1; failed; n++) {
        memory.count = 0;
        memory.failing = n;
        bool done = what();
        failed = memory.count >= n;
        memory.failing = 0;
        CHECK(name, done || failed);
        CHECK(name, failed || n > 1);
    }
    cJSON_InitHooks(NULL);
}
