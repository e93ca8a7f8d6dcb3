/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_STACK_H
#define TERCET_STACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <tercet/address.h>
#include <tercet/config.h>
#include <tercet/frame.h>
#include <tercet/verdict.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * A TCP/IP host as a pure function of (state, input, now): frames and calls in, frames and events out.
 *
 * The owner's loop:  arrive (a batch of frames)  ->  next_event until there is none, making calls  ->  depart until it
 * returns less than it was offered  ->  sleep until a frame comes or tercet_stack_deadline  ->  tick.
 * One thread at a time owns a stack.  Nothing here asks for the time, takes memory or calls back.
 * `now_ns` is the caller's monotonic clock in nanoseconds; it never goes backwards.
 */
struct tercet_stack;

/* Errors of the calls, all negative. */
enum tercet_error {
    TERCET_GONE = -1, /* the conn value is stale: closed by its user, or never was */
    TERCET_INVALID = -2, /* an argument is out of its range, or the call does not fit the kind of conn */
    TERCET_IN_USE = -3,     /* the address and port, or the tuple, are taken */
    TERCET_FULL = -4,       /* a pool of the configuration is exhausted */
    TERCET_NO_ADDRESS = -5, /* not a local address, or none of the family */
    TERCET_NO_ROUTE = -6,   /* no route to the destination */
    TERCET_NO_PORT = -7,    /* no ephemeral port was free for this destination */
    TERCET_NOT_YET = -8,    /* the connection is not open yet */
    TERCET_END = -9,        /* read: the peer has closed and all has been read */
    TERCET_CLOSING = -10,   /* write after shutdown or close */
    TERCET_OVER = -11,      /* the connection has ended; tercet_conn_info tells how */
};

/* A connection or a listener: {index, generation}, never a pointer; 0 is none.  Stale values answer TERCET_GONE. */
typedef uint64_t tercet_conn;

struct tercet_endpoint {
    struct tercet_address address; /* unspecified (all zero, or ::ffff:0.0.0.0) where allowed: any */
    uint16_t port;                 /* host order */
};

/* Octets that tercet_stack_init needs for @config; may be a sparse mapping, untouched parts are never touched. */
size_t tercet_stack_size(const struct tercet_config *config);

/*
 * Make a stack in @memory, which it keeps for its life (zeroed, 4096-octet aligned, @size >= tercet_stack_size).
 * Freeing the memory ends the stack.
 * Return: 0 and *@out, or TERCET_INVALID (a limit out of range, an all-zero secret).
 */
int tercet_stack_init(void *memory, size_t size, const struct tercet_config *config,
                      uint64_t now_ns, struct tercet_stack **out);

/*
 * Change the knobs of a running stack: times, counts, habits, options, buffer sizes.  Limits, `buffer_bytes` and the secret stay
 * as they are, and so do the habits `acks_adapt` and `mss_half_window`, for which a connection remembers something from its
 * opening on; connections keep what they have agreed, and the buffers and times that they took when they were made.
 * Return: 0, or TERCET_INVALID (a knob out of range: nothing has changed).
 */
int tercet_stack_retune(struct tercet_stack *stack, const struct tercet_config *config);

/*
 * Own @address (with its on-link @prefix_bits of the mapped or IPv6 form: 0..32 for IPv4, 0..128 for IPv6).
 * Return: 0, TERCET_FULL, TERCET_IN_USE or TERCET_INVALID.
 */
int tercet_stack_add_address(struct tercet_stack *stack, const struct tercet_address *address,
                             unsigned prefix_bits);

/*
 * Send what goes to @destination/@prefix_bits out by @door, in packets of at most @mtu octets (68..65535; IPv6 1280..).
 * The longest prefix wins.  An on-link prefix is a route as well: addresses bring none.
 * Return: 0, TERCET_FULL or TERCET_INVALID.
 */
int tercet_stack_add_route(struct tercet_stack *stack, const struct tercet_address *destination,
                           unsigned prefix_bits, uint16_t door, uint32_t mtu);

