/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * RFC 9293 section 3.10.7.1: CLOSED.
 *
 * Everything but a reset is answered by a reset that the sender will find acceptable (section 3.5.2, group
 * 1), as long as its source has not had too many already.
 */
#include "tcp/arrives.h"
#include "tcp/tcp.h"

enum tercet_verdict arrives_closed(struct tcp *t, const struct tuple *tuple,
                                   const struct segment *seg) {
    if (segment_has(seg, TCP_RST)) return TERCET_CLOSED_RST;
    if (t->config.habits.silent_ports > 1 ||
        (t->config.habits.silent_ports && segment_has(seg, TCP_SYN)))
        return TERCET_CLOSED_LIMITED;
    if (!reset_is_allowed(t, &tuple->remote)) return TERCET_CLOSED_LIMITED;
    reply_reset(t, tuple, seg, 0);
    return TERCET_CLOSED_RESET;
}
