/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_HOST_LISTENING_H
#define TERCET_HOST_LISTENING_H

#include <stdint.h>

#include <tercet/address.h>

/*
 * Who listens in the current network namespace, asked of the kernel by sock_diag(7): no packet is sent, and no
 * server sees a connection that nobody meant.
 */

/* Return: a descriptor of the current namespace for listening_find, or -errno. */
int listening_open(void);

/*
 * Whether a TCP connection to @address and @port would be heard: some socket listens on the port, and on this address
 * or on any.
 * Return: 1, 0, or -errno: the kernel does not tell (-ENOENT: it has no sock_diag).
 */
int listening_find(int descriptor, const struct tercet_address *address, uint16_t port);

#endif
