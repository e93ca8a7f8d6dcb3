/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Calls that move bytes.  What a script writes are zeros and what it reads it does not look at, so however much a call
 * asks for, all of it lies in the same few pages: a message is many spans of one place.
 */
#include "script/call.h"

#include "base/text.h"

enum {
    BUFFER_BYTES = 16384,        /* the one place */
    CALL_BYTES_MAX = 0x7ffff000, /* more is cut off, as Linux does */
    CALL_SPANS_MAX = 1024,       /* of readv and the like: UIO_MAXIOV */
    SPANS_LEAST = 64,            /* room that is taken at first */
};

#define CONTROL_FIELDS "cmsg_level cmsg_type cmsg_data cmsg_len"

static const unsigned char zeros[BUFFER_BYTES];
static const struct word no_word;

/* What the functions of this file have in common: they move a message over a socket. */
struct transfer {
    int fd, flags;
    bool is_read;
    int error;       /* what the kernel says before it looks at the socket */
    uint32_t octets; /* of the message */
    struct unix_message message;
    struct tercet_endpoint name;
};

/* Room for @more spans besides those that are there. */
static bool spans_make_room(struct calls *calls, struct unix_message *message, uint32_t more) {
    uint32_t room = calls->spans_room ? calls->spans_room : SPANS_LEAST;
    struct unix_span *spans;

    while (room < message->n_spans + more)
        room *= 2;
    if (room > calls->spans_room) {
        spans = arena_take(calls->arena, room * sizeof *spans);
        if (!spans) return false;
        if (message->n_spans) memcpy(spans, calls->spans, message->n_spans * sizeof *spans);
        calls->spans = spans;
        calls->spans_room = room;
    }
    message->spans = calls->spans;
    return true;
}

/* @octets more at @base, which are the same again and again in runs of at most @run. */
static void transfer_add(struct call *call, struct transfer *transfer, void *base, uint32_t run,
                         uint32_t octets) {
    struct unix_message *message = &transfer->message;
    uint32_t room = CALL_BYTES_MAX - transfer->octets;

    if (octets > room) octets = room;
    if (!octets) return;
    if (!spans_make_room(call->calls, message, (octets - 1) / run + 1)) {
        call_say(call, CALL_WRONG, "a buffer is too large", no_word);
        return;
    }
    transfer->octets += octets;
    while (octets > 0) {
        uint32_t length = octets < run ? octets : run;

        message->spans[message->n_spans++] = (struct unix_span){base, length};
        octets -= length;
    }
}

static void *place_to_read(struct call *call) {
    struct calls *calls = call->calls;

    if (!calls->read_into) calls->read_into = arena_take(calls->arena, BUFFER_BYTES);
    if (!calls->read_into) call_say(call, CALL_WRONG, "a buffer is too large", no_word);
    return calls->read_into;
}

/* A constant place that is only read: sends take spans as receives do. */
static void *place_of(const void *octets) {
    return (void *)(uintptr_t)octets;
}

/* @octets of the buffer @value: a string and zeros behind it, or `...`. */
static void transfer_add_buffer(struct call *call, struct transfer *transfer,
                                const struct value *value, int64_t octets) {
    uint32_t left = octets > CALL_BYTES_MAX ? CALL_BYTES_MAX : (uint32_t)octets;
    void *place;

    if (!call_is_right(call)) return;
    if (value->kind == VALUE_STRING && transfer->is_read) {
        call_say(call, CALL_UNSUPPORTED, "to compare what was read with", value->word);
    } else if (value->kind == VALUE_STRING && value->word.length > 0) {
        uint32_t length = value->word.length < left ? value->word.length : left;

        transfer_add(call, transfer, place_of(value->word.at), value->word.length, length);
        left -= length;
    } else if (value->kind != VALUE_STRING && !value_is_ellipsis(value) && !value_is_null(value)) {
        call_say(call, CALL_WRONG, "a buffer is missing", no_word);
    }
    place = transfer->is_read ? place_to_read(call) : place_of(zeros);
    if (call_is_right(call)) transfer_add(call, transfer, place, BUFFER_BYTES, left);
}

