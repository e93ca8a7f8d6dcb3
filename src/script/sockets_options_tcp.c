/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Options of TCP's own level.
 */
#include <string.h>

#include "script/option_rows.h"
#include "script/tcp_info.h"

enum {
    SEGMENT_LEAST = 88,
    SEGMENT_MOST = 32767,
    SEGMENT_DEFAULT = 536,
    LINGER2_MOST_S = 120,
    FIN_TIMEOUT_S = 60,
    SYN_WAIT_MOST_S = 120, /* between two SYN-ACKs */
    DEFER_MOST = 15,       /* retries that the stack can wait for text */
    CONGESTION_NAME_OCTETS = 16,
    LINUX_RECEIVE_HALF = 1152, /* the least window clamp */
};

static void apply_keepalive(struct sockets *sockets, const struct socket *socket) {
    const struct socket_options *o = &socket->options;
    const struct settings *s = &sockets->settings;

    stack_set(sockets, socket, TERCET_OPTION_KEEPALIVE_IDLE,
              own_or(o->keep_idle_s, s->keep_idle_s, 7200));
    stack_set(sockets, socket, TERCET_OPTION_KEEPALIVE_INTERVAL,
              own_or(o->keep_interval_s, s->keep_interval_s, 75));
    stack_set(sockets, socket, TERCET_OPTION_KEEPALIVE_COUNT,
              own_or(o->keep_count, s->keep_count, sockets_are_bsd(sockets) ? 8 : 9));
    if (o->is_keepalive || s->keeps_all_alive)
        stack_set(sockets, socket, TERCET_OPTION_KEEPALIVE, 1);
}

void apply_tcp_options(struct sockets *sockets, struct socket *socket) {
    const struct socket_options *o = &socket->options;

    if (o->max_segment && socket->stage != SOCKET_CONNECTED)
        stack_set(sockets, socket, TERCET_OPTION_MAX_SEGMENT, o->max_segment);
    if (socket->stage == SOCKET_LISTENING) {
        stack_set(sockets, socket, TERCET_OPTION_DEFER_ACCEPT, o->defer_retries);
        return;
    }
    stack_set(sockets, socket, TERCET_OPTION_NODELAY, o->is_nodelay);
    if (o->is_cork) stack_set(sockets, socket, TERCET_OPTION_CORK, 1);
    if (o->is_quickack_off) stack_set(sockets, socket, TERCET_OPTION_QUICK_ACKS, 0);
    if (o->syn_count) stack_set(sockets, socket, TERCET_OPTION_SYN_RETRIES, o->syn_count);
    if (o->linger2_s)
        stack_set(sockets, socket, TERCET_OPTION_FIN_WAIT_2,
                  o->linger2_s < 0 ? 0 : (uint32_t)o->linger2_s);
    if (o->user_timeout_ms)
        stack_set(sockets, socket, TERCET_OPTION_USER_TIMEOUT,
                  in_range(o->user_timeout_ms, 0, 86400000));
    if (o->keep_init_s && socket->stage == SOCKET_CONNECTING)
        stack_set(sockets, socket, TERCET_OPTION_USER_TIMEOUT,
                  in_range(o->keep_init_s, 1, 86400) * 1000);
    apply_keepalive(sockets, socket);
}

OPTION_STORED(save_syn)
OPTION_STORED(keep_init_s)
OPTION_STORED(is_thin)
OPTION_STORED(is_thin_dupack)
OPTION_READ(is_nodelay)
OPTION_READ(user_timeout_ms)
OPTION_READ(notsent_low)
OPTION_READ(has_inq)
OPTION_READ(is_cork)
OPTION_READ(window_clamp)
OPTION_READ(fastopen_queue)
OPTION_READ(is_fastopen_connect)

static int set_nodelay(struct sockets *sockets, struct socket *socket, int value) {
    socket->options.is_nodelay = value != 0;
    return connection_set(sockets, socket, TERCET_OPTION_NODELAY, value != 0);
}

