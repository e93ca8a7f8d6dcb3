/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/script_options.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/complaint.h"
#include "cli/place.h"
#include "cli/spelling.h"
#include "script/run_options.h"
#include "script/words.h"

/* Options that a script may give as well: passed on by name.  X(KEY, "name", VALUE or NULL, "text") */
#define RUN_OPTIONS(X)                                                                             \
    X(IP_VERSION, "ip_version", "VERSION", "ipv4, ipv6 or ipv4-mapped-ipv6 (ipv4)")                \
    X(LOCAL_IP, "local_ip", "ADDR", "the stack's address (192.168.0.1, fd3d:a0b:17d6::1)")         \
    X(REMOTE_IP, "remote_ip", "ADDR", "the script's address (192.0.2.1, 2001:db8::1)")             \
    X(GATEWAY_IP, "gateway_ip", "ADDR", "the gateway's address")                                   \
    X(NETMASK_IP, "netmask_ip", "MASK", "the netmask of the stack's address (255.255.0.0)")        \
    X(BIND_PORT, "bind_port", "PORT", "what bind() binds (8080)")                                  \
    X(CONNECT_PORT, "connect_port", "PORT", "what connect() connects to (8080)")                   \
    X(MTU, "mtu", "N", "octets of a packet at most (1500)")                                        \
    X(TOLERANCE_USECS, "tolerance_usecs", "N", "microseconds late or early that pass (4000)")      \
    X(TOLERANCE_PERCENT, "tolerance_percent", "N", "the same, of the time awaited (12.5)")         \
    X(TS_TICK, "tcp_ts_tick_usecs", "N", "of a tick of the timestamps (they are not checked)")     \
    X(TS_ECR, "tcp_ts_ecr_scaled", NULL, "timestamp echoes that were never sent are fine")         \
    X(STRICT_SEGMENTS, "strict_segments", NULL, "several small segments do not make a large one")  \
    X(SEND_OMIT_FREE, "send_omit_free", NULL, "no effect here")                                    \
    X(SPEED, "speed", "MBITS", "no effect here")                                                   \
    X(NON_FATAL, "non_fatal", "WHAT", "mismatches that do not fail: packet, syscall")              \
    X(INIT_SCRIPTS, "init_scripts", "FILES", "files of commands to run before each script")

enum {
    KEY_AS = 0x200,
    KEY_SEED,
    KEY_JSON,
    KEY_SETTINGS,
#define RUN_OPTION_KEY(key, name, value, text) KEY_RUN_##key,
    RUN_OPTIONS(RUN_OPTION_KEY)
#undef RUN_OPTION_KEY
};

const struct argp_option script_option_table[] = {
    OPTION("verbose", 'v', NULL, "a line for each script that passed, too, and its ladder"),
    OPTION("json", KEY_JSON, NULL, "an object for each script on standard output, one a line"),
    OPTION("as", KEY_AS, "WHOM", "the habits of linux, freebsd, rfc or tercet (tercet)"),
    OPTION("seed", KEY_SEED, "N", "of what is drawn at random, 0 to 4294967295 (1)"),
    OPTION("define", 'D', "NAME[=VALUE]", "NAME stands for VALUE, and #ifdef NAME holds"),
    OPTION("settings", KEY_SETTINGS, NULL, "print what becomes of each sysctl"),
#define RUN_OPTION_ROW(key, name, value, text) OPTION(name, KEY_RUN_##key, value, text),
    RUN_OPTIONS(RUN_OPTION_ROW)
#undef RUN_OPTION_ROW
        OPTION_HELP,
    {0},
};

static int take_place(struct script_options *options, const char *value,
                      const struct argp_state *state) {
    if (!options->places) options->places = calloc((size_t)state->argc, sizeof options->places[0]);
    if (!options->places) {
        complain("%s: %s (name fewer files)", value, strerror(ENOMEM));
        return -1;
    }
    options->places[options->place_count++] = value;
    return 0;
}

static int take_personality(struct script_options *options, const char *value) {
    struct spelling spelling;

    options->as = personality_find(value);
    if (options->as) return 0;
    spelling_begin(&spelling, value);
    for (unsigned i = 0; personalities[i]; i++)
        spelling_try(&spelling, personalities[i]->name);
    if (spelling.nearest)
        complain("--as %s: not known (did you mean %s?)", value, spelling.nearest);
    else
        complain("--as %s: not known (linux, freebsd, rfc or tercet)", value);
    return -1;
}

