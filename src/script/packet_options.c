/* SPDX-License-Identifier: BSD-2-Clause */
#include "script/packet_options.h"

#include <string.h>

#include "base/bytes.h"

enum {
    SACK_BLOCK_LENGTH = 8,
    ACCECN_FIELD_LENGTH = 3,
    ACCECN_COUNTERS = 3,
};

/* Octets of an option of @kind with @n octets behind its length. */
static uint32_t option_put(unsigned char *at, uint8_t kind, const void *bytes, uint32_t n) {
    if (n + 2 > TCP_OPTIONS_MAX) return 0;
    at[0] = kind;
    at[1] = (unsigned char)(n + 2);
    memcpy(at + 2, bytes, n);
    return n + 2;
}

static uint32_t sack_put(unsigned char *at, const struct packet_option *option) {
    unsigned char blocks[PACKET_SACK_BLOCKS_MAX * SACK_BLOCK_LENGTH];

    for (uint32_t i = 0; i < option->n_blocks; i++) {
        be32_put(blocks + i * SACK_BLOCK_LENGTH, option->left[i].value);
        be32_put(blocks + i * SACK_BLOCK_LENGTH + 4, option->right[i].value);
    }
    return option_put(at, TCP_OPTION_SACK, blocks, (uint32_t)option->n_blocks * SACK_BLOCK_LENGTH);
}

static uint32_t ts_put(unsigned char *at, const struct packet_option *option) {
    unsigned char bytes[8];

    be32_put(bytes, option->ts_val.value);
    be32_put(bytes + 4, option->ts_ecr.value);
    return option_put(at, TCP_OPTION_TIMESTAMPS, bytes, sizeof bytes);
}

static uint32_t foexp_put(unsigned char *at, const struct packet_option *option) {
    unsigned char bytes[2 + PACKET_OPTION_BYTES_MAX];

    be16_put(bytes, TCP_EXPERIMENT_FO);
    memcpy(bytes + 2, option->bytes, option->n_bytes);
    return option_put(at, TCP_OPTION_EXPERIMENT, bytes, 2u + option->n_bytes);
}

/* Counter @i of @option, in their order on the wire.  They are left out from the end on only. */
static const struct number *accecn_counter(const struct packet_option *option, uint32_t i) {
    if (i == 1) return &option->ceb;
    return (i == 0) == !option->accecn_order ? &option->e0b : &option->e1b;
}

static uint32_t accecn_put(unsigned char *at, const struct packet_option *option) {
    unsigned char bytes[ACCECN_COUNTERS * ACCECN_FIELD_LENGTH];
    uint32_t n = 0;

    for (uint32_t i = 0; i < ACCECN_COUNTERS && accecn_counter(option, i)->is_given; i++) {
        uint32_t value = accecn_counter(option, i)->value;

        bytes[n++] = (unsigned char)(value >> 16);
        be16_put(bytes + n, (uint16_t)value);
        n += 2;
    }
    return option_put(at, option->accecn_order ? TCP_OPTION_ACCECN_1 : TCP_OPTION_ACCECN_0, bytes,
                      n);
}

static uint32_t kind_put(unsigned char *at, uint8_t kind) {
    at[0] = kind;
    return 1;
}

uint32_t packet_option_build(const struct packet_option *option, unsigned char at[TCP_OPTIONS_MAX]) {
    unsigned char value[2];

    be16_put(value, (uint16_t)option->value);
    switch (option->kind) {
    case PACKET_OPTION_EOL: return kind_put(at, TCP_OPTION_EOL);
    case PACKET_OPTION_NOP: return kind_put(at, TCP_OPTION_NOP);
    case PACKET_OPTION_MSS: return option_put(at, TCP_OPTION_MSS, value, 2);
    case PACKET_OPTION_WSCALE: return option_put(at, TCP_OPTION_WSCALE, value + 1, 1);
    case PACKET_OPTION_SACK_OK: return option_put(at, TCP_OPTION_SACK_PERMITTED, value, 0);
    case PACKET_OPTION_SACK: return sack_put(at, option);
    case PACKET_OPTION_TS: return ts_put(at, option);
    case PACKET_OPTION_MD5: return option_put(at, TCP_OPTION_MD5, option->bytes, option->n_bytes);
    case PACKET_OPTION_FO:
        return option_put(at, TCP_OPTION_FAST_OPEN, option->bytes, option->n_bytes);
    case PACKET_OPTION_FOEXP: return foexp_put(at, option);
    case PACKET_OPTION_ACCECN: return accecn_put(at, option);
    case PACKET_OPTION_RAW: return option_put(at, option->raw_kind, option->bytes, option->n_bytes);
    }
    return 0;
}

