/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/verb.h"

#include <string.h>

#include "cli/complaint.h"
#include "cli/spelling.h"

const struct verb *const verbs[] = {&verb_serve, &verb_connect, &verb_script, &verb_help, NULL};

const struct verb *verb_find(const char *name) {
    for (const struct verb *const *verb = verbs; *verb; verb++)
        if (strcmp((*verb)->name, name) == 0) return *verb;
    return NULL;
}

const struct verb *verb_find_or_complain(const char *name) {
    const struct verb *found = verb_find(name);
    if (found) return found;
    if (*name == '-') {
        complain("%s: no such option (`tercet help` lists the verbs, which have options)", name);
        return NULL;
    }

    struct spelling spelling;
    spelling_begin(&spelling, name);
    for (const struct verb *const *verb = verbs; *verb; verb++)
        spelling_try(&spelling, (*verb)->name);
    if (spelling.nearest)
        complain("%s: no such verb (did you mean `tercet %s`?)", name, spelling.nearest);
    else
        complain("%s: no such verb (`tercet help` lists them)", name);
    return NULL;
}