/* Linux takes the options off that each segment carries; FreeBSD does not. */
static int get_max_segment(struct sockets *sockets, struct socket *socket) {
    struct tercet_conn_info info;

    if (socket->stage == SOCKET_LISTENING || !socket_info(sockets, socket, &info) ||
        !info.send_mss_bytes)
        return (int)own_or(socket->options.max_segment, 0, SEGMENT_DEFAULT);
    if (!sockets_are_bsd(sockets)) return (int)info.send_mss_bytes;
    return (int)(info.send_mss_bytes + timestamps_octets(&info));
}

static int set_max_segment(struct sockets *sockets, struct socket *socket, int value) {
    bool is_open = socket->stage == SOCKET_CONNECTED;

    if (sockets_are_bsd(sockets) && is_open && value > get_max_segment(sockets, socket))
        return -UNIX_EINVAL;
    if (value && (value < SEGMENT_LEAST || value > SEGMENT_MOST)) return -UNIX_EINVAL;
    socket->options.max_segment = (uint32_t)value;
    if (value && (sockets_are_bsd(sockets) || !is_open))
        stack_set(sockets, socket, TERCET_OPTION_MAX_SEGMENT, (uint32_t)value);
    return 0;
}

static int get_keep_idle_s(struct sockets *sockets, struct socket *socket) {
    return (int)own_or(socket->options.keep_idle_s, sockets->settings.keep_idle_s, 7200);
}

static int get_keep_interval_s(struct sockets *sockets, struct socket *socket) {
    return (int)own_or(socket->options.keep_interval_s, sockets->settings.keep_interval_s, 75);
}

static int get_keep_count(struct sockets *sockets, struct socket *socket) {
    return (int)own_or(socket->options.keep_count, sockets->settings.keep_count,
                       sockets_are_bsd(sockets) ? 8 : 9);
}

static int set_keep_idle(struct sockets *sockets, struct socket *socket, int value) {
    if (value < 1 || value > 32767) return -UNIX_EINVAL;
    socket->options.keep_idle_s = (uint32_t)value;
    return connection_set(sockets, socket, TERCET_OPTION_KEEPALIVE_IDLE, (uint32_t)value);
}

static int set_keep_interval(struct sockets *sockets, struct socket *socket, int value) {
    if (value < 1 || value > 32767) return -UNIX_EINVAL;
    socket->options.keep_interval_s = (uint32_t)value;
    return connection_set(sockets, socket, TERCET_OPTION_KEEPALIVE_INTERVAL, (uint32_t)value);
}

static int set_keep_count(struct sockets *sockets, struct socket *socket, int value) {
    if (value < 1 || value > 127) return -UNIX_EINVAL;
    socket->options.keep_count = (uint32_t)value;
    return connection_set(sockets, socket, TERCET_OPTION_KEEPALIVE_COUNT, (uint32_t)value);
}

static int set_user_timeout(struct sockets *sockets, struct socket *socket, int value) {
    if (value < 0) return -UNIX_EINVAL;
    socket->options.user_timeout_ms = (uint32_t)value;
    return connection_set(sockets, socket, TERCET_OPTION_USER_TIMEOUT,
                          in_range((uint32_t)value, 0, 86400000));
}

static int set_notsent_low(struct sockets *sockets, struct socket *socket, int value) {
    socket->options.notsent_low = (uint32_t)value;
    socket->is_room_wanted = true; /* there may be room now: who watches is to hear of it */
    (void)sockets;
    return 0;
}

static int set_inq(struct sockets *sockets, struct socket *socket, int value) {
    (void)sockets;
    if (value < 0 || value > 1) return -UNIX_EINVAL;
    socket->options.has_inq = value;
    return 0;
}

static int set_cork(struct sockets *sockets, struct socket *socket, int value) {
    socket->options.is_cork = value != 0;
    return connection_set(sockets, socket, TERCET_OPTION_CORK, value != 0);
}

