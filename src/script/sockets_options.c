/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Options: tables by level, a row for each name with how its value is read and written.
 *
 * A value that the stack obeys goes to the connection when it is set, and to each connection that the socket gets
 * (socket_apply).  Values that change nothing here are stored, so that they read as they were written.
 */
#include <string.h>

#include "script/option_rows.h"
#include "wire/ip.h"

enum {
    LINUX_BUFFER_LIMIT = 212992, /* rmem_max, wmem_max */
    LINUX_RECEIVE_LEAST = 2304,
    LINUX_SEND_LEAST = 4608,
    LINUX_RECEIVE_BUFFER = 131072, /* tcp_rmem[1] */
    BSD_RECEIVE_BUFFER = 65536,
    BSD_BUFFER_LIMIT = 2 << 20, /* maxsockbuf */
    BSD_SEND_LOW = 2048,
    STACK_BUFFER_LEAST = 4096,
    STACK_BUFFER_MOST = 4 << 20,
};

void stack_set(struct sockets *sockets, const struct socket *socket, enum tercet_option option,
               uint32_t value) {
    if (socket->conn) tercet_conn_set_option(sockets->stack, socket->conn, option, value);
}

int connection_set(struct sockets *sockets, const struct socket *socket, enum tercet_option option,
                   uint32_t value) {
    if (socket->stage != SOCKET_LISTENING) stack_set(sockets, socket, option, value);
    return 0;
}

int get_unsupported(struct sockets *sockets, struct socket *socket) {
    (void)sockets, (void)socket;
    return SOCKETS_UNSUPPORTED;
}

int set_unsupported(struct sockets *sockets, struct socket *socket, int value) {
    (void)sockets, (void)socket, (void)value;
    return SOCKETS_UNSUPPORTED;
}

/* Half of a buffer of Linux's may be window, all of FreeBSD's. */
uint32_t socket_window(const struct sockets *sockets, const struct socket *socket) {
    uint32_t window = (uint32_t)socket->options.receive_buffer, clamp = socket->options.window_clamp;

    if (!sockets_are_bsd(sockets)) window /= 2;
    if (clamp && (!window || clamp < window)) window = clamp;
    return window;
}

/* Linux offers no larger shift than such a window needs; FreeBSD's is the host's. */
void apply_window(struct sockets *sockets, struct socket *socket) {
    uint32_t window = socket_window(sockets, socket), bits;

    if (!window) return;
    bits = 31 - (uint32_t)__builtin_clz(window);
    stack_set(sockets, socket, TERCET_OPTION_RECEIVE_BUFFER,
              in_range(window, STACK_BUFFER_LEAST, STACK_BUFFER_MOST));
    if (!sockets_are_bsd(sockets))
        stack_set(sockets, socket, TERCET_OPTION_WINDOW_SCALE, bits > 15 ? bits - 15 : 0);
}

static int diffserv_of(const struct socket *socket, const struct tercet_address *remote) {
    bool is_v4 = !socket->is_v6 || address_is_v4(remote);

    return (is_v4 ? socket->options.tos : socket->options.traffic_class) >> 2;
}

void socket_apply(struct sockets *sockets, struct socket *socket) {
    if (socket->stage != SOCKET_CONNECTED || !sockets_are_bsd(sockets))
        apply_window(sockets, socket); /* else the listener's has come with it, in whole segments */
    stack_set(sockets, socket, TERCET_OPTION_DIFFSERV,
              (uint32_t)diffserv_of(socket, &socket->remote.address));
    if (socket->stage == SOCKET_LISTENING && socket->options.is_v6_only)
        stack_set(sockets, socket, TERCET_OPTION_V6_ONLY, 1);
    if (socket->stage != SOCKET_LISTENING)
        stack_set(sockets, socket, TERCET_OPTION_SEND_BUFFER, STACK_BUFFER_MOST);
    apply_tcp_options(sockets, socket);
}

OPTION_STORED(is_reuse_address)
OPTION_STORED(is_reuse_port)
OPTION_STORED(is_freebind)
OPTION_STORED(is_oob_inline)
OPTION_STORED(is_zerocopy)
OPTION_STORED(is_debug)
OPTION_STORED(is_dont_route)
OPTION_STORED(is_broadcast)
OPTION_STORED(is_no_sigpipe)
OPTION_STORED(mark)
OPTION_STORED(priority)
OPTION_STORED(timestamping)
OPTION_READ(is_keepalive)
OPTION_READ(tos)
OPTION_READ(mtu_discover)
OPTION_READ(traffic_class)
OPTION_READ(is_v6_only)
OPTION_READ(mtu_discover_v6)

