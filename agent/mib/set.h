/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * SET: the variables of one PDU are staged, checked as a whole, and become changes that the
 * application prepares and then commits or undoes. Does not depend on net-snmp.
 */
#ifndef HMQ_MIB_SET_H
#define HMQ_MIB_SET_H

#include "core/pause.h"
#include "mib/mib.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The maximum number of unfinished actions; more are refused with resourceUnavailable. */
#define MIB_ACTIONS_MAX 1000

/* The same command on the same message (hmqMessageControl), or hmqFlush, within this many seconds
 * is a retry of the manager. */
#define MIB_RETRY_S 10

/* The errors of RFC 3416, 4.2.5, that are used for a SET. */
enum mib_error {
    MIB_ERROR_NONE,
    MIB_NOT_WRITABLE,
    MIB_WRONG_TYPE,
    MIB_WRONG_LENGTH,
    MIB_WRONG_VALUE,
    MIB_NO_CREATION,
    MIB_INCONSISTENT_NAME,
    MIB_INCONSISTENT_VALUE,
    MIB_RESOURCE_UNAVAILABLE,
};

/* What a PDU requests, after it has been checked. */
struct mib_changes {
    struct action **actions; /* new rows; owned by the transaction until they are prepared */
    bool prepared;
    size_t action_count, action_capacity;
    struct action_key *destroyed;
    size_t destroyed_count, destroyed_capacity;
    bool tunables_changed;
    struct tunable_set tunables_set; /* those in the PDU */
    struct tunables tunables;
    bool lifetime_changed[LIFETIME_COUNT];
    uint32_t lifetime_days[LIFETIME_COUNT];
    struct pause_order pause;
};

struct mib_transaction;

struct mib_transaction *mib_transaction_new(void); /* NULL if out of memory */
void mib_transaction_free(struct mib_transaction *transaction);

/*
 * Stages the next variable (RESERVE1): checks its type, length, range and name. oid is relative to
 * the root. To be called for each variable of the PDU in order, until one fails.
 */
enum mib_error mib_transaction_stage(struct mib_transaction *transaction,
                                     const struct mib_view *view, const uint32_t *oid, size_t len,
                                     const struct mib_value *value);

/*
 * Checks what depends on the whole PDU (RESERVE2): the consistency of rows and values, and the
 * available room. After an error, *variable is the position, from 0, of the variable that caused
 * it.
 */
enum mib_error mib_transaction_check(struct mib_transaction *transaction,
                                     const struct mib_view *view, size_t *variable);

/* The requested changes; only after a successful check. Borrowed. */
struct mib_changes *mib_transaction_changes(struct mib_transaction *transaction);

#endif
