/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_BENCH_BENCH_H
#define TERCET_BENCH_BENCH_H

#include <stdbool.h>
#include <stdint.h>

/*
 * A figure: a function that measures it once.  It is run several times, each in a process of its
 * own, so that no run finds what another left in memory.  Figures of one name stand together,
 * tercet's last: they are measured in turn, so that a machine that is slow for a while is slow for
 * all of them.
 */
struct figure {
    const char *name; /* fixed: scripts compare by it */
    const char *unit;
    const char *peer;             /* who is measured, NULL: tercet */
    const char *(*missing)(void); /* why it cannot be measured here; NULL, or returns NULL: it can */
    double (*measure)(void);
    const char *what; /* one line for people */
};

extern const struct figure figures[];
extern const unsigned n_figures;

#define BENCH_RUNS_MAX 101

/*
 * Measure the @n figures of one name from @group on, @runs times in turn, and print them.
 * Return: false when tercet's own could not be measured.
 */
bool group_report(const struct figure *group, unsigned n, unsigned runs, bool is_json);

/* The heading of the table. */
void group_heading(void);

/* Processor time of this thread in nanoseconds: what other processes take of the machine does not count. */
uint64_t bench_cpu_ns(void);

/* End the run: something did not go as a measurement needs it to. */
_Noreturn void bench_fail(const char *what);

/* handshake.c, handshake_lwip.c */
double handshake_rst(void);
double handshake_rst_idle_1m(void);
double handshake_rst_v6(void);
double handshake_rst_lwip(void);

/* echo.c, echo_lwip.c */
double handshake_echo_close(void);
double handshake_echo_close_lwip(void);

/* memory.c */
double idle_bytes(void);
double idle_bytes_v6(void);
double timewait_bytes(void);
double timewait_bytes_v6(void);
double halfopen_bytes(void);
double halfopen_bytes_v6(void);

/* tun.c, tun_lwip.c, veth.c; net.c */
const char *tun_missing(void);
const char *net_missing(void);
double tun_conn_cpu(void);
double tun_conn_cpu_kernel(void);
double tun_conn_cpu_lwip(void);
const char *tun_lwip_missing(void);

/* lwip.c */
const char *lwip_missing(void);

#endif
