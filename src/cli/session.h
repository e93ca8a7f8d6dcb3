/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_CLI_SESSION_H
#define TERCET_CLI_SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <tercet/stack.h>

#include "cli/network.h"
#include "cli/output.h"
#include "door/loop.h"
#include "door/pump.h"
#include "host/child.h"

/*
 * What the verbs have in common that put a stack of their own behind a TUN device, with a COMMAND beside it or none:
 * session_run begins, turns the loop until session_end is called, and leaves nothing behind.  In between a verb is
 * called:
 *
 *     outside -> inside -> begun -> event, signal, child, turn, deadline -> ending -> ended
 *
 * The order of the beginning is not free.  What belongs to the host (published ports, folders, a name to resolve) is
 * opened before the private network is entered; the init of COMMAND's process namespace is forked while there is one
 * thread and no signal is taken over; the files of --pcap and --json are opened when all else has gone well, so that
 * a failed start leaves none.
 */
struct session_hooks {
    /* Open what belongs to the host.  Return: 0, or -1 after a complaint. */
    int (*outside)(void *user);
    /* In the network, with its addresses, the stack and the loop: make ready.  Return: 0, or -1 after a complaint. */
    int (*inside)(void *user);
    /* All is open; what is put into @text greets whoever reads standard error.  COMMAND starts next. */
    void (*begun)(void *user, struct text *text);
    /* An event pulled from the stack. */
    void (*event)(void *user, const struct tercet_event *event, uint64_t now_ns);
    /* A signal asks tercet to end. */
    void (*signal)(void *user, int number);
    /* Of COMMAND; what there is to complain about has been said.  @value: as child_ready sets it */
    void (*child)(void *user, enum child_news news, int value);
    /* Before each turn of the stack; @wall_minus_now_ns: what makes the wall clock of @now_ns. */
    void (*turn)(void *user, uint64_t now_ns, int64_t wall_minus_now_ns);
    /* When to call turn at the latest, UINT64_MAX for never. */
    uint64_t (*deadline)(void *user);
    /* It is over, however far it came; COMMAND, if it still runs, is ended next. */
    void (*ending)(void *user);
    /* COMMAND is gone, and what its last connections had to say is heard: let go of the stack.  Or NULL */
    void (*ended)(void *user);
    void *user;
};

/* What a stack may hold. */
struct session_limits {
    uint32_t conns, half_opens, time_waits, reassemblies;
};

/* What a verb asks for; all of it borrowed. */
struct session_wish {
    const struct network_options *network;
    const struct output_options *output;
    char *const *command; /* NULL: none */
    enum child_role role; /* what COMMAND's streams are */
    struct session_limits limits;
    int trouble; /* the status after a failure of tercet's own */
};

struct session {
    struct session_wish wish;
    struct session_hooks hooks;
    struct network network;
    struct output output;
    struct child child;
    struct loop loop;
    struct pump pump;
    void *memory; /* of the stack */
    size_t memory_octets;
    struct tercet_stack *stack;
    int signals;
    bool has_child, has_loop, has_pump;
    bool is_over;
    int status;
};

/*
 * From beginning to end.
 * @wish, @hooks: copied
 * Return: the status to end with.
 */
int session_run(struct session *session, const struct session_wish *wish,
                const struct session_hooks *hooks);

/* Watch @fd of the verb's own in the loop.  @what: for the complaint.  Return: 0, or -1 after it. */
int session_watch(struct session *session, int fd, uint32_t events, loop_ready *ready, void *user,
                  const char *what);

/* It is over; the last status given stands. */
void session_end(struct session *session, int status);

/* It is over by a failure of tercet's own, after the complaint. */
void session_fail(struct session *session);

#endif
