/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_WIRE_ADDRESS_TEXT_H
#define TERCET_WIRE_ADDRESS_TEXT_H

#include <stdint.h>

#include <tercet/address.h>

#include "base/text.h"

/* "198.18.0.1", or the one right text of an IPv6 address.  Source: RFC 5952 section 4. */
void address_text(struct text *text, const struct tercet_address *address);

/* "198.18.0.1:80" or "[2001:2::1]:80".  Source: RFC 5952 section 6. */
void endpoint_text(struct text *text, const struct tercet_address *address, uint16_t port);

#endif