/* A buffer and its length: the next two arguments. */
static void transfer_buffer(struct call *call, struct transfer *transfer) {
    const struct value *buffer = call_next(call), *length = call_next(call);
    int64_t octets = call_number(call, length);

    if (octets < 0)
        transfer->error = -UNIX_EINVAL;
    else
        transfer_add_buffer(call, transfer, buffer, octets);
}

/* [{..., 1000}, {..., 500}]; @count: NULL, or how many are meant */
static void transfer_spans(struct call *call, struct transfer *transfer, const struct value *spans,
                           const struct value *count) {
    int64_t n = spans->n_items;

    if (spans->kind != VALUE_POINTED) call_say(call, CALL_WRONG, "[{..., n}] is missing", no_word);
    if (count && !value_is_ellipsis(count)) n = call_number(call, count);
    if (n < 0 || n > CALL_SPANS_MAX) transfer->error = -UNIX_EINVAL;
    if (!call_is_right(call) || transfer->error) return;
    if (n > spans->n_items) call_say(call, CALL_WRONG, "there are fewer buffers", no_word);
    for (const struct value *span = spans->items; span && n > 0; span = span->next, n--) {
        const struct value *buffer = struct_item(span, 0, "iov_base", NULL);
        const struct value *length = struct_item(span, 1, "iov_len", NULL);
        int64_t octets = length ? call_number(call, length) : -1;

        call_check_fields(call, span, "iov_base iov_len");
        if (!buffer || !length) {
            call_say(call, CALL_WRONG, "a buffer is {..., n}", no_word);
            return;
        }
        if (octets < 0) transfer->error = -UNIX_EINVAL;
        if (!call_is_right(call) || transfer->error) return;
        transfer_add_buffer(call, transfer, buffer, octets);
    }
}

static void transfer_make(struct call *call, struct transfer *transfer) {
    int returned = transfer->error;

    if (!call_is_right(call)) return;
    if (!returned && transfer->is_read)
        returned = call->sockets->receive(call->self, transfer->fd, &transfer->message,
                                          transfer->flags);
    else if (!returned)
        returned = call->sockets->send(call->self, transfer->fd, &transfer->message,
                                       transfer->flags);
    call_returned(call, returned);
}

/* Kernels do not ask the file for nothing, if there is one. */
static bool transfer_is_empty(const struct transfer *transfer) {
    return !transfer->error && !transfer->octets && transfer->fd >= 0;
}

/* read, write: a buffer; readv, writev: several; recv, send: flags behind it. */
static void call_transfer(struct call *call, bool is_read, bool has_spans, bool has_flags) {
    struct transfer transfer = {.is_read = is_read};
    const struct value *spans;

    transfer.fd = call_descriptor(call, call_next(call));
    if (has_spans) {
        spans = call_next(call);
        transfer_spans(call, &transfer, spans, call_next(call));
    } else {
        transfer_buffer(call, &transfer);
    }
    if (has_flags) transfer.flags = call_int(call, call_next(call));
    if (is_read && !has_flags && transfer_is_empty(&transfer))
        call_returned(call, 0);
    else
        transfer_make(call, &transfer);
}

static void call_read(struct call *call) {
    call_transfer(call, true, false, false);
}

static void call_readv(struct call *call) {
    call_transfer(call, true, true, false);
}

static void call_recv(struct call *call) {
    call_transfer(call, true, false, true);
}

static void call_write(struct call *call) {
    call_transfer(call, false, false, false);
}

static void call_writev(struct call *call) {
    call_transfer(call, false, true, false);
}

static void call_send(struct call *call) {
    call_transfer(call, false, false, true);
}

static void call_recvfrom(struct call *call) {
    struct transfer transfer = {.is_read = true};
    const struct value *address;

    transfer.fd = call_descriptor(call, call_next(call));
    transfer_buffer(call, &transfer);
    transfer.flags = call_int(call, call_next(call));
    address = call_next(call);
    transfer.message.name = &transfer.name;
    transfer_make(call, &transfer);
    if (call_succeeded(call)) call_compare_endpoint(call, address, &transfer.name);
}

/*
 * To where a message goes.  With MSG_FASTOPEN that is a connect, and packets are about it from now on.
 */
