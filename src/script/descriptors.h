/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_SCRIPT_DESCRIPTORS_H
#define TERCET_SCRIPT_DESCRIPTORS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <tercet/stack.h>

#include "script/personality.h"
#include "script/settings.h"
#include "script/sockets.h"
#include "script/traffic.h"

/*
 * The inside of the sockets over a stack, shared by sockets*.c.
 *
 * A descriptor leads to a socket, an epoll instance or one end of a pipe.  A socket knows what the kernel's struct sock
 * knows and TCP does not: whether it is bound, how its opening was asked for, the error that nobody has read yet, which
 * directions the user has shut.  All else is asked of the stack when it is needed.
 *
 * Events of the stack come in by sockets_note; each becomes a change of these fields and a wake-up of the epoll
 * instances that watch the socket.  Calls that sleep keep how far they have come in the socket, so that the call that
 * is made again goes on there.
 */
enum {
    DESCRIPTORS_FIRST = 3, /* 0..2 are the terminal's */
    DESCRIPTORS_MAX = 64,
    EPOLLS_MAX = 8,
    EPOLL_INTERESTS_MAX = 32,
    PIPES_MAX = 8,
    PIPE_BYTES = 65536,
    OWN_ADDRESSES_MAX = 4,
    ZEROCOPIES_MAX = 32,
};

enum descriptor_kind {
    DESCRIPTOR_FREE,
    DESCRIPTOR_SOCKET,
    DESCRIPTOR_EPOLL,
    DESCRIPTOR_PIPE_READ,
    DESCRIPTOR_PIPE_WRITE,
};

/* What a socket is to its user: the kernel's socket state and TCP's CLOSED and LISTEN. */
enum socket_stage {
    SOCKET_FRESH, /* no connection: not yet, or dissolved */
    SOCKET_LISTENING,
    SOCKET_CONNECTING, /* connect() began it and has not told how it ended */
    SOCKET_CONNECTED,  /* it was open once; may be over by now */
};

/* Which call sleeps on a socket. */
enum socket_sleep {
    SLEEP_NOT,
    SLEEP_CONNECT,
    SLEEP_RECEIVE,
    SLEEP_SEND,
    SLEEP_ACCEPT,
    SLEEP_CLOSE,
};

/* Values of options; those that nothing here obeys are stored so that they can be read again. */
struct socket_options {
    bool is_reuse_address, is_reuse_port, is_keepalive, is_nodelay, is_cork, is_v6_only, is_freebind;
    bool is_debug, is_dont_route, is_broadcast, is_no_sigpipe, is_thin, is_thin_dupack;
    bool is_quickack_off, has_inq, is_oob_inline, is_zerocopy, is_fastopen_connect;
    bool has_linger;
    int linger_s;
    int receive_buffer, send_buffer;                                /* as asked for; 0: not set */
    uint32_t receive_low, send_low;                                 /* SO_RCVLOWAT, SO_SNDLOWAT */
    uint64_t receive_timeout_ns, send_timeout_ns;                   /* 0: none */
    uint32_t keep_idle_s, keep_interval_s, keep_count, keep_init_s; /* 0: the host's */
    uint32_t user_timeout_ms, syn_count, max_segment, window_clamp, notsent_low;
    bool has_notsent_low;
    int linger2_s;          /* 0: the host's, negative: none */
    uint32_t defer_retries; /* SYN-ACKs for which an opening waits for text */
    int tos, traffic_class, ttl, hops, mtu_discover, mtu_discover_v6, mark, priority, timestamping;
    int fastopen_queue, save_syn;
    char congestion[16];
    unsigned char fastopen_key[32];
    uint32_t fastopen_key_octets;
};

/* Sends by MSG_ZEROCOPY are numbered; who made them is told from which to which have been acknowledged. */
struct zerocopy {
    uint32_t first, last;
    uint64_t end; /* octets that the socket had given to TCP when they were over */
};

struct zerocopies {
    uint32_t next; /* number */
    uint32_t n_sent, n_told;
    struct zerocopy sent[ZEROCOPIES_MAX],
        told[ZEROCOPIES_MAX]; /* oldest first; told: nobody has heard it yet */
};

