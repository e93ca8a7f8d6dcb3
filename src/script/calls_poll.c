/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Calls that wait for several descriptors.  Their timeout is their own: when it is over they are made once more, with
 * none.
 */
#include "script/call.h"

#include "base/text.h"

enum { POLLS_MAX = 64 };

static const struct word no_word;

/* Milliseconds to wait that are left to say to the subject; a first call sets its deadline. */
static int call_timeout(struct call *call, int timeout_ms) {
    const struct subject *subject = call->calls->subject;

    if (call->is_over) return 0;
    if (!call->is_again && timeout_ms > 0)
        call->calls->wait_until_ns = subject->kind->now(subject->self) +
                                     (uint64_t)timeout_ms * 1000000;
    return timeout_ms;
}

/* A descriptor as poll takes it: one below 0 is passed over. */
static int polled_descriptor(struct call *call, const struct value *value) {
    int used = call->calls->used, fd = call_descriptor(call, value);

    call->calls->used = used;
    return fd;
}

/* {fd=4, events=POLLIN, revents=POLLIN} */
static const struct value *poll_item(struct call *call, const struct value *item, uint32_t index,
                                     const char *name) {
    const struct value *value = struct_item(item, index, name, NULL);

    if (!value) call_say(call, CALL_WRONG, "a pollfd is {fd=, events=, revents=}", no_word);
    return value;
}

static void poll_read(struct call *call, const struct value *item, struct unix_poll *poll) {
    const struct value *fd = poll_item(call, item, 0, "fd");
    const struct value *events = poll_item(call, item, 1, "events");

    call_check_fields(call, item, "fd events revents");
    if (!fd || !events) return;
    poll->fd = polled_descriptor(call, fd);
    poll->events = value_is_ellipsis(events) ? 0 : (int16_t)call_int(call, events);
}

static void poll_compare(struct call *call, const struct value *item, const struct unix_poll *poll) {
    const struct value *revents = struct_item(item, 2, "revents", NULL);

    if (!revents || value_is_ellipsis(revents)) return;
    call_compare_flags(call, "revents", "POLL", (uint16_t)call_int(call, revents),
                       (uint16_t)poll->revents);
}

static void call_poll(struct call *call) {
    const struct value *list = call_next(call), *item;
    struct unix_poll polls[POLLS_MAX] = {0};
    int64_t n = call_number(call, call_next(call));
    int timeout_ms = call_int(call, call_next(call));
    bool is_list = list->kind == VALUE_POINTED;

    if (!is_list && n != 0) call_say(call, CALL_WRONG, "[{fd=, events=}, ...] is missing", no_word);
    if (n < 0 || n > POLLS_MAX || (is_list && n > list->n_items))
        call_say(call, CALL_WRONG, "the number of descriptors is not that of the list", no_word);
    item = list->items;
    for (int64_t i = 0; i < n && call_is_right(call); i++, item = item->next)
        poll_read(call, item, &polls[i]);
    if (!call_is_right(call)) return;
    call_returned(
        call, call->sockets->poll(call->self, polls, (uint32_t)n, call_timeout(call, timeout_ms)));
    item = list->items;
    for (int64_t i = 0; i < n && call_succeeded(call); i++, item = item->next)
        poll_compare(call, item, &polls[i]);
}

static void call_epoll_create(struct call *call) {
    int size = call_int(call, call_next(call));

    if (!call_is_right(call)) return;
    call_returned_descriptor(call,
                             size > 0 ? call->sockets->epoll_create(call->self, 0) : -UNIX_EINVAL);
}

static void call_epoll_create1(struct call *call) {
    int flags = call_int(call, call_next(call));

    if (call_is_right(call))
        call_returned_descriptor(call, call->sockets->epoll_create(call->self, flags));
}

/* What the user keeps in an event: {events=EPOLLIN, fd=4}; ptr, u32 and u64 are other names of the same place. */
static const struct value *epoll_data(const struct value *event) {
    const struct value *data = struct_item(event, 1, "fd", "ptr");

    if (!data) data = struct_item(event, 1, "u32", "u64");
    if (!data) data = struct_item(event, 1, "data", NULL);
    return data && data->kind == VALUE_STRUCT ? struct_item(data, 0, "fd", "u32") : data;
}

static const struct value *epoll_events(struct call *call, const struct value *event) {
    const struct value *events = struct_item(event, 0, "events", NULL);

    if (!events) call_say(call, CALL_WRONG, "an event is {events=, fd=}", no_word);
    call_check_fields(call, event, "events fd ptr u32 u64 data");
    return events;
}

static void call_epoll_ctl(struct call *call) {
    int epfd = polled_descriptor(call, call_next(call));
    int operation = call_int(call, call_next(call));
    int fd = polled_descriptor(call, call_next(call));
    const struct value *value = call_next(call), *events, *data;
    bool has_event = !value_is_null(value) && !value_is_ellipsis(value);
    struct unix_epoll_event event = {0};

    if (value->kind == VALUE_POINTED && value->n_items == 1) value = value->items;
    events = has_event ? epoll_events(call, value) : NULL;
    data = has_event ? epoll_data(value) : NULL;
    if (events) event.events = (uint32_t)call_int(call, events);
    if (data) event.data = (uint64_t)call_number(call, data);
    if (!call_is_right(call)) return;
    call_returned(call, call->sockets->epoll_control(call->self, epfd, operation, fd,
                                                     has_event ? &event : NULL));
}

static void epoll_compare(struct call *call, const struct value *expected,
                          const struct unix_epoll_event *returned) {
    const struct value *events = epoll_events(call, expected), *data = epoll_data(expected);

    if (!call_is_right(call)) return;
    if (!value_is_ellipsis(events))
        call_compare_flags(call, "events", "EPOLL", (uint32_t)call_int(call, events),
                           returned->events);
    if (data && !value_is_ellipsis(data))
        call_compare(call, "data", call_number(call, data), (int64_t)returned->data);
}

/* epoll_wait(5, [{events=EPOLLIN, fd=4}], 1, 100): one event may stand without its brackets. */
static void call_epoll_wait(struct call *call) {
    int epfd = polled_descriptor(call, call_next(call));
    const struct value *list = call_next(call), *expected;
    int max = call_int(call, call_next(call));
    int timeout_ms = call_int(call, call_next(call));
    struct unix_epoll_event events[POLLS_MAX] = {0};

    if (max > POLLS_MAX) max = POLLS_MAX;
    if (!call_is_right(call)) return;
    call_returned(call, max > 0 ? call->sockets->epoll_wait(call->self, epfd, events, max,
                                                            call_timeout(call, timeout_ms))
                                : -UNIX_EINVAL);
    if (!call_succeeded(call) || value_is_ellipsis(list)) return;
    expected = list->kind == VALUE_POINTED ? list->items : list;
    for (int i = 0; i < call->returned && expected && call_is_right(call); i++) {
        epoll_compare(call, expected, &events[i]);
        expected = list->kind == VALUE_POINTED ? expected->next : NULL;
    }
}

const struct call_row calls_poll[] = {
    {"poll",             3, 3, call_poll},
    {"epoll_create",                 1, 1, call_epoll_create},
    {"epoll_create1",                  1, 1, call_epoll_create1},
    {"epoll_ctl", 4, 4, call_epoll_ctl},
    {"epoll_wait", 4, 4, call_epoll_wait},
    {0   },
};
