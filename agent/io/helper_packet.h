/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Single packets of the protocol with the helper: an order as a request, and a reply with its
 * descriptor. For io/helper_client.c only.
 */
#ifndef HMQ_IO_HELPER_PACKET_H
#define HMQ_IO_HELPER_PACKET_H

#include "io/helper_client.h"

#include <sys/types.h>

/* The request of an order, without its sequence and deadline. An order that exceeds the protocol is
 * a mistake of the caller (assert). */
struct request helper_request(const struct helper_order *order);

/* Receives one packet. Returns its length with the descriptor that it brought (or -1) in *fd, 0 if
 * the helper has ended, or -1 with errno set. */
ssize_t helper_receive(int socket, struct reply *reply, int *fd);

#endif