/* How many octets wake a reader, or a writer of FreeBSD's; the kernel's own when not set. */
static int get_receive_low(struct sockets *sockets, struct socket *socket) {
    (void)sockets;
    return (int)own_or(socket->options.receive_low, 0, 1);
}

static int set_receive_low(struct sockets *sockets, struct socket *socket, int value) {
    (void)sockets;
    socket->options.receive_low = value < 0 ? INT_MAX : (uint32_t)value;
    return 0;
}

static int get_send_low(struct sockets *sockets, struct socket *socket) {
    return sockets_are_bsd(sockets) ? (int)own_or(socket->options.send_low, 0, BSD_SEND_LOW) : 1;
}

static int set_send_low(struct sockets *sockets, struct socket *socket, int value) {
    if (!sockets_are_bsd(sockets)) return -UNIX_ENOPROTOOPT;
    if (value <= 0) return -UNIX_EINVAL;
    socket->options.send_low = (uint32_t)value;
    return 0;
}

static int get_type(struct sockets *sockets, struct socket *socket) {
    (void)sockets, (void)socket;
    return UNIX_SOCK_STREAM;
}

static int get_domain(struct sockets *sockets, struct socket *socket) {
    (void)sockets;
    return socket->is_v6 ? UNIX_AF_INET6 : UNIX_AF_INET;
}

static int get_protocol(struct sockets *sockets, struct socket *socket) {
    (void)sockets, (void)socket;
    return UNIX_IPPROTO_TCP;
}

static int get_accepting(struct sockets *sockets, struct socket *socket) {
    (void)sockets;
    return socket->stage == SOCKET_LISTENING;
}

static int get_error(struct sockets *sockets, struct socket *socket) {
    int error = socket_error_take(socket);

    (void)sockets;
    if (error) return error;
    error = socket->soft_error;
    socket->soft_error = 0;
    return error;
}

/* FreeBSD's grows to whole segments when a connection opens. */
static int in_whole_segments(struct sockets *sockets, const struct socket *socket, uint32_t bytes) {
    struct tercet_conn_info info;

    if (socket->stage == SOCKET_LISTENING || !socket_info(sockets, socket, &info))
        return (int)bytes;
    if (info.receive_buffer_bytes < bytes || info.receive_buffer_bytes > bytes + UINT16_MAX)
        return (int)bytes;
    return (int)info.receive_buffer_bytes;
}

static int get_receive_buffer(struct sockets *sockets, struct socket *socket) {
    uint32_t host = sockets->settings.receive_buffer_bytes;
    uint32_t own = (uint32_t)socket->options.receive_buffer;

    if (sockets_are_bsd(sockets))
        return in_whole_segments(sockets, socket, own_or(own, host, BSD_RECEIVE_BUFFER));
    return (int)own_or(own, host, LINUX_RECEIVE_BUFFER);
}

static int get_send_buffer(struct sockets *sockets, struct socket *socket) {
    return (int)socket_send_buffer(sockets, socket);
}

/* Linux doubles what it is asked for, up to its limit, and never refuses. */
static int linux_buffer(int value, uint32_t most_bytes, uint32_t least_bytes) {
    uint32_t most = most_bytes < INT_MAX / 2 ? most_bytes : INT_MAX / 2, asked = (uint32_t)value;

    return (int)in_range(2 * (asked < most ? asked : most), least_bytes, INT_MAX);
}

/* FreeBSD refuses what is too much. */
static int buffer_for(const struct sockets *sockets, int value, uint32_t limit,
                      uint32_t least_bytes) {
    if (!sockets_are_bsd(sockets))
        return linux_buffer(value, own_or(limit, 0, LINUX_BUFFER_LIMIT), least_bytes);
    if (value <= 0) return -UNIX_EINVAL;
    return (uint32_t)value > own_or(limit, 0, BSD_BUFFER_LIMIT) ? -UNIX_ENOBUFS : value;
}

static int receive_buffer_takes(struct sockets *sockets, struct socket *socket, int bytes) {
    if (bytes < 0) return bytes;
    socket->options.receive_buffer = bytes;
    apply_window(sockets, socket);
    return 0;
}

