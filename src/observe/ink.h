/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_OBSERVE_INK_H
#define TERCET_OBSERVE_INK_H

#include <stdbool.h>

#include "base/text.h"

/* Colours of a terminal, or none.  Source: ECMA-48 section 8.3.117 (SGR). */
enum ink { INK_NONE, INK_BOLD, INK_DIM, INK_GREEN, INK_YELLOW, INK_RED };

/* Text that is coloured or not. */
struct pen {
    struct text *text;
    bool has_colour;
};

/* What follows is written in @ink, INK_NONE: as before. */
void pen_ink(struct pen pen, enum ink ink);

/* @string in @ink. */
void pen_put(struct pen pen, enum ink ink, const char *string);

#endif
