/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Delivery by running a script of the site (hermes-mailqueue-hooks(8)).
 *
 * Exit status 0 means delivered, SCRIPT_GIVE_UP means refused; after any other status, a signal or
 * a timeout, the event is tried again. A limited amount of its output goes to the log. After it has
 * ended, what remains of its process group is killed; a process that left the group is not waited
 * for.
 */
#ifndef HMQ_HOOKS_SCRIPT_H
#define HMQ_HOOKS_SCRIPT_H

#include "core/config.h"
#include "hooks/delivery.h"
#include "hooks/payload.h"

#include <systemd/sd-event.h>

/* EX_DATAERR of sysexits.h */
#define SCRIPT_GIVE_UP 65

/* hook and origin are borrowed for the script's life. Returns 0 with *out, or a negative errno
 * value. */
int script_new(sd_event *event, const struct config_hook *hook, const struct payload_origin *origin,
               struct delivery *out);

#endif
