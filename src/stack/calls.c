/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The public calls: values are turned into objects, arguments checked; what the protocol says to each call is
 * tcp's.
 */
#include "stack/stack.h"
#include "tcp/ecn.h"
#include "tcp/isn.h"
#include "tcp/mss.h"
#include "tcp/pace.h"
#include "tcp/receive.h"
#include "tcp/tcb_life.h"
#include "tcp/timers.h"
#include "tcp/user.h"
#include "wire/ip.h"

#define BACKLOG_MAX 65534u

struct tcb *conn_tcb(const struct tercet_stack *stack, tercet_conn conn) {
    uint32_t index = (uint32_t)conn;
    struct tcb *tcb;

    if (!index || index > stack->tcp.tcbs.touched) return NULL;
    tcb = tcp_tcb(&stack->tcp, index);
    return tcb->generation == conn >> 32 && tcb_is(tcb, TCB_ACCEPTED) ? tcb : NULL;
}

struct listener *conn_listener(const struct tercet_stack *stack, tercet_conn conn) {
    uint32_t index = (uint32_t)conn & ~CONN_LISTENER;
    struct listener *listener;

    if (!(conn & CONN_LISTENER) || !index || index > stack->tcp.listeners.pool.touched) return NULL;
    listener = listener_at(&stack->tcp, index);
    return listener->generation == conn >> 32 && listener->is_open ? listener : NULL;
}

/* What a call on a connection answers to a value that is none. */
static int no_connection(const struct tercet_stack *stack, tercet_conn conn) {
    return conn_listener(stack, conn) ? TERCET_INVALID : TERCET_GONE;
}

static bool address_is_any(const struct tercet_address *address) {
    static const struct tercet_address zero;

    return address_eq(address, &zero);
}

/* The address index, or the wildcard, that @address stands for in a listener (MUST-43). */
static uint32_t listening_local(const struct tercet_stack *stack,
                                const struct tercet_address *address) {
    if (address_is_any(address)) return LOCAL_ANY;
    if (address_is_unspecified(address)) return LOCAL_ANY_V4;
    return addresses_find(&stack->addresses, address);
}

/*
 * A listener is an object of its own: connections of the same port go on, whatever their state (MUST-41, MUST-42).
 */
int tercet_listen(struct tercet_stack *stack, const struct tercet_endpoint *local, unsigned backlog,
                  uint64_t user, tercet_conn *listener) {
    uint32_t at = listening_local(stack, &local->address), index;

    if (!local->port || backlog > BACKLOG_MAX) return TERCET_INVALID;
    if (at == ADDRESS_NONE) return TERCET_NO_ADDRESS;
    if (listener_find_exact(&stack->tcp, (uint16_t)at, local->port)) return TERCET_IN_USE;
    index = listener_open(&stack->tcp, (uint16_t)at, local->port, backlog, user);
    if (!index) return TERCET_FULL;
    *listener = conn_value(listener_at(&stack->tcp, index)->generation, index | CONN_LISTENER);
    return 0;
}

int tercet_accept(struct tercet_stack *stack, tercet_conn listener, uint64_t user,
                  tercet_conn *conn) {
    const struct listener *l = conn_listener(stack, listener);
    struct tcb *tcb;
    uint32_t index;

    if (!l) return conn_tcb(stack, listener) ? TERCET_INVALID : TERCET_GONE;
    index = listener_accept(&stack->tcp, (uint32_t)listener & ~CONN_LISTENER);
    if (!index) return TERCET_NOT_YET;
    tcb = tcp_tcb(&stack->tcp, index);
    tcb->flags |= TCB_ACCEPTED;
    tcb->user = user;
    *conn = conn_value(tcb->generation, index);
    if (tcb->ready) tcb_tell(&stack->tcp, tcb, tcb->ready); /* what happened while it waited */
    return 0;
}

/*
 * Fill in the local end of an active open, which the user names (MUST-43) or IP chooses (MUST-44).
 * Return: 0 or an error.
 */
