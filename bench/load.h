/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_BENCH_LOAD_H
#define TERCET_BENCH_LOAD_H

#include <stdint.h>
#include <sys/types.h>

/*
 * Clients on kernel sockets, one thread: each connects, sends 100 octets, waits until they are
 * back, closes, and begins anew from the next address.
 */

/* Wait until a connection to @port of NET_SERVER comes about; ends the run when none does for seconds. */
void load_wait(uint16_t port);

/*
 * NET_CLIENTS clients at once, until things have settled, and then for as long as is measured.
 * @server: the process that serves
 * Return: microseconds of processor time that it took for a connection.
 */
double load_cpu_us(pid_t server, uint16_t port);

#endif
