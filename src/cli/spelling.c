/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/spelling.h"

#include <string.h>

enum { NAME_MAX_OCTETS = 32, EDITS_MAX = 2 };

static unsigned least(unsigned a, unsigned b, unsigned c) {
    unsigned ab = a < b ? a : b;

    return ab < c ? ab : c;
}

/* Insertions, deletions and replacements between two short names (Levenshtein 1966), row by row. */
static unsigned edits_between(const char *a, const char *b) {
    unsigned row[NAME_MAX_OCTETS + 1];
    size_t n = strlen(b);
    if (n > NAME_MAX_OCTETS || strlen(a) > NAME_MAX_OCTETS) return EDITS_MAX + 1;

    for (unsigned j = 0; j <= n; j++)
        row[j] = j;
    for (unsigned i = 1; *a; i++, a++) {
        unsigned diagonal = row[0];
        row[0] = i;
        for (unsigned j = 1; j <= n; j++) {
            unsigned above = row[j];
            row[j] = least(above + 1, row[j - 1] + 1, diagonal + (*a != b[j - 1]));
            diagonal = above;
        }
    }
    return row[n];
}

void spelling_begin(struct spelling *spelling, const char *word) {
    *spelling = (struct spelling){.word = word, .distance = EDITS_MAX + 1};
}

void spelling_try(struct spelling *spelling, const char *name) {
    size_t n = strlen(spelling->word);
    unsigned distance = n >= 2 && strncmp(name, spelling->word, n) == 0
                            ? 1
                            : edits_between(spelling->word, name);

    /* Two letters that differ in a name of three are another name. */
    if (distance >= spelling->distance || 2 * distance >= strlen(name)) return;
    spelling->distance = distance;
    spelling->nearest = name;
}