/* Words. */

static void name_number(struct text *text, const char *name, uint32_t value) {
    text_put(text, name);
    text_char(text, ' ');
    text_u64(text, value);
}

static void name_octets(struct text *text, const char *name, const unsigned char *at, uint32_t n) {
    text_put(text, name);
    if (n) text_char(text, ' ');
    for (uint32_t i = 0; i < n; i++)
        text_hex(text, at[i], 2);
}

static void sack_text(struct text *text, const struct option_view *option) {
    text_put(text, "sack");
    for (uint32_t at = 2; at + SACK_BLOCK_LENGTH <= option->length; at += SACK_BLOCK_LENGTH) {
        name_number(text, "", be32_get(option->at + at));
        text_char(text, ':');
        text_u64(text, be32_get(option->at + at + 4));
    }
}

static void ts_text(struct text *text, const struct option_view *option) {
    name_number(text, "TS val", be32_get(option->at + 2));
    name_number(text, " ecr", be32_get(option->at + 6));
}

static void accecn_text(struct text *text, const struct option_view *option) {
    static const char *const names[2][3] = {
        {" e0b", " ceb", " e1b"},
        {" e1b", " ceb", " e0b"}
    };
    bool order = option->kind == TCP_OPTION_ACCECN_1;

    text_put(text, "ECN");
    for (uint32_t i = 0; i < ACCECN_COUNTERS && 2 + (i + 1) * ACCECN_FIELD_LENGTH <= option->length;
         i++) {
        const unsigned char *at = option->at + 2 + i * ACCECN_FIELD_LENGTH;

        name_number(text, names[order][i], (uint32_t)at[0] << 16 | be16_get(at + 1));
    }
}

static void raw_text(struct text *text, const struct option_view *option) {
    name_number(text, option->is_broken ? "broken kind" : "kind", option->kind);
    if (option->length > 2) name_octets(text, "", option->at + 2, option->length - 2u);
}

static bool option_is_fo(const struct option_view *option) {
    return option->length >= 4 && be16_get(option->at + 2) == TCP_EXPERIMENT_FO;
}

/* Whether @option has the length that its kind has; RFCs leave the other kinds' open. */
static bool option_is_sound(const struct option_view *option) {
    if (option->is_broken) return false;
    switch (option->kind) {
    case TCP_OPTION_MSS: return option->length == TCP_OPTION_LENGTH_MSS;
    case TCP_OPTION_WSCALE: return option->length == TCP_OPTION_LENGTH_WSCALE;
    case TCP_OPTION_SACK_PERMITTED: return option->length == TCP_OPTION_LENGTH_SACK_PERMITTED;
    case TCP_OPTION_SACK: return option->length % SACK_BLOCK_LENGTH == 2;
    case TCP_OPTION_TIMESTAMPS: return option->length == TCP_OPTION_LENGTH_TIMESTAMPS;
    case TCP_OPTION_ACCECN_0:
    case TCP_OPTION_ACCECN_1:
        return option->length % ACCECN_FIELD_LENGTH == 2 && option->length < 12;
    case TCP_OPTION_EXPERIMENT: return option_is_fo(option);
    default: return true;
    }
}