/*
 * A batch of frames arrives.  The frames are borrowed until it returns; each one's verdict is stored in it.
 * No answer is due before the whole batch is taken (RFC 9293 MUST-58, MUST-59).  @n: 0..65535
 */
void tercet_stack_arrive(struct tercet_stack *stack, struct tercet_frame *frames, unsigned n,
                         uint64_t now_ns);

/*
 * Build what is owed into the caller's frames (bytes and capacity set; capacity at least the largest route's MTU, and 1280).
 * What is built counts as sent.  Return: frames filled, 0..@n; less than @n means that nothing more is owed.
 */
unsigned tercet_stack_depart(struct tercet_stack *stack, struct tercet_frame *frames, unsigned n,
                             uint64_t now_ns);

/*
 * When to call tercet_stack_tick: not later than the first timer is due, perhaps earlier (a timer that was set back or
 * stopped costs one idle tick, not a search); UINT64_MAX for never; 0 when something is owed now.
 */
uint64_t tercet_stack_deadline(const struct tercet_stack *stack);

/* Run the timers due at @now_ns. */
void tercet_stack_tick(struct tercet_stack *stack, uint64_t now_ns);

/* Readiness of a conn.  Bits coalesce: one event tells all that happened since the last one pulled for it. */
enum tercet_ready {
    TERCET_ACCEPTABLE = 1 << 0, /* listener: tercet_accept will give a connection */
    TERCET_CONNECTED = 1 << 1,  /* an active open is established */
    TERCET_READABLE = 1 << 2,   /* bytes wait, more than at the last event */
    TERCET_WRITABLE = 1 << 3,   /* a write that was cut short can go on */
    TERCET_ENDED = 1 << 4,      /* the peer's FIN: after what waits, read answers TERCET_END */
    TERCET_CLOSED = 1 << 5, /* the connection is over (info tells how); tercet_conn_close gives the value back */
    TERCET_URGENT = 1 << 6, /* urgent data, or more of it, is announced: info says up to where (RFC 9293 MUST-32, MUST-33) */
    TERCET_SOFT_ERROR = 1 << 7, /* something is wrong, perhaps for now: info says what (RFC 9293 MUST-47) */
};

struct tercet_event {
    tercet_conn conn;
    uint64_t user;  /* as given to listen, accept, connect or tercet_conn_set_user */
    uint32_t ready; /* enum tercet_ready bits */
};

/* Pull the next event.  Return: false when there is none. */
bool tercet_stack_next_event(struct tercet_stack *stack, struct tercet_event *event);

/* How a connection ended.  X(NAME, "name", "sentence") */
#define TERCET_REASONS(X)                                                                          \
    X(NONE, "none", "it has not ended")                                                            \
    X(FINISHED, "finished", "both sides closed in order")                                          \
    X(REFUSED, "refused", "the peer answered the SYN with a reset")                                \
    X(RESET, "reset", "the peer reset it")                                                         \
    X(TIMED_OUT, "timed-out", "retransmissions went unanswered")                                   \
    X(UNREACHABLE, "unreachable", "ICMP said that the destination cannot be reached")              \
    X(ABORTED, "aborted", "our side reset it")

enum tercet_reason {
#define TERCET_REASON_ENUM(name, text, sentence) TERCET_REASON_##name,
    TERCET_REASONS(TERCET_REASON_ENUM)
#undef TERCET_REASON_ENUM
        TERCET_REASON_COUNT
};

const char *tercet_reason_name(enum tercet_reason reason);

/*
 * What a connection that goes on has met since something of its was last acknowledged: RFC 9293 section 3.9.1.8 calls it
 * a soft error.  The first three are ICMP's word for it.
 */
