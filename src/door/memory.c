/* SPDX-License-Identifier: BSD-2-Clause */
#include "door/memory.h"

#include <sys/mman.h>

#include "base/must.h"

#define HUGE_PAGE ((size_t)2 << 20)

void *memory_map(size_t octets, enum memory_pages pages) {
    /* A spare huge page, so that the block can begin on one. */
    size_t mapped = octets + HUGE_PAGE;
    int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;

    if (octets == 0 || mapped < octets) return NULL;
    unsigned char *start = mmap(NULL, mapped, PROT_READ | PROT_WRITE, flags, -1, 0);
    if (start == MAP_FAILED) return NULL;
    size_t before = -(size_t)start & (HUGE_PAGE - 1);
    if (before > 0) munmap(start, before);
    unsigned char *block = start + before;
    size_t used = (octets + 4095) & ~(size_t)4095;
    if (before + used < mapped) munmap(block + used, mapped - before - used);
    /* Advice: a kernel without huge pages refuses it and nothing is lost. */
    madvise(block, used, pages == MEMORY_HUGE_PAGES ? MADV_HUGEPAGE : MADV_NOHUGEPAGE);
    return block;
}

void memory_unmap(void *memory, size_t octets) {
    if (memory) must(munmap(memory, octets) == 0);
}
