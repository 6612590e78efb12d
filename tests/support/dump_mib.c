/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * dump_mib: prints the MIB as it is in the code, for check_module.py to compare with the module.
 *
 *   object OID NAME TYPE        each object, OID relative to the root
 *   value OID TYPE VALUE        each instance of the sample, octets in hex
 *   notification NUMBER OID...  each notification with its varbinds
 *   hmqActionCommand NUMBER NAME, hmqMessageControl NUMBER NAME
 *                               each command that the object has as an enumeration
 */
#include "sample.h"
#include "mib/tree.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

static const char *const types[] = {[MIB_INTEGER] = "integer",
                                    [MIB_GAUGE32] = "gauge32",
                                    [MIB_COUNTER32] = "counter32",
                                    [MIB_OCTETS] = "octets"};

static void print_oid(const uint32_t *ids, size_t len) {
    for (size_t i = 0; i < len; i++) {
        printf("%s%" PRIu32, i > 0 ? "." : "", ids[i]);
    }
}

static void print_objects(void) {
    for (size_t g = 0; g < mib_group_count; g++) {
        for (size_t o = 0; o < mib_groups[g]->object_count; o++) {
            const struct mib_object *object = &mib_groups[g]->objects[o];
            printf("object ");
            print_oid(mib_groups[g]->prefix, mib_groups[g]->prefix_len);
            printf(".%" PRIu32 " %s %s\n", object->column, object->name, types[object->type]);
        }
    }
}

static void print_values(const struct mib_view *view) {
    struct mib_oid at = {.len = 0};
    struct mib_oid next;
    struct mib_value value;
    while (mib_next(view, at.ids, at.len, false, &next, &value) == MIB_OK) {
        at = next;
        printf("value ");
        print_oid(at.ids, at.len);
        printf(" %s ", types[value.type]);
        if (value.type == MIB_INTEGER) {
            printf("%" PRId32, value.integer);
        } else if (value.type != MIB_OCTETS) {
            printf("%" PRIu32, value.number);
        }
        for (size_t i = 0; value.type == MIB_OCTETS && i < value.length; i++) {
            printf("%02x", ((const unsigned char *)value.octets)[i]);
        }
        putchar('\n');
    }
}

static void print_notifications(const struct sample *sample) {
    for (enum event_type type = 1; type < EVENT_TYPE_END; type++) {
        if (!event_type_exists(type)) {
            continue;
        }
        struct event event = sample_event(sample, type);
        struct notification *notification = NULL;
        if (mib_notification_new(&event, &notification) == 0 && notification->count > 0) {
            printf("notification %d", (int)type);
            for (size_t i = 0; i < notification->count; i++) {
                putchar(' ');
                print_oid(notification->varbinds[i].name.ids, notification->varbinds[i].name.len);
            }
            putchar('\n');
        }
        free(notification);
    }
}

static void print_commands(void) {
    for (uint32_t value = 1; value < COMMAND_END; value++) {
        const struct command *row = command_row((enum action_command)value);
        printf("hmqActionCommand %" PRIu32 " %s\n", value, row->name);
        if (row->control) {
            printf("hmqMessageControl %" PRIu32 " %s\n", value, row->name);
        }
    }
}

int main(void) {
    struct sample sample;
    sample_init(&sample, SAMPLE_ALL);
    print_objects();
    print_values(&sample.view);
    print_notifications(&sample);
    print_commands();
    sample_deinit(&sample);
    return 0;
}
