/* SPDX-License-Identifier: BSD-2-Clause */
#include "observe/attempt.h"

#include "wire/ip.h"

bool endpoint_eq(const struct tercet_endpoint *a, const struct tercet_endpoint *b) {
    return a->port == b->port && address_eq(&a->address, &b->address);
}

enum attempt_side attempt_side_of(const struct attempt *attempt, const struct tercet_endpoint *from) {
    return endpoint_eq(&attempt->side[ATTEMPT_CLIENT].endpoint, from) ? ATTEMPT_CLIENT
                                                                      : ATTEMPT_SERVER;
}

const char *attempt_close_name(enum attempt_close close) {
    static const char *const names[] = {
#define ATTEMPT_CLOSE_NAME(name, text, sentence) text,
        ATTEMPT_CLOSES(ATTEMPT_CLOSE_NAME)
#undef ATTEMPT_CLOSE_NAME
    };

    return (unsigned)close < ATTEMPT_CLOSE_COUNT ? names[close] : "?";
}

const char *attempt_side_name(enum attempt_side side) {
    if (side == ATTEMPT_CLIENT) return "client";
    return side == ATTEMPT_SERVER ? "server" : "nobody";
}

const char *attempt_kind_name(enum attempt_kind kind) {
    static const char *const names[] = {
#define ATTEMPT_KIND_NAME(name, text) text,
        ATTEMPT_KINDS(ATTEMPT_KIND_NAME)
#undef ATTEMPT_KIND_NAME
    };

    return (unsigned)kind < ATTEMPT_KIND_COUNT ? names[kind] : "?";
}
