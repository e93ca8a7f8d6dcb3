/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_SCRIPT_RUN_OPTIONS_H
#define TERCET_SCRIPT_RUN_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include <tercet/stack.h>

#include "base/text.h"
#include "script/script.h"
#include "script/syntax.h"

/*
 * What options of a script, and of the command line, decide: --tolerance_usecs=4000 and the like.
 */
enum {
    OPTIONS_INIT_SCRIPTS_MAX = 8,
};

struct run_options {
    bool is_v6;                           /* sockets are */
    bool is_mapped;                       /* but packets are IPv4's: ipv4-mapped-ipv6 */
    struct tercet_endpoint local, remote; /* the subject's bind_port, the script's connect_port */
    struct tercet_address gateway;
    unsigned prefix_bits; /* of the local address: 16 of 192.168.0.1/16 */
    uint32_t mtu;
    uint64_t tolerance_ns;
    uint32_t tolerance_permille; /* of the time since the previous event */
    uint32_t ts_tick_us;         /* 0: the subject's TS values are not looked at */
    bool is_ecr_scaled, is_strict;
    bool packets_may_differ, calls_may_differ; /* --non_fatal */
    struct word init_scripts[OPTIONS_INIT_SCRIPTS_MAX];
    uint32_t n_init_scripts;
};

/*
 * Read @script's options, then those of @job's command line, which override them.
 * Return: PASSED, or BROKEN or UNSUPPORTED with @place of the option at fault and @why appended to
 */
enum script_verdict run_options_read(struct run_options *options, const struct script *script,
                                     const struct script_job *job, struct place *place,
                                     struct text *why);

#endif
