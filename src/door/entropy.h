/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_DOOR_ENTROPY_H
#define TERCET_DOOR_ENTROPY_H

#include <stddef.h>

/*
 * Fill @memory with octets of the kernel's generator.  There is no weaker source to fall back on:
 * it is filled, or the program aborts.
 */
void entropy_fill(void *memory, size_t octets);

#endif