static int set_receive_buffer(struct sockets *sockets, struct socket *socket, int value) {
    return receive_buffer_takes(
        sockets, socket,
        buffer_for(sockets, value, sockets->settings.rcvbuf_limit_bytes, LINUX_RECEIVE_LEAST));
}

static int force_receive_buffer(struct sockets *sockets, struct socket *socket, int value) {
    if (value < 0) value = 0;
    return receive_buffer_takes(sockets, socket,
                                linux_buffer(value, UINT32_MAX, LINUX_RECEIVE_LEAST));
}

static int set_send_buffer(struct sockets *sockets, struct socket *socket, int value) {
    int bytes = buffer_for(sockets, value, sockets->settings.sndbuf_limit_bytes, LINUX_SEND_LEAST);

    if (bytes < 0) return bytes;
    socket->options.send_buffer = bytes;
    return 0;
}

static int force_send_buffer(struct sockets *sockets, struct socket *socket, int value) {
    (void)sockets;
    socket->options.send_buffer = linux_buffer(value < 0 ? 0 : value, UINT32_MAX, LINUX_SEND_LEAST);
    return 0;
}

static int set_keepalive(struct sockets *sockets, struct socket *socket, int value) {
    socket->options.is_keepalive = value != 0;
    return connection_set(sockets, socket, TERCET_OPTION_KEEPALIVE, value != 0);
}

static int set_reuse_flag(struct sockets *sockets, struct socket *socket, int value) {
    return set_is_reuse_address(sockets, socket, value != 0);
}

static const struct option_row socket_rows[] = {
    {UNIX_SO_REUSEADDR,       get_is_reuse_address, set_reuse_flag      },
    {UNIX_SO_REUSEPORT,       get_is_reuse_port,    set_is_reuse_port   },
    {UNIX_SO_REUSEPORT_LB,    get_is_reuse_port,    set_is_reuse_port   },
    {UNIX_SO_TYPE,            get_type,             NULL                },
    {UNIX_SO_DOMAIN,          get_domain,           NULL                },
    {UNIX_SO_PROTOCOL,        get_protocol,         NULL                },
    {UNIX_SO_ACCEPTCONN,      get_accepting,        NULL                },
    {UNIX_SO_ERROR,           get_error,            NULL                },
    {UNIX_SO_SNDBUF,          get_send_buffer,      set_send_buffer     },
    {UNIX_SO_RCVBUF,          get_receive_buffer,   set_receive_buffer  },
    {UNIX_SO_KEEPALIVE,       get_is_keepalive,     set_keepalive       },
    {UNIX_SO_OOBINLINE,       get_is_oob_inline,    set_is_oob_inline   },
    {UNIX_SO_PRIORITY,        get_priority,         set_priority        },
    {UNIX_SO_MARK,            get_mark,             set_mark            },
    {UNIX_SO_RCVLOWAT,        get_receive_low,      set_receive_low     },
    {UNIX_SO_SNDLOWAT,        get_send_low,         set_send_low        },
    {UNIX_SO_TIMESTAMPING,    get_timestamping,     set_timestamping    },
    {UNIX_SO_ZEROCOPY,        get_is_zerocopy,      set_is_zerocopy     },
    {UNIX_SO_DEBUG,           get_is_debug,         set_is_debug        },
    {UNIX_SO_DONTROUTE,       get_is_dont_route,    set_is_dont_route   },
    {UNIX_SO_BROADCAST,       get_is_broadcast,     set_is_broadcast    },
    {UNIX_SO_NOSIGPIPE,       get_is_no_sigpipe,    set_is_no_sigpipe   },
    {UNIX_SO_SNDBUFFORCE,     NULL,                 force_send_buffer   },
    {UNIX_SO_RCVBUFFORCE,     NULL,                 force_receive_buffer},
    {UNIX_SO_BINDTODEVICE,    get_unsupported,      set_unsupported     },
    {UNIX_SO_TIMESTAMP,       get_unsupported,      set_unsupported     },
    {UNIX_SO_TIMESTAMPNS,     get_unsupported,      set_unsupported     },
    {UNIX_SO_MAX_PACING_RATE, get_unsupported,      set_unsupported     },
    {UNIX_SO_MEMINFO,         get_unsupported,      NULL                },
    {UNIX_SO_TXTIME,          get_unsupported,      set_unsupported     },
    {UNIX_SO_ACCEPTFILTER,    get_unsupported,      set_unsupported     },
    {UNIX_SO_ATTACH_FILTER,   NULL,                 set_unsupported     },
    {UNIX_SO_ATTACH_BPF,      NULL,                 set_unsupported     },
};

