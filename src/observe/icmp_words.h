/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_OBSERVE_ICMP_WORDS_H
#define TERCET_OBSERVE_ICMP_WORDS_H

#include <stdbool.h>
#include <stdint.h>

/*
 * What an ICMP error says, in words: "port unreachable".
 * @version: 4 or 6
 * Return: a constant string; "error" for a type or code that is not known.
 * Source: RFC 792, RFC 1122 section 3.2.2.1, RFC 1812 section 5.2.7.1, RFC 4443.
 */
const char *icmp_words(uint8_t version, uint8_t type, uint8_t code);

/*
 * Whether it ends an opening at once: protocol or port unreachable, for the others may pass.
 * Source: RFC 9293 section 3.9.2.2 (SHLD-26, MUST-56).
 */
bool icmp_is_hard(uint8_t version, uint8_t type, uint8_t code);

#endif
