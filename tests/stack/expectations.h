/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_TESTS_STACK_EXPECTATIONS_H
#define TERCET_TESTS_STACK_EXPECTATIONS_H

/* What a conversation may say of the answers it wants. */
#include "stack/wire_talk.h"

static inline const char *say_mismatch(const struct conversation *c, const struct say *s,
                                       const struct heard *h) {
    const struct segment *seg = &h->seg;
    unsigned seen = s->flags & PSH ? seg->flags : seg->flags & ~(unsigned)PSH;

    if (h->talker != c->talker) return "another tuple";
    if (seen != s->flags) return "flags";
    if (s->absolute ? seg->seq.n != s->seq : h->seq != s->seq) return "seq";
    if (s->flags & ACK && h->ack != s->ack) return "ack";
    if (seg->length != s->len) return "length";
    if (s->wnd && seg->wnd != (s->wnd == NOTHING ? 0 : s->wnd)) return "window";
    if ((seg->options.present & s->has) != s->has) return "an option lacks";
    if (seg->options.present & s->lacks) return "an option too many";
    if (s->mss && (!segment_has_option(seg, TCP_HAS_MSS) || seg->options.mss != s->mss))
        return "MSS";
    if (s->ws && (!segment_has_option(seg, TCP_HAS_WSCALE) ||
                  seg->options.wscale != (s->ws == NOTHING ? 0 : s->ws)))
        return "window scale";
    if (s->tsecr && seg->options.ts_ecr != peer_ts_base(c) + s->tsecr) return "TSecr";
    return NULL;
}

static inline void expect_said(struct conversation *c, const struct say *s, const char *file,
                               int line) {
    struct segment wanted = {
        .flags = s->flags, .length = s->len, .wnd = (uint16_t)(s->wnd == NOTHING ? 0 : s->wnd)};
    char want[LOG_WIDTH], got[LOG_WIDTH] = "nothing";
    const char *why = "nothing departed";

    if (!is_on(c)) return;
    if (c->head != c->tail) {
        const struct heard *h = &c->heard[c->head++ % HEARD_MAX];
        why = say_mismatch(c, s, h);
        if (!why) return;
        segment_text(got, sizeof got, &h->seg, s->absolute ? h->seg.seq.n : h->seq, h->ack);
    }
    segment_text(want, sizeof want, &wanted, s->seq, s->ack);
    conversation_fail(c, file, line, "%s; wanted %s; got %s", why, want, got);
}

/* The next segment that has departed is: expect(c, flags, seq, ack, len, .member = value...). */
#define expect(c, ...) expect_said((c), &(struct say)SAY(__VA_ARGS__), __FILE__, __LINE__)

/* The same, waiting up to @ms for it. */
#define expect_within_ms(c, ms, ...)                                                               \
    do {                                                                                           \
        wait_us((c), (ms)*1000ull);                                                                \
        expect((c), __VA_ARGS__);                                                                  \
    } while (0)

/* The same: it departs @ms from now, never earlier, and later by the clock's grain at most. */
#define expect_after_ms(c, ms, ...)                                                                \
    do {                                                                                           \
        uint64_t waited_us = wait_us((c), (ms)*1000ull + 1000);                                    \
        expect((c), __VA_ARGS__);                                                                  \
        verify_in((c), waited_us, (ms)*1000ull, (ms)*1000ull + 1000);                              \
    } while (0)

#define expect_nothing(c) expect_silence((c), __FILE__, __LINE__)

static inline void expect_silence(struct conversation *c, const char *file, int line) {
    char got[LOG_WIDTH];

    if (!is_on(c) || c->head == c->tail) return;
    const struct heard *h = &c->heard[c->head % HEARD_MAX];
    segment_text(got, sizeof got, &h->seg, h->seq, h->ack);
    conversation_fail(c, file, line, "wanted nothing; got %s", got);
}

/*
 * A reset that a connection sends: its place in our stream is what counts; an ACK beside it, if
 * any, is right.
 */
#define expect_rst(c, seq_) expect_reset((c), (seq_), __FILE__, __LINE__)

static inline void expect_reset(struct conversation *c, uint32_t seq, const char *file, int line) {
    struct say s = {.flags = RST, .seq = seq};

    if (!is_on(c)) return;
    if (c->head != c->tail) {
        const struct heard *h = &c->heard[c->head % HEARD_MAX];
        if (h->seg.flags == (RST | ACK)) s.flags = RST | ACK;
        s.ack = h->ack;
        if (s.flags & ACK && (int32_t)(h->ack - c->talker->acked) < 0) s.ack = c->talker->acked;
    }
    expect_said(c, &s, file, line);
}

