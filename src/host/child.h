/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_HOST_CHILD_H
#define TERCET_HOST_CHILD_H

#include <stdbool.h>
#include <sys/types.h>

/*
 * COMMAND, in a PID namespace whose init dies with us: nothing that it starts outlives tercet, whatever ends tercet.
 *
 * child_prepare forks the init (host/init.c) while the process is still simple; child_start has it run COMMAND.
 * From then on the descriptor is readable when there is news.
 *
 * COMMAND is a process group of its own.  As a client it gets the terminal at once when both our input and output are the
 * terminal (an interactive shell), else when it first needs it (`tercet serve -- ssh host | less` leaves it to less).
 * When COMMAND is stopped from the terminal (Ctrl-Z), we stop as well, and go on together.
 */
struct child {
    pid_t init;
    int link;       /* to the init; its end is our death, and ours is its */
    int tty;        /* our controlling terminal, -1: none */
    int proc_error; /* 0, or why /proc inside could not be mounted (COMMAND then sees the host's) */
    bool is_running;
    bool has_terminal; /* COMMAND's process group is in the foreground */
};

enum child_role {
    CHILD_CLIENT, /* our standard streams are COMMAND's; it may have the terminal */
    CHILD_SERVER, /* they are ours: its input is empty, its output joins standard error, it has no terminal */
};

enum child_news {
    CHILD_NO_NEWS,
    CHILD_FAILED, /* COMMAND could not be run: *value is the -errno */
    CHILD_ENDED,  /* *value is the exit status as a shell tells it: 0..255, 128 + N for signal N */
    CHILD_LOST,   /* the init is gone: someone killed it */
};

/*
 * Fork the init; to be called after namespace_enter, before signals are taken over and threads are started
 * (COMMAND inherits the signal mask and dispositions of this moment).
 * @command: NULL-terminated, borrowed for ever (the init has its copy)
 * Return: 0 or -errno (-EPERM: no privilege for a PID namespace).
 */
int child_prepare(struct child *child, char *const *command, enum child_role role);

/* Run COMMAND.  Return: 0, or -errno: the init is gone. */
int child_start(struct child *child);

/* To be watched for reading. */
static inline int child_descriptor(const struct child *child) {
    return child->link;
}

/*
 * Take the news that made the descriptor ready, without waiting (except as stopped as COMMAND is).
 * @value: set as said at each kind
 */
enum child_news child_ready(struct child *child, int *value);

/* The exit status for a COMMAND that could not be run, as shells have it: 127 not found, 126 otherwise. */
int child_status_of(int error);

/* Send @signal to COMMAND's process group; nothing when it has not started or has ended. */
void child_signal(struct child *child, int signal);

/* End COMMAND and all its descendants now, wait until they are gone, and take the terminal back. */
void child_finish(struct child *child);

#endif
