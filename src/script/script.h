/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_SCRIPT_SCRIPT_H
#define TERCET_SCRIPT_SCRIPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "script/parse.h"
#include "script/personality.h"
#include "script/settings.h"
#include "script/syntax.h"

/*
 * The judge: a script of packetdrill's language is run against a stack in virtual time.
 *
 * A script says what the application does, what arrives, and what must leave, and when.  Nothing here waits: time
 * jumps from event to event, so a script takes microseconds, and takes the same course whenever it is run.
 */
enum script_verdict {
    SCRIPT_PASSED,
    SCRIPT_UNSUPPORTED, /* the stack or the judge lacks something that the script asks for */
    SCRIPT_FAILED,
    SCRIPT_BROKEN, /* it is no script, or contradicts itself */
};

/* What a script failed by.  X(NAME, "name") */
#define SCRIPT_MISMATCHES(X)                                                                       \
    X(NONE, "none")                                                                                \
    X(FIELD, "field")     /* a packet's flags, numbers, window, marks */                           \
    X(OPTION, "option")   /* its options: one differs, is missing or is too many */                \
    X(ORDER, "order")     /* the right options in another order */                                 \
    X(TIME, "time")       /* the right packet, or a call's return, at the wrong time */            \
    X(MISSING, "missing") /* no packet came */                                                     \
    X(EXTRA, "extra")     /* a packet that nothing asked for */                                    \
    X(RESULT, "result")   /* a call's result */                                                    \
    X(ERRNO, "errno")     /* a call's error */                                                     \
    X(ASSERT, "assert")   /* an assertion of %{ }% */                                              \
    X(ENDLESS, "endless") /* stopped at the limit of virtual time */

enum script_mismatch {
#define SCRIPT_MISMATCH_ENUM(name, text) SCRIPT_MISMATCH_##name,
    SCRIPT_MISMATCHES(SCRIPT_MISMATCH_ENUM)
#undef SCRIPT_MISMATCH_ENUM
};

const char *script_verdict_name(enum script_verdict verdict);
const char *script_mismatch_name(enum script_mismatch mismatch);

/* A script to be run. */
struct script_job {
    const char *text; /* borrowed */
    size_t octets;
    const struct personality *as;
    uint64_t seed;                        /* of ISNs, ports and whatever else is drawn */
    const struct definition *definitions; /* -D, --define */
    const struct script_option *options;  /* of the command line: they override the script's own */
    struct files files;
    bool has_ladder; /* draw what happened also when it passed */
};

enum {
    SCRIPT_SENTENCE_MAX = 1024,
    SCRIPT_LADDER_MAX = 32768,
    SCRIPT_VIRTUAL_S_MAX = 24 * 3600, /* a script that takes longer is stopped */
};

struct script_report {
    enum script_verdict verdict;
    enum script_mismatch mismatch;
    struct place place;                 /* of the event at fault */
    char sentence[SCRIPT_SENTENCE_MAX]; /* what was wrong, or what is unsupported; empty when passed */
    char expected[SCRIPT_SENTENCE_MAX]; /* the packet that the script expects, or empty */
    char actual[SCRIPT_SENTENCE_MAX];   /* the one that came, or empty */
    char ladder[SCRIPT_LADDER_MAX];     /* what happened until then, if asked for or failed */
    uint64_t virtual_ns;                /* how long it took in its own time */
    uint32_t events;                    /* done */
};

/* Octets of memory that script_run needs: a large sparse block, of which little is touched. */
size_t script_memory_bytes(void);

/* Run one.  @memory: zeroed, 4096-octet aligned, script_memory_bytes() octets; not needed any more afterwards */
void script_run(const struct script_job *job, void *memory, struct script_report *report);

#endif