static int choose_local(struct tercet_stack *stack, const struct tercet_endpoint *local,
                        struct tuple *tuple, uint32_t *tag) {
    bool is_any = !local || address_is_unspecified(&local->address);
    uint32_t index = is_any ? addresses_source(&stack->addresses, &tuple->remote)
                            : addresses_find(&stack->addresses, &local->address);

    if (index == ADDRESS_NONE) return TERCET_NO_ADDRESS;
    if (address_is_v4(&stack->addresses.table[index].address) != tuple_is_v4(tuple))
        return TERCET_INVALID;
    tuple->local = (uint16_t)index;
    if (!local || !local->port) return isn_port(&stack->tcp, tuple, tag) ? 0 : TERCET_NO_PORT;
    tuple->local_port = local->port;
    *tag = tcp_tag(&stack->tcp, tuple);
    return tcp_find(&stack->tcp, tuple, *tag) ? TERCET_IN_USE : 0;
}

/* One host's, as far as can be known here (MUST-46). */
static bool destination_is_valid(const struct tercet_stack *stack,
                                 const struct tercet_endpoint *remote) {
    return remote->port && !address_is_unspecified(&remote->address) &&
           !address_is_multicast(&remote->address) &&
           !addresses_is_broadcast(&stack->addresses, &remote->address);
}

int tercet_connect(struct tercet_stack *stack, const struct tercet_endpoint *local,
                   const struct tercet_endpoint *remote, uint64_t user, uint64_t now_ns,
                   tercet_conn *conn) {
    struct tuple tuple = {.remote = remote->address, .remote_port = remote->port};
    struct tcb *tcb;
    uint32_t tag;
    int error;

    tcp_set_now(&stack->tcp, instant_of(now_ns));
    if (!destination_is_valid(stack, remote)) return TERCET_INVALID;
    if (!stack->tcp.below.mtu(stack->tcp.below.context, &remote->address)) return TERCET_NO_ROUTE;
    error = choose_local(stack, local, &tuple, &tag);
    if (error) return error;
    tcb = user_open(&stack->tcp, &tuple, tag);
    if (!tcb) return TERCET_FULL;
    tcb->user = user;
    *conn = conn_value(tcb->generation, tcp_tcb_index(&stack->tcp, tcb));
    return 0;
}

int tercet_conn_read(struct tercet_stack *stack, tercet_conn conn, struct tercet_span spans[2]) {
    const struct tcb *tcb = conn_tcb(stack, conn);

    return tcb ? user_receive(&stack->tcp, tcb, spans) : no_connection(stack, conn);
}

int tercet_conn_consume(struct tercet_stack *stack, tercet_conn conn, uint32_t n) {
    struct tcb *tcb = conn_tcb(stack, conn);

    if (!tcb) return no_connection(stack, conn);
    if (n > tcb_readable(tcb)) return TERCET_INVALID;
    receive_consume(&stack->tcp, tcb, n);
    return 0;
}

int tercet_conn_write(struct tercet_stack *stack, tercet_conn conn, const void *bytes, uint32_t n) {
    struct tcb *tcb = conn_tcb(stack, conn);

    return tcb ? user_send(&stack->tcp, tcb, bytes, n) : no_connection(stack, conn);
}

int tercet_conn_urge(struct tercet_stack *stack, tercet_conn conn) {
    struct tcb *tcb = conn_tcb(stack, conn);

    return tcb ? user_urge(&stack->tcp, tcb) : no_connection(stack, conn);
}

int tercet_conn_shutdown(struct tercet_stack *stack, tercet_conn conn) {
    struct tcb *tcb = conn_tcb(stack, conn);

    return tcb ? user_shutdown(&stack->tcp, tcb) : no_connection(stack, conn);
}

