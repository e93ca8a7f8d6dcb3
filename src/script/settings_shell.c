/* SPDX-License-Identifier: BSD-2-Clause */
#include "script/settings_shell.h"

#include "base/text.h"
#include "script/shell_arithmetic.h"

static char shell_peek(const struct shell_text *text, uint32_t ahead) {
    return ahead < (size_t)(text->end - text->at) ? text->at[ahead] : 0;
}

/* Blanks, lines that go on, and comments.  The end of a line stays. */
static void skip_blanks(struct shell_text *text) {
    for (;;) {
        char c = shell_peek(text, 0);
        if (c == ' ' || c == '\t' || c == '\r')
            text->at++;
        else if (c == '\\' && shell_peek(text, 1) == '\n')
            text->at += 2;
        else if (c == '\\' && shell_peek(text, 1) == '\r' && shell_peek(text, 2) == '\n')
            text->at += 3;
        else
            break;
    }
    if (shell_peek(text, 0) != '#') return;
    while (text->at < text->end && *text->at != '\n')
        text->at++;
}

static bool octet_put(struct shell_command *command, char c) {
    if (command->used == sizeof command->octets) return false;
    command->octets[command->used++] = c;
    return true;
}

/* What stands for something else, and cannot be known here. */
static const char *expansion_at(const struct shell_text *text) {
    char c = shell_peek(text, 0), next = shell_peek(text, 1);

    if (c == '`' || (c == '$' && next == '(')) return "shell: $(...)";
    return NULL;
}

static bool sum_is_at(const struct shell_text *text) {
    return shell_peek(text, 0) == '$' && shell_peek(text, 1) == '(' && shell_peek(text, 2) == '(';
}

/* $((...)) becomes its number.  Return: as of shell_read */
static const char *sum_put(struct shell_text *text, struct shell_command *command) {
    char digits[24];
    struct text number;
    int64_t value;

    if (!shell_arithmetic(text, &value)) return "shell: $((...))";
    text_init(&number, digits, sizeof digits);
    text_i64(&number, value);
    for (size_t i = 0; i < number.used; i++) {
        if (!octet_put(command, digits[i])) return "shell: a very long command";
    }
    return NULL;
}

/* The inside of quotes, up to the closing one.  Return: as of shell_read */
static const char *quoted_read(struct shell_text *text, struct shell_command *command, char quote) {
    for (text->at++; text->at < text->end; text->at++) {
        const char *fault = NULL;
        char c, next;

        while (!fault && quote == '"' && sum_is_at(text))
            fault = sum_put(text, command);
        if (!fault && quote == '"') fault = expansion_at(text);
        if (fault) return fault;
        c = shell_peek(text, 0);
        next = shell_peek(text, 1);
        if (text->at == text->end) break;
        if (c == quote) {
            text->at++;
            return NULL;
        }
        if (quote == '"' && c == '\\' &&
            (next == '"' || next == '\\' || next == '$' || next == '\n')) {
            text->at++;
            if (next == '\n') continue;
            c = next;
        }
        if (!octet_put(command, c)) return "shell: a very long command";
    }
    return "shell: a quote without its end";
}

static bool is_word_end(char c) {
    return is_blank(c) || c == ';' || c == '&' || c == '|' || c == '<' || c == '>' || c == '(' ||
           c == ')';
}

/* A word, into the command's octets.  Return: as of shell_read */
static const char *word_read(struct shell_text *text, struct shell_command *command,
                             struct word *word) {
    uint32_t from = command->used;
    const char *fault = NULL;

    while (!fault && text->at < text->end && !is_word_end(*text->at)) {
        char c = *text->at;
        if (c == '\'' || c == '"') {
            fault = quoted_read(text, command, c);
            continue;
        }
        if (sum_is_at(text)) {
            fault = sum_put(text, command);
            continue;
        }
        fault = expansion_at(text);
        if (c == '\\' && text->at + 1 < text->end) c = *++text->at;
        text->at++;
        if (c != '\n' && !octet_put(command, c)) fault = "shell: a very long command";
    }
    *word = (struct word){command->octets + from, command->used - from};
    return fault;
}

/* `>`, `>>`, `2>&1`, `<`: the digit in front has been read.  Return: as of shell_read */
static const char *redirection_read(struct shell_text *text, struct shell_command *command,
                                    char descriptor) {
    bool is_input = *text->at == '<';
    struct word file;

    text->at++;
    if (is_input && shell_peek(text, 0) == '<') return "shell: <<";
    if (shell_peek(text, 0) == '(') return "shell: a process in place of a file";
    if (shell_peek(text, 0) == '>' || shell_peek(text, 0) == '|') text->at++;
    if (shell_peek(text, 0) == '&') {
        text->at++;
        return word_read(text, command, &file);
    }
    skip_blanks(text);
    const char *fault = word_read(text, command, &file);
    if (!fault && !is_input && descriptor != '2') command->output = file;
    return fault;
}

/* The digit or `&` of a redirection that begins here; 0: none does. */
static char redirection_at(const struct shell_text *text) {
    char c = shell_peek(text, 0), next = shell_peek(text, 1);

    if (c == '<' || c == '>') return '1';
    if (((c >= '0' && c <= '9') || c == '&') && (next == '>' || next == '<')) return c;
    return 0;
}

static enum shell_joint joint_read(struct shell_text *text) {
    char c = shell_peek(text, 0), next = shell_peek(text, 1);

    if (text->at == text->end) return SHELL_END;
    text->at += (c == '&' || c == '|' || c == ';') && next == c ? 2 : 1;
    if (c == '&') return next == c ? SHELL_AND : SHELL_NEXT;
    if (c == '|') return next == c ? SHELL_OR : SHELL_PIPE;
    return SHELL_NEXT;
}

const char *shell_read(struct shell_text *text, struct shell_command *command) {
    const char *fault = NULL;

    command->n = 0;
    command->used = 0;
    command->output = (struct word){0};
    for (skip_blanks(text); !fault && text->at < text->end; skip_blanks(text)) {
        char descriptor = redirection_at(text);

        if (descriptor) {
            if (*text->at == descriptor) text->at++;
            fault = redirection_read(text, command, descriptor);
            continue;
        }
        if (*text->at == '(' || *text->at == ')') return "shell: ( )";
        if (is_word_end(*text->at)) break;
        if (command->n == SHELL_WORDS_MAX) return "shell: a command of very many words";
        fault = word_read(text, command, &command->words[command->n++]);
    }
    command->joint = joint_read(text);
    return fault;
}