static int set_tos(struct sockets *sockets, struct socket *socket, int value) {
    socket->options.tos = value & 0xfc; /* the ECN bits are TCP's */
    stack_set(sockets, socket, TERCET_OPTION_DIFFSERV,
              (uint32_t)diffserv_of(socket, &socket->remote.address));
    return 0;
}

static int get_ttl(struct sockets *sockets, struct socket *socket) {
    return socket->options.ttl ? socket->options.ttl : sockets->settings.config.hop_limit;
}

static int set_ttl(struct sockets *sockets, struct socket *socket, int value) {
    (void)sockets;
    if (value != -1 && (value < 1 || value > 255)) return -UNIX_EINVAL;
    socket->options.ttl = value == -1 ? 0 : value;
    return 0;
}

static int set_mtu_discover(struct sockets *sockets, struct socket *socket, int value) {
    (void)sockets;
    if (value < UNIX_IP_PMTUDISC_DONT || value > UNIX_IP_PMTUDISC_OMIT) return -UNIX_EINVAL;
    socket->options.mtu_discover = value;
    return 0;
}

static int get_mtu(struct sockets *sockets, struct socket *socket) {
    return socket->stage == SOCKET_CONNECTED ? (int)sockets->mtu : -UNIX_ENOTCONN;
}

static const struct option_row ip_rows[] = {
    {UNIX_IP_TOS,          get_tos,          set_tos         },
    {UNIX_IP_TTL,          get_ttl,          set_ttl         },
    {UNIX_IP_MTU_DISCOVER, get_mtu_discover, set_mtu_discover},
    {UNIX_IP_MTU,          get_mtu,          NULL            },
    {UNIX_IP_FREEBIND,     get_is_freebind,  set_is_freebind },
};

static int set_traffic_class(struct sockets *sockets, struct socket *socket, int value) {
    if (value < -1 || value > 255) return -UNIX_EINVAL;
    socket->options.traffic_class = value == -1 ? 0 : value & 0xfc;
    stack_set(sockets, socket, TERCET_OPTION_DIFFSERV,
              (uint32_t)diffserv_of(socket, &socket->remote.address));
    return 0;
}

static int set_v6_only(struct sockets *sockets, struct socket *socket, int value) {
    (void)sockets;
    if (socket->is_bound) return -UNIX_EINVAL;
    socket->options.is_v6_only = value != 0;
    return 0;
}

static int get_hops(struct sockets *sockets, struct socket *socket) {
    return socket->options.hops ? socket->options.hops : sockets->settings.config.hop_limit;
}

static int set_hops(struct sockets *sockets, struct socket *socket, int value) {
    (void)sockets;
    if (value < -1 || value > 255) return -UNIX_EINVAL;
    socket->options.hops = value == -1 ? 0 : value;
    return 0;
}

static int set_mtu_discover_v6(struct sockets *sockets, struct socket *socket, int value) {
    (void)sockets;
    if (value < UNIX_IPV6_PMTUDISC_DONT || value > UNIX_IPV6_PMTUDISC_OMIT) return -UNIX_EINVAL;
    socket->options.mtu_discover_v6 = value;
    return 0;
}

static const struct option_row ipv6_rows[] = {
    {UNIX_IPV6_TCLASS,       get_traffic_class,   set_traffic_class  },
    {UNIX_IPV6_V6ONLY,       get_is_v6_only,      set_v6_only        },
    {UNIX_IPV6_UNICAST_HOPS, get_hops,            set_hops           },
    {UNIX_IPV6_MTU_DISCOVER, get_mtu_discover_v6, set_mtu_discover_v6},
    {UNIX_IPV6_MTU,          get_mtu,             NULL               },
};

static const struct option_level levels[] = {
    {UNIX_SOL_SOCKET, socket_rows, sizeof socket_rows / sizeof socket_rows[0]},
    {UNIX_SOL_IP,     ip_rows,     sizeof ip_rows / sizeof ip_rows[0]        },
    {UNIX_SOL_IPV6,   ipv6_rows,   sizeof ipv6_rows / sizeof ipv6_rows[0]    },
};

static const struct option_row *row_in(const struct option_level *level, int name) {
    for (size_t at = 0; at < level->n; at++)
        if (level->rows[at].name == name) return &level->rows[at];
    return NULL;
}

