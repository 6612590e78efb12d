/* SPDX-License-Identifier: BSD-3-Clause */
#include "io/helper_packet.h"

#include <assert.h>
#include <string.h>
#include <sys/socket.h>

struct request helper_request(const struct helper_order *order) {
    struct request request = {.type = order->type,
                              .command = order->command,
                              .parameter = order->parameter,
                              .flags = order->remove ? PARAMETER_REMOVE : 0,
                              .id_count = (uint32_t)order->id_count};
    assert(order->id_count <= PROTOCOL_IDS);
    if (order->value != NULL) {
        assert(strlen(order->value) < sizeof request.value);
        memcpy(request.value, order->value, strlen(order->value));
    }
    if (order->position != NULL) {
        request.position = *order->position;
    }
    if (order->id_count > 0) {
        memcpy(request.ids, order->ids, order->id_count * sizeof *order->ids);
    }
    return request;
}

ssize_t helper_receive(int socket, struct reply *reply, int *fd) {
    union {
        char buffer[CMSG_SPACE(sizeof(int))];
        struct cmsghdr align;
    } control;
    struct iovec part = {.iov_base = reply, .iov_len = sizeof *reply};
    struct msghdr message = {.msg_iov = &part,
                             .msg_iovlen = 1,
                             .msg_control = control.buffer,
                             .msg_controllen = sizeof control.buffer};
    ssize_t got = recvmsg(socket, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    *fd = -1;
    if (got < 0) {
        return got;
    }
    const struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    if (header != NULL && header->cmsg_level == SOL_SOCKET && header->cmsg_type == SCM_RIGHTS &&
        header->cmsg_len == CMSG_LEN(sizeof *fd)) {
        memcpy(fd, CMSG_DATA(header), sizeof *fd);
    }
    return got;
}