struct socket {
    bool is_v6;
    bool is_bound;      /* it has a port */
    bool is_port_fixed; /* ... which the user chose */
    bool is_nonblocking;
    enum socket_stage stage;
    tercet_conn conn; /* a connection or a listener; 0: none */
    struct tercet_endpoint local, remote;
    enum tercet_state state; /* last seen of an open connection: what it was in when it ended */

    int error, soft_error; /* errno numbers that wait for a call to tell them */
    int icmp_error;        /* what the last ICMP error about this connection means */
    bool is_over;          /* TCP is CLOSED again, or in TIME-WAIT */
    bool is_peer_done;     /* the peer's FIN has come */
    bool is_read_shut, is_write_shut;
    bool is_room_wanted; /* a write or poll found none: the next room wakes */
    bool is_urgent_read; /* the urgent octet that is announced was read */
    bool has_urgent;     /* it was passed over and is kept in `urgent` */
    unsigned char urgent;

    uint32_t backlog; /* of a listener */
    enum socket_sleep sleep;
    uint32_t progress;    /* octets that the sleeping call has moved */
    uint64_t wake_ns;     /* when it gives up, UINT64_MAX: never */
    uint32_t send_most;   /* the send buffer as it has grown by itself */
    uint32_t window_most; /* the largest window that the peer has offered */
    uint64_t written;     /* octets that TCP has taken, ever */
    struct zerocopies zerocopies;
    struct socket_options options;
};

struct epoll_interest {
    int fd; /* 0: free */
    uint32_t events;
    uint64_t data;
    bool is_ready;  /* in the ready list: something has happened since it was last delivered */
    bool is_spent;  /* EPOLLONESHOT: delivered */
    uint32_t order; /* when it became ready */
};

struct epoll {
    bool is_used;
    uint32_t order;
    struct epoll_interest interests[EPOLL_INTERESTS_MAX];
};

struct pipe {
    uint32_t readers, writers; /* ends that are open */
    uint32_t head, count;
    unsigned char bytes[PIPE_BYTES];
};

struct descriptor {
    enum descriptor_kind kind;
    bool is_nonblocking;  /* of a pipe's end */
    uint32_t index;       /* of the epoll or pipe */
    struct socket socket; /* of a socket */
};

struct sockets {
    struct tercet_stack *stack;
    struct settings settings; /* as last configured */
    uint64_t now_ns;          /* on the stack's clock */
    uint64_t port_count;      /* ports handed out by bind */
    uint32_t port_seed;
    uint32_t mtu;
    struct tercet_address own[OWN_ADDRESSES_MAX];
    uint32_t n_own;
    struct descriptor descriptors[DESCRIPTORS_MAX];
    struct epoll epolls[EPOLLS_MAX];
    struct pipe pipes[PIPES_MAX];
    struct traffic traffic;
};

/* The calls of sockets.h, in sockets_*.c; @self is a struct sockets. */
#define SOCKETS_PROTOTYPE(name, parameters, arguments) int sockets_##name parameters;
SOCKETS_CALLS(SOCKETS_PROTOTYPE)
#undef SOCKETS_PROTOTYPE

/* @stack: borrowed for the life of the sockets; @sockets is zeroed */
void sockets_init(struct sockets *sockets, struct tercet_stack *stack,
                  const struct settings *settings, uint32_t mtu, uint32_t seed);

/* An event of the stack, as pulled. */
void sockets_note(struct sockets *sockets, const struct tercet_event *event);

/* Something has arrived or time has passed: room that was waited for wakes, states are looked at. */
void sockets_look(struct sockets *sockets);

/* The stack has believed an ICMP error about the connection from @local to @remote; @error: what Unix calls it. */
void sockets_icmp(struct sockets *sockets, const struct tercet_endpoint *local,
                  const struct tercet_endpoint *remote, int error);

/* Whether the user of that connection lets ICMP lower its path MTU (IP_MTU_DISCOVER). */
bool sockets_want_mtu(struct sockets *sockets, const struct tercet_endpoint *local,
                      const struct tercet_endpoint *remote);

