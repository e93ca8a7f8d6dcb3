/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_BENCH_NET_H
#define TERCET_BENCH_NET_H

#include <sys/types.h>

/*
 * A private network for a measurement with kernel sockets.  It goes with the last process in it;
 * nothing of the host's network is touched.  net_missing (bench.h) tells whether there can be one.
 */
#define NET_CLIENTS     32u         /* one address alone runs into the search for a port */
#define NET_CLIENT      0xc6120100u /* the first of their addresses: 198.18.1.0 */
#define NET_SERVER      "198.18.0.2"
#define NET_SERVER_LINK "198.18.0.2/15" /* all are on one link */
#define NET_CLIENT_LINK "198.18.0.1/15"

/*
 * Enter a fresh network, where the clients' addresses are this host's.  In the client's role from
 * now on.  Ends the run when that fails.
 */
void net_enter(void);

/* Run `ip @words`, which are separated by a space each; ends the run when that fails. */
void net_ip(const char *words);

/* Fork a process in the role of the server, which dies when this one does.  Return: as fork, but never -1. */
pid_t net_fork_server(void);

#endif
