/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_CLI_COLOUR_H
#define TERCET_CLI_COLOUR_H

#include <stdbool.h>

/* Whether @fd is a terminal that obeys commands, such as to erase a line. */
bool terminal_is_able(int fd);

/* Whether what is written to @fd may be coloured: such a terminal, and NO_COLOR is not set. */
bool colour_is_wanted(int fd);

#endif