static int get_syn_count(struct sockets *sockets, struct socket *socket) {
    return (int)own_or(socket->options.syn_count, sockets->settings.config.syn_retries, 6);
}

static int set_syn_count(struct sockets *sockets, struct socket *socket, int value) {
    if (value < 1 || value > 127) return -UNIX_EINVAL;
    socket->options.syn_count = (uint32_t)value;
    return connection_set(sockets, socket, TERCET_OPTION_SYN_RETRIES, (uint32_t)value);
}

static int get_linger2(struct sockets *sockets, struct socket *socket) {
    if (socket->options.linger2_s) return socket->options.linger2_s;
    return (int)own_or(0, sockets->settings.config.fin_wait_2_us / 1000000u, FIN_TIMEOUT_S);
}

static int set_linger2(struct sockets *sockets, struct socket *socket, int value) {
    if (value < 0) value = -1;
    if (value > LINGER2_MOST_S) value = LINGER2_MOST_S;
    socket->options.linger2_s = value;
    if (value && socket->stage != SOCKET_LISTENING)
        stack_set(sockets, socket, TERCET_OPTION_FIN_WAIT_2, value < 0 ? 0 : (uint32_t)value);
    return 0;
}

/* Linux keeps the time in which an opening waits for text as a number of SYN-ACKs, each wait twice the last. */
static int get_defer_accept(struct sockets *sockets, struct socket *socket) {
    uint32_t wait_s = 1, sum_s = 0;

    (void)sockets;
    for (uint32_t i = 0; i < socket->options.defer_retries; i++) {
        sum_s += wait_s;
        wait_s = 2 * wait_s < SYN_WAIT_MOST_S ? 2 * wait_s : SYN_WAIT_MOST_S;
    }
    return (int)sum_s;
}

static int set_defer_accept(struct sockets *sockets, struct socket *socket, int value) {
    uint32_t wait_s = 1, sum_s = 0, retries = 0;

    while (value > 0 && sum_s < (uint32_t)value && retries < DEFER_MOST) {
        sum_s += wait_s;
        wait_s = 2 * wait_s < SYN_WAIT_MOST_S ? 2 * wait_s : SYN_WAIT_MOST_S;
        retries++;
    }
    socket->options.defer_retries = retries;
    if (socket->stage == SOCKET_LISTENING)
        stack_set(sockets, socket, TERCET_OPTION_DEFER_ACCEPT, retries);
    return 0;
}

static int set_window_clamp(struct sockets *sockets, struct socket *socket, int value) {
    if (value <= 0 && socket->stage != SOCKET_FRESH) return -UNIX_EINVAL;
    if (value > 0 && value < LINUX_RECEIVE_HALF) value = LINUX_RECEIVE_HALF;
    socket->options.window_clamp = value > 0 ? (uint32_t)value : 0;
    apply_window(sockets, socket);
    return 0;
}

static int get_quickack(struct sockets *sockets, struct socket *socket) {
    (void)sockets;
    return !socket->options.is_quickack_off;
}

static int set_quickack(struct sockets *sockets, struct socket *socket, int value) {
    socket->options.is_quickack_off = value == 0;
    if (socket->stage == SOCKET_LISTENING) return 0;
    if (value) stack_set(sockets, socket, TERCET_OPTION_QUICK_ACKS, 1);
    if (!(value & 1)) stack_set(sockets, socket, TERCET_OPTION_QUICK_ACKS, 0);
    return 0;
}

static int set_fastopen(struct sockets *sockets, struct socket *socket, int value) {
    bool may = socket->stage == SOCKET_FRESH || socket->stage == SOCKET_LISTENING;

    (void)sockets;
    if (value < 0 || !may) return -UNIX_EINVAL;
    socket->options.fastopen_queue = value;
    return 0;
}

static int set_fastopen_connect(struct sockets *sockets, struct socket *socket, int value) {
    (void)sockets;
    if (value < 0 || value > 1 || socket->stage != SOCKET_FRESH) return -UNIX_EINVAL;
    socket->options.is_fastopen_connect = value;
    return 0;
}