int tercet_conn_close(struct tercet_stack *stack, tercet_conn conn) {
    struct tcb *tcb = conn_tcb(stack, conn);

    if (tcb)
        user_close(&stack->tcp, tcb);
    else if (conn_listener(stack, conn))
        listener_close(&stack->tcp, (uint32_t)conn & ~CONN_LISTENER);
    else
        return TERCET_GONE;
    return 0;
}

int tercet_conn_abort(struct tercet_stack *stack, tercet_conn conn) {
    struct tcb *tcb = conn_tcb(stack, conn);

    if (!tcb) return no_connection(stack, conn);
    tcb_abort(&stack->tcp, tcb);
    return 0;
}

int tercet_conn_set_user(struct tercet_stack *stack, tercet_conn conn, uint64_t user) {
    struct listener *listener = conn_listener(stack, conn);
    struct tcb *tcb = conn_tcb(stack, conn);

    if (tcb)
        tcb->user = user;
    else if (listener)
        listener->user = user;
    else
        return TERCET_GONE;
    return 0;
}

/* The state to show: a connection that ended in TIME-WAIT is in it as long as its line is. */
static enum tercet_state state_shown(const struct tercet_stack *stack, const struct tcb *tcb) {
    uint32_t ref;

    if (tcb->state != TERCET_STATE_TIME_WAIT) return (enum tercet_state)tcb->state;
    ref = tcp_find(&stack->tcp, &tcb->tuple, tcb->tag);
    return ref >> FLOW_KIND_SHIFT == FLOW_TIME_WAIT ? TERCET_STATE_TIME_WAIT : TERCET_STATE_CLOSED;
}

/* How much urgent data is left to be read (MUST-33). */
static uint32_t urgent_bytes(const struct tcb *tcb) {
    if (!tcb_is(tcb, TCB_RCVS_URGENT) || !seq_lt(tcb->rcv_user, tcb->rcv_up)) return 0;
    return seq_distance(tcb->rcv_user, tcb->rcv_up);
}

static struct tercet_conn_info info_of(const struct tercet_stack *stack, const struct tcb *tcb) {
    const struct tuple *tuple = &tcb->tuple;

    return (struct tercet_conn_info){
        .local = {stack->addresses.table[tuple->local].address, tuple->local_port },
        .remote = {tuple->remote,                                tuple->remote_port},
        .state = state_shown(stack, tcb),
        .reason = (enum tercet_reason)tcb->reason,
        .send_mss_bytes = tcb_payload_max(tcb),
        .receive_mss_bytes = tcb->announced_mss,
        .send_scale = tcb->snd_scale,
        .receive_scale = tcb->rcv_scale,
        .has_timestamps = tcb_is(tcb, TCB_TIMESTAMPS),
        .has_window_scale = tcb_is(tcb, TCB_SCALED),
        .has_sack = tcb_is(tcb, TCB_SACK),
        .has_ecn = tcb->ecn & ECN_AGREED,
        .srtt_us = tcb->srtt_us8 / 8,
        .rttvar_us = tcb->rttvar_us4 / 4,
        .rto_us = tcb->rto_us,
        .cwnd_bytes = tcb->cwnd,
        .ssthresh_bytes = tcb->ssthresh,
        .send_window_bytes = tcb->snd_wnd,
        .receive_window_bytes = tcb_rcv_wnd(tcb),
        .receive_buffer_bytes = tcb->rcv_limit,
        .unsent_bytes = seq_lt(tcb->snd_max, tcb->snd_end) ? seq_distance(tcb->snd_max, tcb->snd_end)
                                                           : 0,
        .unacked_bytes = tcb_flight(tcb),
        .unread_bytes = tcb_readable(tcb),
        .urgent_bytes = urgent_bytes(tcb),
        .soft_errors = tcb->soft_errors,
        .diffserv = tcb->diffserv,
        .retransmits = tcb->retransmits,
        .received_bytes = tcb_is_synchronized(tcb) ? seq_distance(seq_add(tcb->irs, 1), tcb->rcv_nxt)
                                                   : 0,
        .retries = tcb->retries,
        .probes = tcb->probes,
        .keep_probes = tcb->keep_probes,
        .dupacks = tcb->dupacks,
        .is_recovering = tcb_is(tcb, TCB_RECOVERY),
        .is_loss = tcb_is_synchronized(tcb) &&
                   (seq_lt(tcb->snd_nxt, tcb->snd_max) || (tcb->retries && tcb_flight(tcb))),
        .user = tcb->user,
    };
}

