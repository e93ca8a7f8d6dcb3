/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_SCRIPT_CALLS_H
#define TERCET_SCRIPT_CALLS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"
#include "script/arena.h"
#include "script/code.h"
#include "script/subject.h"
#include "script/syntax.h"

/*
 * A script's calls: values of the text become arguments of a call to the subject's sockets, and its answer is compared
 * with the result that the script expects: number, error, and what came back behind pointers.
 * The script's descriptors (the 3 and 4 in it) are names for the subject's.
 */
enum {
    CALLS_DESCRIPTORS_MAX = 64,
    CALLS_CODE_NAMES_MAX = 64,
};

/* What the packets of a script are about: the socket that was spoken of last. */
struct focus {
    bool is_passive;               /* it listens, or its listener's child is meant */
    struct tercet_endpoint local;  /* where it is bound; port 0: not yet */
    struct tercet_endpoint remote; /* where it connects to; port 0: not yet */
    uint32_t sockets_made;         /* socket() calls so far: a new one begins a new connection */
};

struct calls {
    const struct subject *subject;
    struct arena *arena;
    bool is_v6;                     /* what `...` as an address means */
    struct tercet_endpoint bind_to; /* what `...` of bind() means */
    struct tercet_endpoint connect_to;
    int descriptors[CALLS_DESCRIPTORS_MAX]; /* by the script's number: the subject's, -1: none */
    struct focus focus;

    /* The call that waits, if any. */
    const struct script_call *waiting;
    uint64_t wait_until_ns; /* when it stops to (poll with a timeout); UINT64_MAX: never */

    /* Of calls*.c alone. */
    int used;                 /* the script's number of the descriptor that it used last, or -1 */
    unsigned char *read_into; /* what is read goes here, all of it to one place; NULL: nothing was yet */
    struct unix_span *spans; /* the pieces of a message */
    uint32_t spans_room;
};

enum call_answer {
    CALL_MET,         /* it answered as expected */
    CALL_WAITS,       /* it sleeps: `waiting` is set */
    CALL_DIFFERS,     /* @why: what was expected and what was answered */
    CALL_ERRNO,       /* the same, but the error's number is the difference */
    CALL_UNSUPPORTED, /* @why: the feature */
    CALL_WRONG, /* the script's own mistake (an unknown constant, a descriptor never opened): @why */
};

/*
 * @bind_to, @connect_to: 192.168.0.1:8080 and 192.0.2.1:8080 unless options say otherwise
 */
void calls_init(struct calls *calls, const struct subject *subject, struct arena *arena,
                const struct tercet_endpoint *bind_to, const struct tercet_endpoint *connect_to);

/* Make a call.  @is_blocking: the script lets it sleep.  @why: appended to unless met or waiting */
enum call_answer calls_begin(struct calls *calls, const struct script_call *call, bool is_blocking,
                             struct text *why);

/* Something has happened, or wait_until_ns is over: the call that waits is made again.  @why: as above */
enum call_answer calls_again(struct calls *calls, struct text *why);

/*
 * tcpi_* of the connection that the script used last, for code.h.  If it has closed that, of the one it opened last; of
 * a listener where there is no connection.  Return: how many; 0: there is none, or none that tells
 */
uint32_t calls_code_names(struct calls *calls, struct code_name names[CALLS_CODE_NAMES_MAX]);

#endif
