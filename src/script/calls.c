/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The course of a call: its name is looked up, its function makes it (calls_*.c), and the number and the error that it
 * answered are compared.  A call that sleeps is made again, whole, with arguments read anew: nothing of it is kept but
 * that it waits, and until when.
 */
#include "script/call.h"

#include "base/must.h"
#include "base/text.h"
#include "script/names.h"
#include "script/words.h"
#include "wire/ip.h"

enum {
    CALLS_SLEEPS_MAX = 100000, /* things that may happen while one call sleeps in a moment of its own */
};

static const struct call_row *const tables[] = {calls_open, calls_data, calls_options, calls_poll,
                                                calls_files};

void calls_init(struct calls *calls, const struct subject *subject, struct arena *arena,
                const struct tercet_endpoint *bind_to, const struct tercet_endpoint *connect_to) {
    *calls = (struct calls){
        .subject = subject,
        .arena = arena,
        .is_v6 = !address_is_v4(&bind_to->address),
        .bind_to = *bind_to,
        .connect_to = *connect_to,
        .wait_until_ns = UINT64_MAX,
        .used = -1,
    };
    for (unsigned i = 0; i < CALLS_DESCRIPTORS_MAX; i++)
        calls->descriptors[i] = -1;
}

struct text *call_answer(struct call *call, enum call_answer answer) {
    if (!call_is_right(call)) return NULL;
    call->answer = answer;
    return call->why;
}

void call_say(struct call *call, enum call_answer answer, const char *what, struct word word) {
    struct text *why = call_answer(call, answer);

    if (!why) return;
    text_put(why, what);
    if (!word.length) return;
    text_put(why, " `");
    text_bytes(why, word.at, word.length);
    text_put(why, "`");
}

void call_compare(struct call *call, const char *what, int64_t expected, int64_t returned) {
    struct text *why = expected == returned ? NULL : call_answer(call, CALL_DIFFERS);

    if (!why) return;
    text_put(why, what);
    text_put(why, ": expected: ");
    text_i64(why, expected);
    text_put(why, ", returned: ");
    text_i64(why, returned);
}

void call_compare_flags(struct call *call, const char *what, const char *prefix, uint32_t expected,
                        uint32_t returned) {
    struct text *why = expected == returned ? NULL : call_answer(call, CALL_DIFFERS);

    if (!why) return;
    text_put(why, what);
    text_put(why, ": expected: ");
    flags_text(why, prefix, expected);
    text_put(why, ", returned: ");
    flags_text(why, prefix, returned);
}

/* What the script expects of a call. */
struct expectation {
    bool has_number, has_error;
    int64_t number;
    int error;
};

static struct expectation call_expectation(struct call *call) {
    const struct value *result = call->script->result;
    struct expectation expected = {.has_number = result && result->kind != VALUE_ELLIPSIS};

    if (expected.has_number) expected.number = call_number(call, result);
    if (!call->script->error.length) return expected;
    expected.has_error = true;
    if (!name_error(call->script->error, &expected.error))
        call_say(call, CALL_WRONG, "there is no error", call->script->error);
    if (expected.has_number && expected.number >= 0)
        call_say(call, CALL_WRONG, "a call that succeeds has no error", call->script->error);
    return expected;
}

/* "expected: -1 EAGAIN, returned: " */
static void expectation_text(struct text *text, const struct expectation *expected) {
    text_put(text, "expected: ");
    if (expected->has_number)
        text_i64(text, expected->number);
    else
        text_put(text, expected->has_error ? "-1" : "...");
    if (expected->has_error) {
        text_char(text, ' ');
        error_text(text, expected->error);
    }
    text_put(text, ", returned: ");
}

static void call_differs(struct call *call, enum call_answer answer,
                         const struct expectation *expected) {
    struct text *why = call_answer(call, answer);

    if (!why) return;
    expectation_text(why, expected);
    text_i64(why, call->returned < 0 ? -1 : call->returned);
    if (call->returned >= 0) return;
    text_char(why, ' ');
    error_text(why, -call->returned);
}

/* "setsockopt(SOL_TCP, TCP_REPAIR)": what is unsupported, by the names in the call. */
static void call_unsupported(struct call *call) {
    struct text *why = call_answer(call, CALL_UNSUPPORTED);
    const char *between = "";

    if (!why) return;
    text_bytes(why, call->script->name.at, call->script->name.length);
    text_char(why, '(');
    for (const struct value *value = call->script->arguments; value; value = value->next) {
        const struct value *names = value->kind == VALUE_OR ? value->items : value;

        for (; names; names = value->kind == VALUE_OR ? names->next : NULL) {
            if (names->kind != VALUE_NAME) continue;
            text_put(why, between);
            text_bytes(why, names->word.at, names->word.length);
            between = value->kind == VALUE_OR && names->next ? "|" : ", ";
        }
    }
    text_char(why, ')');
}

