/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/pool.h"

#include <string.h>

#include "base/must.h"

size_t pool_size(uint32_t limit, uint32_t stride) {
    return (size_t)limit * stride;
}

void pool_init(struct pool *pool, void *memory, uint32_t limit, uint32_t stride) {
    must(stride >= sizeof pool->free_head && stride % sizeof pool->free_head == 0);
    *pool = (struct pool){.base = memory, .stride = stride, .limit = limit};
}

uint32_t pool_take(struct pool *pool) {
    uint32_t index = pool->free_head;

    if (index == 0) {
        if (pool->touched == pool->limit) return 0;
        index = ++pool->touched;
    } else {
        memcpy(&pool->free_head, pool_at(pool, index), sizeof pool->free_head);
        must(pool->free_head <= pool->touched); /* else someone wrote to a freed object */
    }
    pool->used++;
    return index;
}

void pool_give(struct pool *pool, uint32_t index) {
    must(index != 0 && index <= pool->touched);
    must(pool->used != 0 && index != pool->free_head);
    memcpy(pool_at(pool, index), &pool->free_head, sizeof pool->free_head);
    pool->free_head = index;
    pool->used--;
}
