/* SPDX-License-Identifier: BSD-2-Clause */
#include "sim/digest.h"

#include "base/bytes.h"
#include "sim/random.h"

static uint64_t word_add(uint64_t value, uint64_t word) {
    return random_mix(value * 3 + word);
}

static uint64_t octets_add(uint64_t value, const unsigned char *bytes, uint32_t n) {
    uint64_t tail = 0;
    uint32_t i = 0;

    for (; i + 8 <= n; i += 8)
        value = word_add(value, (uint64_t)be32_get(bytes + i) << 32 | be32_get(bytes + i + 4));
    for (; i < n; i++)
        tail = tail << 8 | bytes[i];
    return word_add(value, tail);
}

void sim_digest_tap(void *user, uint64_t now_ns, uint32_t link, const struct tercet_frame *frame,
                    enum sim_fate fate) {
    struct sim_digest *digest = user;
    uint64_t value = word_add(digest->value, now_ns);

    value = word_add(value, (uint64_t)link << 32 | (uint64_t)fate << 24 | frame->length);
    digest->value = octets_add(value, frame->bytes, frame->length);
    digest->frames++;
}
