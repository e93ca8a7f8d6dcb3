/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Soft errors are told to the user while the connection goes on (RFC 9293 sections 3.8.3, 3.9.1.8 and 3.9.2.2: MUST-47,
 * SHLD-9, SHLD-10, SHLD-20, SHLD-25).  What they end, and whose word is taken: test_icmp_errors.c.
 */
#include "tcp/icmp_talk.h"

static const struct error_row {
    const char *name;
    uint8_t type4, code4, type6, code6;
    uint8_t soft;
} rows[] = {
    {"network unreachable",      3,  0, 1, 0, TERCET_SOFT_UNREACHABLE      },
    {"host unreachable",         3,  1, 1, 3, TERCET_SOFT_UNREACHABLE      },
    {"source route failed",      3,  5, 1, 5, TERCET_SOFT_UNREACHABLE      },
    {"time exceeded on the way", 11, 0, 3, 0, TERCET_SOFT_TIME_EXCEEDED    },
    {"reassembly time exceeded", 11, 1, 3, 1, TERCET_SOFT_TIME_EXCEEDED    },
    {"parameter problem",        12, 0, 4, 0, TERCET_SOFT_PARAMETER_PROBLEM},
};

static void tell_row(struct conversation *c, const struct error_row *row, uint32_t seq) {
    tell(c, .type = c->v6 ? row->type6 : row->type4, .code = c->v6 ? row->code6 : row->code4,
         .seq = seq);
    expect_verdict(c, TERCET_ICMP_SOFT);
}

/* What has been told since the last time, of soft errors. */
static bool is_told(struct conversation *c) {
    pull_events(c);
    bool told = c->talker->ready & TERCET_SOFT_ERROR;
    c->talker->ready &= ~(uint32_t)TERCET_SOFT_ERROR;
    return told;
}

CONVERSATION_ROWS(rows, icmp_is_told_during_the_opening) {
    dial(c);
    verify(c, !is_told(c));
    tell_row(c, row, 0);
    expect_ready(c, TERCET_SOFT_ERROR);
    verify_eq(c, info_of(c).soft_errors, row->soft);
    expect_state(c, SYN_SENT);
    receive(c, SYN | ACK, 0, 1, 0);
    expect(c, ACK, 1, 1, 0);
    verify_eq(c, info_of(c).soft_errors, 0);
}

CONVERSATION_ROWS(rows, icmp_is_told_on_an_open_connection) {
    establish(c);
    user_write(c, 100);
    expect(c, ACK, 1, 1, 100);
    tell_row(c, row, 1);
    expect_ready(c, TERCET_SOFT_ERROR);
    verify_eq(c, info_of(c).soft_errors, row->soft);
    receive(c, ACK, 1, 101, 0);
    verify_eq(c, info_of(c).soft_errors, 0);
    verify(c, !is_told(c));
    expect_state(c, ESTABLISHED);
}

/* On an open connection a hard error is a soft one (RFC 5927 section 5.2). */
CONVERSATION(a_hard_error_is_told_on_an_open_connection) {
    establish(c);
    user_write(c, 100);
    expect(c, ACK, 1, 1, 100);
    tell_hard(c, 1);
    expect_ready(c, TERCET_SOFT_ERROR);
    verify_eq(c, info_of(c).soft_errors, TERCET_SOFT_UNREACHABLE);
    expect_state(c, ESTABLISHED);
}

CONVERSATION(each_error_is_told_and_all_are_remembered) {
    establish(c);
    user_write(c, 100);
    expect(c, ACK, 1, 1, 100);
    tell_row(c, &rows[0], 1);
    verify(c, is_told(c));
    tell_row(c, &rows[0], 1);
    verify(c, is_told(c));
    tell_row(c, &rows[3], 1);
    verify(c, is_told(c));
    verify_eq(c, info_of(c).soft_errors, TERCET_SOFT_UNREACHABLE | TERCET_SOFT_TIME_EXCEEDED);
}

