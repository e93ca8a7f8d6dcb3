/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Calls that make sockets and tie them to addresses.  They move the focus: the ports of the script's packets are those
 * of the socket that was spoken of last.
 */
#include "script/call.h"

#include "wire/ip.h"

/*
 * @live has an address now, @local or @remote (either NULL), which it may have chosen itself.
 */
static void focus_on(struct call *call, int live, const struct tercet_endpoint *local,
                     const struct tercet_endpoint *remote) {
    struct focus focus = call->calls->focus;

    focus.local = focus.remote = (struct tercet_endpoint){0};
    call->sockets->names(call->self, live, &focus.local, &focus.remote);
    if (!focus.local.port && local) focus.local = *local;
    if (!focus.remote.port && remote) focus.remote = *remote;
    call->calls->focus = focus;
}

/* A call has made the socket that its result names: it is used now. */
static void use_result(struct call *call) {
    const struct value *result = call->script->result;

    if (result && result->kind != VALUE_ELLIPSIS) call->calls->used = call_int(call, result);
}

static void call_socket(struct call *call) {
    const struct value *family = call_next(call);
    int domain = call->calls->is_v6 ? UNIX_AF_INET6 : UNIX_AF_INET, type, protocol;

    if (!value_is_ellipsis(family)) domain = call_int(call, family);
    type = call_int(call, call_next(call));
    protocol = call_int(call, call_next(call));
    if (!call_is_right(call)) return;
    call_returned_descriptor(call, call->sockets->socket(call->self, domain, type, protocol));
    if (!call_succeeded(call)) return;
    use_result(call);
    call->calls->focus = (struct focus){.sockets_made = call->calls->focus.sockets_made + 1};
}

static void call_bind(struct call *call) {
    int fd = call_descriptor(call, call_next(call));
    struct tercet_endpoint memory;
    const struct tercet_endpoint *local = call_endpoint(call, call_next(call),
                                                        &call->calls->bind_to, &memory);

    if (!call_is_right(call)) return;
    call_returned(call, local ? call->sockets->bind(call->self, fd, local) : -UNIX_EINVAL);
    if (call_succeeded(call)) focus_on(call, fd, local, NULL);
}

static void call_listen(struct call *call) {
    int fd = call_descriptor(call, call_next(call));
    int backlog = call_int(call, call_next(call));

    if (!call_is_right(call)) return;
    call_returned(call, call->sockets->listen(call->self, fd, backlog));
    if (!call_succeeded(call)) return;
    focus_on(call, fd, &call->calls->focus.local, NULL);
    call->calls->focus.is_passive = true;
}

/* Where it connects to counts as soon as it tries: the SYN is expected while the call waits. */
static void call_connect(struct call *call) {
    int fd = call_descriptor(call, call_next(call)), returned;
    struct tercet_endpoint memory;
    const struct tercet_endpoint *remote = call_endpoint(call, call_next(call),
                                                         &call->calls->connect_to, &memory);

    if (!call_is_right(call)) return;
    returned = call->sockets->connect(call->self, fd, remote);
    if (remote && !call->is_again) {
        focus_on(call, fd, NULL, remote);
        call->calls->focus.is_passive = false;
    }
    call_returned(call, returned);
}

static void accept_with(struct call *call, bool has_flags) {
    int fd = call_descriptor(call, call_next(call)), flags = 0;
    const struct value *address = call_next(call);
    struct tercet_endpoint remote = {0};

    call_next(call); /* the length of the address: ours */
    if (has_flags) flags = call_int(call, call_next(call));
    if (!call_is_right(call)) return;
    call_returned_descriptor(call, call->sockets->accept(call->self, fd, &remote, flags));
    if (!call_succeeded(call)) return;
    use_result(call);
    call_compare_endpoint(call, address, &remote);
}

static void call_accept(struct call *call) {
    accept_with(call, false);
}

static void call_accept4(struct call *call) {
    accept_with(call, true);
}

/* getsockname, getpeername: an end of what a descriptor is. */
static void name_of(struct call *call, bool is_remote) {
    int fd = call_descriptor(call, call_next(call)), returned;
    const struct value *address = call_next(call);
    struct tercet_endpoint ends[2] = {0};

    if (!call_is_right(call)) return;
    returned = call->sockets->names(call->self, fd, &ends[0], &ends[1]);
    if (returned == 0 && is_remote && !ends[1].port) returned = -UNIX_ENOTCONN;
    call_returned(call, returned);
    if (call_succeeded(call)) call_compare_endpoint(call, address, &ends[is_remote]);
}

static void call_getsockname(struct call *call) {
    name_of(call, false);
}

static void call_getpeername(struct call *call) {
    name_of(call, true);
}

const struct call_row calls_open[] = {
    {"socket",   3, 3, call_socket},
    {"bind",         3, 3, call_bind},
    {"listen",          2, 2, call_listen},
    {"accept", 3, 3, call_accept},
    {"accept4", 4, 4, call_accept4},
    {"connect",   3, 3, call_connect},
    {"getsockname",         3, 3, call_getsockname},
    {"getpeername",          3, 3, call_getpeername},
    {0        },
};