enum tercet_soft_error {
    TERCET_SOFT_UNREACHABLE = 1 << 0, /* destination unreachable; once the connection is open, whatever the code */
    TERCET_SOFT_TIME_EXCEEDED = 1 << 1,
    TERCET_SOFT_PARAMETER_PROBLEM = 1 << 2,
    TERCET_SOFT_RETRANSMISSIONS = 1 << 3, /* a segment, or a window probe, was sent again three times for nothing (R1) */
};

/* RFC 9293 section 3.3.2.  X(NAME, "name") */
#define TERCET_STATES(X)                                                                           \
    X(CLOSED, "CLOSED")                                                                            \
    X(LISTEN, "LISTEN")                                                                            \
    X(SYN_SENT, "SYN-SENT")                                                                        \
    X(SYN_RECEIVED, "SYN-RECEIVED")                                                                \
    X(ESTABLISHED, "ESTABLISHED")                                                                  \
    X(FIN_WAIT_1, "FIN-WAIT-1")                                                                    \
    X(FIN_WAIT_2, "FIN-WAIT-2")                                                                    \
    X(CLOSE_WAIT, "CLOSE-WAIT")                                                                    \
    X(CLOSING, "CLOSING")                                                                          \
    X(LAST_ACK, "LAST-ACK")                                                                        \
    X(TIME_WAIT, "TIME-WAIT")

enum tercet_state {
#define TERCET_STATE_ENUM(name, text) TERCET_STATE_##name,
    TERCET_STATES(TERCET_STATE_ENUM)
#undef TERCET_STATE_ENUM
        TERCET_STATE_COUNT
};

const char *tercet_state_name(enum tercet_state state);

/*
 * A life event that no frame shows: a half-open that expired, a connection that ended.
 * Kept in a bounded ring (config.max_traces) that counts what it drops.
 */
struct tercet_trace {
    uint64_t now_ns;
    struct tercet_endpoint local, remote;
    enum tercet_state state;   /* at the time: SYN_RECEIVED for an expired half-open */
    enum tercet_reason reason; /* TIMED_OUT for an expired half-open */
    uint32_t dropped;          /* events lost since the last pull */
    uint32_t local_index;      /* of the local address in the order of tercet_stack_add_address */
};

bool tercet_stack_next_trace(struct tercet_stack *stack, struct tercet_trace *trace);

/* Frames that ended in @verdict since the stack was made. */
uint64_t tercet_stack_counter(const struct tercet_stack *stack, enum tercet_verdict verdict);

/* What a stack holds now, and has done: for tests, metrics and status pages. */
struct tercet_stack_info {
    uint32_t conns, half_opens, time_waits, listeners, reassemblies; /* live objects */
    uint32_t buffer_blocks; /* 2 KiB units of buffer in use */
    uint64_t frames_in, frames_out;
    uint64_t opened_active, opened_passive; /* connections that reached ESTABLISHED */
    uint64_t segments_retransmitted;
    uint32_t fragmented;      /* packets that wait for their fragments, or are refused for them */
    uint64_t fragmented_lost; /* given up: not whole in time, or put out by newer ones */
    uint64_t gaps_given_up; /* text behind a gap that nobody filled made room for something else */
};

void tercet_stack_info(const struct tercet_stack *stack, struct tercet_stack_info *info);

/* Calls of the user: RFC 9293 section 3.9.1 in sans-I/O form. */

/*
 * OPEN, passive.  @local: a local address or unspecified for any of its family; :: (all zero) listens for both families.
 * What is left of former connections of the port, TIME-WAIT too, does not stand in the way: only another listener does.
 * @backlog: connections accepted by TCP and not yet by the user, at most @backlog + 1 as on Linux; 0..65534
 * Return: 0 and *@listener; TERCET_IN_USE, TERCET_NO_ADDRESS, TERCET_FULL, TERCET_INVALID (port 0).
 */
int tercet_listen(struct tercet_stack *stack, const struct tercet_endpoint *local, unsigned backlog,
                  uint64_t user, tercet_conn *listener);

