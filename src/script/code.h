/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_SCRIPT_CODE_H
#define TERCET_SCRIPT_CODE_H

#include <stdint.h>

#include "base/text.h"
#include "script/arena.h"
#include "script/syntax.h"

/*
 * What stands in %{ }%: the statements of Python that scripts use.
 *
 *     assert EXPR[, MESSAGE]     NAME = EXPR, += -= and their kin     if, elif, else     print     pass     # comments
 *
 * several in a line behind `;`, or on lines of their own.  An EXPR has numbers (exact, fractions too), strings to be
 * compared, names, True False None, lists to look into; and or not, comparisons (chained, in, is), the operators on
 * numbers, and abs bool int len max min.  Names are the script's variables, those given, and the constants of sockets.
 * Whatever else Python has is unsupported and told by name.
 */
struct code_name {
    const char *name;
    int64_t value;
};

struct code_variables; /* what scripts assigned; lives for the run */

enum code_answer {
    CODE_HELD,        /* every assertion did */
    CODE_FAILED,      /* one did not: @why has it, with the values of its names */
    CODE_UNSUPPORTED, /* @why says what */
};

/*
 * Run a block.
 * @names: tcpi_* of TCP_INFO (calls_code_names), @n of them; @variables: NULL at first, kept in @arena; @why: appended to
 */
enum code_answer code_run(struct word text, const struct code_name *names, uint32_t n,
                          struct code_variables **variables, struct arena *arena, struct text *why);

#endif
