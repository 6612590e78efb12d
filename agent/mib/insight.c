/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * hmqInsight: the scalars and the five tables. All of it comes from the insight of one listing, so
 * that a walk sees one state. What is not known of a row has no instance.
 */
#include "mib/value.h"

GETTER(insight_senders) {
    UNUSED_ROW;
    const struct insight *insight = snapshot_insight(view->snapshot);
    return insight != NULL && mib_set_number(value, insight->senders.distinct);
}

GETTER(insight_domains) {
    UNUSED_ROW;
    const struct insight *insight = snapshot_insight(view->snapshot);
    return insight != NULL && mib_set_number(value, insight->domains.distinct);
}

GETTER(insight_reasons) {
    UNUSED_ROW;
    const struct insight *insight = snapshot_insight(view->snapshot);
    return insight != NULL && mib_set_number(value, insight->reasons.distinct);
}

GETTER(insight_exact) {
    UNUSED_ROW;
    const struct insight *insight = snapshot_insight(view->snapshot);
    return insight != NULL && mib_set_truth(value, insight->exact);
}

static const struct mib_object insight_objects[] = {
    {1, "hmqInsightSenders", MIB_GAUGE32, insight_senders, NULL},
    {2, "hmqInsightDomains", MIB_GAUGE32, insight_domains, NULL},
    {3, "hmqInsightReasons", MIB_GAUGE32, insight_reasons, NULL},
    {4, "hmqInsightExact", MIB_INTEGER, insight_exact, NULL},
};

/* Senders, domains and reasons */

GETTER(ranked_name) {
    (void)view;
    return mib_set_text(value, row->ranked->name);
}

GETTER(ranked_messages) {
    (void)view;
    return mib_set_number(value, row->ranked->messages);
}

GETTER(ranked_recipients) {
    (void)view;
    return row->ranked->recipients_known && mib_set_number(value, row->ranked->recipients);
}

GETTER(ranked_volume) {
    (void)view;
    return row->ranked->volume_known && mib_set_volume(value, row->ranked->volume);
}

GETTER(ranked_oldest_age) {
    return row->ranked->ages_known && mib_set_age(view, value, row->ranked->oldest_arrival);
}

GETTER(ranked_other) {
    (void)view;
    return row->ranked->other_known && mib_set_text(value, row->ranked->other);
}

GETTER(ranked_example) {
    (void)view;
    return row->ranked->example[0] != '\0' && mib_set_text(value, row->ranked->example);
}

static const struct mib_object sender_objects[] = {
    {2, "hmqSenderAddress", MIB_OCTETS, ranked_name, NULL},
    {3, "hmqSenderMessages", MIB_GAUGE32, ranked_messages, NULL},
    {4, "hmqSenderRecipients", MIB_GAUGE32, ranked_recipients, NULL},
    {5, "hmqSenderVolume", MIB_GAUGE32, ranked_volume, NULL},
    {6, "hmqSenderOldestAge", MIB_GAUGE32, ranked_oldest_age, NULL},
};

static const struct mib_object domain_objects[] = {
    {2, "hmqDomainName", MIB_OCTETS, ranked_name, NULL},
    {3, "hmqDomainMessages", MIB_GAUGE32, ranked_messages, NULL},
    {4, "hmqDomainRecipients", MIB_GAUGE32, ranked_recipients, NULL},
    {5, "hmqDomainOldestAge", MIB_GAUGE32, ranked_oldest_age, NULL},
    {6, "hmqDomainReason", MIB_OCTETS, ranked_other, NULL},
};

static const struct mib_object reason_objects[] = {
    {2, "hmqReasonText", MIB_OCTETS, ranked_name, NULL},
    {3, "hmqReasonMessages", MIB_GAUGE32, ranked_messages, NULL},
    {4, "hmqReasonRecipients", MIB_GAUGE32, ranked_recipients, NULL},
    {5, "hmqReasonOldestAge", MIB_GAUGE32, ranked_oldest_age, NULL},
    {6, "hmqReasonDomain", MIB_OCTETS, ranked_other, NULL},
    {7, "hmqReasonExampleId", MIB_OCTETS, ranked_example, NULL},
};

/* Ages */

GETTER(age_up_to) {
    (void)view;
    return mib_set_number(value, insight_age_limit(row->bucket));
}

GETTER(age_messages) {
    const struct insight *insight = snapshot_insight(view->snapshot);
    return insight->ages[row->queue].unknown == 0 &&
           mib_set_number(value, insight->ages[row->queue].messages[row->bucket]);
}

GETTER(domain_age_messages) {
    (void)view;
    return row->ranked->ages_known && mib_set_number(value, row->ranked->ages[row->bucket]);
}

static const struct mib_object age_objects[] = {
    {2, "hmqAgeUpTo", MIB_GAUGE32, age_up_to, NULL},
    {3, "hmqAgeMessages", MIB_GAUGE32, age_messages, NULL},
};

static const struct mib_object domain_age_objects[] = {
    {1, "hmqDomainAgeMessages", MIB_GAUGE32, domain_age_messages, NULL},
};

#define OBJECTS(objects) objects, sizeof(objects) / sizeof(objects)[0]

const struct mib_group mib_insight_group = {{1, 7}, 2, &mib_scalar_index, OBJECTS(insight_objects)};
const struct mib_group mib_sender_group = {
    {1, 7, 5, 1}, 4, &mib_sender_index, OBJECTS(sender_objects)};
const struct mib_group mib_domain_group = {
    {1, 7, 6, 1}, 4, &mib_domain_index, OBJECTS(domain_objects)};
const struct mib_group mib_reason_group = {
    {1, 7, 7, 1}, 4, &mib_reason_index, OBJECTS(reason_objects)};
const struct mib_group mib_age_group = {{1, 7, 8, 1}, 4, &mib_age_index, OBJECTS(age_objects)};
const struct mib_group mib_domain_age_group = {
    {1, 7, 9, 1}, 4, &mib_domain_age_index, OBJECTS(domain_age_objects)};