void option_view_text(struct text *text, const struct option_view *option) {
    if (!option_is_sound(option)) {
        raw_text(text, option);
        return;
    }
    switch (option->kind) {
    case TCP_OPTION_EOL: text_put(text, "eol"); break;
    case TCP_OPTION_NOP: text_put(text, "nop"); break;
    case TCP_OPTION_MSS: name_number(text, "mss", be16_get(option->at + 2)); break;
    case TCP_OPTION_WSCALE: name_number(text, "wscale", option->at[2]); break;
    case TCP_OPTION_SACK_PERMITTED: text_put(text, "sackOK"); break;
    case TCP_OPTION_SACK: sack_text(text, option); break;
    case TCP_OPTION_TIMESTAMPS: ts_text(text, option); break;
    case TCP_OPTION_MD5: name_octets(text, "md5", option->at + 2, option->length - 2u); break;
    case TCP_OPTION_FAST_OPEN: name_octets(text, "FO", option->at + 2, option->length - 2u); break;
    case TCP_OPTION_EXPERIMENT:
        name_octets(text, "FOEXP", option->at + 4, option->length - 4u);
        break;
    case TCP_OPTION_ACCECN_0:
    case TCP_OPTION_ACCECN_1: accecn_text(text, option); break;
    default: raw_text(text, option);
    }
}

void options_view_text(struct text *text, const unsigned char *options, uint32_t n) {
    const unsigned char *at = options, *end = options + n;
    struct option_view option;

    for (const unsigned char *next; (next = option_view(at, end, &option)); at = next) {
        if (at != options) text_char(text, ',');
        option_view_text(text, &option);
    }
}

void packet_option_text(struct text *text, const struct packet_option *option) {
    unsigned char octets[TCP_OPTIONS_MAX];
    uint32_t n = packet_option_build(option, octets);

    if (n == 0) text_put(text, "an option too long for any header");
    options_view_text(text, octets, n);
}

/* Comparison. */

/* An option as wanted: its octets, and where it stands in the script. */
struct wanted {
    const struct packet_option *option;
    struct option_view view;
    unsigned char octets[TCP_OPTIONS_MAX];
};

static bool ts_value_fits(const struct number *want, uint32_t came, uint32_t tolerance) {
    uint32_t ahead = came - want->value, behind = want->value - came;

    if (want->is_any || (tolerance == UINT32_MAX && !want->is_absolute)) return true;
    if (want->is_absolute) return ahead == 0;
    return ahead <= tolerance || behind <= tolerance;
}

static bool ts_fits(const struct packet_option *want, const struct option_view *came,
                    uint32_t tolerance) {
    if (!ts_value_fits(&want->ts_val, be32_get(came->at + 2), tolerance)) return false;
    return want->ts_ecr.is_any || want->ts_ecr.value == be32_get(came->at + 6);
}

static bool sack_fits(const struct packet_option *want, const struct option_view *came) {
    for (uint32_t i = 0; i < want->n_blocks; i++) {
        const unsigned char *at = came->at + 2 + i * SACK_BLOCK_LENGTH;

        if (!want->left[i].is_any && want->left[i].value != be32_get(at)) return false;
        if (!want->right[i].is_any && want->right[i].value != be32_get(at + 4)) return false;
    }
    return true;
}

static bool accecn_fits(const struct packet_option *want, const struct option_view *came) {
    for (uint32_t i = 0; i < ACCECN_COUNTERS && accecn_counter(want, i)->is_given; i++) {
        const struct number *counter = accecn_counter(want, i);
        const unsigned char *at = came->at + 2 + i * ACCECN_FIELD_LENGTH;

        if (counter->is_any) continue;
        if (counter->value != ((uint32_t)at[0] << 16 | be16_get(at + 1))) return false;
    }
    return true;
}

static bool option_fits(const struct wanted *want, const struct option_view *came,
                        uint32_t ts_tolerance) {
    if (came->is_broken || came->kind != want->view.kind) return false;
    if (came->length != want->view.length) return false;
    switch (want->option->kind) {
    case PACKET_OPTION_TS: return ts_fits(want->option, came, ts_tolerance);
    case PACKET_OPTION_SACK: return sack_fits(want->option, came);
    case PACKET_OPTION_ACCECN: return accecn_fits(want->option, came);
    default: return memcmp(came->at, want->octets, came->length) == 0;
    }
}

