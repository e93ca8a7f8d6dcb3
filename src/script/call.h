/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_SCRIPT_CALL_H
#define TERCET_SCRIPT_CALL_H

#include <stdbool.h>
#include <stdint.h>

#include "script/calls.h"

/*
 * One call that is being made.  Its function (calls_*.c) takes the arguments one after the other, stops if one was
 * wrong (call_is_right), asks the subject, hands the answer to call_returned, and, if that was as expected, compares
 * what came back behind pointers.  The first thing that is wrong decides the answer; what comes later is not said.
 */
struct call {
    struct calls *calls;
    const struct script_call *script;
    const struct sockets_kind *sockets;
    void *self;                   /* first argument of the sockets' functions */
    const struct value *argument; /* the next one */
    struct text *why;
    bool is_again;           /* it has waited */
    bool is_over;            /* it has waited until its deadline */
    enum call_answer answer; /* CALL_MET until something is wrong */
    int returned;
};

/* What scripts can name in calls: one row a name. */
struct call_row {
    const char *name;
    uint8_t least, most; /* arguments */
    void (*make)(struct call *call);
};

/* Rows of the files beside, each ended by a row without a name. */
extern const struct call_row calls_open[], calls_data[], calls_options[], calls_poll[],
    calls_files[];

/* calls.c: the course of a call. */

static inline bool call_is_right(const struct call *call) {
    return call->answer == CALL_MET;
}

/*
 * The subject has answered @returned: compared with what the script expects.
 */
void call_returned(struct call *call, int returned);

/* The same for what answers with a descriptor: the script's number becomes its name. */
void call_returned_descriptor(struct call *call, int returned);

/* Whether it was answered as expected, and with success: then there is something behind its pointers. */
static inline bool call_succeeded(const struct call *call) {
    return call->answer == CALL_MET && call->returned >= 0;
}

/* The script's number @number names the subject's @live from now on.  Said if it cannot. */
void call_name_descriptor(struct call *call, int64_t number, int live);

/* @answer with a sentence, unless there is one already.  Return: where to say it, or NULL */
struct text *call_answer(struct call *call, enum call_answer answer);

/* The same with the sentence @what, and behind it @word in quotes unless it has no length. */
void call_say(struct call *call, enum call_answer answer, const char *what, struct word word);

/* CALL_DIFFERS for the number @what: "revents: expected: 1, returned: 5", unless the two are equal. */
void call_compare(struct call *call, const char *what, int64_t expected, int64_t returned);

/* The same for flags by names that begin with @prefix. */
void call_compare_flags(struct call *call, const char *what, const char *prefix, uint32_t expected,
                        uint32_t returned);

/* calls_values.c: what values of the text mean. */

/* The next argument, which the row of the call has promised to be there. */
const struct value *call_next(struct call *call);

bool value_is_ellipsis(const struct value *value); /* NULL, and [...], too */
bool value_is_null(const struct value *value);     /* NULL or 0 as a pointer */

/* A number: written, a constant, several joined by `|`, ~N, or htons(N), which is N here. */
int64_t call_number(struct call *call, const struct value *value);
int call_int(struct call *call, const struct value *value);

/* The number behind a pointer: [N], or N. */
int64_t call_pointed_number(struct call *call, const struct value *value);

/* A descriptor: the subject's, by the script's number; -1 where EBADF is expected. */
int call_descriptor(struct call *call, const struct value *value);

/*
 * The item @index of a struct, or the one that is assigned to @name or @other_name.  Return: NULL: it is not there
 */
const struct value *struct_item(const struct value *value, uint32_t index, const char *name,
                                const char *other_name);

/*
 * The fields of the struct @value are some of @names, "fd events", and no more of them without a name: what is misspelt
 * would be looked at by nobody.  Said if not.
 */
void call_check_fields(struct call *call, const struct value *value, const char *names);

/*
 * A socket's address.  @filled_in: what `...` means
 * Return: NULL for NULL and AF_UNSPEC; @filled_in; or @memory, filled
 */
const struct tercet_endpoint *call_endpoint(struct call *call, const struct value *value,
                                            const struct tercet_endpoint *filled_in,
                                            struct tercet_endpoint *memory);

/* CALL_DIFFERS unless @returned is the address that the script expects in @value, if it does. */
void call_compare_endpoint(struct call *call, const struct value *value,
                           const struct tercet_endpoint *returned);

/* calls_info.c */

/* The fields of @info that are told, by name.  Return: how many */
struct unix_tcp_info;
uint32_t info_names(const struct unix_tcp_info *info, struct code_name names[CALLS_CODE_NAMES_MAX]);

#endif
