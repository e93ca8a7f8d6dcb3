/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_BASE_LIST_H
#define TERCET_BASE_LIST_H

#include <stdint.h>

/*
 * A doubly linked list through pool objects, which it names by index (1.., 0 ends it).
 * Whether an object is in a list is its owner's knowledge (a flag, a state): the links do not tell.
 */
struct list_link {
    uint32_t next, prev;
};

struct list {
    unsigned char *links; /* the link inside object 1 of the pool */
    uint32_t stride;
    uint32_t head, tail;
    uint32_t count;
};

/* Make an empty list.  @links: the address of the link inside object 1, which the list keeps; @stride: the pool's. */
void list_init(struct list *list, void *links, uint32_t stride);

/* Append object @index, which is not in the list. */
void list_push(struct list *list, uint32_t index);

/* Take out object @index, which is in the list. */
void list_remove(struct list *list, uint32_t index);

/* Take out the first.  Return: its index, or 0. */
uint32_t list_pop(struct list *list);

static inline struct list_link *list_at(const struct list *list, uint32_t index) {
    return (struct list_link *)(void *)(list->links + (uint64_t)(index - 1) * list->stride);
}

#endif
