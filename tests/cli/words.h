/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_TESTS_CLI_WORDS_H
#define TERCET_TESTS_CLI_WORDS_H

#include <stdbool.h>
#include <string.h>

#include "cli/options.h"

enum { WORDS_MAX = 40 };

/* Read the words of @line, which single spaces part, into @into.  Return: whether they are right. */
static inline bool words_read(const struct verb *verb, const char *line, void *into) {
    static char text[512];
    static char *words[WORDS_MAX];
    int n = 0;

    words[n++] = strcpy(text, line);
    for (char *c = text; *c; c++) {
        if (*c != ' ') continue;
        *c = '\0';
        words[n++] = c + 1;
    }
    words[n] = NULL;
    return options_read(verb, n, words, into) == OPTIONS_READ;
}

#endif
