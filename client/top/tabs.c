/* SPDX-License-Identifier: BSD-3-Clause */
#include "client/top/tabs.h"

#include <assert.h>

#define ONE(table) TABLE_BIT(TABLE_##table)

static const struct tab tabs[TAB_COUNT] = {
    [TAB_MESSAGES] = {"Messages", TABLE_MESSAGES, ONE(LISTING) | ONE(MESSAGES), CHANGE_WITH_LISTING,
                      CHOICE_ID, MESSAGE_ID, MESSAGE_REASON, MESSAGE_AGE, true},
    [TAB_SENDERS] = {"Senders", TABLE_SENDERS, ONE(INSIGHT) | ONE(SENDERS), CHANGE_WITH_LISTING,
                     CHOICE_SENDER, SENDER_ADDRESS, SENDER_ADDRESS, SENDER_MESSAGES, true},
    [TAB_DOMAINS] = {"Domains", TABLE_DOMAINS, ONE(INSIGHT) | ONE(DOMAINS), CHANGE_WITH_LISTING,
                     CHOICE_DOMAIN, DOMAIN_NAME, DOMAIN_REASON, DOMAIN_MESSAGES, true},
    [TAB_REASONS] = {"Reasons", TABLE_REASONS, ONE(INSIGHT) | ONE(REASONS), CHANGE_WITH_LISTING,
                     CHOICE_REASON, REASON_TEXT, REASON_TEXT, REASON_MESSAGES, true},
    [TAB_CONDITIONS] = {"Conditions", TABLE_CONDITIONS, ONE(CONDITION_COUNTS) | ONE(CONDITIONS),
                        CHANGE_WITH_ALL, CHOICE_NONE, CONDITION_NAME, CONDITION_SUBJECT,
                        CONDITION_STATE, true},
    [TAB_EVENTS] = {"Events", TABLE_EVENTS, ONE(EVENT_SERIAL) | ONE(EVENTS), CHANGE_WITH_EVENTS,
                    CHOICE_NONE, EVENT_SERIAL, EVENT_TEXT, EVENT_SERIAL, true},
    [TAB_ACTIONS] = {"Actions", TABLE_ACTIONS, ONE(ACTION_COUNTS) | ONE(ACTIONS),
                     CHANGE_WITH_ACTIONS, CHOICE_NONE, ACTION_ID, ACTION_ERROR, ACTION_STARTED,
                     true},
};

const struct tab *tab_of(enum tab_id id) {
    assert(id < TAB_COUNT);
    return &tabs[id];
}
