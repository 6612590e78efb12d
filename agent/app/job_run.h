/*
 * One job from its start to its end: selects on a fresh listing where the request needs one, checks
 * the guard, journals the start, acts in batches through the helper and collects evidence.
 *
 *   ids only                 hold, unhold, requeue, flush, view: acted on at once; what gives no
 *                            evidence is notFound
 *   ids, delete and expire   first compared with a listing: an id that stands for a message which
 *                            arrived after the SET, or not when the manager's row said, is invalid
 *   criteria, all, count     a listing decides; it is the one that is acted on
 */
#ifndef HMQ_APP_JOB_RUN_H
#define HMQ_APP_JOB_RUN_H

#include "core/job.h"
#include "io/helper_client.h"
#include "io/store.h"

struct job_run;

/* All borrowed for the life of the run. */
struct job_run_context {
    struct helper_client *helper;
    struct store *store;
    const struct config *config;
    /* The job has ended: its state is final; what of it has not been stored yet begins at result
     * unsaved. The run may be freed in it. */
    void (*ended)(void *userdata, struct job *job, size_t unsaved);
    void *userdata;
};

/* Starts a queued job (borrowed). NULL without memory: nothing has happened. ended is called from
 * the loop, never from here. */
struct job_run *job_run_new(sd_event *event, const struct job_run_context *context,
                            struct job *job);

/* Gives a run up without a further call; the job stays as it is. Not while the store may still call
 * back: after store_free. NULL is accepted. */
void job_run_free(struct job_run *run);

#endif
