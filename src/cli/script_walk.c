/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/script_walk.h"

#include <errno.h>
#include <fts.h>
#include <stdlib.h>
#include <string.h>

#include "cli/complaint.h"

static int list_put(struct script_list *list, const char *path) {
    if (list->n == list->capacity && list->n < SCRIPT_LIST_MAX) {
        size_t capacity = list->capacity ? 2 * list->capacity : 64;
        char **paths = reallocarray(list->paths, capacity, sizeof paths[0]);
        if (paths) {
            list->paths = paths;
            list->capacity = capacity;
        }
    }
    char *copy = list->n < list->capacity ? strdup(path) : NULL;
    if (!copy) {
        complain("%s: there are too many scripts (name fewer)", path);
        return -1;
    }
    list->paths[list->n++] = copy;
    return 0;
}

static bool is_folder(const FTSENT *entry) {
    return entry->fts_info == FTS_D;
}

static int compare(const FTSENT **a, const FTSENT **b) {
    if (is_folder(*a) != is_folder(*b)) return is_folder(*a) ? 1 : -1;
    return strcmp((*a)->fts_name, (*b)->fts_name);
}

static bool is_script(const FTSENT *entry) {
    static const char end[] = ".pkt";
    size_t n = entry->fts_namelen;

    if (entry->fts_level == FTS_ROOTLEVEL) return true;
    return n > sizeof end - 1 && strcmp(entry->fts_name + n - (sizeof end - 1), end) == 0;
}

static int entry_take(struct script_list *list, FTS *tree, FTSENT *entry) {
    bool is_hidden = entry->fts_level > FTS_ROOTLEVEL && entry->fts_name[0] == '.';

    switch (entry->fts_info) {
    case FTS_D:
        if (is_hidden) fts_set(tree, entry, FTS_SKIP);
        return 0;
    case FTS_F:
    case FTS_DEFAULT: return is_script(entry) && !is_hidden ? list_put(list, entry->fts_path) : 0;
    case FTS_DNR:
    case FTS_NS:
    case FTS_ERR:
        complain("%s: %s (name what can be read)", entry->fts_path, strerror(entry->fts_errno));
        list->is_incomplete = true;
        return 0;
    default: return 0; /* a folder left, one that is in itself, a link to nothing */
    }
}

int script_list_add(struct script_list *list, const char *place) {
    char *roots[] = {(char *)(size_t)place, NULL};
    size_t before = list->n;
    FTSENT *entry;
    int result = 0;

    if (strcmp(place, "-") == 0) return list_put(list, place);
    FTS *tree = fts_open(roots, FTS_LOGICAL | FTS_NOCHDIR, compare);
    if (!tree) {
        complain("%s: %s (name a file or a folder)", place, strerror(errno));
        return -1;
    }
    bool was_incomplete = list->is_incomplete;
    list->is_incomplete = false;
    while (result == 0 && (entry = fts_read(tree)))
        result = entry_take(list, tree, entry);
    fts_close(tree);
    if (result == 0 && list->n == before && !list->is_incomplete) {
        complain("%s: there are no scripts in it (their names end with .pkt)", place);
        result = -1;
    }
    list->is_incomplete |= was_incomplete;
    return result;
}

void script_list_free(struct script_list *list) {
    while (list->n)
        free(list->paths[--list->n]);
    free(list->paths);
    *list = (struct script_list){0};
}