int tercet_conn_info(struct tercet_stack *stack, tercet_conn conn, struct tercet_conn_info *info) {
    const struct listener *listener = conn_listener(stack, conn);
    const struct tcb *tcb = conn_tcb(stack, conn);

    if (tcb) {
        *info = info_of(stack, tcb);
        return 0;
    }
    if (!listener) return TERCET_GONE;
    *info = (struct tercet_conn_info){
        .state = TERCET_STATE_LISTEN,
        .waiting = listener->accepting.count,
        .diffserv = listener->diffserv,
        .user = listener->user,
    };
    info->local.port = listener->port;
    if (listener->local < LOCAL_MAX)
        info->local.address = stack->addresses.table[listener->local].address;
    return 0;
}

/* The options are a table: where a value goes, and what it may be. */
static bool syn_is_unsent(const struct tcb *tcb) {
    return tcb->state == TERCET_STATE_SYN_SENT && seq_eq(tcb->snd_max, tcb->iss);
}

/* Once the SYN has left, the peer goes by the scale that it offers. */
static int set_receive_buffer(struct tercet_stack *stack, struct tcb *tcb, uint32_t value) {
    tcb->rcv_limit = value;
    if (syn_is_unsent(tcb)) tcb->offered_scale = wscale_for(&stack->tcp, value);
    return 0;
}

static int set_send_buffer(struct tercet_stack *stack, struct tcb *tcb, uint32_t value) {
    (void)stack;
    tcb->snd_limit = value;
    return 0;
}

static int set_flag(struct tcb *tcb, uint32_t flag, uint32_t value) {
    tcb->flags = value ? tcb->flags | flag : tcb->flags & ~flag;
    return 0;
}

/* MUST-17 */
static int set_nodelay(struct tercet_stack *stack, struct tcb *tcb, uint32_t value) {
    tcb_owe(&stack->tcp, tcb); /* what Nagle held back may go */
    return set_flag(tcb, TCB_NODELAY, value);
}

/* MUST-24 */
static int set_keepalive(struct tercet_stack *stack, struct tcb *tcb, uint32_t value) {
    timer_clear(tcb, TIMER_KEEPALIVE);
    tcb_owe(&stack->tcp, tcb);
    set_flag(tcb, TCB_KEEPALIVE, value);
    return 0;
}

/* MUST-27 */
static int set_keepalive_idle(struct tercet_stack *stack, struct tcb *tcb, uint32_t value) {
    tcb->keep_idle_s = (uint16_t)value;
    timer_clear(tcb, TIMER_KEEPALIVE);
    tcb_owe(&stack->tcp, tcb);
    return 0;
}

static int set_keepalive_interval(struct tercet_stack *stack, struct tcb *tcb, uint32_t value) {
    (void)stack;
    tcb->keep_interval_s = (uint16_t)value;
    return 0;
}

static int set_keepalive_count(struct tercet_stack *stack, struct tcb *tcb, uint32_t value) {
    (void)stack;
    tcb->keep_count = (uint8_t)value;
    return 0;
}

/* R2, in time (MUST-21). */
static int set_user_timeout(struct tercet_stack *stack, struct tcb *tcb, uint32_t value) {
    tcb->user_timeout_ms = value;
    timer_clear(tcb, TIMER_USER_TIMEOUT);
    tcb_owe(&stack->tcp, tcb);
    return 0;
}

/* From the next segment on (MUST-48, SHLD-21); it had better stay for the life of a connection (SHLD-23). */
static int set_diffserv(struct tercet_stack *stack, struct tcb *tcb, uint32_t value) {
    (void)stack;
    tcb->diffserv = (uint8_t)value;
    return 0;
}

