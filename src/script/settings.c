/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The shell commands of a script.
 *
 * Scripts prepare their host by sysctl, by a file of such lines that many of them share, and by a few other commands.
 * Here there is no machine to be prepared: a command either has a meaning for the stack under test, or has none because
 * what it is about is not there, or is unsupported by name.  It is taken to succeed, so what stands behind `&&` is done
 * and what stands behind `||` is not.
 */
#include "script/settings.h"

#include "script/personality.h"
#include "script/settings_shell.h"
#include "script/settings_table.h"
#include "script/words.h"

enum {
    SETTINGS_DEPTH_MAX = 6,        /* files that name files */
    SETTINGS_COMMANDS_MAX = 10000, /* of one command and all the files that it leads to */
    SETTINGS_VALUE_MAX = 256,      /* octets of a value by echo */
    SETTINGS_MTU_LEAST = 68,
    SETTINGS_MTU_MOST = 65535,
};

struct shell {
    struct settings *settings;
    const struct files *files;
    struct text *why;
    unsigned depth, commands;
    bool has_exited;
};

/* A command that is known.  @words: the command's own, itself the first of @n */
struct known {
    const char *name;
    enum settings_answer (*obey)(struct shell *shell, const struct word *words, uint32_t n);
};

static enum settings_answer shell_run(struct shell *shell, struct word word);
static enum settings_answer words_obey(struct shell *shell, const struct word *words, uint32_t n);

void settings_init(struct settings *settings, const struct personality *as) {
    *settings = (struct settings){.as = as, .keeps_all_alive = as->sockets == PERSONALITY_FREEBSD};
    tercet_config_init(&settings->config, sizeof settings->config);
    as->configure(&settings->config);
}

static enum settings_answer unsupported(struct shell *shell, const char *what, struct word word) {
    text_put(shell->why, what);
    text_bytes(shell->why, word.at, word.length);
    return SETTINGS_UNSUPPORTED;
}

static enum settings_answer obey_nothing(struct shell *shell, const struct word *words, uint32_t n) {
    (void)shell;
    (void)words;
    (void)n;
    return SETTINGS_TAKEN;
}

static enum settings_answer obey_exit(struct shell *shell, const struct word *words, uint32_t n) {
    (void)words;
    (void)n;
    shell->has_exited = true;
    return SETTINGS_TAKEN;
}

/* NAME=VALUE of sysctl.  What has no `=` is only printed. */
static enum settings_answer assignment_obey(struct shell *shell, struct word word) {
    struct word name = word_until(word, '=');

    if (name.length == word.length) return SETTINGS_TAKEN;
    return settings_set(shell->settings, word_trimmed(name), word_behind(word, name.length + 1),
                        shell->why);
}

static enum settings_answer obey_sysctl(struct shell *shell, const struct word *words, uint32_t n) {
    for (uint32_t i = 1; i < n; i++) {
        enum settings_answer answer = SETTINGS_TAKEN;

        if (!word_begins(words[i], "-"))
            answer = assignment_obey(shell, words[i]);
        else if (word_until(words[i], 'p').length < words[i].length ||
                 word_until(words[i], 'f').length < words[i].length)
            answer = unsupported(shell, "sysctl ", words[i]);
        if (answer != SETTINGS_TAKEN) return answer;
    }
    return SETTINGS_TAKEN;
}

static bool is_time(struct word word, uint64_t *us) {
    static const struct {
        const char *unit;
        unsigned scale;
    } units[] = {
        {"us", 0},
        {"ms", 3},
        {"s",  6},
        {"",   6}
    };

    for (unsigned i = 0; i < sizeof units / sizeof units[0]; i++) {
        uint32_t n = (uint32_t)strlen(units[i].unit);
        if (n > word.length || memcmp(word.at + word.length - n, units[i].unit, n) != 0) continue;
        word.length -= n;
        return word_decimal(word, units[i].scale, us);
    }
    return false;
}

static enum settings_answer obey_sleep(struct shell *shell, const struct word *words, uint32_t n) {
    for (uint32_t i = 1; i < n; i++) {
        uint64_t us;
        if (!is_time(words[i], &us)) return unsupported(shell, "sleep ", words[i]);
        shell->settings->sleep_us += us;
    }
    return SETTINGS_TAKEN;
}

static enum settings_answer obey_tc(struct shell *shell, const struct word *words, uint32_t n) {
    static const char *const impairing[] = {"netem", "tbf", "htb", "police"};

    for (uint32_t i = 1; i < n; i++)
        for (unsigned j = 0; j < sizeof impairing / sizeof impairing[0]; j++)
            if (word_is(words[i], impairing[j])) return unsupported(shell, "tc ", words[i]);
    return SETTINGS_TAKEN;
}

