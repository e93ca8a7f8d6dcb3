/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_HOST_INIT_H
#define TERCET_HOST_INIT_H

#include <stdint.h>

/*
 * The init of COMMAND's PID namespace, and what it and tercet say to each other over a SOCK_SEQPACKET pair.
 */
enum init_word {
    /* from tercet */
    INIT_RUN,        /* run COMMAND; value 1: with the terminal in the foreground */
    INIT_SIGNAL,     /* value: a signal for COMMAND's process group */
    INIT_FOREGROUND, /* give COMMAND the terminal, and let it go on */
    /* from the init */
    INIT_READY,   /* value: 0, or the -errno of mounting /proc */
    INIT_FAILED,  /* value: the -errno of running COMMAND */
    INIT_STOPPED, /* value: the signal that stopped COMMAND */
    INIT_ENDED,   /* value: COMMAND's wait status */
};

struct init_message {
    uint32_t word;
    int32_t value;
};

/*
 * Be the init: never returns.  The first process of a new PID and mount namespace calls it.
 * @link: to tercet; @tty: the controlling terminal, or -1; @command: NULL-terminated
 */
_Noreturn void init_main(int link, int tty, char *const *command);

#endif
