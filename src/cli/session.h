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
 * What the verbs have in common that put a stack of their own behind a TUN device, with a COMMAND beside it or none.
 *
 * The order of the beginning is not free.  What belongs to the host (published ports, folders, a name to resolve) is
 * opened before the private network is entered; the init of COMMAND's process namespace is forked while there is one
 * thread and no signal is taken over; the files of --pcap and --json are opened when all else has gone well, so that
 * a failed start leaves none.  So a verb calls
 *
 *     session_init -> session_enter -> [session_prepare_child] -> session_open -> session_join ->
 *     [session_start_child] -> session_run -> session_finish_child -> session_close
 *
 * with its own steps in between.
 */
struct session_hooks {
    /* An event pulled from the stack. */
    void (*event)(void *user, const struct tercet_event *event, uint64_t now_ns);
    /* A signal asks tercet to end. */
    void (*signal)(void *user, int number);
    /* Of COMMAND; what there is to complain about has been said.  @value: as child_ready sets it */
    void (*child)(void *user, enum child_news news, int value);
    /* Something of tercet's own has failed, after the complaint: the session is to end. */
    void (*failed)(void *user);
    /* Before each turn of the stack; @wall_minus_now_ns: what makes the wall clock of @now_ns. */
    void (*turn)(void *user, uint64_t now_ns, int64_t wall_minus_now_ns);
    /* When to call turn at the latest, UINT64_MAX for never. */
    uint64_t (*deadline)(void *user);
    void *user;
};

/* What a stack may hold. */
struct session_limits {
    uint32_t conns, half_opens, time_waits, reassemblies;
};

struct session {
    struct session_hooks hooks;
    struct network network;
    struct output output;
    struct child child;
    struct loop loop;
    struct pump pump;
    void *memory; /* of the stack */
    size_t memory_octets;
    struct tercet_stack *stack;
    char *const *command; /* NULL: none */
    int signals;
    bool has_child, has_loop, has_pump;
    bool is_over;
    int status;
};

/* Nothing is open yet: session_close is harmless from here on.  @hooks: copied */
void session_init(struct session *session, const struct session_hooks *hooks);

/* Enter the private network, unless --tun was given, and open the device.  Return: 0, or -1 after a complaint. */
int session_enter(struct session *session, const struct network_options *options);

/* Make ready to run COMMAND.  @role: what its streams are.  Return: 0, or -1 after a complaint. */
int session_prepare_child(struct session *session, char *const *command, enum child_role role);

/*
 * Make the stack, with its addresses, and the loop.
 * @has_output: its life events are wanted
 * Return: 0, or -1 after a complaint.
 */
int session_open(struct session *session, const struct session_limits *limits, bool has_output);

/* Open the files, take the signals over, start the output, and join stack and device.  Return: 0, or -1 after a complaint. */
int session_join(struct session *session, const struct output_options *options);

/* Run COMMAND.  Return: 0, or -1 after a complaint. */
int session_start_child(struct session *session);

/* Watch @fd of the verb's own in the loop.  @what: for the complaint.  Return: 0, or -1 after it. */
int session_watch(struct session *session, int fd, uint32_t events, loop_ready *ready, void *user,
                  const char *what);

/* Leave session_run; the last status given stands. */
void session_end(struct session *session, int status);

/* What is due at @now_ns, whatever has woken the loop. */
void session_turn(struct session *session, uint64_t now_ns);

/* Turn until session_end is called. */
void session_run(struct session *session);

/* End COMMAND and its descendants, and hear what their last connections had to say. */
void session_finish_child(struct session *session);

/* Write what waits, and close all.  Return: 0, or -1 after a complaint: a file is not complete. */
int session_close(struct session *session);

#endif