/* SHLD-20 */
static int set_soft_errors(struct tercet_stack *stack, struct tcb *tcb, uint32_t value) {
    (void)stack;
    return set_flag(tcb, TCB_QUIET, !value);
}

static int set_wish(struct tcb *tcb, uint8_t wish, uint32_t value) {
    tcb->wishes = (uint8_t)(value ? tcb->wishes | wish : tcb->wishes & ~wish);
    return 0;
}

static int set_cork(struct tercet_stack *stack, struct tcb *tcb, uint32_t value) {
    tcb_owe(&stack->tcp, tcb); /* what it held back may go */
    return set_wish(tcb, WISH_CORK, value);
}

static int set_read_shut(struct tercet_stack *stack, struct tcb *tcb, uint32_t value) {
    (void)stack;
    return set_wish(tcb, WISH_DEAF, value);
}

static int set_quick_acks(struct tercet_stack *stack, struct tcb *tcb, uint32_t value) {
    set_flag(tcb, TCB_INTERACTIVE, !value);
    if (!value) return 0;
    if (stack->tcp.config.habits.acks_adapt) {
        tcb->pushed |= PACE_PUSHED;
        pace_read(&stack->tcp, tcb);
        return 0;
    }
    tcb->quick_acks = stack->tcp.config.habits.quick_acks;
    if (tcb_is(tcb, TCB_ACK_LATER)) tcb_owe_ack(&stack->tcp, tcb);
    return 0;
}

static int set_max_segment(struct tercet_stack *stack, struct tcb *tcb, uint32_t value) {
    uint16_t *mss = tcb->state == TERCET_STATE_SYN_SENT ? &tcb->announced_mss : &tcb->mss_bytes;

    if (value >= *mss) return 0;
    *mss = (uint16_t)value;
    if (stack->tcp.config.habits.mss_half_window && tcb_is_synchronized(tcb)) mss_bound(tcb, *mss);
    return 0;
}

static int set_window_scale(struct tercet_stack *stack, struct tcb *tcb, uint32_t value) {
    (void)stack;
    if (!syn_is_unsent(tcb)) return TERCET_INVALID;
    tcb->offered_scale = (uint8_t)value;
    return 0;
}

static int set_syn_retries(struct tercet_stack *stack, struct tcb *tcb, uint32_t value) {
    (void)stack;
    if (tcb_is_synchronized(tcb)) return 0; /* too late to matter */
    tcb->syn_retries = (uint8_t)value;
    return 0;
}

static int set_fin_wait_2(struct tercet_stack *stack, struct tcb *tcb, uint32_t value) {
    (void)stack;
    tcb->fin_wait_2_s = (uint8_t)(value + 1);
    return 0;
}

static int set_of_listener_alone(struct tercet_stack *stack, struct tcb *tcb, uint32_t value) {
    (void)stack, (void)tcb, (void)value;
    return TERCET_INVALID;
}

/* Between :: for both families and :: for IPv6. */
static int listener_v6_only(struct tercet_stack *stack, struct listener *listener, uint32_t value) {
    uint16_t local = value ? LOCAL_ANY_V6 : LOCAL_ANY;
    uint32_t index = listener_find_exact(&stack->tcp, listener->local, listener->port);

    if (listener->local != LOCAL_ANY && listener->local != LOCAL_ANY_V6) return TERCET_INVALID;
    if (listener->local == local) return 0;
    if (listener_find_exact(&stack->tcp, local, listener->port)) return TERCET_IN_USE;
    listener_move(&stack->tcp, index, local);
    return 0;
}

