/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_CLI_SCRIPT_FILES_H
#define TERCET_CLI_SCRIPT_FILES_H

#include <stddef.h>

enum {
    SHELF_FILES_MAX = 64, /* kept; a script may name half as many */
    SHELF_OCTETS_MAX = 1 << 20,
};

/*
 * The whole of a file, or of standard input for `-`.
 * @octets: set to its length, at most @most.
 * Return: memory to be freed, or NULL with errno set (EFBIG: it is longer)
 */
char *file_read_whole(const char *path, size_t most, size_t *octets);

/* Files that commands of scripts name.  Read once, since most scripts of a folder name the same. */
struct shelf {
    struct shelf_file {
        char *path;
        char *text; /* NULL: it cannot be read */
        size_t octets;
    } files[SHELF_FILES_MAX];
    unsigned n;
    const char *script; /* the path of the script that names them, borrowed */
};

/* From now on it is @script that names files; what was read for others may go. */
void shelf_turn_to(struct shelf *shelf, const char *script);

/*
 * The reading of struct files (script/settings.h), @context being a shelf: @name is looked for in the folder of the
 * script, then in the current one.
 */
const char *shelf_read(void *context, const char *name, size_t *octets);

void shelf_free(struct shelf *shelf);

#endif
