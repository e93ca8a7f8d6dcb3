/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_SIM_PATTERN_H
#define TERCET_SIM_PATTERN_H

#include <stdint.h>

/*
 * An endless stream of octets of which any piece can be made or checked from a key and a
 * position: so that each octet of a transfer is known at the far end, and one that is lost,
 * repeated or moved shows.
 */

/* Write octets @position .. @position + @n of the stream @key. */
void pattern_put(uint64_t key, uint64_t position, unsigned char *bytes, uint32_t n);

/* Compare @n octets with the stream.  Return: how many are right from the first on, @n for all. */
uint32_t pattern_check(uint64_t key, uint64_t position, const unsigned char *bytes, uint32_t n);

#endif
