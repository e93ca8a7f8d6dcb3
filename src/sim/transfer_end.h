/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_SIM_TRANSFER_END_H
#define TERCET_SIM_TRANSFER_END_H

#include "sim/transfer.h"

/* One end of a transfer, for the time of a call. */
struct end_turn {
    struct transfer_host *host;
    struct transfer *transfer;
    struct transfer_end *self;
    bool is_server;
    struct tercet_stack *stack;
    uint64_t now_ns;
};

/* The end has @conn: it may write and read from now on as events allow. */
void end_open(const struct end_turn *turn, tercet_conn conn, bool may_write);

/* Take in what an event says (enum tercet_ready bits). */
void end_hear(const struct end_turn *turn, uint32_t ready);

/* Give the connection back, by abort or by close, whatever its state. */
void end_quit(const struct end_turn *turn, bool is_abort);

/* Write, read, shut down and close as far as it goes now. */
void end_run(const struct end_turn *turn);

/* When it wants to go on after a pause, SIM_NEVER if no pause holds it up. */
uint64_t end_wake_ns(const struct end_turn *turn);

/* Keep the first fault. */
void end_fault(const struct end_turn *turn, const char *what, uint64_t got, uint64_t wanted);

#endif
