/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_TESTS_STACK_WIRE_TALK_H
#define TERCET_TESTS_STACK_WIRE_TALK_H

/*
 * The ground of conversation.h: the stack, the peers that talk with it, what departs and what
 * arrives.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include <tercet/stack.h>

#include "base/checksum.h"
#include "tap.h"
#include "wire/ip.h"
#include "wire/tcp.h"

enum {
    FIN = TCP_FIN,
    SYN = TCP_SYN,
    RST = TCP_RST,
    PSH = TCP_PSH,
    ACK = TCP_ACK,
    URG = TCP_URG,
    ECE = TCP_ECE,
    CWR = TCP_CWR,
};

enum {
    MSS = 1000,       /* octets of payload in a full segment of ours */
    HEARD_MAX = 8192, /* departed segments waiting to be expected */
    TALKERS_MAX = 64, /* peers in one conversation */
    HELD_MAX = 64,    /* frames of one batch */
    LOG_LINES = 16,   /* of the transcript shown with a failure */
    LOG_WIDTH = 160,
    TRIALS_MAX = 24, /* runs to bring our ISS to where it is wanted */
    DEPART_BATCH = 8,
    DEPARTURES_MAX = 20000, /* frames from one call: more is an endless loop */
    TICKS_MAX = 1000000,
    FRAME_MAX = 65600,
    GUARD = 0xa5,
    SERVER_PORT = 80,
    CLIENT_PORT = 50000,
    LOCAL_PORT = 40000,
    NOTHING = -1, /* in say: a window, MSS or shift of zero (0 itself is "not said") */
};

enum { WRONG = 1, ZERO = 2 }; /* checksums */

#define MS_NS 1000000ull

/* A segment as a script says it: what arrives, or what must depart. */
struct say {
    uint8_t begin; /* nothing: the positional members may follow it */
    uint8_t flags;
    uint32_t seq, ack; /* relative */
    uint32_t len;      /* octets of payload */

    int32_t wnd; /* as on the wire; 0: the talker's own (receive), any (expect) */
    int32_t mss, ws;
    uint16_t has, lacks; /* expect: TCP_HAS_ bits that must and must not be there */
    uint32_t tsval;      /* receive: relative TSval instead of the clock's */
    uint32_t tsecr;      /* expect: relative to the peer's timestamps */
    int32_t ecr_off;     /* receive: added to the TSecr */
    uint16_t urgent;
    bool bare;            /* receive: a SYN without options of its own accord */
    bool no_ts;           /* receive: no timestamp though agreed */
    bool ts;              /* receive: a timestamp though not agreed */
    bool sack;            /* receive: SACK-permitted */
    bool ecr_zero;        /* receive: TSecr 0 */
    bool absolute;        /* expect: seq is as on the wire */
    uint8_t ecn;          /* receive: of the IP header */
    uint8_t bad_checksum; /* receive: WRONG or ZERO */
    const struct tercet_address *source, *destination; /* receive: other addresses */
    int32_t source_port, destination_port;             /* receive: other ports; NOTHING: 0 */
};

/* One of them in a table. */
#define SAY(...)                                                                                   \
    { .begin = 0, __VA_ARGS__ }

struct variant {
    uint32_t iss, irs;
    bool ts;
};

/*
 * Wraps of the sequence space on both sides, at the SYN, just behind it and in the middle of a
 * segment.
 */
static const struct variant variants[] = {
    {0x12345678, 0x00001000, false},
    {0x12345678, 0x00001000, true },
    {0xffffffff, 0xffffffff, false},
    {0x7fffffff, 0x7fffffff, true },
    {0x80000000, 0x80000000, false},
    {0xfffffd00, 0x7ffffd00, true },
    {0x7ffffd00, 0xfffffd00, false},
    {0x00000000, 0x00000000, true },
};
#define VARIANTS (sizeof variants / sizeof variants[0])

/* One peer of the conversation: a tuple and what both sides have said on it. */
struct talker {
    struct tercet_endpoint us, peer;
    tercet_conn conn;
    uint32_t iss, irs;
    bool iss_known;
    uint16_t wnd; /* what the peer says if nothing else is said */
    int32_t mss;  /* what its SYN offers */
    bool ts_ours, ts_peers, ws_ours, ws_peers, syn_said;
    uint8_t shift;        /* of our windows, once agreed */
    uint32_t ts_last;     /* our latest TSval */
    bool ts_heard;        /* there was one */
    uint32_t acked, edge; /* highest ack, right edge of the window, relative */
    bool edge_known;
    uint32_t written, taken;            /* octets the user has written and read */
    uint32_t ready;                     /* event bits pulled and not yet expected */
    uint32_t snd_una, snd_nxt, rcv_nxt; /* where reach() has left it */
};

