/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The program: its command line in, its exit status out.
 */
#ifndef HMQ_CLIENT_RUN_H
#define HMQ_CLIENT_RUN_H

/* Runs one command. Returns the exit status. */
int hmq_run(int argc, char **argv);

#endif
