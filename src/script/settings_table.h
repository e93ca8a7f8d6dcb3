/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_SCRIPT_SETTINGS_TABLE_H
#define TERCET_SCRIPT_SETTINGS_TABLE_H

#include "script/settings.h"

/*
 * What the names of sysctl(8) mean here.  A row is one of these:
 * - a field of struct settings takes the value;
 * - it has no effect that a script could see here, or one that is seen in packets alone, so that a script which counts on
 *   it is judged by them;
 * - only some values are what the stack does; any other asks for a feature that it does not have, and is unsupported
 *   under the name of that feature.
 */

/*
 * Set the sysctl @name, with dots or slashes between its parts, to @value.
 * Return: SETTINGS_UNSUPPORTED: also when the name is not in the table
 */
enum settings_answer settings_set(struct settings *settings, struct word name, struct word value,
                                  struct text *why);

#endif
