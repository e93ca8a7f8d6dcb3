/* SPDX-License-Identifier: BSD-2-Clause */
#include <tercet/stack.h>

const char *tercet_reason_name(enum tercet_reason reason) {
    static const char *const names[TERCET_REASON_COUNT] = {
#define REASON_NAME(name, text, sentence) [TERCET_REASON_##name] = text,
        TERCET_REASONS(REASON_NAME)
#undef REASON_NAME
    };

    return (unsigned)reason < TERCET_REASON_COUNT ? names[reason] : "?";
}

const char *tercet_state_name(enum tercet_state state) {
    static const char *const names[TERCET_STATE_COUNT] = {
#define STATE_NAME(name, text) [TERCET_STATE_##name] = text,
        TERCET_STATES(STATE_NAME)
#undef STATE_NAME
    };

    return (unsigned)state < TERCET_STATE_COUNT ? names[state] : "?";
}