/* A number of a route or link.  Return: whether @word is one from @least to @most */
static bool is_within(struct word word, int64_t least, int64_t most, int64_t *number) {
    return word_number(word, number) && *number >= least && *number <= most;
}

static bool mtu_take(struct settings *settings, struct word word) {
    int64_t number;

    if (!is_within(word, SETTINGS_MTU_LEAST, SETTINGS_MTU_MOST, &number)) return false;
    settings->mtu = (uint32_t)number;
    return true;
}

static bool initcwnd_take(struct settings *settings, struct word word) {
    int64_t number;

    if (!is_within(word, 1, UINT8_MAX, &number)) return false;
    settings->config.initial_segments = (uint8_t)number;
    return true;
}

static bool hop_limit_take(struct settings *settings, struct word word) {
    int64_t number;

    if (!is_within(word, 1, UINT8_MAX, &number)) return false;
    settings->config.hop_limit = (uint8_t)number;
    return true;
}

/* Without a unit they are milliseconds, by ip-route(8). */
static bool rto_min_take(struct settings *settings, struct word word) {
    uint64_t us;
    int64_t ms;

    if (is_within(word, 1, 60000, &ms))
        us = (uint64_t)ms * 1000;
    else if (!is_time(word, &us) || us == 0 || us > 60000000)
        return false;
    settings->config.rto_min_us = (uint32_t)us;
    if (settings->config.habits.rto_variance_min_us)
        settings->config.habits.rto_variance_min_us = (uint32_t)us;
    if (settings->config.rto_max_us < us) settings->config.rto_max_us = (uint32_t)us;
    return true;
}

/* 1: no ACK waits, for as many segments as we can be told to. */
static bool quickack_take(struct settings *settings, struct word word) {
    int64_t number;

    if (!is_within(word, 0, 1, &number)) return false;
    if (number) settings->config.habits.quick_acks = UINT8_MAX;
    return true;
}

static bool congctl_take(struct settings *settings, struct word word) {
    (void)settings;
    return word_is(word, "reno") || word_is(word, "newreno") || word_is(word, "cubic");
}

static bool nothing_take(struct settings *settings, struct word word) {
    (void)settings;
    (void)word;
    return false;
}

/* What a route may say of its connections; whatever else it says is about where packets go. */
static const struct {
    const char *name;
    bool (*take)(struct settings *settings, struct word value);
} metrics[] = {
    {"mtu",                mtu_take      },
    {"initcwnd",           initcwnd_take },
    {"hoplimit",           hop_limit_take},
    {"rto_min",            rto_min_take  },
    {"quickack",           quickack_take },
    {"congctl",            congctl_take  },
    {"features",           nothing_take  },
    {"advmss",             nothing_take  },
    {"initrwnd",           nothing_take  },
    {"window",             nothing_take  },
    {"cwnd",               nothing_take  },
    {"ssthresh",           nothing_take  },
    {"rtt",                nothing_take  },
    {"rttvar",             nothing_take  },
    {"reordering",         nothing_take  },
    {"fastopen_no_cookie", nothing_take  },
    {"unreachable",        nothing_take  },
    {"blackhole",          nothing_take  },
    {"prohibit",           nothing_take  },
};

/* Words of `ip route add` or `change`, one after another. */
static enum settings_answer route_obey(struct shell *shell, const struct word *words, uint32_t n) {
    for (uint32_t i = 0; i < n; i++) {
        for (unsigned j = 0; j < sizeof metrics / sizeof metrics[0]; j++) {
            if (!word_is(words[i], metrics[j].name)) continue;
            uint32_t at = i + 1 < n && word_is(words[i + 1], "lock") ? i + 2 : i + 1;
            struct word value = at < n ? words[at] : word_of("");
            if (metrics[j].take(shell->settings, value)) continue;
            unsupported(shell, "ip route ", words[i]);
            if (value.length) text_char(shell->why, ' ');
            text_bytes(shell->why, value.at, value.length);
            return SETTINGS_UNSUPPORTED;
        }
    }
    return SETTINGS_TAKEN;
}

/* `mtu N` of a link. */
static enum settings_answer link_obey(struct shell *shell, const struct word *words, uint32_t n) {
    for (uint32_t i = 0; i + 1 < n; i++) {
        if (word_is(words[i], "down")) return unsupported(shell, "a link that is ", words[i]);
        if (word_is(words[i], "mtu") && !mtu_take(shell->settings, words[i + 1]))
            return unsupported(shell, "mtu ", words[i + 1]);
    }
    if (n && word_is(words[n - 1], "down"))
        return unsupported(shell, "a link that is ", words[n - 1]);
    return SETTINGS_TAKEN;
}

static enum settings_answer obey_ifconfig(struct shell *shell, const struct word *words, uint32_t n) {
    return link_obey(shell, words + 1, n - 1);
}