/* R1 is the third retransmission; the first two are nobody's concern. */
CONVERSATION(the_third_retransmission_is_told) {
    establish(c);
    user_write(c, 100);
    expect(c, ACK, 1, 1, 100);
    for (unsigned i = 0; i < 3; i++) {
        verify(c, !is_told(c));
        verify_eq(c, info_of(c).soft_errors, 0);
        expect_within_ms(c, 10000, ACK, 1, 1, 100);
    }
    expect_ready(c, TERCET_SOFT_ERROR);
    verify_eq(c, info_of(c).soft_errors, TERCET_SOFT_RETRANSMISSIONS);
    expect_within_ms(c, 20000, ACK, 1, 1, 100);
    verify(c, !is_told(c));
    receive(c, ACK, 1, 101, 0);
    verify_eq(c, info_of(c).soft_errors, 0);
    expect_state(c, ESTABLISHED);
}

/* ... of another segment it is told anew. */
CONVERSATION(what_goes_well_between_starts_the_count_again) {
    establish(c);
    for (unsigned segment = 0; segment < 2; segment++) {
        user_write(c, 100);
        expect(c, ACK, 1 + segment * 100, 1, 100);
        for (unsigned i = 0; i < 3; i++) {
            verify(c, !is_told(c));
            expect_within_ms(c, 20000, ACK, 1 + segment * 100, 1, 100);
        }
        verify(c, is_told(c));
        receive(c, ACK, 1, 101 + segment * 100, 0);
    }
}

/* SYNs are handled in the same way (MUST-22). */
CONVERSATION(the_third_syn_again_is_told) {
    dial(c);
    for (unsigned s = 1; s <= 4; s *= 2) {
        verify(c, !is_told(c));
        expect_after_ms(c, s * 1000, SYN, 0, 0, 0);
    }
    expect_ready(c, TERCET_SOFT_ERROR);
    verify_eq(c, info_of(c).soft_errors, TERCET_SOFT_RETRANSMISSIONS);
    expect_state(c, SYN_SENT);
}

CONVERSATION(the_third_unanswered_window_probe_is_told) {
    establish(c);
    receive(c, ACK, 1, 1, 0, .wnd = NOTHING);
    user_write(c, 100);
    for (unsigned i = 0; i < 3; i++) {
        verify(c, !is_told(c));
        expect_within_ms(c, 20000, ACK, 1, 1, 1);
    }
    expect_ready(c, TERCET_SOFT_ERROR);
    verify_eq(c, info_of(c).soft_errors, TERCET_SOFT_RETRANSMISSIONS);
    receive(c, ACK, 1, 1, 0, .wnd = NOTHING);
    verify_eq(c, info_of(c).soft_errors, 0);
}

/* SHLD-20 */
CONVERSATION(who_wants_no_events_gets_none) {
    establish(c);
    set_option(c, TERCET_OPTION_SOFT_ERRORS, 0);
    user_write(c, 100);
    expect(c, ACK, 1, 1, 100);
    pull_events(c);
    c->talker->ready = 0;
    tell_row(c, &rows[0], 1);
    for (unsigned i = 0; i < 4; i++)
        expect_within_ms(c, 20000, ACK, 1, 1, 100);
    pull_events(c);
    verify_eq(c, c->talker->ready, 0);
    verify_eq(c, info_of(c).soft_errors, TERCET_SOFT_UNREACHABLE | TERCET_SOFT_RETRANSMISSIONS);
    set_option(c, TERCET_OPTION_SOFT_ERRORS, 1);
    tell_row(c, &rows[0], 1);
    verify(c, is_told(c));
}

CONVERSATION(retransmissions_alone_are_a_timeout_in_the_end) {
    c->config.data_retries = 4;
    establish(c);
    user_write(c, 100);
    advance_s(c, 120);
    ignore_heard(c);
    expect_reason(c, TIMED_OUT);
    verify_eq(c, info_of(c).soft_errors, TERCET_SOFT_RETRANSMISSIONS);
}
