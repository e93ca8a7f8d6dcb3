/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/colour.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool terminal_is_able(int fd) {
    const char *term = getenv("TERM");

    return isatty(fd) && term && strcmp(term, "dumb") != 0;
}

/* https://no-color.org: set, and not empty. */
bool colour_is_wanted(int fd) {
    const char *no_color = getenv("NO_COLOR");

    return terminal_is_able(fd) && !(no_color && *no_color);
}
