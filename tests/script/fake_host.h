/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_TESTS_SCRIPT_FAKE_HOST_H
#define TERCET_TESTS_SCRIPT_FAKE_HOST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "script/packet_view.h"
#include "script/script.h"
#include "script/subject.h"

/*
 * A host that does what a second script says, the actor's: each of its packets (moments absolute, numbers as on the
 * wire) leaves at its time, whatever happens.  Its sockets answer as a kernel's would, as far as these tests go.  So the
 * judge can be shown every fault that no right stack has.
 */
enum {
    HOST_ARRIVED_MAX = 64,
    HOST_OCTETS = 65535 + 40,
};

struct fake_host {
    uint64_t read_ns; /* when a read() that sleeps returns; 0: at once */
    int read_returns;
    bool is_stubborn;     /* takes no settings */
    bool is_restless;     /* something happens all the time, and no time passes */
    bool is_forgetful;    /* has lost a packet */
    uint32_t full_octets; /* options and payload of its full segments; 0: 1000 */
    uint32_t spoil_at; /* the octet of the packets that leave which is not as built, counted from the end; 0: none */

    uint32_t n_arrived;
    struct packet_view arrived[HOST_ARRIVED_MAX];
    uint32_t arrived_octets[HOST_ARRIVED_MAX];
    unsigned char last[HOST_OCTETS]; /* the last that arrived */
};

/* Run @script against a host that plays @actor.  Return: the report, until the next is run */
const struct script_report *judge(const char *script, const char *actor);

/* What the host is to be in the next runs, and what it saw in the last.  Reset by host_reset. */
extern struct fake_host host;
void host_reset(void);

/* Whether @report failed by @mismatch at @line with @words in its sentence; told when not. */
bool failed_by(const struct script_report *report, enum script_mismatch mismatch, uint32_t line,
               const char *words);

/* Whether it passed; told when not. */
bool passed(const struct script_report *report);

#endif
