/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_SCRIPT_DEFINITIONS_H
#define TERCET_SCRIPT_DEFINITIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "script/syntax.h"

/*
 * The names that stand for something else, found by hash.  What the command line defines stays as it is: a script
 * cannot change it.
 */
enum {
    DEFINITIONS_MAX = 128,
    DEFINITION_SLOTS = 256,
};

struct defined {
    struct word name, value;
    bool is_defined; /* not since #undef */
    bool is_fixed;   /* by the command line */
};

struct definitions {
    uint8_t slots[DEFINITION_SLOTS]; /* 0: free, else 1 + the index of a name */
    uint32_t n;
    struct defined names[DEFINITIONS_MAX];
};

void definitions_init(struct definitions *definitions);

/* What @name stands for, or NULL. */
const struct defined *definitions_find(const struct definitions *definitions, struct word name);

/* Return: false: there are too many. */
bool definitions_add(struct definitions *definitions, struct word name, struct word value,
                     bool is_fixed);

void definitions_remove(struct definitions *definitions, struct word name);

#endif
