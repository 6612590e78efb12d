/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The hooks process' service loop: orders of core/hook_protocol.h in, reports out.
 */
#ifndef HMQ_HOOKS_SERVE_H
#define HMQ_HOOKS_SERVE_H

#include "hooks/setup.h"
#include "os/supervise.h"

/* Serves orders until the worker has to end, and returns why: WORKER_REFUSED after an invalid
 * order. Problems of the endpoints are found first. The socket is borrowed. */
enum worker_end serve(struct setup *setup, int socket);

#endif