/* The first moment at which a sleeping call gives up, UINT64_MAX: none does. */
uint64_t sockets_deadline(const struct sockets *sockets);

/* For the files of this room. */

static inline bool sockets_are_bsd(const struct sockets *sockets) {
    return sockets->settings.as->sockets == PERSONALITY_FREEBSD;
}

/* The descriptor @fd, or NULL where none is open. */
struct descriptor *descriptor_at(struct sockets *sockets, int fd);

/* Open the lowest free one as a @kind.  Return: its number or -UNIX_EMFILE */
int descriptor_open(struct sockets *sockets, enum descriptor_kind kind, uint32_t index);

/* The socket that @fd is.  Return: NULL: it is none, and *@error says why (-UNIX_EBADF, -UNIX_ENOTSOCK) */
struct socket *socket_at(struct sockets *sockets, int fd, int *error);

/* Octets of the timestamps, padded, that each segment of the connection carries. */
static inline uint32_t timestamps_octets(const struct tercet_conn_info *info) {
    return info->has_timestamps ? 12 : 0;
}

/* What the stack knows of its connection.  Return: false: it has none */
bool socket_info(struct sockets *sockets, const struct socket *socket,
                 struct tercet_conn_info *info);

/* TCP's state as Linux tells it: enum tercet_state, CLOSED for TIME-WAIT. */
enum tercet_state socket_state(struct sockets *sockets, const struct socket *socket);

/* The pending error, which is told only once; 0: none. */
int socket_error_take(struct socket *socket);

/* The call goes to sleep, or goes on sleeping: SOCKETS_WAITS, or -UNIX_EAGAIN where it must not or its time is over. */
int socket_sleeps(struct sockets *sockets, struct socket *socket, enum socket_sleep sleep,
                  bool is_allowed, uint64_t timeout_ns);

/* The sleeping call is over. */
void socket_wakes(struct socket *socket);

/* What the user has set holds for the connection that it has now. */
void socket_apply(struct sockets *sockets, struct socket *socket);

/* Give the connection back; @is_reset: by an abort. */
void socket_release(struct sockets *sockets, struct socket *socket, bool is_reset);

/* sockets_data.c: octets that a send may take now. */
uint32_t socket_send_room(struct sockets *sockets, struct socket *socket);

/* sockets_data.c: octets of the send buffer as the kernel counts them (SO_SNDBUF). */
uint32_t socket_send_buffer(struct sockets *sockets, struct socket *socket);

/* sockets_data.c: whether poll calls it writable. */
bool socket_is_writable(struct sockets *sockets, struct socket *socket);

/* sockets_info.c: what TCP_INFO tells. */
struct unix_tcp_info;
void socket_tcp_info(struct sockets *sockets, struct socket *socket, struct unix_tcp_info *to);

/*
 * sockets_zerocopy.c: a send has put @octets, behind others that have not left yet (@is_behind).
 * Return: false: too many are on their way
 */
bool zerocopy_sends(struct socket *socket, uint32_t octets, bool is_behind);

/* sockets_zerocopy.c: what has been acknowledged by now can be told. */
void zerocopies_look(struct sockets *sockets, int fd, struct socket *socket);

/* sockets_zerocopy.c: MSG_ERRQUEUE.  Return: as of recvmsg */
int zerocopies_receive(struct socket *socket, struct unix_message *message);

/* sockets_files.c: read and write of a pipe's end @fd. */
int pipe_receive(struct sockets *sockets, int fd, struct unix_message *message);
int pipe_send(struct sockets *sockets, int fd, const struct unix_message *message);

/* sockets_poll.c: POLLIN ... by the state of descriptor @fd. */
uint32_t descriptor_poll_mask(struct sockets *sockets, int fd);

/* sockets_poll.c: @fd has become what @mask says; 0: its state has changed.  Those who watch it by epoll wake. */
void sockets_wake(struct sockets *sockets, int fd, uint32_t mask);

/* sockets_poll.c: @fd is closed. */
void epolls_forget(struct sockets *sockets, int fd);

#endif
