/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The layout: draws what a model shows on a canvas of any size.
 */
#ifndef HMQ_CLIENT_TOP_DRAW_H
#define HMQ_CLIENT_TOP_DRAW_H

#include "client/top/canvas.h"
#include "client/top/model.h"

/* Where a part of the screen is. */
struct area {
    size_t x, y, width, height;
};

/* Draws all. Sets model->page, and scrolls so that the cursor is on the screen. */
void draw_top(struct model *model, struct canvas *canvas, struct moment now);

/* Where the table, or what takes its place, is on a screen of this size. */
struct area draw_table_area(const struct model *model, size_t width, size_t height);

/* Parts of it. */
void draw_gateways(struct model *model, struct canvas *canvas, struct area area);
void draw_queues(struct model *model, struct canvas *canvas, struct area area);
void draw_table(struct model *model, struct canvas *canvas, struct area area, struct moment now);
void draw_console(struct model *model, struct canvas *canvas, struct area area);
void draw_help(struct model *model, struct canvas *canvas, struct area area);

#endif
