/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire/address_text.h"

#include "base/bytes.h"
#include "wire/ip.h"

#define GROUPS 8 /* of 16 bits in an IPv6 address */

static void address_text_v4(struct text *text, const unsigned char *octets) {
    for (unsigned i = 0; i < 4; i++) {
        if (i > 0) text_char(text, '.');
        text_u64(text, octets[i]);
    }
}

struct zero_run {
    unsigned at, length;
};

/* The longest run of zero groups, the first of equals; a single group is no run (RFC 5952 sections 4.2.2, 4.2.3). */
static struct zero_run zero_run_find(const uint16_t groups[GROUPS]) {
    struct zero_run best = {GROUPS, 1}, run = {0, 0};

    for (unsigned i = 0; i < GROUPS; i++) {
        if (groups[i] != 0)
            run = (struct zero_run){i + 1, 0};
        else
            run.length++;
        if (run.length > best.length) best = run;
    }
    return best;
}

static void address_text_v6(struct text *text, const unsigned char *octets) {
    uint16_t groups[GROUPS];
    struct zero_run zeros;
    bool needs_colon = false;

    for (unsigned i = 0; i < GROUPS; i++)
        groups[i] = be16_get(octets + 2 * i);
    zeros = zero_run_find(groups);
    for (unsigned i = 0; i < GROUPS; i++) {
        if (i == zeros.at) {
            text_put(text, "::");
            needs_colon = false;
            i += zeros.length - 1;
            continue;
        }
        if (needs_colon) text_char(text, ':');
        text_hex(text, groups[i], 1);
        needs_colon = true;
    }
}

void address_text(struct text *text, const struct tercet_address *address) {
    if (address_is_v4(address))
        address_text_v4(text, address->octets + 12);
    else
        address_text_v6(text, address->octets);
}

void endpoint_text(struct text *text, const struct tercet_address *address, uint16_t port) {
    bool is_v4 = address_is_v4(address);

    if (!is_v4) text_char(text, '[');
    address_text(text, address);
    text_put(text, is_v4 ? ":" : "]:");
    text_u64(text, port);
}