void call_returned(struct call *call, int returned) {
    struct expectation expected;

    if (!call_is_right(call)) return;
    call->returned = returned;
    if (returned == SOCKETS_UNSUPPORTED) {
        call_unsupported(call);
        return;
    }
    expected = call_expectation(call);
    if (!call_is_right(call)) return;
    if (returned == SOCKETS_WAITS)
        call->answer = CALL_WAITS;
    else if (expected.has_number && expected.number != (returned < 0 ? -1 : returned))
        call_differs(call, CALL_DIFFERS, &expected);
    else if (expected.has_error && returned >= 0)
        call_differs(call, CALL_DIFFERS, &expected);
    else if (expected.has_error && expected.error != -returned)
        call_differs(call, CALL_ERRNO, &expected);
}

void call_returned_descriptor(struct call *call, int returned) {
    const struct value *result = call->script->result;
    int64_t number;

    if (!call_is_right(call)) return;
    if (returned < 0 || !result || result->kind == VALUE_ELLIPSIS) {
        call_returned(call, returned);
        return;
    }
    number = call_number(call, result);
    call->returned = returned;
    if (number < 0)
        call_returned(call, returned);
    else
        call_name_descriptor(call, number, returned);
}

void call_name_descriptor(struct call *call, int64_t number, int live) {
    if (!call_is_right(call)) return;
    if (number < 0 || number >= CALLS_DESCRIPTORS_MAX) {
        struct text *why = call_answer(call, CALL_WRONG);

        text_put(why, "descriptors have numbers from 0 to ");
        text_u64(why, CALLS_DESCRIPTORS_MAX - 1);
        text_put(why, ", not ");
        text_i64(why, number);
        return;
    }
    if (call->calls->descriptors[number] >= 0) {
        struct text *why = call_answer(call, CALL_WRONG);

        text_put(why, "descriptor ");
        text_i64(why, number);
        text_put(why, " is in use");
        return;
    }
    call->calls->descriptors[number] = live;
}

static const struct call_row *row_find(struct word name) {
    for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++) {
        for (const struct call_row *row = tables[i]; row->name; row++) {
            if (word_is(name, row->name)) return row;
        }
    }
    return NULL;
}

static bool call_fits(struct call *call, const struct call_row *row) {
    uint32_t n = call->script->n_arguments;
    struct text *why;

    if (!row) {
        call_say(call, CALL_UNSUPPORTED, "the call", call->script->name);
        return false;
    }
    if (n >= row->least && n <= row->most) return true;
    why = call_answer(call, CALL_WRONG);
    text_put(why, row->name);
    text_put(why, "() takes ");
    text_u64(why, row->least);
    if (row->most != row->least) {
        text_put(why, " to ");
        text_u64(why, row->most);
    }
    text_put(why, " arguments, not ");
    text_u64(why, n);
    return false;
}

static enum call_answer call_make(struct calls *calls, const struct script_call *script,
                                  bool is_again, struct text *why) {
    const struct subject *subject = calls->subject;
    const struct call_row *row = row_find(script->name);
    struct call call = {
        .calls = calls,
        .script = script,
        .sockets = &subject->kind->sockets,
        .self = subject->self,
        .argument = script->arguments,
        .why = why,
        .is_again = is_again,
        .is_over = is_again && subject->kind->now(subject->self) >= calls->wait_until_ns,
    };

    if (call_fits(&call, row)) row->make(&call);
    return call.answer;
}

/*
 * A call with a deadline of its own may sleep in a moment that does not let it: nothing else goes on then.
 */
static enum call_answer calls_sleep(struct calls *calls, const struct script_call *script,
                                    struct text *why) {
    const struct subject *subject = calls->subject;
    enum call_answer answer = CALL_WAITS;

    for (unsigned i = 0; i < CALLS_SLEEPS_MAX && answer == CALL_WAITS; i++) {
        if (calls->wait_until_ns == UINT64_MAX) break;
        subject->kind->pass(subject->self, calls->wait_until_ns);
        answer = call_make(calls, script, true, why);
    }
    return answer;
}

static void would_block(struct calls *calls, const struct script_call *script, struct text *why) {
    struct call call = {.calls = calls, .script = script, .why = why};
    struct expectation expected = call_expectation(&call);

    expectation_text(why, &expected);
    text_put(why, "nothing yet: it would block");
}

enum call_answer calls_begin(struct calls *calls, const struct script_call *call, bool is_blocking,
                             struct text *why) {
    enum call_answer answer;

    must(!calls->waiting);
    calls->wait_until_ns = UINT64_MAX;
    answer = call_make(calls, call, false, why);
    if (answer == CALL_WAITS && !is_blocking) answer = calls_sleep(calls, call, why);
    if (answer != CALL_WAITS) return answer;
    if (!is_blocking) {
        would_block(calls, call, why);
        return CALL_DIFFERS;
    }
    calls->waiting = call;
    return CALL_WAITS;
}

enum call_answer calls_again(struct calls *calls, struct text *why) {
    enum call_answer answer;

    must(calls->waiting);
    answer = call_make(calls, calls->waiting, true, why);
    if (answer != CALL_WAITS) calls->waiting = NULL;
    return answer;
}
