/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_SCRIPT_SETTINGS_SHELL_H
#define TERCET_SCRIPT_SETTINGS_SHELL_H

#include "script/words.h"

/*
 * The shell's language, as far as lines of plain commands go: words, quotes, backslashes, comments, redirections, and
 * what stands between commands.  Nothing is expanded but $((...)).  What needs a real shell (substitution, here documents,
 * brackets) is told by name.
 */
enum {
    SHELL_WORDS_MAX = 128,
    SHELL_OCTETS_MAX = 8192, /* of a command's words, without their quotes */
};

/* What stands behind a command. */
enum shell_joint {
    SHELL_NEXT, /* `;`, `&`, a new line */
    SHELL_AND,
    SHELL_OR,
    SHELL_PIPE,
    SHELL_END, /* of the text */
};

struct shell_text {
    const char *at, *end; /* what is not read yet */
};

struct shell_command {
    struct word words[SHELL_WORDS_MAX];
    uint32_t n;
    struct word output; /* the file that standard output goes to; length 0: none */
    enum shell_joint joint;
    uint32_t used;
    char octets[SHELL_OCTETS_MAX];
};

/*
 * Read the next command.  @command: set to it, of no words for an empty one
 * Return: NULL, or the name of what would need a real shell
 */
const char *shell_read(struct shell_text *text, struct shell_command *command);

#endif
