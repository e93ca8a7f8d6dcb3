/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_DOOR_MEMORY_H
#define TERCET_DOOR_MEMORY_H

#include <stddef.h>

/*
 * A large sparse block for a stack: address space now, memory where it is touched, zero until then.
 */
enum memory_pages {
    MEMORY_SMALL_PAGES, /* what is held is what was touched, to 4 KiB; huge ones hold 2 MiB each */
    MEMORY_HUGE_PAGES, /* where the kernel has them: a look-up that misses takes a third less time */
};

/* Return: the block, page-aligned; or NULL when the address space or a limit (ulimit -v) has no room for it. */
void *memory_map(size_t octets, enum memory_pages pages);

/* Give the block back.  @memory: from memory_map with the same @octets; or NULL */
void memory_unmap(void *memory, size_t octets);

#endif
