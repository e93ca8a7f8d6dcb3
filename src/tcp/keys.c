/* SPDX-License-Identifier: BSD-2-Clause */
#include "tcp/keys.h"

#include <string.h>

void keys_derive(struct keys *keys, const uint8_t secret[32]) {
    struct siphash_key half[2];
    uint64_t label;

    memcpy(half, secret, 32);
    for (unsigned purpose = 0; purpose < KEY_COUNT; purpose++) {
        for (unsigned word = 0; word < 2; word++) {
            label = purpose << 1 | word;
            keys->key[purpose].k[word] = siphash_words(&half[0], &label, 1, 0, 0) ^
                                         siphash_words(&half[1], &label, 1, 1, 1);
        }
    }
}