static bool is_change(struct word verb) {
    return word_is(verb, "add") || word_is(verb, "change") || word_is(verb, "replace") ||
           word_is(verb, "append") || word_is(verb, "set");
}

static enum settings_answer obey_ip(struct shell *shell, const struct word *words, uint32_t n) {
    uint32_t at = 1;

    while (at < n && word_begins(words[at], "-"))
        at++;
    struct word object = at < n ? words[at] : word_of("");
    struct word verb = at + 1 < n ? words[at + 1] : word_of("show");
    bool changes = is_change(verb);

    if (word_begins(object, "tcp") || word_begins(object, "nei")) return SETTINGS_TAKEN;
    if (word_begins(object, "ro") || word_is(object, "r"))
        return changes ? route_obey(shell, words + at + 2, n - at - 2) : SETTINGS_TAKEN;
    if (word_begins(object, "li") || word_is(object, "l"))
        return changes ? link_obey(shell, words + at + 2, n - at - 2) : SETTINGS_TAKEN;
    if (!changes && word_is(verb, "show")) return SETTINGS_TAKEN;
    return unsupported(shell, "ip ", object);
}

/* Run the text of a file. */
static enum settings_answer file_obey(struct shell *shell, struct word word) {
    char name[SETTINGS_VALUE_MAX];
    size_t octets = 0;
    const char *text = NULL;

    if (word_begins(word, "/tmp/sysctl_restore"))
        return SETTINGS_TAKEN; /* what it undoes is gone with the run */
    if (word.length >= sizeof name || shell->depth == SETTINGS_DEPTH_MAX)
        return unsupported(shell, "too many files in files: ", word);
    memcpy(name, word.at, word.length);
    name[word.length] = 0;
    if (shell->files && shell->files->read)
        text = shell->files->read(shell->files->context, name, &octets);
    if (!text) return unsupported(shell, "no such file to run: ", word);
    if (octets > UINT32_MAX) octets = UINT32_MAX;

    struct word rest = {text, (uint32_t)octets};
    struct word first = word_trimmed(word_until(rest, '\n'));
    if (word_begins(first, "#!") && word_until(first, ' ').length &&
        !word_begins(first, "#!/bin/sh") &&
        (first.length < 2 || memcmp(first.at + first.length - 2, "sh", 2) != 0))
        return unsupported(shell, "a program that is no shell script: ", word);
    shell->depth++;
    enum settings_answer answer = shell_run(shell, rest);
    shell->depth--;
    shell->has_exited = false;
    return answer;
}

/* `. FILE`, `sh FILE`, `bash -c TEXT`. */
static enum settings_answer obey_shell(struct shell *shell, const struct word *words, uint32_t n) {
    uint32_t at = 1;
    bool is_text = false;

    for (; at < n && word_begins(words[at], "-"); at++)
        is_text = is_text || word_until(words[at], 'c').length < words[at].length;
    if (at == n) return is_text ? SETTINGS_TAKEN : unsupported(shell, "command ", words[0]);
    if (!is_text) return file_obey(shell, words[at]);
    if (shell->depth == SETTINGS_DEPTH_MAX)
        return unsupported(shell, "too many files in files: ", words[0]);
    /* The words are in a command that the inner text's do not overwrite. */
    shell->depth++;
    enum settings_answer answer = shell_run(shell, words[at]);
    shell->depth--;
    shell->has_exited = false;
    return answer;
}

static enum settings_answer obey_rest(struct shell *shell, const struct word *words, uint32_t n) {
    return words_obey(shell, words + 1, n - 1);
}

static const struct known commands[] = {
    {"sysctl",    obey_sysctl  },
    {"ip",        obey_ip      },
    {"ifconfig",  obey_ifconfig},
    {"tc",        obey_tc      },
    {"sleep",     obey_sleep   },
    {"source",    obey_shell   },
    {".",         obey_shell   },
    {"sh",        obey_shell   },
    {"bash",      obey_shell   },
    {"sudo",      obey_rest    },
    {"exec",      obey_rest    },
    {"exit",      obey_exit    },
    {"return",    obey_exit    },
 /* These have no effect on what a script can see. */
    {":",         obey_nothing },
    {"true",      obey_nothing },
    {"set",       obey_nothing },
    {"export",    obey_nothing },
    {"unset",     obey_nothing },
    {"umask",     obey_nothing },
    {"ulimit",    obey_nothing },
    {"trap",      obey_nothing },
    {"wait",      obey_nothing },
    {"echo",      obey_nothing },
    {"printf",    obey_nothing },
    {"cat",       obey_nothing },
    {"ls",        obey_nothing },
    {"rm",        obey_nothing },
    {"mkdir",     obey_nothing },
    {"touch",     obey_nothing },
    {"chmod",     obey_nothing },
    {"sync",      obey_nothing },
    {"date",      obey_nothing },
    {"uname",     obey_nothing },
    {"logger",    obey_nothing },
    {"ethtool",   obey_nothing },
    {"arp",       obey_nothing },
    {"ndp",       obey_nothing },
    {"modprobe",  obey_nothing },
    {"kldload",   obey_nothing },
    {"kldunload", obey_nothing },
};