static void transfer_name(struct call *call, struct transfer *transfer, const struct value *value) {
    const struct tercet_endpoint *name = call_endpoint(call, value, &call->calls->connect_to,
                                                       &transfer->name);
    struct focus *focus = &call->calls->focus;

    if (!name) return;
    transfer->name = *name;
    transfer->message.name = &transfer->name;
    if (!call_is_right(call) || !(transfer->flags & UNIX_MSG_FASTOPEN)) return;
    focus->is_passive = false;
    focus->remote = *name;
}

static void call_sendto(struct call *call) {
    struct transfer transfer = {.is_read = false};

    transfer.fd = call_descriptor(call, call_next(call));
    transfer_buffer(call, &transfer);
    transfer.flags = call_int(call, call_next(call));
    transfer_name(call, &transfer, call_next(call));
    transfer_make(call, &transfer);
}

static const struct value *message_item(const struct value *message, const char *name) {
    return struct_item(message, UINT32_MAX, name, NULL);
}

/* {msg_name(...)=..., msg_iov(1)=[{..., n}], msg_flags=0, msg_control=[...]} */
static void transfer_message(struct call *call, struct transfer *transfer,
                             const struct value *message) {
    const struct value *spans = message_item(message, "msg_iov");

    if (message->kind != VALUE_STRUCT)
        call_say(call, CALL_WRONG, "{msg_iov=...} is missing", no_word);
    call_check_fields(call, message,
                      "msg_name msg_namelen msg_iov msg_iovlen msg_control msg_controllen msg_flags");
    if (spans && !value_is_null(spans))
        transfer_spans(call, transfer, spans, message_item(message, "msg_iovlen"));
}

static bool list_is_empty(const struct value *value) {
    return value_is_null(value) ||
           ((value->kind == VALUE_POINTED || value->kind == VALUE_STRUCT) && !value->n_items);
}

/* {ee_errno=0, ee_origin=SO_EE_ORIGIN_ZEROCOPY, ...}: each field that is named. */
static void notice_compare(struct call *call, const struct value *expected,
                           const struct unix_notice *returned) {
    const struct {
        const char *name;
        int64_t value;
    } fields[] = {
        {"ee_errno",  returned->error },
        {"ee_origin", returned->origin},
        {"ee_type",   returned->type  },
        {"ee_code",   returned->code  },
        {"ee_info",   returned->info  },
        {"ee_data",   returned->data  },
    };

    call_check_fields(call, expected, "ee_errno ee_origin ee_type ee_code ee_info ee_data");
    for (uint32_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        const struct value *item = struct_item(expected, i, fields[i].name, NULL);

        if (item && !value_is_ellipsis(item))
            call_compare(call, fields[i].name, call_number(call, item), fields[i].value);
    }
}

/* One control message of the script against one that came. */
static void control_compare(struct call *call, const struct value *expected,
                            const struct unix_control *returned) {
    const struct value *level = struct_item(expected, 0, "cmsg_level", NULL);
    const struct value *type = struct_item(expected, 1, "cmsg_type", NULL);
    const struct value *data = struct_item(expected, 2, "cmsg_data", NULL);

    if (!level || !type) {
        call_say(call, CALL_WRONG, "a control message is {cmsg_level=, cmsg_type=, cmsg_data=}",
                 no_word);
        return;
    }
    call_compare(call, "cmsg_level", call_int(call, level), returned->level);
    call_compare(call, "cmsg_type", call_int(call, type), returned->type);
    if (!data || value_is_ellipsis(data)) return;
    if (data->kind == VALUE_STRUCT)
        notice_compare(call, data, &returned->notice);
    else
        call_compare(call, "cmsg_data", call_pointed_number(call, data), returned->value);
}

/* A control message whose data is a struct that no socket here makes: a time stamp. */
static bool control_is_unsupported(struct call *call, const struct value *expected) {
    const struct value *data = struct_item(expected, 2, "cmsg_data", NULL);
    const struct value *type = struct_item(expected, 1, "cmsg_type", NULL);
    int64_t number = type ? call_int(call, type) : 0;

    if (!data || data->kind != VALUE_STRUCT) return false;
    if (number == UNIX_IP_RECVERR || number == UNIX_IPV6_RECVERR) return false;
    call_say(call, CALL_UNSUPPORTED, "the control message",
             type && type->kind == VALUE_NAME ? type->word : no_word);
    return true;
}

