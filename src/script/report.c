/* SPDX-License-Identifier: BSD-2-Clause */
/* The names of what a report says. */
#include "script/script.h"

const char *script_verdict_name(enum script_verdict verdict) {
    static const char *const names[] = {"passed", "unsupported", "failed", "broken"};

    return names[verdict];
}

const char *script_mismatch_name(enum script_mismatch mismatch) {
    static const char *const names[] = {
#define SCRIPT_MISMATCH_NAME(name, text) text,
        SCRIPT_MISMATCHES(SCRIPT_MISMATCH_NAME)
#undef SCRIPT_MISMATCH_NAME
    };

    return names[mismatch];
}