/* The options that a listener takes, most of them for what it accepts. */
static int set_of_listener(struct tercet_stack *stack, struct listener *listener,
                           enum tercet_option option, uint32_t value) {
    switch (option) {
    case TERCET_OPTION_RECEIVE_BUFFER:
        listener->rcv_limit = value;
        listener->offered_scale = wscale_for(&stack->tcp, value);
        return 0;
    case TERCET_OPTION_DIFFSERV: listener->diffserv = (uint8_t)value; return 0;
    case TERCET_OPTION_MAX_SEGMENT: listener->max_segment = (uint16_t)value; return 0;
    case TERCET_OPTION_WINDOW_SCALE: listener->offered_scale = (uint8_t)value; return 0;
    case TERCET_OPTION_BACKLOG: listener->backlog = value; return 0;
    case TERCET_OPTION_DEFER_ACCEPT: listener->defer_retries = (uint8_t)value; return 0;
    case TERCET_OPTION_V6_ONLY: return listener_v6_only(stack, listener, value);
    default: return TERCET_INVALID;
    }
}

static const struct option {
    uint32_t low, high;
    int (*set)(struct tercet_stack *stack, struct tcb *tcb, uint32_t value);
} options[] = {
    [TERCET_OPTION_NODELAY] = {0,                1,                     set_nodelay           },
    [TERCET_OPTION_SEND_BUFFER] = {BUFFER_MIN_BYTES, BUFFER_MAX_BYTES,      set_send_buffer       },
    [TERCET_OPTION_RECEIVE_BUFFER] = {BUFFER_MIN_BYTES, BUFFER_MAX_BYTES,      set_receive_buffer    },
    [TERCET_OPTION_KEEPALIVE] = {0,                1,                     set_keepalive         },
    [TERCET_OPTION_KEEPALIVE_IDLE] = {1,                32767,                 set_keepalive_idle    },
    [TERCET_OPTION_KEEPALIVE_INTERVAL] = {1,                32767,                 set_keepalive_interval},
    [TERCET_OPTION_KEEPALIVE_COUNT] = {1,                127,                   set_keepalive_count   },
    [TERCET_OPTION_USER_TIMEOUT] = {0,                86400000,              set_user_timeout      },
    [TERCET_OPTION_DIFFSERV] = {0,                63,                    set_diffserv          },
    [TERCET_OPTION_SOFT_ERRORS] = {0,                1,                     set_soft_errors       },
    [TERCET_OPTION_CORK] = {0,                1,                     set_cork              },
    [TERCET_OPTION_QUICK_ACKS] = {0,                1,                     set_quick_acks        },
    [TERCET_OPTION_READ_SHUT] = {0,                1,                     set_read_shut         },
    [TERCET_OPTION_MAX_SEGMENT] = {MSS_FLOOR,        UINT16_MAX,            set_max_segment       },
    [TERCET_OPTION_WINDOW_SCALE] = {0,                WSCALE_MAX,            set_window_scale      },
    [TERCET_OPTION_SYN_RETRIES] = {1,                127,                   set_syn_retries       },
    [TERCET_OPTION_FIN_WAIT_2] = {0,                250,                   set_fin_wait_2        },
    [TERCET_OPTION_BACKLOG] = {0,                BACKLOG_MAX,           set_of_listener_alone },
    [TERCET_OPTION_DEFER_ACCEPT] = {0,                HALF_OPEN_RETRIES_MAX, set_of_listener_alone },
    [TERCET_OPTION_V6_ONLY] = {0,                1,                     set_of_listener_alone },
};

int tercet_conn_set_option(struct tercet_stack *stack, tercet_conn conn, enum tercet_option option,
                           uint32_t value) {
    struct listener *listener = conn_listener(stack, conn);
    struct tcb *tcb = conn_tcb(stack, conn);

    if (!tcb && !listener) return TERCET_GONE;
    if ((unsigned)option >= sizeof options / sizeof options[0]) return TERCET_INVALID;
    if (value < options[option].low || value > options[option].high) return TERCET_INVALID;
    if (tcb) return tcb->reason ? TERCET_OVER : options[option].set(stack, tcb, value);
    return set_of_listener(stack, listener, option, value);
}
