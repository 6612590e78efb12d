/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * hmqConditions: what is configured and can be set comes from the tunables, the rest from what
 * detection has seen last. The two have the conditions in the same order. A condition that has not
 * been looked at yet has no state.
 */
#include "mib/transaction.h"
#include "mib/value.h"

static const struct conditions *conditions_of(const struct mib_view *view) {
    return &view->tunables->conditions;
}

/* hmqConditions */

struct summary {
    uint32_t raised;
    enum event_severity worst; /* 0 = none is raised */
    bool unknown;              /* of one that is enabled */
};

static struct summary summarize(const struct mib_view *view) {
    const struct conditions *conditions = conditions_of(view);
    struct summary summary = {.raised = 0};
    for (size_t i = 0; i < conditions->count; i++) {
        enum event_severity severity = conditions->list[i].severity;
        switch (view->status->conditions[i].state) {
        case CONDITION_STATE_RAISED:
            summary.raised++;
            if (summary.worst == 0 || severity < summary.worst) {
                summary.worst = severity;
            }
            break;
        case CONDITION_STATE_CLEAR:
        case CONDITION_STATE_PENDING:
            break;
        default:
            summary.unknown = true;
        }
    }
    return summary;
}

/* Nothing is known to be wrong only if everything is known. */
static bool summary_known(const struct summary *summary) {
    return summary->raised > 0 || !summary->unknown;
}

int32_t mib_severity_value(enum event_severity severity) {
    static const int32_t values[] = {
        [SEVERITY_INFO] = 1, [SEVERITY_WARNING] = 2, [SEVERITY_CRITICAL] = 3};
    return severity == 0 ? 0 : values[severity];
}

GETTER(conditions_raised) {
    UNUSED_ROW;
    struct summary summary = summarize(view);
    return summary_known(&summary) && mib_set_number(value, summary.raised);
}

GETTER(conditions_worst) {
    UNUSED_ROW;
    struct summary summary = summarize(view);
    return summary_known(&summary) && mib_set_integer(value, mib_severity_value(summary.worst));
}

static const struct mib_object conditions_objects[] = {
    {1, "hmqConditionsRaised", MIB_GAUGE32, conditions_raised, NULL},
    {2, "hmqConditionsWorst", MIB_INTEGER, conditions_worst, NULL},
};

const struct mib_group mib_conditions_group = {{1, 11},
                                               2,
                                               &mib_scalar_index,
                                               conditions_objects,
                                               sizeof conditions_objects /
                                                   sizeof conditions_objects[0]};

/* hmqConditionTable */

static const struct condition *condition_of(const struct mib_view *view,
                                            const struct mib_row *row) {
    return &conditions_of(view)->list[row->condition];
}

static const struct condition_status *status_of(const struct mib_view *view,
                                                const struct mib_row *row) {
    return &view->status->conditions[row->condition];
}

GETTER(condition_name) {
    return mib_set_text(value, condition_of(view, row)->name);
}

GETTER(condition_watch) {
    return mib_set_integer(value, (int32_t)condition_of(view, row)->watch.kind);
}

GETTER(condition_queue) {
    enum queue queue = condition_of(view, row)->watch.queue;
    return mib_set_integer(value, queue == WATCH_ANY_QUEUE ? 0 : queue_mib_value(queue));
}

GETTER(condition_threshold) {
    return mib_set_number(value, condition_of(view, row)->settings[CONDITION_ABOVE]);
}

GETTER(condition_clear_threshold) {
    return mib_set_number(value, condition_of(view, row)->settings[CONDITION_CLEAR]);
}

GETTER(condition_for) {
    return mib_set_number(value, condition_of(view, row)->settings[CONDITION_FOR]);
}

GETTER(condition_repeat) {
    return mib_set_number(value, condition_of(view, row)->settings[CONDITION_REPEAT]);
}

GETTER(condition_severity) {
    return mib_set_integer(value, mib_severity_value(condition_of(view, row)->severity));
}

GETTER(condition_enabled) {
    return mib_set_truth(value, condition_of(view, row)->settings[CONDITION_ENABLED] != 0);
}

GETTER(condition_state) {
    enum condition_state state = status_of(view, row)->state;
    return mib_set_integer(value, (int32_t)(state != 0 ? state : CONDITION_STATE_UNKNOWN));
}

GETTER(condition_since) {
    return mib_set_date_or_none(value, status_of(view, row)->since);
}

GETTER(condition_value) {
    const struct condition_status *status = status_of(view, row);
    return status->known && mib_set_number(value, status->value);
}

GETTER(condition_subject) {
    const struct condition_status *status = status_of(view, row);
    return status->known && mib_set_text(value, status->subject);
}

GETTER(condition_raises) {
    return mib_set_number(value, status_of(view, row)->raises);
}

#define SETTING(min, max, setting)                                                                 \
    &(const struct mib_write) {                                                                    \
        .minimum = (min), .maximum = (max), .stage = mib_stage_condition,                          \
        .offset = (unsigned)(setting)                                                              \
    }

static const struct mib_object condition_objects[] = {
    {2, "hmqConditionName", MIB_OCTETS, condition_name, NULL},
    {3, "hmqConditionWatch", MIB_INTEGER, condition_watch, NULL},
    {4, "hmqConditionQueue", MIB_INTEGER, condition_queue, NULL},
    {5, "hmqConditionThreshold", MIB_GAUGE32, condition_threshold,
     SETTING(0, WATCH_MAXIMUM, CONDITION_ABOVE)},
    {6, "hmqConditionClearThreshold", MIB_GAUGE32, condition_clear_threshold,
     SETTING(0, WATCH_MAXIMUM, CONDITION_CLEAR)},
    {7, "hmqConditionFor", MIB_GAUGE32, condition_for,
     SETTING(0, CONDITION_FOR_MAX, CONDITION_FOR)},
    {8, "hmqConditionRepeat", MIB_GAUGE32, condition_repeat,
     SETTING(0, CONDITION_REPEAT_MAX, CONDITION_REPEAT)},
    {9, "hmqConditionSeverity", MIB_INTEGER, condition_severity, NULL},
    {10, "hmqConditionEnabled", MIB_INTEGER, condition_enabled, SETTING(1, 2, CONDITION_ENABLED)},
    {11, "hmqConditionState", MIB_INTEGER, condition_state, NULL},
    {12, "hmqConditionSince", MIB_OCTETS, condition_since, NULL},
    {13, "hmqConditionValue", MIB_GAUGE32, condition_value, NULL},
    {14, "hmqConditionSubject", MIB_OCTETS, condition_subject, NULL},
    {15, "hmqConditionRaises", MIB_COUNTER32, condition_raises, NULL},
};

const struct mib_group mib_condition_group = {{1, 11, 3, 1},
                                              4,
                                              &mib_condition_index,
                                              condition_objects,
                                              sizeof condition_objects /
                                                  sizeof condition_objects[0]};
