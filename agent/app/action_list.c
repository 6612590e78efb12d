/* SPDX-License-Identifier: BSD-3-Clause */
#include "app/action_run_internal.h"

static void on_recipient(void *userdata, const char *address, const char *reason) {
    struct action_run *run = userdata;
    recipient_search_take(&run->search, address, reason);
}

/* A malformed line does not affect the others. A message without a queue ID cannot be identified.
 */
static int on_message(void *userdata, enum line_result result, const struct message_head *head,
                      const char *error) {
    struct action_run *run = userdata;
    bool known = result != LINE_BAD && (head->missing & MISSING_ID) == 0;
    int r = known ? run->take_listed(run, head) : 0;
    (void)error;
    recipient_search_next(&run->search);
    return r;
}

static int on_data(void *userdata, const char *data, size_t len) {
    struct action_run *run = userdata;
    return message_stream_feed(run->listed, data, len);
}

static void on_end(void *userdata, const struct command_end *command) {
    struct action_run *run = userdata;
    char why[256];
    bool whole = message_stream_end(run->listed, why, sizeof why);
    message_stream_free(run->listed);
    run->listed = NULL;
    run->listing_ended(run, !command->ok ? command->error : !whole ? why : NULL);
}

void action_list(struct action_run *run,
                 int (*take)(struct action_run *run, const struct message_head *head),
                 void (*ended)(struct action_run *run, const char *error)) {
    const struct helper_order order = {.type = REQUEST_SELECT};
    const struct stream_callbacks callbacks = {.data = on_data, .end = on_end, .userdata = run};
    const struct message_handlers handlers = {
        .recipient = on_recipient, .message = on_message, .userdata = run};
    run->take_listed = take;
    run->listing_ended = ended;
    run->search = (struct recipient_search){.request = &run->action->request};
    run->listed = message_stream_new(&handlers);
    if (run->listed == NULL) {
        ended(run, "out of memory");
    } else if (!helper_client_run(run->context.helper, &order, &callbacks)) {
        message_stream_free(run->listed);
        run->listed = NULL;
        ended(run, "the helper cannot list the queue now");
    }
}
