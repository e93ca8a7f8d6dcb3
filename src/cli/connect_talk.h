/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_CLI_CONNECT_TALK_H
#define TERCET_CLI_CONNECT_TALK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <tercet/stack.h>

#include "door/loop.h"

enum { TALK_INPUT_OCTETS = 65536 };

/*
 * Standard input and output over a connection.
 *
 * Input is read ahead as far as its buffer goes, before the connection is open, too; its end closes our direction, and
 * the other one goes on.  What the peer sends stays in the connection, where the peer's window feels it, until standard
 * output takes it.  When the peer has closed, what comes by a pipe or from a file is still sent; a person at a terminal
 * is not waited for.
 */
struct talk {
    struct tercet_stack *stack;
    struct loop *loop;
    tercet_conn conn; /* 0: none yet */
    unsigned char input[TALK_INPUT_OCTETS];
    size_t at, used;      /* what waits in it: at..used */
    uint64_t read_octets; /* from standard input */
    bool is_input_watched;
    bool is_input_file; /* cannot be watched, is always ready */
    bool has_input_ended;
    bool is_full;             /* the connection takes no more at present */
    bool is_shut;             /* our FIN is queued */
    bool is_output_watched;   /* standard output takes no more at present */
    bool has_peer_ended;      /* all that the peer sent has been written out */
    bool is_over;             /* no more can come from the connection */
    int error;                /* -errno of a standard stream */
    const char *error_stream; /* which one */
};

void talk_init(struct talk *talk, struct tercet_stack *stack, struct loop *loop);

/* Move what can be moved; to be called when anything has become ready. */
void talk_turn(struct talk *talk);

/* An event of the connection.  @ready: enum tercet_ready bits */
void talk_event(struct talk *talk, uint32_t ready);

/* Whether standard input ended without a single octet. */
static inline bool talk_has_nothing_to_say(const struct talk *talk) {
    return talk->has_input_ended && talk->read_octets == 0;
}

/* Whether talk_turn is to be called again at once. */
static inline bool talk_is_busy(const struct talk *talk) {
    return talk->is_input_file && !talk->has_input_ended && talk->used < TALK_INPUT_OCTETS;
}

#endif
