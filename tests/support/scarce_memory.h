/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Allocations that fail, for tests of what becomes of each. Those of the program and of our static
 * libraries are counted, because the linker has them come here (--wrap), and those of cJSON; what
 * libc allocates for itself never fails.
 */
#ifndef HMQ_TESTS_SUPPORT_SCARCE_MEMORY_H
#define HMQ_TESTS_SUPPORT_SCARCE_MEMORY_H

#include <stdbool.h>

/*
 * Calls what() again and again: the first allocation within it fails, then the second and no other,
 * and so on, until one call has had all that it wanted. what() does something from its beginning to
 * its end, frees all of it, and returns whether it was done; it checks by itself that what was not
 * done is reported as such, and that what was done is whole. The call that had all memory must
 * return true.
 */
void each_allocation_fails(const char *name, bool (*what)(void));

/* Has all memory for what a test does in between; true: until the next call with false. */
void memory_is_plenty(bool plenty);

#endif
