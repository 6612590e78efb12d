/* SPDX-License-Identifier: BSD-3-Clause */
#include "app/read_errors.h"

#include "core/time_units.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>

/* A cause that comes and goes, or whose text varies, is logged once in this time. */
#define QUIET_USEC (60 * USEC_PER_SEC)

/* A cause that lasts is logged again after this time. */
#define REPEAT_USEC (3600 * USEC_PER_SEC)

#define LINE_SIZE (STATUS_ERROR_SIZE + 128)

/* What can be read again once a cause is over. */
static const char *const subjects[CAUSE_COUNT] = {
    [CAUSE_COUNTS] = "the counts",
    [CAUSE_LISTING] = "the listing",
    [CAUSE_LINES] = "each listed line",
    [CAUSE_SETTINGS] = "Postfix's settings",
    [CAUSE_HELPER] = "what the helper reads",
    [CAUSE_MEMORY] = "the queue",
    [CAUSE_MAIL_LOG] = "the mail log",
};

static void log_failure(struct read_errors *errors, struct read_failure *failure, bool again,
                        uint64_t now_usec) {
    char line[LINE_SIZE];
    if (again) {
        snprintf(line, sizeof line, "%s (%" PRIu64 " times in %" PRIu64 " s)", failure->text,
                 failure->times, (now_usec - failure->began_usec) / USEC_PER_SEC);
    } else {
        snprintf(line, sizeof line, "%s", failure->text);
    }
    failure->logged = true;
    failure->logged_usec = now_usec;
    errors->log(errors->userdata, LOG_WARNING, line);
}

void read_errors_note(struct read_errors *errors, enum read_cause cause, const char *text,
                      uint64_t now_usec) {
    struct read_failure *failure = &errors->failures[cause];
    bool other = strncmp(failure->text, text, sizeof failure->text - 1) != 0;
    uint64_t quiet_usec = now_usec - failure->logged_usec;
    errors->status->count++;
    snprintf(errors->status->last, sizeof errors->status->last, "%s", text);
    snprintf(failure->text, sizeof failure->text, "%s", text);
    if (!failure->lasts) {
        failure->lasts = true;
        failure->logged = false;
        failure->began_usec = now_usec;
        failure->times = 0;
    }
    failure->times++;
    if (failure->logged_usec == 0 || (quiet_usec >= QUIET_USEC && (other || !failure->logged))) {
        log_failure(errors, failure, false, now_usec);
    } else if (quiet_usec >= REPEAT_USEC) {
        log_failure(errors, failure, true, now_usec);
    }
}

void read_errors_over(struct read_errors *errors, enum read_cause cause, uint64_t now_usec) {
    struct read_failure *failure = &errors->failures[cause];
    char line[LINE_SIZE];
    if (failure->lasts && failure->logged) {
        snprintf(line, sizeof line,
                 "%s can be read again, after %" PRIu64 " failure%s in %" PRIu64 " s",
                 subjects[cause], failure->times, failure->times == 1 ? "" : "s",
                 (now_usec - failure->began_usec) / USEC_PER_SEC);
        errors->log(errors->userdata, LOG_NOTICE, line);
    }
    failure->lasts = failure->logged = false;
    failure->text[0] = '\0';
}

bool read_errors_lasting(const struct read_errors *errors, enum read_cause cause) {
    return errors->failures[cause].lasts;
}

const char *read_errors_text(const struct read_errors *errors, enum read_cause cause) {
    return errors->failures[cause].lasts ? errors->failures[cause].text : "";
}
