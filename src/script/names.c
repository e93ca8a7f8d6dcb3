/* SPDX-License-Identifier: BSD-2-Clause */
#include "script/names.h"

#include <string.h>

#include "script/constants.h"

struct named {
    const char *name;
    uint32_t length;
    int32_t number;
};

#define NAMED_ROW(name, number) {#name, sizeof #name - 1, number},

static const struct named constants[] = {UNIX_CONSTANTS(NAMED_ROW)};
static const struct named errors[] = {UNIX_ERRORS(NAMED_ROW)};

enum {
    CONSTANTS = sizeof constants / sizeof *constants,
    ERRORS = sizeof errors / sizeof *errors,
};

/*
 * A few hundred rows, of which the lengths leave about ten to compare: a script's dozen of names costs less than
 * its first packet.
 */
static const struct named *named_find(const struct named *rows, uint32_t n, struct word name) {
    for (uint32_t i = 0; i < n; i++) {
        if (rows[i].length == name.length && memcmp(rows[i].name, name.at, name.length) == 0)
            return &rows[i];
    }
    return NULL;
}

bool name_number(struct word name, int64_t *number) {
    const struct named *found = named_find(constants, CONSTANTS, name);

    if (!found) found = named_find(errors, ERRORS, name);
    if (found) *number = found->number;
    return found;
}

bool name_error(struct word name, int *error) {
    const struct named *found = named_find(errors, ERRORS, name);

    if (found) *error = found->number;
    return found;
}

void error_text(struct text *text, int error) {
    for (uint32_t i = 0; i < ERRORS; i++) {
        if (errors[i].number != error) continue;
        text_put(text, errors[i].name);
        return;
    }
    text_i64(text, error);
}

/* The first name that begins with @prefix and is @flag alone. */
static const char *flag_name(const char *prefix, uint32_t flag) {
    size_t length = strlen(prefix);

    for (uint32_t i = 0; i < CONSTANTS; i++) {
        if ((uint32_t)constants[i].number == flag && constants[i].length > length &&
            memcmp(constants[i].name, prefix, length) == 0)
            return constants[i].name;
    }
    return NULL;
}

void flags_text(struct text *text, const char *prefix, uint32_t flags) {
    const char *between = "";

    if (!flags) text_put(text, "0");
    for (uint32_t flag = 1; flag; flag <<= 1) {
        const char *name;

        if (!(flags & flag)) continue;
        name = flag_name(prefix, flag);
        text_put(text, between);
        between = "|";
        if (name) {
            text_put(text, name);
        } else {
            text_put(text, "0x");
            text_hex(text, flag, 1);
        }
    }
}
