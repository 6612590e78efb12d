/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Reports in the log and in the unit's status line that the SNMP master agent cannot be used.
 *
 * The first line is logged three seconds after the trouble began, so that a restart of snmpd logs
 * nothing. Reminders follow after a minute, five minutes, half an hour, and then every hour.
 * Trouble of another kind is logged as well.
 */
#ifndef HMQ_APP_MASTER_REPORT_H
#define HMQ_APP_MASTER_REPORT_H

#include "core/config.h"
#include "core/master.h"

#include <systemd/sd-event.h>

struct master_report;

/*
 * config is borrowed. status is called with the reason in words while there is one to show, and
 * with NULL once there is none. Returns 0 with *out (master_report_free), or a negative errno
 * value.
 */
int master_report_new(sd_event *event, const struct config *config,
                      void (*status)(void *userdata, const char *reason), void *userdata,
                      struct master_report **out);

/* The registered session came up, or was lost. */
void master_report_session(struct master_report *report, bool up);

/* The present trouble; MASTER_GOOD = none. */
void master_report_note(struct master_report *report, const struct master_trouble *trouble);

void master_report_free(struct master_report *report); /* NULL is accepted */

#endif