/* NAME or NAME=VALUE. */
static int take_definition(struct script_options *options, const char *value) {
    struct word whole = word_of(value), name = word_until(whole, '=');
    unsigned n = options->definition_count;

    if (name.length == 0) {
        complain("--define %s: the name is missing (NAME[=VALUE])", value);
        return -1;
    }
    if (n == SCRIPT_DEFINITIONS_MAX) {
        complain("--define %s: there are %d already", value, SCRIPT_DEFINITIONS_MAX);
        return -1;
    }
    struct definition *definition = &options->definitions[n];
    definition->name = name;
    if (name.length < whole.length) definition->value = word_behind(whole, name.length + 1);
    if (n) options->definitions[n - 1].next = definition;
    options->definition_count++;
    return 0;
}

/*
 * FILE[,FILE...] of the command line: from here, and not from the script's folder.
 * Return: the same by absolute names, for the life of the process; or NULL after a complaint
 */
static const char *files_from_here(const char *value) {
    struct word rest = word_of(value);
    char *names = NULL;
    size_t used = 0;
    FILE *out = open_memstream(&names, &used);
    bool is_fine = out != NULL;

    while (is_fine && rest.length) {
        struct word one = word_until(rest, ',');
        char name[PATH_MAX], real[PATH_MAX];
        rest = word_behind(rest, one.length < rest.length ? one.length + 1 : one.length);
        snprintf(name, sizeof name, "%.*s", (int)one.length, one.at);
        is_fine = realpath(name, real) != NULL;
        if (is_fine) fprintf(out, "%s%s", ftell(out) ? "," : "", real);
    }
    if (!is_fine)
        complain("--init_scripts %s: %s (name files that are there)", value, strerror(errno));
    if (out && fclose(out) != 0) is_fine = false;
    if (is_fine) return names;
    free(names);
    return NULL;
}

static int take_run_option(struct script_options *options, const char *name, const char *value) {
    unsigned n = options->run_option_count;

    if (n == SCRIPT_RUN_OPTIONS_MAX) {
        complain("--%s: there are %d such options already", name, SCRIPT_RUN_OPTIONS_MAX);
        return -1;
    }
    if (strcmp(name, "init_scripts") == 0 && !(value = files_from_here(value))) return -1;
    struct script_option *option = &options->run_options[n];
    option->name = word_of(name);
    if (value) option->value = word_of(value);
    if (n) options->run_options[n - 1].next = option;
    options->run_option_count++;
    return 0;
}

int script_options_take(int key, char *value, struct argp_state *state, void *into) {
    struct script_options *options = into;

    switch (key) {
    case 'v': options->is_verbose = true; return 0;
    case 'D': return take_definition(options, value);
    case KEY_JSON: options->has_json = true; return 0;
    case KEY_SETTINGS: options->has_settings = true; return 0;
    case KEY_AS: return take_personality(options, value);
    case KEY_SEED:
        if (number_read(value, 0, UINT32_MAX, &options->seed)) return 0;
        complain("--seed %s: not a number (0 to 4294967295)", value);
        return -1;
    case ARGP_KEY_ARG: return take_place(options, value, state);
#define RUN_OPTION_CASE(key, name, value_, text)                                                   \
    case KEY_RUN_##key: return take_run_option(options, name, value);
        RUN_OPTIONS(RUN_OPTION_CASE)
#undef RUN_OPTION_CASE
    default: return EINVAL;
    }
}

/* What a script without options of its own would find wrong in these. */
static int check_run_options(const struct script_options *options) {
    struct script_job job = {.options = options->run_option_count ? options->run_options : NULL};
    char memory[SCRIPT_SENTENCE_MAX];
    struct run_options read;
    struct script nothing = {0};
    struct place place;
    struct text why;

    text_init(&why, memory, sizeof memory);
    if (run_options_read(&read, &nothing, &job, &place, &why) == SCRIPT_PASSED) return 0;
    complain("%s (`tercet help script` lists what there is)", memory);
    return -1;
}

int script_options_finish(struct script_options *options) {
    if (!options->as) options->as = personality_find("tercet");
    if (check_run_options(options) != 0) return -1;
    if (options->place_count || options->has_settings) return 0;
    complain("script: FILE or DIR is missing (`tercet script FILE`, or - for standard input)");
    return -1;
}
