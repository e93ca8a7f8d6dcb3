/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Calls on descriptors of any kind.
 */
#include "script/call.h"

/* The number of the script's descriptor that is the subject's @live, or -1. */
static int number_of(const struct calls *calls, int live) {
    for (int i = 0; i < CALLS_DESCRIPTORS_MAX; i++) {
        if (live >= 0 && calls->descriptors[i] == live) return i;
    }
    return -1;
}

static void call_close(struct call *call) {
    int fd = call_descriptor(call, call_next(call)), number = number_of(call->calls, fd);

    if (!call_is_right(call)) return;
    call_returned(call, call->sockets->close(call->self, fd));
    if (number >= 0 && call->answer != CALL_WAITS) call->calls->descriptors[number] = -1;
}

static void call_shutdown(struct call *call) {
    int fd = call_descriptor(call, call_next(call));
    int how = call_int(call, call_next(call));

    if (call_is_right(call)) call_returned(call, call->sockets->shutdown(call->self, fd, how));
}

static void call_fcntl(struct call *call) {
    int fd = call_descriptor(call, call_next(call));
    int command = call_int(call, call_next(call));
    int64_t value = call->argument ? call_number(call, call_next(call)) : 0;

    if (call_is_right(call))
        call_returned(call, call->sockets->fcntl(call->self, fd, command, value));
}

/* ioctl(3, SIOCINQ, [1000]): what is behind the pointer goes in, and is compared when it has come out. */
static void call_ioctl(struct call *call) {
    int fd = call_descriptor(call, call_next(call)), value = 0, expected;
    int64_t request = call_number(call, call_next(call));
    const struct value *argument = call->argument ? call_next(call) : NULL;
    bool is_any = !argument || value_is_ellipsis(argument);

    if (!is_any) value = (int)call_pointed_number(call, argument);
    expected = value;
    if (!call_is_right(call)) return;
    call_returned(call, call->sockets->ioctl(call->self, fd, (uint64_t)request, &value));
    if (call_succeeded(call) && !is_any) call_compare(call, "value", expected, value);
}

/* pipe([4, 5]): both numbers become names. */
static void call_pipe(struct call *call) {
    const struct value *pair = call_next(call);
    int fds[2];

    if (pair->kind != VALUE_POINTED || pair->n_items != 2)
        call_say(call, CALL_WRONG, "pipe() takes [n, n]", (struct word){0});
    if (!call_is_right(call)) return;
    call_returned(call, call->sockets->pipe(call->self, fds));
    if (!call_succeeded(call)) return;
    call_name_descriptor(call, call_number(call, pair->items), fds[0]);
    call_name_descriptor(call, call_number(call, pair->items->next), fds[1]);
}

static void call_splice(struct call *call) {
    int from, to, flags;
    const struct value *from_offset, *to_offset;
    int64_t octets;

    from = call_descriptor(call, call_next(call));
    from_offset = call_next(call);
    to = call_descriptor(call, call_next(call));
    to_offset = call_next(call);
    octets = call_number(call, call_next(call));
    flags = call_int(call, call_next(call));
    if (!(value_is_null(from_offset) || value_is_ellipsis(from_offset)) ||
        !(value_is_null(to_offset) || value_is_ellipsis(to_offset)))
        call_say(call, CALL_UNSUPPORTED, "splice() at an offset", (struct word){0});
    if (!call_is_right(call)) return;
    if (octets < 0) octets = 0;
    if (octets > INT32_MAX) octets = INT32_MAX;
    call_returned(call, call->sockets->splice(call->self, from, to, (uint32_t)octets, flags));
}

const struct call_row calls_files[] = {
    {"close",        1, 1, call_close},
    {"shutdown",             2, 2, call_shutdown},
    {"fcntl",              2, 3, call_fcntl},
    {"ioctl", 2, 3, call_ioctl},
    {"pipe", 1, 1, call_pipe},
    {"splice",        6, 6, call_splice},
    {0            },
};
