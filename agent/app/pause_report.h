/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the log and hmqSettingsChanged report about a pause of outbound mail. Used by app/pause.c.
 */
#ifndef HMQ_APP_PAUSE_REPORT_H
#define HMQ_APP_PAUSE_REPORT_H

#include "app/events.h"
#include "core/pause.h"

/* Why a pause is over. */
enum pause_over {
    PAUSE_OVER_TIME,    /* its time was over */
    PAUSE_OVER_SET,     /* hmqOutboundPause was set to false */
    PAUSE_OVER_EARLIER, /* an earlier process had begun to end it */
    PAUSE_OVER_FAILED,  /* it could not be made, and what was made of it was taken back */
    PAUSE_OVER_REMOVED, /* somebody else removed defer_transports */
    PAUSE_OVER_CHANGED, /* somebody else set it to another value, which is left alone */
};

/* The pause is in force. */
void pause_report_started(struct events *events, const struct pause_record *record);

/* The end of a pause in force was changed by who ("" = unknown). */
void pause_report_end_moved(struct events *events, const struct pause_record *record,
                            const char *who);

/* The pause is over. who ended it, if that was a SET ("" = unknown). */
void pause_report_over(struct events *events, const struct pause_record *record,
                       enum pause_over over, const char *who);

/* The pause could not be ended; with notify, the event is raised as well. */
void pause_report_stuck(struct events *events, const char *error, bool notify);

#endif
