/* SPDX-License-Identifier: BSD-2-Clause */
#include "observe/ink.h"

void pen_ink(struct pen pen, enum ink ink) {
    static const char *const escapes[] = {
        [INK_NONE] = "\x1b[0m",   [INK_BOLD] = "\x1b[1m",    [INK_DIM] = "\x1b[2m",
        [INK_GREEN] = "\x1b[32m", [INK_YELLOW] = "\x1b[33m", [INK_RED] = "\x1b[31m",
    };

    if (pen.has_colour) text_put(pen.text, escapes[ink]);
}

void pen_put(struct pen pen, enum ink ink, const char *string) {
    pen_ink(pen, ink);
    text_put(pen.text, string);
    pen_ink(pen, INK_NONE);
}