static void controls_compare(struct call *call, const struct value *expected,
                             const struct unix_message *returned) {
    const struct value *item = expected->items;
    uint32_t n = expected->n_items;

    if (!list_is_empty(expected) && expected->kind != VALUE_POINTED) {
        call_say(call, CALL_WRONG, "msg_control is [{cmsg_level=, ...}, ...]", no_word);
        return;
    }
    call_compare(call, "control messages", n, returned->n_controls);
    for (uint32_t i = 0; i < n && call_is_right(call); i++, item = item->next)
        control_compare(call, item, &returned->controls[i]);
}

/* What the script expects of control messages, if that is something. */
static const struct value *controls_expected(struct call *call, const struct value *message) {
    const struct value *controls = message_item(message, "msg_control");

    if (!controls || value_is_ellipsis(controls)) return NULL;
    for (const struct value *item = controls->items; item; item = item->next) {
        if (control_is_unsupported(call, item)) break;
        call_check_fields(call, item, CONTROL_FIELDS);
    }
    return controls;
}

static void call_recvmsg(struct call *call) {
    struct transfer transfer = {.is_read = true};
    const struct value *message, *flags, *name, *controls;

    transfer.fd = call_descriptor(call, call_next(call));
    message = call_next(call);
    transfer.flags = call_int(call, call_next(call));
    transfer.message.name = &transfer.name;
    transfer_message(call, &transfer, message);
    controls = controls_expected(call, message);
    transfer_make(call, &transfer);
    if (!call_succeeded(call)) return;
    flags = message_item(message, "msg_flags");
    if (flags && !value_is_ellipsis(flags))
        call_compare_flags(call, "msg_flags", "MSG_", (uint32_t)call_int(call, flags),
                           (uint32_t)transfer.message.flags);
    if (controls) controls_compare(call, controls, &transfer.message);
    name = message_item(message, "msg_name");
    if (name) call_compare_endpoint(call, name, &transfer.name);
}

/* Control messages to be sent: numbers, such as SO_TIMESTAMPING's. */
static void controls_send(struct call *call, struct unix_message *message,
                          const struct value *controls) {
    const struct value *item = controls->items;
    uint32_t n = list_is_empty(controls) || value_is_ellipsis(controls) ? 0 : controls->n_items;

    if (n > UNIX_CONTROLS_MAX) call_say(call, CALL_WRONG, "too many control messages", no_word);
    for (uint32_t i = 0; i < n && call_is_right(call); i++, item = item->next) {
        const struct value *level = struct_item(item, 0, "cmsg_level", NULL);
        const struct value *type = struct_item(item, 1, "cmsg_type", NULL);
        const struct value *data = struct_item(item, 2, "cmsg_data", NULL);

        if (control_is_unsupported(call, item)) return;
        call_check_fields(call, item, CONTROL_FIELDS);
        if (!level || !type || !data) {
            call_say(call, CALL_WRONG, "a control message is {cmsg_level=, cmsg_type=, cmsg_data=}",
                     no_word);
            return;
        }
        message->controls[message->n_controls++] = (struct unix_control){
            .level = call_int(call, level),
            .type = call_int(call, type),
            .value = call_pointed_number(call, data),
        };
    }
}

static void call_sendmsg(struct call *call) {
    struct transfer transfer = {.is_read = false};
    const struct value *message, *name, *controls;

    transfer.fd = call_descriptor(call, call_next(call));
    message = call_next(call);
    transfer.flags = call_int(call, call_next(call));
    transfer_message(call, &transfer, message);
    name = message_item(message, "msg_name");
    controls = message_item(message, "msg_control");
    if (name) transfer_name(call, &transfer, name);
    if (controls) controls_send(call, &transfer.message, controls);
    transfer_make(call, &transfer);
}

const struct call_row calls_data[] = {
    {"read",         3, 3, call_read},
    {"readv",             3, 3, call_readv},
    {"recv",              4, 4, call_recv},
    {"recvfrom", 6, 6, call_recvfrom},
    {"recvmsg",    3, 3, call_recvmsg},
    {"write",         3, 3, call_write},
    {"writev",             3, 3, call_writev},
    {"send",              4, 4, call_send},
    {"sendto",             6, 6, call_sendto},
    {"sendmsg", 3, 3, call_sendmsg},
    {0     },
};
