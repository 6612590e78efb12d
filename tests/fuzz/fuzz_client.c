/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * hmq, and what a hostile agent may answer: any identifiers, types, lengths and order. A walk must
 * end with bounded memory, every command must print whatever was taken, top must draw it in every
 * table at any size and after any keys, and nothing of this may have a control character or one
 * that changes the direction of text.
 *
 * The input: an octet for the width of the screen, then variables: root and type, length of the
 * rest of the identifier, the rest, length of the value, the value; then keys for top.
 */
#include "client/commands.h"
#include "client/json.h"
#include "client/top/draw.h"
#include "client/top/keys.h"
#include "core/text.h"

#include "fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const uint32_t base[] = {1, 3, 6, 1, 4, 1, 42};
static const unsigned char types[] = {ASN_INTEGER,   ASN_GAUGE,     ASN_COUNTER,
                                      ASN_OCTET_STR, ASN_OCTET_STR, SNMP_NOSUCHOBJECT,
                                      ASN_OBJECT_ID, ASN_NULL};

struct input {
    const uint8_t *data;
    size_t size;
};

static uint8_t next(struct input *input) {
    uint8_t octet = input->size > 0 ? *input->data : 0;
    input->data += input->size > 0;
    input->size -= input->size > 0;
    return octet;
}

/* Adds a variable of the input; its first octets choose the table. */
static void add_variable(struct input *input, const struct oid_part *root,
                         netsnmp_variable_list **list) {
    oid name[MAX_OID_LEN];
    size_t len = 0;
    unsigned char type = types[next(input) % (sizeof types)];
    for (size_t i = 0; i < sizeof base / sizeof base[0]; i++) {
        name[len++] = base[i];
    }
    for (size_t i = 0; i < root->len; i++) {
        name[len++] = root->oid[i];
    }
    for (size_t rest = next(input) % 100; rest > 0 && len < MAX_OID_LEN; rest--) {
        name[len++] = next(input);
    }
    long number = (int8_t)next(input) * 16777216L;
    oid object[2] = {1, 3};
    size_t size = (size_t)(uint8_t)number;
    size = size < input->size ? size : input->size;
    const void *value = type == ASN_OCTET_STR                           ? (const void *)input->data
                        : type == ASN_OBJECT_ID                         ? (const void *)object
                        : type == ASN_NULL || type == SNMP_NOSUCHOBJECT ? NULL
                                                                        : (const void *)&number;
    size_t octets = type == ASN_OCTET_STR   ? size
                    : type == ASN_OBJECT_ID ? sizeof object
                    : value == NULL         ? 0
                                            : sizeof number;
    snmp_varlist_add_variable(list, name, len, type, value, octets);
    if (type == ASN_OCTET_STR) {
        input->data += size;
        input->size -= size;
    }
}

/* All the input goes to the walks of all tables. */
static void answer(struct fetch *fetch, struct input *input) {
    for (fetch->root = 0; fetch->root < fetch->root_count; fetch->root++) {
        netsnmp_variable_list *list = NULL;
        fetch->last = fetch->roots[fetch->root];
        for (size_t count = next(input) % 30; count > 0 && input->size > 0; count--) {
            add_variable(input, &fetch->roots[fetch->root], &list);
        }
        fetch_take(fetch, list);
        snmp_free_varbind(list);
    }
}

/* Also the scalars, which need no order. */
static void add_scalars(struct fetch *fetch, const struct plan *plan, struct input *input) {
    for (size_t i = 0; i < plan->get_count; i++) {
        char octets[11];
        struct oid_part name = plan->gets[i];
        struct object object = {.oid = name.oid, .oid_len = name.len};
        uint8_t kind = next(input);
        for (size_t k = 0; k < sizeof octets; k++) {
            octets[k] = (char)next(input);
        }
        object.is_text = kind % 3 == 0;
        object.octets = octets;
        object.len = object.is_text ? kind % sizeof octets : 0;
        object.number = (int64_t)(kind % 4) - (kind == 255);
        if (kind % 3 < 2) {
            tree_add(&fetch->tree, &object);
        }
    }
}

static void check_output(const char *text, size_t size) {
    for (size_t at = 0; at < size;) {
        const char *end = memchr(text + at, '\n', size - at);
        size_t len = end != NULL ? (size_t)(end - text) - at : size - at;
        MUST(text_is_safe(text + at, len));
        at += len + 1;
    }
}

/* Nobody is there to be asked again: what was taken stays. */
void __wrap_reading_fetch(struct reading *reading, uint32_t tables);
void __wrap_reading_fetch(struct reading *reading, uint32_t tables) {
    (void)reading;
    (void)tables;
}

