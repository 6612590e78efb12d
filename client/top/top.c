/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One loop, which waits in snmp_serve alone: for answers, keys, and the output of a command. In
 * this order it takes what the gateways have answered, makes the rows anew, so that nothing is
 * looked up in records that have gone, takes what was typed, and draws. It draws once a second
 * because of what grows by itself, and at most every DRAW_MS while answers come.
 */
#include "client/top/top.h"
#include "client/memory.h"
#include "client/stop.h"
#include "client/top/act.h"
#include "client/top/draw.h"
#include "client/top/keys.h"
#include "client/top/terminal.h"

#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#define INTERVAL_MS 2000
#define DRAW_MS 40
#define TICK_MS 1000

struct top {
    struct model model;
    struct canvas canvas;
    int64_t drawn_ms;
    bool typed;           /* since it was drawn last */
    size_t columns, rows; /* of the command's terminal */
};

static void draw(struct top *top, struct moment now) {
    size_t width;
    size_t height;
    terminal_size(&width, &height);
    canvas_resize(&top->canvas, width, height);
    draw_top(&top->model, &top->canvas, now);
    if (top->columns != top->model.columns || top->rows != top->model.page + 1) {
        top->columns = top->model.columns;
        top->rows = top->model.page + 1;
        child_resize(&top->model.child, top->columns, top->rows);
    }
    terminal_show(&top->canvas, top->model.redraw);
    top->model.redraw = false;
    top->model.changed = false;
    top->typed = false;
    top->drawn_ms = now.ms;
}

/* Milliseconds until it has to be drawn. */
static int64_t draw_wait_ms(const struct top *top, struct moment now) {
    int64_t pause = top->typed ? 0 : top->model.changed ? DRAW_MS : TICK_MS;
    int64_t wait = top->drawn_ms + pause - now.ms;
    return wait > 0 ? wait : 0;
}

static void take_keys(struct top *top) {
    int key;
    while (!top->model.quit && (key = terminal_key()) != KEYS_NONE) {
        top->typed = true;
        keys_take(&top->model, key);
        if (top->model.suspend) {
            top->model.suspend = false;
            terminal_suspend();
        }
    }
}

/* False once nobody can type any more. */
static bool has_terminal(void) {
    struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
    return poll(&input, 1, 0) <= 0 || (input.revents & (POLLHUP | POLLERR | POLLNVAL)) == 0;
}

static void loop(struct top *top) {
    struct model *model = &top->model;
    while (!model->quit && !stop_requested() && has_terminal()) {
        struct moment now = moment_now();
        model->changed = gateways_step(&model->gateways, model->tab, now) || model->changed;
        model_refresh(model);
        take_keys(top);
        act_take_output(model);
        model_refresh(model);
        if (draw_wait_ms(top, now) == 0) {
            draw(top, now);
        }
        now = moment_now();
        int64_t wait = draw_wait_ms(top, now);
        int64_t due = gateways_wait_ms(&model->gateways, model->tab, now);
        const int inputs[] = {STDIN_FILENO, model->child.terminal};
        snmp_serve((unsigned)(due < wait ? due : wait), inputs, inputs[1] >= 0 ? 2 : 1);
    }
}

int run_top(struct client *client) {
    struct top *top;
    uint32_t interval = client->arguments.interval_s;
    if (isatty(STDIN_FILENO) != 1 || isatty(STDOUT_FILENO) != 1) {
        return usage_error(&client->arguments, "top needs a terminal");
    }
    if (!terminal_open(client->screen.color)) {
        return usage_error(&client->arguments,
                           "TERM is not the name of a terminal that top can use");
    }
    stop_catch();
    top = need(calloc(1, sizeof *top));
    top->canvas.unicode = client->screen.unicode;
    model_init(&top->model, client, interval != 0 ? interval * 1000 : INTERVAL_MS);
    loop(top);
    terminal_close();
    bool answered = false;
    for (size_t i = 0; i < top->model.gateways.count; i++) {
        answered = answered || top->model.gateways.pulses[i].answer_s != 0;
    }
    model_deinit(&top->model);
    canvas_deinit(&top->canvas);
    free(top);
    return answered ? EXIT_DONE : EXIT_UNREACHABLE;
}