/* A departed segment. */
struct heard {
    uint64_t at_ns;
    struct talker *talker;
    struct segment seg;
    uint32_t seq, ack; /* relative */
    struct ip_header ip;
};

struct conversation {
    struct tercet_config config; /* may be changed before the first call */
    uint32_t mtu;
    struct tercet_stack *stack;
    void *memory;
    size_t memory_bytes;
    uint64_t start_ns, now_ns;
    const struct variant *variant;
    bool v6;
    bool over; /* a check has failed, or the trial has what it wanted */
    bool failed;
    bool is_trial; /* only to learn our ISS */
    bool learnt;
    uint32_t learnt_iss;
    bool corked; /* user calls do not let segments depart */
    bool holding;
    tercet_conn listener;
    uint32_t listener_ready;
    enum tercet_verdict verdict;
    struct talker talkers[TALKERS_MAX];
    unsigned n_talkers;
    struct talker *talker; /* who speaks and is listened to */
    unsigned head, tail;
    struct tercet_frame held[HELD_MAX];
    unsigned n_held;
    uint64_t digest_of_port[2]; /* for comparing runs: FNV over the frames to talkers 0 and 1 */
    unsigned n_others;          /* departed packets that are no TCP, and the last of them */
    uint32_t other_length;
    char log[LOG_LINES][LOG_WIDTH];
    unsigned logged;
    struct heard heard[HEARD_MAX]; /* last: conversation_begin leaves it as it is */
    unsigned char other[FRAME_MAX];
};

/* Octet @position of a stream; the two directions differ. */
static inline uint8_t pattern(uint32_t position, bool ours) {
    return (uint8_t)(position * 7 + (position >> 8) * 13 + (ours ? 3 : 101));
}

/*
 * What is said when something fails.
 */
static inline int segment_text(char *at, size_t n, const struct segment *seg, uint32_t seq,
                               uint32_t ack) {
    static const char letters[] = "FSRPAUEW";
    char flags[9];
    int used = 0, f = 0;

    for (int bit = 0; bit < 8; bit++) {
        if (seg->flags & (1 << bit)) flags[f++] = letters[bit];
    }
    flags[f] = 0;
    used += snprintf(at, n, "%-3s seq %" PRId32 " ack %" PRId32 " len %" PRIu32 " wnd %u", flags,
                     (int32_t)seq, (int32_t)ack, seg->length, seg->wnd);
    if (segment_has_option(seg, TCP_HAS_MSS))
        used += snprintf(at + used, n - (size_t)used, " mss %u", seg->options.mss);
    if (segment_has_option(seg, TCP_HAS_WSCALE))
        used += snprintf(at + used, n - (size_t)used, " ws %u", seg->options.wscale);
    if (segment_has_option(seg, TCP_HAS_TIMESTAMPS))
        used += snprintf(at + used, n - (size_t)used, " ts %" PRIx32 " %" PRIx32,
                         seg->options.ts_val, seg->options.ts_ecr);
    return used;
}

static inline void log_segment(struct conversation *c, char arrow, const struct segment *seg,
                               uint32_t seq, uint32_t ack) {
    char *line = c->log[c->logged++ % LOG_LINES];
    uint64_t us = (c->now_ns - c->start_ns) / 1000;
    int used = snprintf(line, LOG_WIDTH, "%6" PRIu64 ".%06" PRIu64 " %c ", us / 1000000,
                        us % 1000000, arrow);

    segment_text(line + used, (size_t)(LOG_WIDTH - used), seg, seq, ack);
}