/* Take an established connection from @listener; *@conn.  Return: 0, TERCET_NOT_YET when none waits, or an error. */
int tercet_accept(struct tercet_stack *stack, tercet_conn listener, uint64_t user,
                  tercet_conn *conn);

/*
 * OPEN, active.  @local: NULL, or an address (or unspecified) and a port (or 0 for an ephemeral one, RFC 6056).
 * Return: 0 and *@conn, on which CONNECTED or CLOSED will follow; or an error: TERCET_IN_USE when this very pair of
 * endpoints has a connection, or had one that is in TIME-WAIT (RFC 9293 section 3.10.1).
 */
int tercet_connect(struct tercet_stack *stack, const struct tercet_endpoint *local,
                   const struct tercet_endpoint *remote, uint64_t user, uint64_t now_ns,
                   tercet_conn *conn);

struct tercet_span {
    const void *base;
    uint32_t length;
};

/*
 * RECEIVE: look at the bytes that wait, in place; borrowed until the next call on the stack.
 * @spans: set to where they lie (the second may be empty)
 * Return: how many wait, 0..2^31-1; TERCET_END, TERCET_OVER (reset, timed out), TERCET_NOT_YET or TERCET_GONE.
 */
int tercet_conn_read(struct tercet_stack *stack, tercet_conn conn, struct tercet_span spans[2]);

/* The first @n of the bytes that wait have been taken: their room is offered to the peer again. */
int tercet_conn_consume(struct tercet_stack *stack, tercet_conn conn, uint32_t n);

/*
 * SEND: copy bytes into the send buffer (before the connection is open, too: they follow the handshake).
 * Return: how many were taken, 0..@n; when fewer than @n, TERCET_WRITABLE follows once a third of
 * the buffer is free.  TERCET_FULL: nothing was taken, nothing waits, and the buffers of all connections together are exhausted: try
 * again later.
 */
int tercet_conn_write(struct tercet_stack *stack, tercet_conn conn, const void *bytes, uint32_t n);

/*
 * SEND with the URGENT flag: the last byte written so far is the last urgent one (RFC 9293 section 3.8.5, MUST-30, MUST-31).  New
 * applications should not (RFC 6093 section 5).  Return: 0 or an error.
 */
int tercet_conn_urge(struct tercet_stack *stack, tercet_conn conn);

/* CLOSE our direction: a FIN follows what was written; reading goes on (half-close). */
int tercet_conn_shutdown(struct tercet_stack *stack, tercet_conn conn);

/*
 * CLOSE and give the value back: it is stale from now on.  What was written is still delivered, then FIN; bytes that wait
 * unread turn it into a reset (RFC 9293 section 3.6.1, RFC 2525 section 2.17).  For a listener: half-opens are freed silently,
 * connections not accepted are reset.
 */
int tercet_conn_close(struct tercet_stack *stack, tercet_conn conn);

/* ABORT: reset the connection and give the value back. */
int tercet_conn_abort(struct tercet_stack *stack, tercet_conn conn);

int tercet_conn_set_user(struct tercet_stack *stack, tercet_conn conn, uint64_t user);

/* STATUS. */
struct tercet_conn_info {
    struct tercet_endpoint local, remote;
    enum tercet_state state;
    enum tercet_reason reason;
    uint32_t send_mss_bytes, receive_mss_bytes; /* largest payload we send; MSS we announced */
    uint8_t send_scale, receive_scale;
    bool has_timestamps, has_window_scale, has_sack, has_ecn;
    uint32_t srtt_us, rttvar_us, rto_us;
    uint32_t cwnd_bytes, ssthresh_bytes;
    uint32_t send_window_bytes, receive_window_bytes;
    uint32_t unsent_bytes, unacked_bytes, unread_bytes;
    uint32_t urgent_bytes; /* from the next byte to be read to behind the last urgent one, 0: none */
    uint32_t retransmits;  /* segments retransmitted in its life */
    uint32_t received_bytes; /* in order, the FIN counted, modulo 2^32 */
    uint32_t receive_buffer_bytes;
    uint8_t retries;             /* expirations since something new was acknowledged */
    uint8_t probes, keep_probes; /* of a closed window; keep-alives, unanswered ones */
    uint8_t dupacks;             /* duplicate ACKs in a row */
    bool is_recovering;          /* fast recovery */
    bool is_loss;                /* what was in flight when the timer expired is sent again */
    uint32_t waiting;            /* of a listener: connections that tercet_accept would give */
    uint8_t soft_errors;         /* enum tercet_soft_error bits */
    uint8_t diffserv;            /* TERCET_OPTION_DIFFSERV */
    uint64_t user;
};