static const struct option_row tcp_rows[] = {
    {UNIX_TCP_NODELAY,                get_is_nodelay,          set_nodelay         },
    {UNIX_TCP_MAXSEG,                 get_max_segment,         set_max_segment     },
    {UNIX_TCP_CORK,                   get_is_cork,             set_cork            },
    {UNIX_TCP_KEEPIDLE,               get_keep_idle_s,         set_keep_idle       },
    {UNIX_TCP_KEEPINTVL,              get_keep_interval_s,     set_keep_interval   },
    {UNIX_TCP_KEEPCNT,                get_keep_count,          set_keep_count      },
    {UNIX_TCP_KEEPINIT,               get_keep_init_s,         set_keep_init_s     },
    {UNIX_TCP_SYNCNT,                 get_syn_count,           set_syn_count       },
    {UNIX_TCP_LINGER2,                get_linger2,             set_linger2         },
    {UNIX_TCP_DEFER_ACCEPT,           get_defer_accept,        set_defer_accept    },
    {UNIX_TCP_WINDOW_CLAMP,           get_window_clamp,        set_window_clamp    },
    {UNIX_TCP_QUICKACK,               get_quickack,            set_quickack        },
    {UNIX_TCP_USER_TIMEOUT,           get_user_timeout_ms,     set_user_timeout    },
    {UNIX_TCP_NOTSENT_LOWAT,          get_notsent_low,         set_notsent_low     },
    {UNIX_TCP_INQ,                    get_has_inq,             set_inq             },
    {UNIX_TCP_SAVE_SYN,               get_save_syn,            set_save_syn        },
    {UNIX_TCP_THIN_LINEAR_TIMEOUTS,   get_is_thin,             set_is_thin         },
    {UNIX_TCP_THIN_DUPACK,            get_is_thin_dupack,      set_is_thin_dupack  },
    {UNIX_TCP_FASTOPEN,               get_fastopen_queue,      set_fastopen        },
    {UNIX_TCP_FASTOPEN_CONNECT,       get_is_fastopen_connect, set_fastopen_connect},
    {UNIX_TCP_FASTOPEN_NO_COOKIE,     get_unsupported,         set_unsupported     },
    {UNIX_TCP_SAVED_SYN,              get_unsupported,         NULL                },
    {UNIX_TCP_MD5SIG,                 get_unsupported,         set_unsupported     },
    {UNIX_TCP_MD5SIG_EXT,             get_unsupported,         set_unsupported     },
    {UNIX_TCP_REPAIR,                 get_unsupported,         set_unsupported     },
    {UNIX_TCP_REPAIR_QUEUE,           get_unsupported,         set_unsupported     },
    {UNIX_TCP_REPAIR_OPTIONS,         NULL,                    set_unsupported     },
    {UNIX_TCP_REPAIR_WINDOW,          get_unsupported,         set_unsupported     },
    {UNIX_TCP_QUEUE_SEQ,              get_unsupported,         set_unsupported     },
    {UNIX_TCP_TIMESTAMP,              get_unsupported,         set_unsupported     },
    {UNIX_TCP_ULP,                    get_unsupported,         set_unsupported     },
    {UNIX_TCP_CC_INFO,                get_unsupported,         NULL                },
    {UNIX_TCP_ZEROCOPY_RECEIVE,       get_unsupported,         NULL                },
    {UNIX_TCP_TX_DELAY,               get_unsupported,         set_unsupported     },
    {UNIX_TCP_RTO_MAX_MS,             get_unsupported,         set_unsupported     },
    {UNIX_TCP_RTO_MIN_US,             get_unsupported,         set_unsupported     },
    {UNIX_TCP_DELACK_MAX_US,          get_unsupported,         set_unsupported     },
    {UNIX_TCP_NOOPT,                  get_unsupported,         set_unsupported     },
    {UNIX_TCP_REMOTE_UDP_ENCAPS_PORT, get_unsupported,         set_unsupported     },
    {UNIX_TCP_FUNCTION_BLK,           get_unsupported,         set_unsupported     },
    {UNIX_TCP_FUNCTION_ALIAS,         get_unsupported,         set_unsupported     },
    {UNIX_TCP_DELACK,                 get_unsupported,         set_unsupported     },
    {UNIX_TCP_MAXUNACKTIME,           get_unsupported,         set_unsupported     },
    {UNIX_TCP_CCALGOOPT,              get_unsupported,         set_unsupported     },
    {UNIX_TCP_LOG,                    get_unsupported,         set_unsupported     },
    {UNIX_TCP_STATS,                  get_unsupported,         set_unsupported     },
};

