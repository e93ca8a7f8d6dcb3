/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_HOST_NAMESPACE_H
#define TERCET_HOST_NAMESPACE_H

#include <stdbool.h>

/*
 * A private network for this process: nothing of the host's network is touched, and nothing has to be
 * taken down, for it goes with the last process in it.
 *
 * The order, for whoever starts up: bind the published sockets and resolve names (they keep the host's network),
 * open what the current user may open, namespace_enter, child_prepare (it forks), and only then signals and threads.
 */
enum namespace_step {
    NAMESPACE_STEP_USER,     /* a user namespace, without root */
    NAMESPACE_STEP_MAP,      /* be its root */
    NAMESPACE_STEP_NETWORK,  /* the network namespace */
    NAMESPACE_STEP_LOOPBACK, /* bring `lo` up */
};

struct namespace {
    bool has_user;            /* a user namespace came with it */
    enum namespace_step step; /* what was tried last */
};

/*
 * Enter a fresh network namespace; without the privilege for it, inside a fresh user namespace in which this user is root.
 * To be called while the process has one thread.
 * Return: 0, or -errno with namespace->step.  After an error the process may be left half-way: it is meant to end.
 */
int namespace_enter(struct namespace *namespace);

/*
 * What would help against @error, for the brackets of `tercet: what: why (what to do)`; looks at the machine's settings.
 * Return: a static sentence fragment, never NULL.
 */
const char *namespace_advice(const struct namespace *namespace, int error);

#endif
