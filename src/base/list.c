/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/list.h"

void list_init(struct list *list, void *links, uint32_t stride) {
    *list = (struct list){.links = links, .stride = stride};
}

void list_push(struct list *list, uint32_t index) {
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

void list_remove(struct list *list, uint32_t index) {
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

uint32_t list_pop(struct list *list) {
    uint32_t index = list->head;

    if (index) list_remove(list, index);
    return index;
}
