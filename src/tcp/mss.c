/* SPDX-License-Identifier: BSD-2-Clause */
#include "tcp/mss.h"

#include "base/rare.h"
#include "tcp/tcp.h"

uint16_t mss_announced(const struct tcp *t, const struct tuple *tuple) {
    uint32_t headers = TCP_HEADER_LENGTH +
                       (tuple_is_v4(tuple) ? IPV4_HEADER_LENGTH : IPV6_HEADER_LENGTH);
    uint32_t mtu = t->below.mtu(t->below.context, &tuple->remote);

    if (mtu < headers + MSS_FLOOR) return MSS_FLOOR;
    return (uint16_t)(mtu - headers);
}

uint16_t mss_agreed(const struct tcp *t, uint16_t announced, const struct tuple *tuple,
                    uint16_t option) {
    uint16_t theirs = option;

    if (!option) theirs = tuple_is_v4(tuple) ? MSS_DEFAULT_V4 : MSS_DEFAULT_V6;
    if (theirs < t->config.habits.mss_min_bytes) theirs = t->config.habits.mss_min_bytes;
    return theirs < announced ? theirs : announced;
}

RARE void mss_bound(struct tcb *tcb, uint16_t agreed) {
    uint32_t options = tcb_options(tcb), wnd = tcb->snd_max_wnd, before = tcb_payload_max(tcb);
    uint32_t most = wnd > MSS_DEFAULT_V4 ? wnd / 2 : wnd;

    tcb->mss_agreed = agreed;
    if (most < MSS_BOUND_LEAST - options) most = MSS_BOUND_LEAST - options;
    tcb->mss_bytes = agreed - options > most ? (uint16_t)(most + options) : agreed;
    tcb->cwnd = tcb->cwnd / before * tcb_payload_max(tcb);
}

uint8_t wscale_for(const struct tcp *t, uint32_t limit) {
    uint32_t most = t->config.habits.window_scale_bytes ? t->config.habits.window_scale_bytes
                                                        : limit;
    unsigned bits = most ? 32 - (unsigned)__builtin_clz(most) : 0, scale = bits > 16 ? bits - 16 : 0;

    return (uint8_t)(scale < WSCALE_MAX ? scale : WSCALE_MAX);
}

uint16_t window_of_syn(const struct tcp *t, uint32_t limit, uint32_t segment) {
    uint32_t rest = t->config.habits.window_whole_segments && limit > segment ? limit % segment : 0;

    return window_field(limit - rest, 0);
}
