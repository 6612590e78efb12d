/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Delivery by running a program of the site (hermes-mailqueue-hooks(8)).
 *
 * Exit status 0 is delivered, SCRIPT_GIVE_UP refused; any other status, a signal and a run beyond
 * the timeout are tried again. Its output goes to the log, bounded. When it has ended, whatever is
 * left of its process group is killed; a process that left the group is not waited for.
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
