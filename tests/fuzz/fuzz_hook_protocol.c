/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A packet between the agent and the hooks process, of any content: what is valid has texts that
 * end and numbers that name something, so that each format can be made of it.
 *
 * The first octet chooses the kind of input: even, the rest is the packet; odd, changes of a valid
 * one, four octets for each: where (two), and what is written there (two).
 */
#include "core/hook_protocol.h"
#include "core/text.h"
#include "hooks/payload.h"

#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

static void check_event(const struct event *event) {
    const struct payload_origin origin = {
        .host = "gw.example", .instance = "/etc/postfix", .container = "", .context = ""};
    const struct payload_target target = {.format = HOOK_FORMAT_JSON, .recipient = ""};
    char name[EVENT_ALERT_NAME_SIZE];
    MUST(strnlen(event->text, sizeof event->text) < sizeof event->text);
    MUST(strnlen(event->detail, sizeof event->detail) < sizeof event->detail);
    MUST(strnlen(event->changes, sizeof event->changes) < sizeof event->changes);
    MUST(strlen(event_alert_name(event, name)) < sizeof name);
    char *text = payload_make(&target, event, &origin);
    MUST(text != NULL);
    free(text);
}

/* Alone in memory, so that a sanitizer notices a read beyond its end. */
static bool check_order(const void *packet, size_t len) {
    struct hook_order *order = calloc(1, len > 0 ? len : 1);
    MUST(order != NULL);
    memcpy(order, packet, len);
    bool valid = hook_order_valid(order, len);
    if (valid) {
        MUST(len == sizeof *order);
        check_event(&order->event);
    }
    free(order);
    return valid;
}

static bool check_report(const void *packet, size_t len) {
    struct hook_report *report = calloc(1, len > 0 ? len : 1);
    MUST(report != NULL);
    memcpy(report, packet, len);
    bool valid = hook_report_valid(report, len);
    MUST(!valid || strnlen(report->text, sizeof report->text) < sizeof report->text);
    free(report);
    return valid;
}

static void change(void *packet, size_t packet_size, const uint8_t *data, size_t size) {
    for (; size >= 4; data += 4, size -= 4) {
        size_t at = (data[0] * 256U + data[1]) % (packet_size - 1);
        memcpy((uint8_t *)packet + at, data + 2, 2);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static struct hook_order order;
    static struct hook_report report;
    if (size == 0) {
        return 0;
    }
    if (data[0] % 2 == 0) {
        check_order(data + 1, size - 1);
        check_report(data + 1, size - 1);
        return 0;
    }
    memset(&order, 0, sizeof order);
    memset(&report, 0, sizeof report);
    order.version = report.version = HOOK_PROTOCOL_VERSION;
    order.session = report.session = 1;
    order.event.serial = report.serial = 1;
    order.event.type = EVENT_OVERLOAD_RAISED;
    report.type = HOOK_RETRYING;
    MUST(check_order(&order, sizeof order) && check_report(&report, sizeof report));
    change(&order, sizeof order, data + 1, size - 1);
    change(&report, sizeof report, data + 1, size - 1);
    check_order(&order, sizeof order);
    check_report(&report, sizeof report);
    return 0;
}
