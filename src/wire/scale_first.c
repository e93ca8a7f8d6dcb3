/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire/scale_first.h"

#include <string.h>

#include "base/bytes.h"
#include "base/must.h"

/* Options as far as they are laid out. */
struct layout {
    unsigned char at[TCP_OPTIONS_MAX + 4];
    uint32_t used;
};

static void put_octet(struct layout *layout, unsigned octet) {
    must(layout->used < TCP_OPTIONS_MAX);
    layout->at[layout->used++] = (unsigned char)octet;
}

/* NOPs until @unit octets begin at @offset. */
static void put_nops(struct layout *layout, uint32_t unit, uint32_t offset) {
    while (layout->used % unit != offset)
        put_octet(layout, TCP_OPTION_NOP);
}

static unsigned char *put_head(struct layout *layout, unsigned kind, unsigned length) {
    must(layout->used + length <= TCP_OPTIONS_MAX);
    layout->used += length;
    layout->at[layout->used - length] = (unsigned char)kind;
    layout->at[layout->used - length + 1] = (unsigned char)length;
    return layout->at + layout->used - length + 2;
}

static void put_fast_open(struct layout *layout, const struct tcp_options *options) {
    unsigned char *body = put_head(layout, TCP_OPTION_FAST_OPEN, 2u + options->fo_length);

    memcpy(body, options->fo_cookie, options->fo_length);
}

static void lay_out(struct layout *layout, const struct tcp_options *options) {
    unsigned char *body;

    layout->used = 0;
    if (options->present & TCP_HAS_MSS)
        be16_put(put_head(layout, TCP_OPTION_MSS, TCP_OPTION_LENGTH_MSS), options->mss);
    if (options->present & TCP_HAS_WSCALE) {
        put_nops(layout, 4, 1);
        *put_head(layout, TCP_OPTION_WSCALE, TCP_OPTION_LENGTH_WSCALE) = options->wscale;
    }
    if (options->present & TCP_HAS_SACK_PERMITTED)
        put_head(layout, TCP_OPTION_SACK_PERMITTED, TCP_OPTION_LENGTH_SACK_PERMITTED);
    if (options->present & TCP_HAS_TIMESTAMPS) {
        put_nops(layout, 4, 2);
        body = put_head(layout, TCP_OPTION_TIMESTAMPS, TCP_OPTION_LENGTH_TIMESTAMPS);
        be32_put(body, options->ts_val);
        be32_put(body + 4, options->ts_ecr);
    }
    if (options->present & TCP_HAS_FAST_OPEN) put_fast_open(layout, options);
    while (layout->used % 4)
        put_octet(layout, TCP_OPTION_EOL);
}

uint32_t scale_first_length(const struct tcp_options *options) {
    struct layout layout;

    lay_out(&layout, options);
    return layout.used;
}

uint32_t scale_first_put(unsigned char *at, const struct tcp_options *options) {
    struct layout layout;

    lay_out(&layout, options);
    memcpy(at, layout.at, layout.used);
    return layout.used;
}
