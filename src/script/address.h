/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_SCRIPT_ADDRESS_H
#define TERCET_SCRIPT_ADDRESS_H

#include <stdbool.h>

#include <tercet/address.h>

#include "script/syntax.h"

/*
 * The address that @text is: 192.0.2.1, 2001:db8::1 or ::ffff:192.0.2.1.  Return: false: it is none.
 * Source: RFC 4291 section 2.2
 */
bool address_of_word(struct word text, struct tercet_address *address);

#endif
