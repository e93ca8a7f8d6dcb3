/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_CLI_PLACE_H
#define TERCET_CLI_PLACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <tercet/address.h>

/*
 * Addresses, ports and numbers as people write them. Each parser takes the whole of the text or refuses it:
 * no sign, no space, no name to be resolved.
 */

/* A decimal number from @least to @most. */
bool number_read(const char *text, uint32_t least, uint32_t most, uint32_t *number);

/* A port, 1..65535. */
bool port_read(const char *text, uint16_t *port);

/* The first @n octets of @text as an IPv4 or IPv6 address, without brackets. */
bool address_read(const char *text, size_t n, struct tercet_address *address);

#endif