int tercet_conn_info(struct tercet_stack *stack, tercet_conn conn, struct tercet_conn_info *info);

/* Options of one connection. */
enum tercet_option {
    TERCET_OPTION_NODELAY,     /* 1: Nagle's algorithm off (RFC 9293 MUST-17); default 0 */
    TERCET_OPTION_SEND_BUFFER, /* octets, 4,096 .. 4 MiB */
    TERCET_OPTION_RECEIVE_BUFFER, /* octets, 4,096 .. 4 MiB; on a listener it holds for what it accepts */
    TERCET_OPTION_KEEPALIVE, /* 1: keep-alives (RFC 9293 section 3.8.4); default 0 */
    TERCET_OPTION_KEEPALIVE_IDLE, /* seconds without a segment before the first, 1..32,767; default 7,200 */
    TERCET_OPTION_KEEPALIVE_INTERVAL, /* seconds between them, 1..32,767; default 75 */
    TERCET_OPTION_KEEPALIVE_COUNT, /* unanswered ones that end the connection, 1..127; default 9 */
    TERCET_OPTION_USER_TIMEOUT, /* ms that sent data may stay unacknowledged, up to a day; 0: no limit (default) */
    /*
     * Codepoint (DSCP) of all its segments, 0..63, default 0; on a listener, of its SYN-ACKs and of what it accepts
     * (RFC 9293 section 3.9.1.9, MUST-48).  May change during the connection (SHLD-21), though it had better not.
     */
    TERCET_OPTION_DIFFSERV,
    TERCET_OPTION_SOFT_ERRORS, /* 0: no TERCET_SOFT_ERROR events, info alone tells (SHLD-20); default 1 */
    TERCET_OPTION_CORK, /* 1: less than a full segment waits until this is 0, for one RTO at most; default 0 */
    TERCET_OPTION_QUICK_ACKS, /* 1: what waits for a delayed ACK is acknowledged now; 0: ACKs wait for the user's answer */
    TERCET_OPTION_READ_SHUT, /* 1: nobody reads any more: text that comes after our FIN is answered by a reset; default 0 */
    /*
     * Octets, 88..65,535: the MSS announced and used is this at most; before the opening, or on a listener for what it
     * accepts.  Afterwards only what is sent is held to it.
     */
    TERCET_OPTION_MAX_SEGMENT,
    TERCET_OPTION_WINDOW_SCALE, /* shift offered, 0..14, before the opening or on a listener; default: as the buffer needs it */
    TERCET_OPTION_SYN_RETRIES, /* of an active open, 1..127; default: config.syn_retries */
    TERCET_OPTION_FIN_WAIT_2, /* seconds that FIN-WAIT-2 lasts once the user has closed, 0..250; default: config.fin_wait_2_us */
    /* Of listeners alone. */
    TERCET_OPTION_BACKLOG, /* as in tercet_listen */
    TERCET_OPTION_DEFER_ACCEPT, /* an opening waits for text, for so many SYN-ACK retries, 0..15; default 0: it does not wait */
    TERCET_OPTION_V6_ONLY, /* 1: a listener on :: leaves IPv4 alone; default 0 */
};

int tercet_conn_set_option(struct tercet_stack *stack, tercet_conn conn, enum tercet_option option,
                           uint32_t value);

#ifdef __cplusplus
}
#endif

#endif