static bool is_name_octet(char c) {
    return c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/* NAME=VALUE, in front of a command. */
static bool is_variable(struct word word) {
    uint32_t n = word_until(word, '=').length;

    if (n == 0 || n == word.length) return false;
    for (uint32_t i = 0; i < n; i++)
        if (!is_name_octet(word.at[i])) return false;
    return true;
}

/* /proc/sys/NAME=VALUE */
static bool is_proc(struct word word) {
    return word_begins(word, "/proc/sys/") && word_until(word, '=').length < word.length;
}

/*
 * The words of a helper that takes /proc/sys/NAME=VALUE, whatever it is called, behind its name and that of its
 * interpreter.  Return: the first of these, 0: it is no such command
 */
static uint32_t helper_values(const struct word *words, uint32_t n) {
    uint32_t first = n > 2 && !is_proc(words[1]) ? 2 : 1;

    for (uint32_t i = first; i < n; i++)
        if (!is_proc(words[i])) return 0;
    return first < n ? first : 0;
}

static const struct known *known_of(struct word name) {
    for (unsigned i = 0; i < sizeof commands / sizeof commands[0]; i++)
        if (word_is(name, commands[i].name)) return &commands[i];
    return NULL;
}

static enum settings_answer words_obey(struct shell *shell, const struct word *words, uint32_t n) {
    const struct known *known;

    for (; n && is_variable(words[0]); n--)
        words++;
    if (n == 0) return SETTINGS_TAKEN;
    uint32_t at = helper_values(words, n);
    if (at) {
        enum settings_answer answer = SETTINGS_TAKEN;
        for (; at < n && answer == SETTINGS_TAKEN; at++)
            answer = assignment_obey(shell, word_behind(words[at], sizeof "/proc/sys/" - 1));
        return answer;
    }
    bool is_path = word_until(words[0], '/').length < words[0].length;
    if (is_path && word_begins(words[0], ".")) return file_obey(shell, words[0]);
    known = known_of(word_behind_last(words[0], '/'));
    if (known) return known->obey(shell, words, n);
    if (is_path) return file_obey(shell, words[0]);
    return unsupported(shell, "command ", words[0]);
}

/* echo VALUE... > /proc/sys/NAME */
static enum settings_answer output_obey(struct shell *shell, const struct shell_command *command) {
    struct word name = word_behind(command->output, sizeof "/proc/sys/" - 1);
    char memory[SETTINGS_VALUE_MAX];
    struct text value;

    if (command->n == 0 ||
        !(word_is(command->words[0], "echo") || word_is(command->words[0], "printf")))
        return unsupported(shell, "what is written to ", command->output);
    text_init(&value, memory, sizeof memory);
    for (uint32_t i = 1; i < command->n; i++) {
        if (i == 1 && word_is(command->words[i], "-n")) continue;
        if (value.used) text_char(&value, ' ');
        text_bytes(&value, command->words[i].at, command->words[i].length);
    }
    return settings_set(shell->settings, name, (struct word){value.at, (uint32_t)value.used},
                        shell->why);
}

static enum settings_answer command_obey(struct shell *shell, const struct shell_command *command) {
    if (word_begins(command->output, "/proc/sys/")) return output_obey(shell, command);
    return words_obey(shell, command->words, command->n);
}

static enum settings_answer shell_run(struct shell *shell, struct word word) {
    struct shell_text text = {word.at, word.at + word.length};
    struct shell_command command;
    bool is_skipped = false;

    while (text.at < text.end && !shell->has_exited) {
        const char *fault = shell_read(&text, &command);

        if (!fault && ++shell->commands > SETTINGS_COMMANDS_MAX)
            fault = "shell: very many commands";
        if (fault) return unsupported(shell, fault, word_of(""));
        if (!is_skipped && command_obey(shell, &command) != SETTINGS_TAKEN)
            return SETTINGS_UNSUPPORTED;
        is_skipped = command.joint == SHELL_OR || (is_skipped && command.joint == SHELL_PIPE);
    }
    return SETTINGS_TAKEN;
}

enum settings_answer settings_command(struct settings *settings, const struct files *files,
                                      struct word command, struct text *why) {
    struct shell shell = {.settings = settings, .files = files, .why = why};

    return shell_run(&shell, command);
}

enum settings_answer settings_file(struct settings *settings, const struct files *files,
                                   struct word name, struct text *why) {
    struct shell shell = {.settings = settings, .files = files, .why = why};

    return file_obey(&shell, name);
}
