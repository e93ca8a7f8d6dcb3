/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * RFC 9293 section 3.10.7.2: LISTEN.
 *
 * A SYN climbs the admission ladder, a rung a function; where it falls, a verdict says so.  The rungs before
 * this file: malformed (the wire room), a TIME-WAIT line of the same tuple, a half-open of the same tuple (a
 * duplicate).  The rungs here: room in the accept queue (else silence: the peer tries again, and a connection
 * that nobody would take costs nothing), room in the SYN queue, a free line.  Text in a SYN is not taken: its
 * sender sends it again (RFC 9293 section 3.10.7.2 lets it be queued).
 */
#include "tcp/arrives.h"
#include "tcp/isn.h"
#include "tcp/tcp.h"

static enum tercet_verdict rung_accept_queue(const struct tcp *t, uint16_t listener) {
    return listener_is_full(listener_at(t, listener)) ? TERCET_SYN_ACCEPT_FULL : TERCET_TAKEN;
}

static enum tercet_verdict rung_syn_queue(const struct tcp *t, uint16_t listener) {
    const struct listener *l = listener_at(t, listener);

    return l->half_opens >= l->max_half_opens ? TERCET_SYN_QUEUE_FULL : TERCET_TAKEN;
}

static enum tercet_verdict rung_memory(const struct tcp *t) {
    return t->half_opens.used == t->half_opens.limit ? TERCET_SYN_NO_MEMORY : TERCET_TAKEN;
}

enum tercet_verdict listen_climb(const struct tcp *t, uint16_t listener) {
    enum tercet_verdict verdict = rung_accept_queue(t, listener);

    if (verdict == TERCET_TAKEN) verdict = rung_syn_queue(t, listener);
    if (verdict == TERCET_TAKEN) verdict = rung_memory(t);
    return verdict;
}

static enum tercet_verdict admit(struct tcp *t, uint16_t listener, const struct tuple *tuple,
                                 uint32_t tag, const struct segment *seg) {
    enum tercet_verdict verdict = listen_climb(t, listener);

    if (verdict != TERCET_TAKEN) return verdict;
    half_open_admit(t, listener, tuple, tag, isn_numbers(t, tuple), seg);
    return TERCET_SYN_ADMITTED;
}

enum tercet_verdict arrives_listen(struct tcp *t, uint16_t listener, const struct tuple *tuple,
                                   uint32_t tag, const struct segment *seg) {
    /*
     * Nobody's opening: a SYN that also takes back or ends.  RFC 9293 drops the one and would open for the
     * other; here both get silence, since no honest peer sends them.
     */
    if (segment_has(seg, TCP_SYN) &&
        segment_has(seg, t->config.habits.syn_fin_opens ? TCP_RST : TCP_RST | TCP_FIN))
        return TERCET_TCP_FLAGS;
    /* First, check for a RST. */
    if (segment_has(seg, TCP_RST)) return TERCET_LISTEN_RST;
    /* Second, check for an ACK. */
    if (segment_has(seg, TCP_ACK)) {
        if (t->config.habits.silent_ports > 2) return TERCET_CLOSED_LIMITED;
        if (!reset_is_allowed(t, &tuple->remote)) return TERCET_CLOSED_LIMITED;
        reply_reset(t, tuple, seg, listener_at(t, listener)->diffserv);
        return TERCET_LISTEN_ACK;
    }
    /* Third, check for a SYN. */
    if (!segment_has(seg, TCP_SYN)) return TERCET_LISTEN_NO_SYN;
    return admit(t, listener, tuple, tag, seg);
}