const struct option_level option_levels_tcp = {
    UNIX_SOL_TCP,
    tcp_rows,
    sizeof tcp_rows / sizeof tcp_rows[0],
};

static bool name_is(const struct unix_option *option, const char *name) {
    uint32_t n = (uint32_t)strlen(name), given = option->length;
    const char *value = option->value;

    while (given > 0 && value[given - 1] == 0)
        given--;
    return given == n && !memcmp(value, name, n);
}

/* Algorithms that the kernels have; ours is NewReno, which stands for the first three. */
static int set_congestion(struct socket *socket, const struct unix_option *option) {
    static const char *const taken[] = {"cubic", "reno", "newreno"},
                             *const others[] = {"bbr",      "bbr2",     "bbr3", "dctcp",
                                                "vegas",    "westwood", "htcp", "cdg",
                                                "chd",      "hd",       "bic",  "highspeed",
                                                "hybla",    "illinois", "lp",   "nv",
                                                "scalable", "veno",     "yeah"};

    if (option->length < 1) return -UNIX_EINVAL;
    for (size_t i = 0; i < sizeof taken / sizeof taken[0]; i++) {
        if (!name_is(option, taken[i])) continue;
        memset(socket->options.congestion, 0, sizeof socket->options.congestion);
        memcpy(socket->options.congestion, taken[i], strlen(taken[i]));
        return 0;
    }
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        if (name_is(option, others[i])) return SOCKETS_UNSUPPORTED;
    return -UNIX_ENOENT;
}

bool set_tcp_struct(struct sockets *sockets, struct socket *socket,
                    const struct unix_option *option, int *answer) {
    (void)sockets;
    if (option->level != UNIX_SOL_TCP) return false;
    switch (option->name) {
    case UNIX_TCP_CONGESTION: *answer = set_congestion(socket, option); return true;
    case UNIX_TCP_FASTOPEN_KEY:
        *answer = option->length == sizeof socket->options.fastopen_key ||
                          option->length == sizeof socket->options.fastopen_key / 2
                      ? 0
                      : -UNIX_EINVAL;
        if (*answer) return true;
        memcpy(socket->options.fastopen_key, option->value, option->length);
        socket->options.fastopen_key_octets = option->length;
        return true;
    default: return false;
    }
}

bool get_tcp_struct(struct sockets *sockets, struct socket *socket, struct unix_option *option,
                    int *answer) {
    const struct socket_options *o = &socket->options;
    struct unix_tcp_info info;

    *answer = 0;
    if (option->level != UNIX_SOL_TCP) return false;
    switch (option->name) {
    case UNIX_TCP_CONGESTION:
        option_puts(option, o->congestion[0] ? o->congestion : "cubic\0\0\0\0\0\0\0\0\0\0",
                    CONGESTION_NAME_OCTETS);
        return true;
    case UNIX_TCP_FASTOPEN_KEY:
        option_puts(option, o->fastopen_key, o->fastopen_key_octets);
        return true;
    case UNIX_TCP_INFO:
        socket_tcp_info(sockets, socket, &info);
        option_puts(option, &info, sizeof info);
        return true;
    default: return false;
    }
}
