/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_SCRIPT_NAMES_H
#define TERCET_SCRIPT_NAMES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"
#include "script/syntax.h"

/*
 * Names of constants.h: what a script's word means, and how numbers are shown.
 */

/* The number of the constant or error @name.  Return: false: unknown */
bool name_number(struct word name, int64_t *number);

/* The number of the error @name ("EAGAIN").  Return: false: unknown */
bool name_error(struct word name, int *error);

/* "EAGAIN" for 11; an error without a name as its number. */
void error_text(struct text *text, int error);

/*
 * A set of flags by the names that begin with @prefix: "POLLIN|POLLHUP", with what has no name in hexadecimal; 0 as "0".
 */
void flags_text(struct text *text, const char *prefix, uint32_t flags);

#endif
