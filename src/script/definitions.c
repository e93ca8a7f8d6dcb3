/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include "script/definitions.h"
#include "script/words.h"

void definitions_init(struct definitions *definitions) {
    memset(definitions->slots, 0, sizeof definitions->slots);
    definitions->n = 0;
}

/* FNV-1a, folded to an octet. */
static uint8_t hash_of(struct word name) {
    uint32_t hash = 2166136261u;

    for (uint32_t i = 0; i < name.length; i++)
        hash = (hash ^ (unsigned char)name.at[i]) * 16777619u;
    return (uint8_t)(hash ^ hash >> 8 ^ hash >> 16 ^ hash >> 24);
}

/* The slot of @name, or the free one where it would be; half of them are free at least. */
static uint8_t slot_of(const struct definitions *definitions, struct word name) {
    uint8_t slot = hash_of(name);

    while (definitions->slots[slot] &&
           !word_equal(definitions->names[definitions->slots[slot] - 1].name, name))
        slot++;
    return slot;
}

const struct defined *definitions_find(const struct definitions *definitions, struct word name) {
    const struct defined *found;
    uint8_t slot;

    if (definitions->n == 0) return NULL;
    slot = slot_of(definitions, name);
    if (!definitions->slots[slot]) return NULL;
    found = &definitions->names[definitions->slots[slot] - 1];
    return found->is_defined ? found : NULL;
}

bool definitions_add(struct definitions *definitions, struct word name, struct word value,
                     bool is_fixed) {
    uint8_t slot = slot_of(definitions, name);
    struct defined *to;

    if (!definitions->slots[slot]) {
        if (definitions->n == DEFINITIONS_MAX) return false;
        definitions->slots[slot] = (uint8_t)++definitions->n;
        definitions->names[definitions->n - 1].is_fixed = false;
    }
    to = &definitions->names[definitions->slots[slot] - 1];
    if (to->is_fixed) return true;
    *to = (struct defined){name, value, true, is_fixed};
    return true;
}

void definitions_remove(struct definitions *definitions, struct word name) {
    uint8_t slot = slot_of(definitions, name);
    struct defined *found;

    if (!definitions->slots[slot]) return;
    found = &definitions->names[definitions->slots[slot] - 1];
    if (!found->is_fixed) found->is_defined = false;
}