/* All that has departed and was not expected is of no interest.  Return: how many. */
static inline unsigned ignore_heard(struct conversation *c) {
    unsigned n = c->tail - c->head;

    c->head = c->tail;
    return n;
}

/*
 * The same, and all of it must be pure ACKs with this number: what an implementation may send or
 * not.
 */
#define allow_acks(c, seq_, ack_)                                                                  \
    do {                                                                                           \
        while (!(c)->over && (c)->head != (c)->tail)                                               \
            expect((c), ACK, (seq_), (ack_), 0);                                                   \
    } while (0)

/*
 * A SYN of ours again, if there is one: after an unacceptable ACK it may go at once, or wait for
 * its timer.
 */
static inline void allow_syn(struct conversation *c) {
    if (is_on(c) && c->head != c->tail && c->heard[c->head % HEARD_MAX].seg.flags == SYN)
        expect(c, SYN, 0, 0, 0);
}

static inline const struct heard *last_heard(const struct conversation *c) {
    return &c->heard[(c->tail - 1) % HEARD_MAX];
}

#define expect_verdict(c, wanted) expect_verdict_is((c), (wanted), __FILE__, __LINE__)

static inline void expect_verdict_is(struct conversation *c, enum tercet_verdict wanted,
                                     const char *file, int line) {
    if (!is_on(c) || c->verdict == wanted) return;
    conversation_fail(c, file, line, "the verdict is %s, wanted %s",
                      tercet_verdict_name(c->verdict), tercet_verdict_name(wanted));
}

static inline struct tercet_conn_info info_of(struct conversation *c) {
    struct tercet_conn_info info = {0};

    if (is_on(c) && tercet_conn_info(c->stack, c->talker->conn, &info) != 0)
        info = (struct tercet_conn_info){0};
    return info;
}

static inline struct tercet_stack_info stack_info(struct conversation *c) {
    struct tercet_stack_info info = {0};

    if (is_on(c)) tercet_stack_info(c->stack, &info);
    return info;
}

/*
 * The state, as the interface shows it: a connection's by its info, a half-open's and a TIME-WAIT's
 * by their being there, CLOSED by there being nothing that would still be any of the others.
 */
#define expect_state(c, name) expect_state_is((c), TERCET_STATE_##name, __FILE__, __LINE__)

static inline enum tercet_state state_of(struct conversation *c) {
    struct tercet_stack_info all = stack_info(c);
    struct tercet_conn_info info = {0};
    bool is_there = tercet_conn_info(c->stack, c->talker->conn, &info) == 0;

    if (is_there && info.state != TERCET_STATE_CLOSED) return info.state;
    if (all.half_opens > 0) return TERCET_STATE_SYN_RECEIVED;
    if (all.time_waits > 0) return TERCET_STATE_TIME_WAIT;
    if (!c->talker->conn && all.listeners > 0) return TERCET_STATE_LISTEN;
    return TERCET_STATE_CLOSED;
}

static inline void expect_state_is(struct conversation *c, enum tercet_state wanted,
                                   const char *file, int line) {
    if (!is_on(c)) return;
    enum tercet_state got = state_of(c);
    if (got != wanted)
        conversation_fail(c, file, line, "the state is %s, wanted %s", tercet_state_name(got),
                          tercet_state_name(wanted));
}

#define expect_reason(c, name) verify_eq((c), info_of(c).reason, TERCET_REASON_##name)

/*
 * Pulls the events and checks that all @bits have come for the talker's connection; they are used
 * up.
 */
#define expect_ready(c, bits) expect_ready_bits((c), (bits), __FILE__, __LINE__)

static inline void pull_events(struct conversation *c) {
    struct tercet_event event;

    for (unsigned n = 0; is_on(c) && tercet_stack_next_event(c->stack, &event); n++) {
        if (event.conn == c->listener) c->listener_ready |= event.ready;
        for (unsigned i = 0; i < c->n_talkers; i++) {
            if (c->talkers[i].conn == event.conn) c->talkers[i].ready |= event.ready;
        }
        if (n > 1000) conversation_fail(c, __FILE__, __LINE__, "events without end");
    }
}

static inline void expect_ready_bits(struct conversation *c, uint32_t bits, const char *file,
                                     int line) {
    pull_events(c);
    if (!is_on(c)) return;
    if ((c->talker->ready & bits) != bits)
        conversation_fail(c, file, line, "events 0x%" PRIx32 ", wanted 0x%" PRIx32,
                          c->talker->ready, bits);
    c->talker->ready &= ~bits;
}

#endif
