/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/insight.h"

#include <assert.h>
#include <stdlib.h>

#define FIRST_AGE_MIN UINT32_C(5)

static bool largest(const struct insight_table *table, struct insight_leader *leader) {
    *leader = (struct insight_leader){.name = ""};
    if (table->count > 0) {
        leader->name = table->rows[0].name;
        leader->messages = table->rows[0].messages;
        leader->lost = table->lost;
    }
    return true;
}

bool insight_largest_sender(const struct insight *insight, struct insight_leader *leader) {
    return insight != NULL && largest(&insight->senders, leader);
}

bool insight_largest_domain(const struct insight *insight, struct insight_leader *leader) {
    return insight != NULL && largest(&insight->domains, leader);
}

size_t insight_age_bucket(int64_t age_s) {
    size_t bucket = 0;
    while (bucket < INSIGHT_AGES - 1 && age_s >= (int64_t)insight_age_limit(bucket) * 60) {
        bucket++;
    }
    return bucket;
}

uint32_t insight_age_limit(size_t bucket) {
    assert(bucket < INSIGHT_AGES);
    return bucket < INSIGHT_AGES - 1 ? FIRST_AGE_MIN << bucket : 0;
}

void insight_free(struct insight *insight) {
    if (insight != NULL) {
        free(insight->senders.rows);
        free(insight->domains.rows);
        free(insight->reasons.rows);
        free(insight);
    }
}