/* Ends the conversation with a complaint. */
__attribute__((format(printf, 4, 5))) static inline void conversation_fail(
    struct conversation *c, const char *file, int line, const char *format, ...) {
    char what[400];
    va_list words;

    if (c->over) return;
    c->over = c->failed = true;
    if (c->is_trial) return;
    va_start(words, format);
    vsnprintf(what, sizeof what, format, words);
    va_end(words);
    tap_complain(what, file, line);
    tap_note("    %s, ISS 0x%08" PRIx32 ", IRS 0x%08" PRIx32
             ", %s timestamps; the end of the conversation:",
             c->v6 ? "IPv6" : "IPv4", c->variant->iss, c->variant->irs,
             c->variant->ts ? "with" : "without");
    for (unsigned i = c->logged > LOG_LINES ? c->logged - LOG_LINES : 0; i < c->logged; i++)
        tap_note("    %s", c->log[i % LOG_LINES]);
}

#define verify(c, condition)                                                                       \
    ((condition) ? true : (conversation_fail((c), __FILE__, __LINE__, "%s", #condition), false))

#define verify_eq(c, got, wanted)                                                                  \
    conversation_equal((c), (long long)(got), (long long)(wanted), #got " == " #wanted, __FILE__,  \
                       __LINE__)

/* @got in @low .. @high */
#define verify_in(c, got, low, high)                                                               \
    conversation_in((c), (long long)(got), (long long)(low), (long long)(high), #got, __FILE__,    \
                    __LINE__)

static inline bool conversation_equal(struct conversation *c, long long got, long long wanted,
                                      const char *what, const char *file, int line) {
    if (got == wanted) return true;
    conversation_fail(c, file, line, "%s: got %lld, wanted %lld", what, got, wanted);
    return false;
}

static inline bool conversation_in(struct conversation *c, long long got, long long low,
                                   long long high, const char *what, const char *file, int line) {
    if (low <= got && got <= high) return true;
    conversation_fail(c, file, line, "%s: got %lld, wanted %lld to %lld", what, got, low, high);
    return false;
}

/*
 * The stack and its addresses.
 */
static inline struct tercet_address address_of(bool v6, uint8_t host) {
    struct tercet_address v4_address = {
        {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 198, 18, 0, host}
    };
    struct tercet_address v6_address = {
        {0x20, 0x01, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, host}
    };

    return v6 ? v6_address : v4_address;
}

static inline struct tercet_address address_unspecified(bool v6) {
    struct tercet_address any = {{0}};

    if (!v6) any.octets[10] = any.octets[11] = 0xff;
    return any;
}

static inline void conversation_config(struct tercet_config *config) {
    tercet_config_init(config, sizeof *config);
    config->max_conns = 64;
    config->max_half_opens = 64;
    config->max_time_waits = 64;
    config->max_listeners = 8;
    config->max_reassemblies = 16;
    config->max_replies = 64;
    config->max_traces = 64;
    config->buffer_bytes = 32u << 20;
    for (unsigned i = 0; i < sizeof config->secret; i++)
        config->secret[i] = (uint8_t)(i * 11 + 5);
}

/*
 * Makes the stack at the first call of a conversation.  Return: whether the conversation goes on.
 */
static inline bool is_on(struct conversation *c) {
    struct tercet_address us4 = address_of(false, 2), us6 = address_of(true, 2);
    struct tercet_address net4 = address_of(false, 0), net6 = address_of(true, 0);

    if (c->over) return false;
    if (c->stack) return true;
    c->memory_bytes = tercet_stack_size(&c->config);
    c->memory = mmap(NULL, c->memory_bytes, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (c->memory == MAP_FAILED) {
        c->memory = NULL;
        return verify(c, c->memory);
    }
    return verify_eq(c,
                     tercet_stack_init(c->memory, c->memory_bytes, &c->config, c->now_ns, &c->stack),
                     0) &&
           verify_eq(c, tercet_stack_add_address(c->stack, &us4, 24), 0) &&
           verify_eq(c, tercet_stack_add_address(c->stack, &us6, 64), 0) &&
           verify_eq(c, tercet_stack_add_route(c->stack, &net4, 15, 0, c->mtu), 0) &&
           (c->mtu < 1280 ||
            verify_eq(c, tercet_stack_add_route(c->stack, &net6, 48, 0, c->mtu), 0));
}

static inline struct talker *talker_add(struct conversation *c, uint16_t our_port,
                                        uint16_t peer_port, uint8_t peer_host) {
    struct talker *t = &c->talkers[c->n_talkers++];

    if (c->n_talkers > TALKERS_MAX) abort();
    *t = (struct talker){.iss = c->variant->iss, .irs = c->variant->irs, .wnd = 65535};
    t->us = (struct tercet_endpoint){address_of(c->v6, 2), our_port};
    t->peer = (struct tercet_endpoint){address_of(c->v6, peer_host), peer_port};
    t->mss = MSS + (c->variant->ts ? 12 : 0);
    return t;
}

/* Goes on with another peer: client @port of host @host against our port 80. */
static inline struct talker *talk_with_host(struct conversation *c, uint8_t host, uint16_t port) {
    struct tercet_address address = address_of(c->v6, host);

    for (unsigned i = 0; i < c->n_talkers; i++) {
        struct talker *t = &c->talkers[i];
        if (t->peer.port == port && address_eq(&t->peer.address, &address)) return c->talker = t;
    }
    return c->talker = talker_add(c, SERVER_PORT, port, host);
}

static inline struct talker *talk_with(struct conversation *c, uint16_t port) {
    return talk_with_host(c, 1, port);
}

/* The next SYN of ours opens another incarnation: its number is the new 0. */
static inline void forget_iss(struct conversation *c) {
    struct talker *t = c->talker;

    t->iss_known = t->edge_known = t->ts_heard = false;
    t->ts_ours = t->ts_peers = t->ws_ours = t->ws_peers = t->syn_said = false;
    t->acked = t->written = t->taken = t->shift = 0;
}

/* ... and the peer's next one too: it begins at the relative number @seq of the old. */
static inline void forget_both(struct conversation *c, uint32_t seq) {
    forget_iss(c);
    c->talker->irs += seq;
}

/*
 * What departs.
 */
static inline bool has_timestamps(const struct talker *t) {
    return t->ts_ours && t->ts_peers;
}

static inline struct talker *talker_find(struct conversation *c, const struct ip_header *ip,
                                         const struct segment *seg) {
    for (unsigned i = 0; i < c->n_talkers; i++) {
        struct talker *t = &c->talkers[i];
        if (t->us.port == seg->source_port && t->peer.port == seg->destination_port &&
            address_eq(&t->peer.address, &ip->destination))
            return t;
    }
    return NULL;
}

static inline void talker_hears_syn(struct conversation *c, struct talker *t,
                                    const struct segment *seg) {
    if (t->iss_known) return;
    if (!c->learnt) {
        c->learnt = true;
        c->learnt_iss = seg->seq.n;
        if (c->is_trial) c->over = true;
    }
    t->iss_known = true;
    t->iss = seg->seq.n;
    t->ts_ours = segment_has_option(seg, TCP_HAS_TIMESTAMPS);
    t->ws_ours = segment_has_option(seg, TCP_HAS_WSCALE);
    t->shift = t->ws_ours ? seg->options.wscale : 0;
}

static inline void content_check(struct conversation *c, const struct heard *h) {
    uint32_t position = h->seq - 1 + segment_has(&h->seg, TCP_SYN);

    for (uint32_t i = 0; i < h->seg.length; i++) {
        if (h->seg.payload[i] == pattern(position + i, true)) continue;
        conversation_fail(c, __FILE__, __LINE__,
                          "departed: wrong octet at %" PRIu32 " of our stream", position + i);
        return;
    }
}

/*
 * The right edge of our window never moves to the left, but for what scaling rounds (RFC 9293
 * section 3.8.6, RFC 7323 section 2.4).
 */
static inline void edge_check(struct conversation *c, const struct heard *h) {
    struct talker *t = h->talker;
    uint32_t shift = t->ws_ours && t->ws_peers && !segment_has(&h->seg, TCP_SYN) ? t->shift : 0;
    uint32_t edge = h->ack + ((uint32_t)h->seg.wnd << shift);
    struct tercet_conn_info info;

    if (!segment_has(&h->seg, TCP_ACK) || segment_has(&h->seg, TCP_RST)) return;
    if (tercet_conn_info(c->stack, t->conn, &info) != 0) return;
    if (info.state < TERCET_STATE_ESTABLISHED || info.state > TERCET_STATE_FIN_WAIT_2) return;
    if (t->edge_known && (int32_t)(edge + (1u << shift) - 1 - t->edge) < 0)
        conversation_fail(c, __FILE__, __LINE__,
                          "departed: the window shrinks from %" PRIu32 " to %" PRIu32, t->edge,
                          edge);
    t->edge = edge;
    t->edge_known = true;
}

/* What holds for every segment that departs. */
static inline void heard_check(struct conversation *c, const struct heard *h) {
    struct talker *t = h->talker;
    const struct segment *seg = &h->seg;

    if (!t) {
        conversation_fail(c, __FILE__, __LINE__, "departed: to nobody in this conversation, port %u",
                          seg->destination_port);
        return;
    }
    verify(c, address_eq(&h->ip.source, &t->us.address));
    verify_eq(c, h->ip.version, c->v6 ? 6 : 4);
    verify_eq(c, seg->reserved, 0);
    verify(c, h->ip.hop_limit >= 32);
    verify(c, !ip_is_fragment(&h->ip));
    if (!segment_has(seg, TCP_SYN | TCP_RST)) verify(c, segment_has(seg, TCP_ACK));
    content_check(c, h);
    if (segment_has(seg, TCP_ACK) && !segment_has(seg, TCP_RST) && t->iss_known) {
        if ((int32_t)(h->ack - t->acked) < 0 && t->acked)
            conversation_fail(c, __FILE__, __LINE__,
                              "departed: the ack goes back from %" PRIu32 " to %" PRIu32, t->acked,
                              h->ack);
        t->acked = h->ack;
    }
    if (has_timestamps(t) && !segment_has(seg, TCP_RST))
        verify(c, segment_has_option(seg, TCP_HAS_TIMESTAMPS));
    if (t->iss_known && t->syn_said && !has_timestamps(t) && !segment_has(seg, TCP_SYN))
        verify(c, !segment_has_option(seg, TCP_HAS_TIMESTAMPS));
    edge_check(c, h);
}

static inline void digest_add(struct conversation *c, const struct talker *t,
                              const struct tercet_frame *frame) {
    uint64_t *digest = &c->digest_of_port[t == &c->talkers[0] ? 0 : 1];

    for (uint32_t i = 0; i < frame->length; i++)
        *digest = (*digest ^ frame->bytes[i]) * 0x100000001b3ull;
    *digest = (*digest ^ (c->now_ns - c->start_ns)) * 0x100000001b3ull;
}

static inline void frame_hear(struct conversation *c, const struct tercet_frame *frame) {
    struct heard *h = &c->heard[c->tail % HEARD_MAX];

    if (!verify(c, frame->length <= c->mtu) || !verify(c, c->tail - c->head < HEARD_MAX)) return;
    if (!verify_eq(c, ip_parse(frame->bytes, frame->length, &h->ip), TERCET_TAKEN)) return;
    if (h->ip.protocol != IP_PROTOCOL_TCP) {
        c->n_others++;
        c->other_length = frame->length;
        memcpy(c->other, frame->bytes,
               frame->length < sizeof c->other ? frame->length : sizeof c->other);
        return;
    }
    if (!verify_eq(c, tcp_parse(&h->ip, false, &h->seg), TERCET_TAKEN)) return;
    h->at_ns = c->now_ns;
    h->talker = talker_find(c, &h->ip, &h->seg);
    if (h->talker && segment_has(&h->seg, TCP_SYN)) talker_hears_syn(c, h->talker, &h->seg);
    h->seq = h->seg.seq.n - (h->talker ? h->talker->iss : 0);
    h->ack = h->seg.ack.n - (h->talker ? h->talker->irs : 0);
    log_segment(c, '>', &h->seg, h->seq, segment_has(&h->seg, TCP_ACK) ? h->ack : 0);
    heard_check(c, h);
    if (h->talker && segment_has_option(&h->seg, TCP_HAS_TIMESTAMPS)) {
        if (h->talker->ts_heard)
            verify(c, (int32_t)(h->seg.options.ts_val - h->talker->ts_last) >= 0);
        h->talker->ts_heard = true;
        h->talker->ts_last = h->seg.options.ts_val;
    }
    if (h->talker) digest_add(c, h->talker, frame);
    h->seg.payload = NULL; /* it goes with the frame */
    c->tail++;
}

/* Memory of exactly one MTU; the octet behind it must stay as it is. */
static inline unsigned char *frame_memory(const struct conversation *c, unsigned char *memory) {
    memory[c->mtu] = GUARD;
    return memory;
}

/* Lets everything depart that is owed. */
static inline void pump(struct conversation *c) {
    static unsigned char memory[DEPART_BATCH][FRAME_MAX];
    struct tercet_frame frames[DEPART_BATCH];

    for (unsigned sum = 0; !c->over;) {
        memset(frames, 0, sizeof frames);
        for (unsigned i = 0; i < DEPART_BATCH; i++)
            frames[i] = (struct tercet_frame){.bytes = frame_memory(c, memory[i]),
                                              .capacity = c->mtu};
        unsigned n = tercet_stack_depart(c->stack, frames, DEPART_BATCH, c->now_ns);
        for (unsigned i = 0; i < n && !c->over; i++) {
            verify_eq(c, frames[i].bytes[c->mtu], GUARD);
            frame_hear(c, &frames[i]);
        }
        sum += n;
        if (n < DEPART_BATCH) return;
        if (sum > DEPARTURES_MAX)
            conversation_fail(c, __FILE__, __LINE__, "departures without end");
    }
}

/* Time passes: timers run when they are due. */
static inline void advance_us(struct conversation *c, uint64_t us) {
    uint64_t target = c->now_ns + us * 1000;
    unsigned at_once = 0;

    if (!is_on(c)) return;
    for (unsigned ticks = 0; !c->over; ticks++) {
        uint64_t deadline = tercet_stack_deadline(c->stack);
        if (deadline > target) break;
        at_once = deadline > c->now_ns ? 0 : at_once + 1;
        if (deadline > c->now_ns) c->now_ns = deadline;
        tercet_stack_tick(c->stack, c->now_ns);
        pump(c);
        if (at_once > 1000 || ticks > TICKS_MAX)
            conversation_fail(c, __FILE__, __LINE__, "a deadline that does not go away");
    }
    c->now_ns = target;
}

static inline void advance_ms(struct conversation *c, uint64_t ms) {
    advance_us(c, ms * 1000);
}

static inline void advance_s(struct conversation *c, uint64_t s) {
    advance_us(c, s * 1000000);
}

/*
 * Until something departs.  Return: microseconds from now until then, or @limit_us and more when
 * nothing does.
 */
static inline uint64_t wait_us(struct conversation *c, uint64_t limit_us) {
    uint64_t begin = c->now_ns, end = begin + limit_us * 1000;

    if (!is_on(c)) return 0;
    while (!c->over && c->head == c->tail && c->now_ns < end) {
        uint64_t deadline = tercet_stack_deadline(c->stack);
        uint64_t until = deadline < end ? deadline : end;
        advance_us(c, until > c->now_ns ? (until - c->now_ns + 999) / 1000 : 1);
    }
    if (c->head == c->tail) return limit_us + 1;
    return (c->heard[c->head % HEARD_MAX].at_ns - begin) / 1000;
}

/*
 * What arrives.
 */
static inline uint32_t peer_clock(const struct conversation *c) {
    return (uint32_t)((c->now_ns - c->start_ns) / MS_NS) + 1;
}

/* The peer's timestamps begin where they wrap, too. */
static inline uint32_t peer_ts_base(const struct conversation *c) {
    return c->variant->irs;
}

static inline void options_say(struct conversation *c, const struct say *s, struct segment *seg) {
    struct talker *t = c->talker;
    bool is_syn = segment_has(seg, TCP_SYN), own = is_syn && !s->bare;
    bool ts = own ? c->variant->ts && (!segment_has(seg, TCP_ACK) || t->ts_ours || !t->iss_known)
                  : has_timestamps(t);

    if (segment_has(seg, TCP_RST) || s->no_ts || s->bare) ts = false;
    if (s->mss || (own && t->mss)) {
        seg->options.present |= TCP_HAS_MSS;
        seg->options.mss = (uint16_t)(s->mss == NOTHING ? 0 : s->mss ? s->mss : t->mss);
    }
    if (s->ws) {
        seg->options.present |= TCP_HAS_WSCALE;
        seg->options.wscale = (uint8_t)(s->ws == NOTHING ? 0 : s->ws);
    }
    if (s->sack) seg->options.present |= TCP_HAS_SACK_PERMITTED;
    if (!ts && !s->ts && !s->tsval) return;
    seg->options.present |= TCP_HAS_TIMESTAMPS;
    seg->options.ts_val = peer_ts_base(c) + (s->tsval ? s->tsval : peer_clock(c));
    seg->options.ts_ecr = s->ecr_zero || !t->ts_heard ? 0 : t->ts_last + (uint32_t)s->ecr_off;
}

static inline void talker_says_syn(struct talker *t, const struct segment *seg) {
    if (!segment_has(seg, TCP_SYN) || segment_has(seg, TCP_RST) || t->syn_said) return;
    t->syn_said = true;
    t->ts_peers = segment_has_option(seg, TCP_HAS_TIMESTAMPS);
    t->ws_peers = segment_has_option(seg, TCP_HAS_WSCALE);
}

static inline uint16_t port_say(int32_t said, uint16_t own) {
    return said == NOTHING ? 0 : said ? (uint16_t)said : own;
}

/* Return: octets of the frame built at @at. */
static inline uint32_t frame_say(struct conversation *c, const struct say *s, unsigned char *at) {
    struct talker *t = c->talker;
    struct segment seg = {
        .seq = {t->irs + s->seq}, .ack = {s->flags & ACK ? t->iss + s->ack : 0}, .flags = s->flags};
    struct ip_header ip = {.source = t->peer.address,
                           .destination = t->us.address,
                           .hop_limit = 64,
                           .protocol = IP_PROTOCOL_TCP,
                           .version = c->v6 ? 6 : 4,
                           .traffic_class = s->ecn,
                           .dont_fragment = true};
    uint32_t position = s->seq - 1 + ((s->flags & SYN) != 0);

    if (s->source) ip.source = *s->source;
    if (s->destination) ip.destination = *s->destination;
    seg.source_port = port_say(s->source_port, t->peer.port);
    seg.destination_port = port_say(s->destination_port, t->us.port);
    seg.wnd = (uint16_t)(s->wnd == NOTHING ? 0 : s->wnd ? s->wnd : t->wnd);
    seg.urgent = s->urgent;
    seg.length = s->len;
    options_say(c, s, &seg);
    talker_says_syn(t, &seg);
    log_segment(c, '<', &seg, s->seq, s->ack);

    uint32_t header = tcp_header_length(&seg);
    ip.length = header + s->len;
    unsigned char *tcp = at + ip_build(at, &ip);
    tcp_build(tcp, &seg);
    for (uint32_t i = 0; i < s->len; i++)
        tcp[header + i] = pattern(position + i, false);
    uint64_t sum = ip_pseudo_sum(&ip.source, &ip.destination, IP_PROTOCOL_TCP, ip.length);
    tcp_checksum_put(tcp, checksum_add(sum, tcp, ip.length));
    if (s->bad_checksum) tcp[16] = s->bad_checksum == ZERO ? 0 : (unsigned char)(tcp[16] ^ 0x55);
    if (s->bad_checksum == ZERO) tcp[17] = 0;
    return (uint32_t)(tcp - at) + ip.length;
}

/* From here on what is received waits for release(): one batch. */
static inline void hold(struct conversation *c) {
    c->holding = true;
}

static inline void release(struct conversation *c) {
    c->holding = false;
    if (is_on(c)) {
        tercet_stack_arrive(c->stack, c->held, c->n_held, c->now_ns);
        if (c->n_held > 0) c->verdict = (enum tercet_verdict)c->held[c->n_held - 1].verdict;
        pump(c);
    }
    for (unsigned i = 0; i < c->n_held; i++)
        free(c->held[i].bytes);
    c->n_held = 0;
}

/* These octets come in at the door. */
static inline void frame_arrives(struct conversation *c, const unsigned char *octets,
                                 uint32_t length) {
    if (!is_on(c) || !verify(c, c->n_held < HELD_MAX)) return;

    /* Exactly as large as the frame: a sanitizer sees a step beyond. */
    unsigned char *bytes = malloc(length);
    if (!bytes) abort();
    memcpy(bytes, octets, length);
    c->held[c->n_held++] = (struct tercet_frame){
        .bytes = bytes, .length = length, .capacity = length};
    if (!c->holding) release(c);
}

static inline void receive_said(struct conversation *c, const struct say *s) {
    static unsigned char scratch[FRAME_MAX + 200];

    if (is_on(c)) frame_arrives(c, scratch, frame_say(c, s, scratch));
}

/* The peer says: receive(c, flags, seq, ack, len, .member = value...). */
#define receive(c, ...) receive_said((c), &(struct say)SAY(__VA_ARGS__))

#endif
