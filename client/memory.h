/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Memory of a program that has nothing to save.
 */
#ifndef HMQ_CLIENT_MEMORY_H
#define HMQ_CLIENT_MEMORY_H

/* Returns what malloc(3) and its like returned; ends the program with status 3 if that is NULL. */
void *need(void *memory);

#endif
