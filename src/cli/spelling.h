/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_CLI_SPELLING_H
#define TERCET_CLI_SPELLING_H

/* The search for the name that somebody may have meant. */
struct spelling {
    const char *word;    /* borrowed */
    const char *nearest; /* the best of what was tried, NULL when nothing is near */
    unsigned distance;   /* its edits from @word */
};

void spelling_begin(struct spelling *spelling, const char *word);

/* Offer a name. It is near when it begins with the word, or when two edits make one out of the other. */
void spelling_try(struct spelling *spelling, const char *name);

#endif
