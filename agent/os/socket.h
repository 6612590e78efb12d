/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The sockets between the processes: SOCK_SEQPACKET of the family AF_UNIX.
 */
#ifndef HMQ_OS_SOCKET_H
#define HMQ_OS_SOCKET_H

#include <stdbool.h>
#include <sys/socket.h>

/*
 * Parses the number of an inherited descriptor above standard error (option -s). Returns true with
 * the descriptor in *fd, or false, with *fd untouched, if it is not a number or not an open socket.
 */
bool socket_parse(const char *text, int *fd);

/* Whether the other end of a connection was closed; data may still be waiting. */
bool socket_peer_closed(int fd);

/*
 * Which process is at the other end: the one that connected, listened or made the pair, as the
 * kernel recorded it then. Returns 0 with *peer, or a negative errno value.
 */
int socket_peer(int fd, struct ucred *peer);

/*
 * Connects to the socket at path. Returns 0 with the connection (non-blocking, close-on-exec) in
 * *fd, or a negative errno value; -ENAMETOOLONG when path does not fit in an address.
 */
int socket_connect(const char *path, int *fd);

/*
 * The one listening socket that a service manager passed to this process (sd_listen_fds(3)).
 * Returns it, close-on-exec and borrowed from the manager, or -1 when there is none, there are
 * several or it is of another kind. Removes the variables that announce it from the environment.
 */
int socket_listener(void);

/*
 * Waits for a connection to a listening socket. Returns it (blocking, close-on-exec), or a negative
 * errno value.
 */
int socket_accept(int listener);

/*
 * Closes the connections that wait at a listening socket, for a process that ends without serving
 * them. Left waiting, they would make the service manager start it again at once, and again, until
 * it gives the socket up (TriggerLimitBurst= in systemd.socket(5)).
 */
void socket_turn_away(int listener);

#endif
