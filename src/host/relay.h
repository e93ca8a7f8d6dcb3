/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_HOST_RELAY_H
#define TERCET_HOST_RELAY_H

#include <stdint.h>

#include <tercet/address.h>

/*
 * The relay: TCP connections to sockets of the host's network go on as connections of the kernel inside the private
 * namespace, to tercet's address.
 *
 * A connection inside is opened for each one accepted, so that tercet sees a real opening.  Octets are held by the two kernel
 * sockets alone: looked at in one, offered to the other, and taken from the first only as far as the second took them.
 * So what one side does not take stays where the peer's window feels it, and the relay has no buffers to bound.
 * A FIN passes on as a half-close, a reset as a reset, each way.
 *
 * It has one descriptor for all of its own; relay_ready does a bounded amount of work.
 */
#define RELAY_PORTS_MAX 16
#define RELAY_CONNS_MAX 8192
#define RELAY_BACKLOG   4096

struct relay_counters {
    uint64_t accepted;
    uint64_t refused;             /* the connection inside could not be opened */
    uint64_t resets;              /* ended by a reset of either side */
    uint64_t bytes_in, bytes_out; /* towards tercet, from tercet */
    uint32_t live, peak;
    uint64_t pauses; /* accepting stopped for want of connections or of the kernel's memory */
};

struct relay;

/*
 * Make a listening socket in the current network namespace: to be called before namespace_enter.
 * Return: a descriptor, or -errno: -EADDRINUSE, -EADDRNOTAVAIL, -EACCES (a port below 1024), -EAFNOSUPPORT (no IPv6).
 */
int relay_bind(const struct tercet_address *address, uint16_t port);

/* The port of a @listener: the kernel chose it where 0 was asked for. */
uint16_t relay_port(int listener);

/* What would help against @error of relay_bind.  Return: a static sentence fragment, never NULL. */
const char *relay_advice(int error);

/*
 * Make a relay inside the namespace; @conns_max connections at once (1..RELAY_CONNS_MAX), fewer when the limit of open
 * files has no room for them.
 * Return: 0 and *@relay, or -errno.
 */
int relay_open(struct relay **relay, uint32_t conns_max);

/*
 * Pass connections to @listener on to @address and @port.
 * @listener: from relay_bind, taken
 * Return: 0, -ENOSPC (RELAY_PORTS_MAX) or -errno.
 */
int relay_publish(struct relay *relay, int listener, const struct tercet_address *address,
                  uint16_t port);

/* To be watched for reading. */
int relay_descriptor(const struct relay *relay);

/* Do what is ready, without waiting. */
void relay_ready(struct relay *relay);

const struct relay_counters *relay_counters(const struct relay *relay);

/* Close all.  Connections that are open are reset.  @relay: or NULL */
void relay_close(struct relay *relay);

#endif
