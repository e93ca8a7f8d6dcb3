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

static inline struct list_link *list_at(const struct list *list, uint32_t index) {
    return (struct list_link *)(void *)(list->links + (uint64_t)(index - 1) * list->stride);
}

/* Make an empty list.  @links: the address of the link inside object 1, which the list keeps; @stride: the pool's. */
static inline void list_init(struct list *list, void *links, uint32_t stride) {
    *list = (struct list){.links = links, .stride = stride};
}

/* Append object @index, which is not in the list. */
static inline void list_push(struct list *list, uint32_t index) {
    struct list_link *link = list_at(list, index);

    link->next = 0;
    link->prev = list->tail;
    if (list->tail)
        list_at(list, list->tail)->next = index;
    else
        list->head = index;
    list->tail = index;
    list->count++;
}

/* Take out object @index, which is in the list. */
static inline void list_remove(struct list *list, uint32_t index) {
    struct list_link *link = list_at(list, index);

    if (link->prev)
        list_at(list, link->prev)->next = link->next;
    else
        list->head = link->next;
    if (link->next)
        list_at(list, link->next)->prev = link->prev;
    else
        list->tail = link->prev;
    list->count--;
}

/* Take out the first.  Return: its index, or 0. */
static inline uint32_t list_pop(struct list *list) {
    uint32_t index = list->head;

    if (index) list_remove(list, index);
    return index;
}

#endif
