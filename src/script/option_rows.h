/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_SCRIPT_OPTION_ROWS_H
#define TERCET_SCRIPT_OPTION_ROWS_H

#include <stddef.h>

#include "script/descriptors.h"

/* A row of a table of options: how a name is read and set.  NULL: it cannot be. */
struct option_row {
    int name;
    int (*get)(struct sockets *sockets,
               struct socket *socket); /* the value; negative: perhaps an error */
    int (*set)(struct sockets *sockets, struct socket *socket, int value);
};

/* The options of a level. */
struct option_level {
    int level;
    const struct option_row *rows;
    size_t n;
};

extern const struct option_level option_levels_tcp; /* sockets_options_tcp.c */

/* sockets_options_tcp.c: values of TCP's options that are more than an int.  Return: false: it is none of these */
bool set_tcp_struct(struct sockets *sockets, struct socket *socket,
                    const struct unix_option *option, int *answer);
bool get_tcp_struct(struct sockets *sockets, struct socket *socket, struct unix_option *option,
                    int *answer);

/* sockets_options_tcp.c: what was set at TCP's level holds for the connection or listener. */
void apply_tcp_options(struct sockets *sockets, struct socket *socket);

/* The answer of option rows for what the kernel knows and this host does not. */
int get_unsupported(struct sockets *sockets, struct socket *socket);
int set_unsupported(struct sockets *sockets, struct socket *socket, int value);

/* Tell the stack, if there is a connection or listener. */
void stack_set(struct sockets *sockets, const struct socket *socket, enum tercet_option option,
               uint32_t value);

/* The same for what holds for a connection alone, and is said again to those that a listener accepts.  Return: 0 */
int connection_set(struct sockets *sockets, const struct socket *socket, enum tercet_option option,
                   uint32_t value);

/* Octets of window that the user lets the stack offer; 0: as the stack likes. */
uint32_t socket_window(const struct sockets *sockets, const struct socket *socket);

/* What the user has set about the receive window goes to the stack. */
void apply_window(struct sockets *sockets, struct socket *socket);

/* @value of an answer goes to the user, as much of it as he has room for. */
void option_puts(struct unix_option *option, const void *value, uint32_t n);

static inline uint32_t in_range(uint32_t value, uint32_t low, uint32_t high) {
    return value < low ? low : value > high ? high : value;
}

/* The socket's own value, else the host's, else the kernel's. */
static inline uint32_t own_or(uint32_t own, uint32_t host, uint32_t otherwise) {
    return own ? own : host ? host : otherwise;
}

/* Rows that read a number as it was stored; that store it and no more. */
#define OPTION_READ(field)                                                                         \
    static int get_##field(struct sockets *sockets, struct socket *socket) {                       \
        (void)sockets;                                                                             \
        return (int)socket->options.field;                                                         \
    }
#define OPTION_STORED(field)                                                                       \
    OPTION_READ(field)                                                                             \
    static int set_##field(struct sockets *sockets, struct socket *socket, int value) {            \
        (void)sockets;                                                                             \
        socket->options.field = (__typeof__(socket->options.field))value;                          \
        return 0;                                                                                  \
    }

#endif
