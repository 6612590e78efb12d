#include "core/tunables.h"

void tunables_from_config(struct tunables *tunables, const struct config *config) {
    *tunables = (struct tunables){
        .thresholds = config->thresholds,
        .message_limit = config->message_limit,
        .notify = ((1U << EVENT_TYPE_END) - 1) & ~1U,
    };
}

bool tunables_consistent(const struct tunables *tunables) {
    const struct thresholds *thresholds = &tunables->thresholds;
    bool off = thresholds->overload == 0;
    return (off || thresholds->overload_clear <= thresholds->overload) &&
           tunables->message_limit <= TUNABLES_MESSAGE_LIMIT_MAX;
}
