/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * TCP_INFO by the names of its fields.
 */
#include "script/call.h"

#include "script/tcp_info.h"

#define FIELD_COUNT(name) +1
_Static_assert((0 UNIX_TCP_INFO_FIELDS(FIELD_COUNT)) <= CALLS_CODE_NAMES_MAX, "room for all");

uint32_t info_names(const struct unix_tcp_info *info, struct code_name names[CALLS_CODE_NAMES_MAX]) {
    uint32_t n = 0;

#define FIELD_NAME(field) names[n++] = (struct code_name){#field, (int64_t)info->field};
    UNIX_TCP_INFO_FIELDS(FIELD_NAME)
#undef FIELD_NAME
    return n;
}

/* TCP_INFO of what the script calls @number, if it is a socket that tells. */
static bool info_of(struct calls *calls, int number, struct unix_tcp_info *info) {
    struct unix_option option = {UNIX_SOL_TCP, UNIX_TCP_INFO, info, sizeof *info};
    const struct subject *subject = calls->subject;
    int live = number < 0 ? -1 : calls->descriptors[number];

    if (live < 0) return false;
    *info = (struct unix_tcp_info){0};
    return subject->kind->sockets.get_option(subject->self, live, &option) == 0;
}

/* Of the descriptor that was used last, or else of the one with the highest number; best of one that does not listen. */
static bool info_of_used(struct calls *calls, struct unix_tcp_info *info) {
    bool has_listener = info_of(calls, calls->used, info);
    struct unix_tcp_info other;

    if (has_listener && info->tcpi_state != UNIX_TCP_LISTEN) return true;
    for (int number = CALLS_DESCRIPTORS_MAX - 1; number >= 0; number--) {
        if (!info_of(calls, number, &other)) continue;
        if (other.tcpi_state == UNIX_TCP_LISTEN && has_listener) continue;
        *info = other;
        if (other.tcpi_state != UNIX_TCP_LISTEN) return true;
        has_listener = true;
    }
    return has_listener;
}

uint32_t calls_code_names(struct calls *calls, struct code_name names[CALLS_CODE_NAMES_MAX]) {
    struct unix_tcp_info info = {0};

    return info_of_used(calls, &info) ? info_names(&info, names) : 0;
}