static const struct option_row *row_of(int level, int name) {
    if (level == UNIX_SOL_TCP) return row_in(&option_levels_tcp, name);
    for (size_t i = 0; i < sizeof levels / sizeof levels[0]; i++)
        if (levels[i].level == level) return row_in(&levels[i], name);
    return NULL;
}

/* struct linger and struct timeval, as they lie in memory on most machines. */
struct unix_linger {
    int32_t is_on, seconds;
};

struct unix_timeval {
    int64_t seconds, microseconds;
};

/* Values that are more than one int.  Return: false: it is none of these; *@answer otherwise */
static bool set_struct(struct socket *socket, const struct unix_option *option, int *answer) {
    struct unix_linger linger;
    struct unix_timeval time;
    uint64_t *timeout;

    *answer = 0;
    if (option->level != UNIX_SOL_SOCKET) return false;
    switch (option->name) {
    case UNIX_SO_LINGER:
        if (option->length < sizeof linger) *answer = -UNIX_EINVAL;
        if (*answer) return true;
        memcpy(&linger, option->value, sizeof linger);
        socket->options.has_linger = linger.is_on != 0;
        if (linger.is_on) socket->options.linger_s = linger.seconds;
        return true;
    case UNIX_SO_RCVTIMEO:
    case UNIX_SO_SNDTIMEO:
        if (option->length < sizeof time) *answer = -UNIX_EINVAL;
        if (*answer) return true;
        memcpy(&time, option->value, sizeof time);
        if (time.microseconds < 0 || time.microseconds >= 1000000) *answer = -UNIX_EDOM;
        if (*answer) return true;
        timeout = option->name == UNIX_SO_RCVTIMEO ? &socket->options.receive_timeout_ns
                                                   : &socket->options.send_timeout_ns;
        *timeout = time.seconds < 0
                       ? 0
                       : ((uint64_t)time.seconds * 1000000u + (uint64_t)time.microseconds) * 1000u;
        return true;
    default: return false;
    }
}

int sockets_set_option(void *self, int fd, const struct unix_option *option) {
    struct sockets *sockets = self;
    const struct option_row *row;
    struct socket *socket;
    int error, value = 0;

    socket = socket_at(sockets, fd, &error);
    if (!socket) return error;
    if (set_struct(socket, option, &error)) return error;
    if (set_tcp_struct(sockets, socket, option, &error)) return error;
    row = row_of(option->level, option->name);
    if (!row || !row->set) return -UNIX_ENOPROTOOPT;
    if (option->length >= sizeof value)
        memcpy(&value, option->value, sizeof value);
    else if (option->level == UNIX_SOL_IP && option->length >= 1)
        value = *(const unsigned char *)option->value;
    else
        return -UNIX_EINVAL;
    return row->set(sockets, socket, value);
}

void option_puts(struct unix_option *option, const void *value, uint32_t n) {
    if (option->length > n) option->length = n;
    memcpy(option->value, value, option->length);
}

static bool get_struct(const struct socket *socket, struct unix_option *option) {
    struct unix_linger linger = {socket->options.has_linger, socket->options.linger_s};
    struct unix_timeval time;
    uint64_t us;

    if (option->level != UNIX_SOL_SOCKET) return false;
    switch (option->name) {
    case UNIX_SO_LINGER: option_puts(option, &linger, sizeof linger); return true;
    case UNIX_SO_RCVTIMEO:
    case UNIX_SO_SNDTIMEO:
        us = (option->name == UNIX_SO_RCVTIMEO ? socket->options.receive_timeout_ns
                                               : socket->options.send_timeout_ns) /
             1000u;
        time = (struct unix_timeval){(int64_t)(us / 1000000u), (int64_t)(us % 1000000u)};
        option_puts(option, &time, sizeof time);
        return true;
    default: return false;
    }
}

int sockets_get_option(void *self, int fd, struct unix_option *option) {
    struct sockets *sockets = self;
    const struct option_row *row;
    struct socket *socket;
    int error, value;

    socket = socket_at(sockets, fd, &error);
    if (!socket) return error;
    if (get_struct(socket, option)) return 0;
    if (get_tcp_struct(sockets, socket, option, &error)) return error;
    row = row_of(option->level, option->name);
    if (!row || !row->get) return -UNIX_ENOPROTOOPT;
    value = row->get(sockets, socket);
    if (value == SOCKETS_UNSUPPORTED || (row->get == get_mtu && value < 0)) return value;
    option_puts(option, &value, sizeof value);
    return 0;
}