static void wanted_build(const struct packet_option *option, struct wanted *wanted) {
    uint32_t n = packet_option_build(option, wanted->octets);

    wanted->option = option;
    wanted->view = (struct option_view){.at = wanted->octets, .length = (uint8_t)n};
    if (n) wanted->view.kind = wanted->octets[0];
}

/* Whether an equal of @want stands among the options of @came. */
static bool option_is_among(const struct wanted *want, const struct packet_view *came,
                            uint32_t ts_tolerance) {
    const unsigned char *at = came->options, *end = at + came->n_options;
    struct option_view option;

    for (; (at = option_view(at, end, &option));) {
        if (option_fits(want, &option, ts_tolerance)) return true;
    }
    return false;
}

/* Whether the two lists have the same options, each as often, in whatever order. */
static bool options_are_permuted(const struct packet_option *want, const struct packet_view *came,
                                 uint32_t ts_tolerance) {
    const unsigned char *at = came->options, *end = at + came->n_options;
    uint64_t used = 0; /* one bit an octet of the wire */
    struct wanted wanted;
    struct option_view option;
    uint32_t n = 0;

    for (; want; want = want->next) {
        bool is_found = false;

        wanted_build(want, &wanted);
        n += wanted.view.length;
        for (at = came->options; !is_found && (at = option_view(at, end, &option));) {
            uint64_t bit = 1ull << (option.at - came->options);

            if (used & bit || !option_fits(&wanted, &option, ts_tolerance)) continue;
            used |= bit;
            is_found = true;
        }
        if (!is_found) return false;
    }
    return ((n + 3) & ~3u) == came->n_options;
}

static void option_differs(struct text *why, uint32_t position, const struct option_view *came,
                           const struct wanted *want) {
    name_number(why, "option", position);
    text_put(why, " is `");
    option_view_text(why, came);
    text_put(why, "`, expected `");
    packet_option_text(why, want->option);
    text_char(why, '`');
}

static void option_is_missing(struct text *why, const struct wanted *want) {
    text_put(why, "the option `");
    packet_option_text(why, want->option);
    text_put(why, "` is missing");
}

static enum script_mismatch permuted(struct text *why) {
    text_put(why, "the options are right, their order is not");
    return SCRIPT_MISMATCH_ORDER;
}

/* What stands behind all that was wanted: only zeros up to a multiple of four belong there. */
static enum script_mismatch rest_differs(const unsigned char *at, const struct packet_view *came,
                                         struct text *why) {
    const unsigned char *end = came->options + came->n_options;
    uint32_t wanted = (uint32_t)(at - came->options);
    struct option_view option;

    if (((wanted + 3) & ~3u) == came->n_options) {
        while (at < end && *at == TCP_OPTION_EOL)
            at++;
    }
    if (at == end) return SCRIPT_MISMATCH_NONE;
    option_view(at, end, &option);
    text_put(why, "the option `");
    option_view_text(why, &option);
    text_put(why, "` is not expected");
    return SCRIPT_MISMATCH_OPTION;
}

enum script_mismatch packet_options_differ(const struct packet_option *want,
                                           const struct packet_view *came, uint32_t ts_tolerance,
                                           struct text *why) {
    const unsigned char *at = came->options, *end = at + came->n_options, *next;
    const struct packet_option *first = want;
    struct option_view option;
    struct wanted wanted;

    for (uint32_t position = 1; want; want = want->next, position++, at = next) {
        wanted_build(want, &wanted);
        next = option_view(at, end, &option);
        if (next && option_fits(&wanted, &option, ts_tolerance)) continue;
        if (options_are_permuted(first, came, ts_tolerance)) return permuted(why);
        if (next && option.kind == wanted.view.kind)
            option_differs(why, position, &option, &wanted);
        else if (!option_is_among(&wanted, came, ts_tolerance) || !next)
            option_is_missing(why, &wanted);
        else
            option_differs(why, position, &option, &wanted);
        return SCRIPT_MISMATCH_OPTION;
    }
    return rest_differs(at, came, why);
}
