/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The list of gateways and the bars of the queues.
 */
#include "client/top/draw.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void draw_gateway(struct model *model, struct pen *pen, size_t which) {
    const struct pulse *pulse = &model->gateways.pulses[which];
    struct state state = pulse_state(pulse);
    int64_t total = pulse_messages(pulse, 0);
    char number[FORMAT_SIZE];
    size_t end = pen->end;
    const char *count = total < 0 ? "?" : format_number(total, number);
    pen->reversed = which == model->gateways.current;
    pen->style = pulse->lost_s != 0 ? STYLE_DIM : STYLE_PLAIN;
    size_t right = strlen(count) + 1;
    pen_styled(pen, state.style,
               state.style == STYLE_GOOD   ? " "
               : state.style == STYLE_BAD  ? "!"
               : state.style == STYLE_WARN ? "+"
                                           : ".");
    pen->end = end > right && end - right > pen->x ? end - right : pen->x;
    pen_styled(pen, state.style, pulse->reading->gateway->name);
    pen_blank(pen, pen->end);
    pen->end = end;
    pen_put(pen, " ");
    pen_put(pen, count);
    pen_blank(pen, end);
}

void draw_gateways(struct model *model, struct canvas *canvas, struct area area) {
    size_t order[GATEWAYS_MAX];
    size_t count = model->gateways.count;
    size_t at = 0;
    if (area.width == 0) {
        return;
    }
    gateways_order(&model->gateways, order);
    for (size_t i = 0; i < count; i++) {
        at = order[i] == model->gateways.current ? i : at;
    }
    /* The list scrolls so that the current one is in it. */
    size_t top = at >= area.height ? at + 1 - area.height : 0;
    for (size_t y = 0; y < area.height; y++) {
        struct pen pen = pen_at(canvas, area.x, area.y + y, area.width);
        if (top + y < count) {
            draw_gateway(model, &pen, order[top + y]);
        }
        struct pen edge = pen_at(canvas, area.x + area.width, area.y + y, 1);
        pen_styled(&edge, STYLE_DIM, canvas->unicode ? "\xE2\x94\x82" : "|");
    }
}

/* One queue: name, number, bar, and how the number went. */
static void draw_queue(struct model *model, struct pen *pen, int queue, int64_t most) {
    const struct pulse *pulse = model_pulse(model);
    const char *name = table_of(TABLE_QUEUES)->fields[QUEUES_QUEUE].names[queue];
    int64_t count = pulse_messages(pulse, queue);
    size_t room = pen_room(pen);
    size_t bar = room >= 100 ? 40 : room > 40 ? (room - 24) / 2 : 0;
    char number[FORMAT_SIZE];
    char line[HISTORY_LINE_SIZE];
    char *text = NULL;
    size_t size = 0;
    pen->style = pulse->lost_s != 0 ? STYLE_DIM : STYLE_PLAIN;
    pen_say(pen, "%-9s%10s  ", name, count < 0 ? "?" : format_number(count, number));
    FILE *out = open_memstream(&text, &size);
    if (out == NULL) {
        return;
    }
    const struct screen screen = {.out = out, .unicode = pen->canvas->unicode};
    if (bar > 0 && count >= 0) {
        screen_bar(&screen, (double)count, (double)most, bar);
    }
    fclose(out);
    pen_put(pen, text);
    free(text);
    pen_blank(pen, pen->end - room + 21 + bar + 1);
    size_t samples = pen_room(pen) < HISTORY_SAMPLES ? pen_room(pen) : HISTORY_SAMPLES;
    pen_put(pen, history_line(&pulse->queues[queue - 1], samples, pen->canvas->unicode, line));
}

void draw_queues(struct model *model, struct canvas *canvas, struct area area) {
    const struct pulse *pulse = model_pulse(model);
    int64_t most = 0;
    for (int queue = 1; queue <= TOP_QUEUES; queue++) {
        int64_t count = pulse_messages(pulse, queue);
        most = count > most ? count : most;
    }
    /* corrupt is seldom of interest: it takes the place of maildrop if it has any. */
    bool corrupt = pulse_messages(pulse, TOP_QUEUES) > 0;
    for (size_t y = 0; y < area.height; y++) {
        struct pen pen = pen_at(canvas, area.x, area.y + y, area.width);
        draw_queue(model, &pen, y == 0 && corrupt ? TOP_QUEUES : (int)y + 1, most);
    }
}
