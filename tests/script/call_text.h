/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_TESTS_SCRIPT_CALL_TEXT_H
#define TERCET_TESTS_SCRIPT_CALL_TEXT_H

#include "script/arena.h"
#include "script/syntax.h"

/* The call that @text is: "listen(3, 1) = 0".  It aborts if it is none. */
struct script_call *call_of_text(struct arena *arena, const char *text);

#endif
