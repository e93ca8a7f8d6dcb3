/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_SCRIPT_SHELL_ARITHMETIC_H
#define TERCET_SCRIPT_SHELL_ARITHMETIC_H

#include <stdbool.h>
#include <stdint.h>

#include "script/settings_shell.h"

/*
 * The shell's $((...)): numbers, + - * / %, and brackets, as buffer sizes are written in files of settings.
 * @text: stands at the dollar; behind the last bracket when it was read
 * Return: false: it is none of that, or beyond 64 bits
 */
bool shell_arithmetic(struct shell_text *text, int64_t *value);

#endif
