/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_BASE_JSON_H
#define TERCET_BASE_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"

/*
 * JSON (RFC 8259) put into a text: the caller writes the braces, and the members find out where a comma belongs.
 * Octets that are no UTF-8 become U+FFFD.
 */

/* @string as the inside of a JSON string: quotes, backslash and controls escaped. */
void json_escape(struct text *text, const char *string, size_t n);

/* What stands before a member's value, which is the caller's. */
void json_key(struct text *text, const char *key);

/* @value NULL: null. */
void json_word(struct text *text, const char *key, const char *value);
void json_number(struct text *text, const char *key, uint64_t value);
void json_truth(struct text *text, const char *key, bool value);

#endif
