/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * argp (glibc) reads the tables. Its own messages are several lines in its own words, so they are switched off
 * (ARGP_NO_ERRS) and the fault is found again: the words are read in order, so the one after the last that was
 * taken is the one that argp did not like.
 */
#include "cli/options.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "cli/complaint.h"
#include "cli/spelling.h"

enum { KEY_LAST = 0xffff, HELP_COLUMN = 32 };

struct reading {
    const struct verb *verb;
    void *into;
    int next; /* the first word of argv not taken yet */
    bool helped;
    bool complained;
};

/* The option called @name, or else the only one that begins so; @alike: how many begin so. */
static const struct argp_option *option_meant(const struct verb *verb, const char *name,
                                              unsigned *alike) {
    const struct argp_option *meant = NULL;

    *alike = 0;
    for (const struct argp_option *option = verb->options; option->name; option++) {
        if (strcmp(option->name, name) == 0) return option;
        if (strncmp(option->name, name, strlen(name)) != 0) continue;
        meant = option;
        ++*alike;
    }
    return *alike == 1 ? meant : NULL;
}

static void complain_about_name(const struct verb *verb, const char *name) {
    struct spelling spelling;

    spelling_begin(&spelling, name);
    for (const struct argp_option *option = verb->options; option->name; option++)
        spelling_try(&spelling, option->name);
    if (spelling.nearest)
        complain("--%s: no such option (did you mean --%s?)", name, spelling.nearest);
    else
        complain("--%s: no such option (`tercet help %s` lists them)", name, verb->name);
}

/* An option of one letter: argp takes the key for it where the key is a character. */
static bool has_letter(const struct argp_option *option) {
    return option->key > ' ' && option->key < 0x7f;
}

static void complain_about_letter(const struct verb *verb, const char *word) {
    for (const struct argp_option *option = verb->options; option->name; option++) {
        if (!has_letter(option) || option->key != word[1] || !option->arg) continue;
        complain("-%c: %s is missing (`tercet help %s`)", word[1], option->arg, verb->name);
        return;
    }
    complain("%s: no such option (`tercet help %s` lists them)", word, verb->name);
}

/* Say what is wrong with @word, which argp did not take. */
static void complain_about(const struct verb *verb, const char *word) {
    if (strncmp(word, "--", 2) != 0) {
        complain_about_letter(verb, word);
        return;
    }
    const char *value = word + strcspn(word, "=");
    char name[64];
    unsigned alike;
    snprintf(name, sizeof name, "%.*s", (int)(value - word) - 2, word + 2);
    const struct argp_option *meant = option_meant(verb, name, &alike);
    if (meant && meant->arg)
        complain("--%s: %s is missing (`tercet help %s`)", meant->name, meant->arg, verb->name);
    else if (meant)
        complain("%s: --%s takes no value (leave out `%s`)", word, meant->name, value);
    else if (alike > 1)
        complain("--%s: begins more than one option (`tercet help %s` lists them)", name,
                 verb->name);
    else
        complain_about_name(verb, name);
}

static error_t reading_step(int key, char *value, struct argp_state *state) {
    struct reading *reading = state->input;

    if (key == KEY_HELP) {
        options_help(reading->verb);
        reading->helped = true;
        state->next = state->argc;
        return 0;
    }
    if (key == ARGP_KEY_END && state->quoted == state->argc) {
        complain("--: nothing stands behind it (name what is meant, or leave it out)");
        reading->complained = true;
        return EINVAL;
    }
    if (key > KEY_LAST || reading->helped) return 0;
    if (reading->verb->take(key, value, state, reading->into) != 0) {
        reading->complained = true;
        return EINVAL;
    }
    reading->next = state->next;
    return 0;
}

enum options_result options_read(const struct verb *verb, int argc, char **argv, void *into) {
    struct argp argp = {.options = verb->options, .parser = reading_step};
    struct reading reading = {.verb = verb, .into = into, .next = 1};
    unsigned flags = ARGP_IN_ORDER | ARGP_NO_ERRS | ARGP_NO_EXIT | ARGP_NO_HELP;

    if (argp_parse(&argp, argc, argv, flags, NULL, &reading) == 0)
        return reading.helped ? OPTIONS_HELPED : OPTIONS_READ;
    if (!reading.complained)
        complain_about(verb, reading.next < argc ? argv[reading.next] : argv[0]);
    return OPTIONS_WRONG;
}

int options_take_command(char ***command, const char *value, struct argp_state *state) {
    if (!state->quoted) {
        complain("%s: a word that is no option (write -- before COMMAND)", value);
        return -1;
    }
    *command = &state->argv[state->next - 1];
    state->next = state->argc;
    return 0;
}

void options_help(const struct verb *verb) {
    printf("Usage: tercet %s [OPTION...]%s%s\n\n%s\n\n", verb->name, verb->words ? " " : "",
           verb->words ? verb->words : "", verb->summary);
    for (const struct argp_option *option = verb->options; option->name; option++) {
        if (option->flags & OPTION_HIDDEN) continue;
        int n = has_letter(option) ? printf("  -%c, ", option->key) : printf("  ");
        n += option->flags & OPTION_ARG_OPTIONAL
                 ? printf("--%s[=%s]", option->name, option->arg)
                 : printf("--%s %s", option->name, option->arg ? option->arg : "");
        printf("%*s%s\n", n < HELP_COLUMN ? HELP_COLUMN - n : 1, "", option->doc);
    }
}

void options_dump(const struct verb *verb) {
    for (const struct argp_option *option = verb->options; option->name; option++)
        if (!(option->flags & OPTION_HIDDEN))
            printf("%s\t--%s\t%s\n", verb->name, option->name, option->arg ? option->arg : "");
}
