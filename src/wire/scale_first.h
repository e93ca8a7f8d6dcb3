/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_WIRE_SCALE_FIRST_H
#define TERCET_WIRE_SCALE_FIRST_H

#include <stdint.h>

#include "twin/options.h"

/*
 * The options of a SYN in the order of the BSDs, TERCET_ORDER_SCALE_FIRST: MSS; NOP window scale; SACK-permitted at an
 * even place; timestamps two octets off the word; fast open; end-of-list and zeros up to the word.
 */

/* Octets that they take, a multiple of 4. */
uint32_t scale_first_length(const struct tcp_options *options);

/* Write them.  Return: octets written. */
uint32_t scale_first_put(unsigned char *at, const struct tcp_options *options);

#endif