static void show_all(struct client *client, struct reading *reading) {
    static char id[] = "4ABC12DEF0";
    static char *words[] = {id};
    size_t count;
    const struct command_row *rows = commands(&count);
    client->arguments.words = words;
    for (size_t i = 0; i < count; i++) {
        client->arguments.command = &rows[i];
        if (rows[i].show != NULL) {
            rows[i].show(client, reading);
        }
    }
}

static void check_canvas(const struct canvas *canvas) {
    for (size_t y = 0; y < canvas->height; y++) {
        char *row = canvas_row(canvas, y);
        MUST(text_is_safe(row, strlen(row)));
        MUST(screen_width(row) <= canvas->width);
        free(row);
    }
}

/* Keys that start no command. */
static void press(struct model *model, uint8_t octet) {
    static const int keys[] = {'j',
                               'k',
                               'G',
                               'g',
                               's',
                               'r',
                               '<',
                               ' ',
                               '*',
                               'u',
                               '?',
                               'q',
                               '/',
                               'e',
                               KEYS_ESCAPE,
                               KEYS_BACKSPACE,
                               KEYS_PAGE_DOWN,
                               KEYS_TAB};
    if (octet % 32 == 31 && model->mode == MODE_TABLE && model->tab >= TAB_REASONS) {
        keys_take(model, KEYS_ENTER); /* the whole record */
        return;
    }
    keys_take(model, keys[octet % (sizeof keys / sizeof keys[0])]);
}

/* All tables of top have what was taken. */
static void draw_all(struct client *client, struct input *input) {
    static struct model model;
    struct canvas canvas = {.unicode = client->screen.width % 3 != 0};
    struct moment now = {.ms = 1, .epoch_s = 1};
    model_init(&model, client, 1000);
    model.gateways.pulses[0].answered = true;
    model.gateways.pulses[0].answer_s = 1;
    model.gateways.pulses[0].lost_s = client->screen.width % 5 == 0 ? 1 : 0;
    for (unsigned t = 0; t < TAB_COUNT; t++) {
        model.gateways.details[t].read = true;
        model.gateways.details[t].reading.tree = client->readings.items[0].tree; /* borrowed */
    }
    canvas_resize(&canvas, client->screen.width + 20, 8 + client->screen.width % 12);
    for (unsigned t = 0; t < TAB_COUNT; t++) {
        model_show_tab(&model, (enum tab_id)t);
        press(&model, next(input));
        press(&model, next(input));
        model_refresh(&model);
        draw_top(&model, &canvas, now);
        check_canvas(&canvas);
    }
    for (unsigned t = 0; t < TAB_COUNT; t++) {
        model.gateways.details[t].reading.tree = (struct oid_tree){.objects = NULL};
    }
    model_deinit(&model);
    canvas_deinit(&canvas);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static struct client client;
    struct reading *reading = &client.readings.items[0];
    struct input input = {data, size};
    struct plan plan;
    char *text = NULL;
    size_t text_size = 0;
    FILE *real = stdout;
    plan_make(&plan, (UINT32_C(1) << TABLE_COUNT) - 1);
    memset(&client, 0, sizeof client);
    client.arguments.limit = -1;
    screen_init(&client.screen, false);
    client.screen.width = next(&input) % 130;
    client.screen.terminal = client.screen.width > 0;
    client.screen.whole = client.screen.width % 2 == 1;
    client.screen.color = false;
    client.readings.count = 1;
    reading->gateway = &client.readings.gateways[0];
    reading->gateway->name = "gw";
    reading->fetch = (struct fetch){.base = base,
                                    .base_len = sizeof base / sizeof base[0],
                                    .roots = plan.roots,
                                    .root_count = plan.root_count};
    add_scalars(&reading->fetch, &plan, &input);
    answer(&reading->fetch, &input);
    reading->fetch.problem = FETCH_FINE;
    reading->fetch.get_count = 0;
    reading_finish(reading);
    stdout = open_memstream(&text, &text_size);
    MUST(stdout != NULL);
    show_all(&client, reading);
    fclose(stdout);
    stdout = real;
    check_output(text, text_size);
    free(text);
    for (unsigned t = 0; t < TABLE_COUNT; t++) {
        cJSON *object = cJSON_CreateObject();
        json_add_table(object, reading, (enum table_id)t, NULL, 0);
        char *printed = cJSON_PrintUnformatted(object);
        MUST(printed != NULL);
        check_output(printed, strlen(printed));
        cJSON_free(printed);
        cJSON_Delete(object);
    }
    draw_all(&client, &input);
    readings_close(&client.readings);
    return 0;
}
