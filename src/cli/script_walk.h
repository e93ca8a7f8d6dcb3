/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_CLI_SCRIPT_WALK_H
#define TERCET_CLI_SCRIPT_WALK_H

#include <stdbool.h>
#include <stddef.h>

/* The scripts that are to be run, in their order. */
struct script_list {
    char **paths; /* `-`: standard input */
    size_t n, capacity;
    bool is_incomplete; /* something could not be looked into: a complaint has told what */
};

enum { SCRIPT_LIST_MAX = 1 << 20 };

/*
 * Add what @place stands for: `-`, a file of any name, or a folder with all *.pkt in it and below, the files of a folder
 * before the folders in it, both by name.  What begins with a dot is passed over.
 * Return: 0, or -1 after a complaint: there is nothing
 */
int script_list_add(struct script_list *list, const char *place);

void script_list_free(struct script_list *list);

#endif
