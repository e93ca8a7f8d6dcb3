/* SPDX-License-Identifier: BSD-2-Clause */
#include "call_text.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A reader of calls and nothing else, that takes what is right and stops the test at anything else. */
static const char *at;
static struct arena *memory;

static struct value *read_value(void);

static void skip(void) {
    while (isspace((unsigned char)*at))
        at++;
}

static void expect(char c) {
    skip();
    if (*at != c) {
        printf("# no call, at: %s\n", at);
        abort();
    }
    at++;
}

static bool takes(char c) {
    skip();
    if (*at != c) return false;
    at++;
    return true;
}

static struct word read_name(void) {
    struct word word = {at, 0};

    if (*at == '&') at++;
    while (isalnum((unsigned char)*at) || *at == '_')
        at++;
    word.length = (uint32_t)(at - word.at);
    return word;
}

static uint32_t read_list(struct value **list, char end) {
    uint32_t n = 0;

    if (takes(end)) return 0;
    do {
        *list = read_value();
        list = &(*list)->next;
        n++;
    } while (takes(','));
    expect(end);
    return n;
}

static struct value *value_of(enum value_kind kind) {
    struct value *value = arena_take(memory, sizeof *value);

    if (!value) abort();
    value->kind = kind;
    return value;
}

static struct value *read_string(void) {
    struct value *value = value_of(VALUE_STRING);

    value->word.at = at;
    while (*at != '"')
        at++;
    value->word.length = (uint32_t)(at++ - value->word.at);
    return value;
}

static struct value *read_named(void) {
    struct value *value = value_of(VALUE_NAME);

    value->word = read_name();
    if (takes('(')) {
        value->kind = VALUE_CALL;
        value->n_items = read_list(&value->items, ')');
    }
    if (takes('=')) {
        value->kind = VALUE_ASSIGNED;
        value->items = read_value();
        value->n_items = 1;
    }
    return value;
}

static struct value *read_one(void) {
    struct value *value;
    char *end;

    skip();
    if (strncmp(at, "...", 3) == 0) {
        at += 3;
        return value_of(VALUE_ELLIPSIS);
    }
    if (takes('"')) return read_string();
    if (takes('~')) {
        value = value_of(VALUE_NEGATED);
        value->items = read_one();
        value->n_items = 1;
        return value;
    }
    if (*at == '[' || *at == '{') {
        value = value_of(*at == '[' ? VALUE_POINTED : VALUE_STRUCT);
        value->n_items = read_list(&value->items, *at++ == '[' ? ']' : '}');
        return value;
    }
    if (isalpha((unsigned char)*at) || *at == '_' || *at == '&') return read_named();
    value = value_of(VALUE_INTEGER);
    value->integer = strtoll(at, &end, 0);
    if (end == at) expect('0');
    at = end;
    return value;
}

static struct value *read_value(void) {
    struct value *first = read_one(), *value, **next = &first->next;

    if (!takes('|')) return first;
    value = value_of(VALUE_OR);
    value->items = first;
    value->n_items = 1;
    do {
        *next = read_one();
        next = &(*next)->next;
        value->n_items++;
    } while (takes('|'));
    return value;
}

struct script_call *call_of_text(struct arena *arena, const char *text) {
    struct script_call *call = arena_take(arena, sizeof *call);

    if (!call) abort();
    at = text;
    memory = arena;
    call->name = read_name();
    expect('(');
    call->n_arguments = read_list(&call->arguments, ')');
    if (!takes('=')) return call;
    call->result = read_value();
    skip();
    call->error = read_name();
    return call;
}
