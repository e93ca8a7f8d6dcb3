/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_SCRIPT_ICMP_NAMES_H
#define TERCET_SCRIPT_ICMP_NAMES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"
#include "script/syntax.h"

/*
 * What the language calls the types and codes of ICMP: "unreachable host_unreachable", "packet_too_big".  The same
 * words mean different numbers in the two families.
 * Source: RFC 792, RFC 1122 section 3.2.2.1, RFC 1812 section 5.2.7.1, RFC 4443.
 */

/*
 * Type and code of @packet's words or numbers in the ICMP of @version, 4 or 6; a code that was not said is 0.
 * Return: whether that family has such words
 */
bool icmp_of_packet(const struct script_packet *packet, uint8_t version, uint8_t *type,
                    uint8_t *code);

/* The word for a type or code, or its number; of a code with a space before it, and nothing for a nameless 0. */
void icmp_type_text(struct text *text, uint8_t version, uint8_t type);
void icmp_code_text(struct text *text, uint8_t version, uint8_t type, uint8_t code);

/* Whether the message tells of an MTU. */
bool icmp_has_mtu(uint8_t version, uint8_t type, uint8_t code);

/* Whether it is an error, which quotes the packet that caused it. */
bool icmp_is_error(uint8_t version, uint8_t type);

#endif
