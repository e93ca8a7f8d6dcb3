/* SPDX-License-Identifier: BSD-2-Clause */
#include "script/packet_options.h"
#include "script/parser.h"
#include "script/words.h"

/*
 * The options of a segment:  <mss 1460,sackOK,TS val 100 ecr 0,nop,wscale 7>   <...>   <>
 * Beyond what other readers of the language know, `kind N OCTETS` is any option at all.
 */
enum { COUNTER_MAX = 0xffffff };

typedef bool option_reader(struct parser *parser, struct script_packet *packet,
                           struct packet_option *option);

static bool plain_parse(struct parser *parser, struct script_packet *packet,
                        struct packet_option *option) {
    (void)parser, (void)packet, (void)option;
    return true;
}

static bool value_parse(struct parser *parser, const char *what, uint64_t max, uint32_t *to) {
    uint64_t value;

    if (!parser_expect_integer(parser, what, max, &value)) return false;
    *to = (uint32_t)value;
    return true;
}

static bool mss_parse(struct parser *parser, struct script_packet *packet,
                      struct packet_option *option) {
    (void)packet;
    return value_parse(parser, "an MSS", 65535, &option->value);
}

static bool wscale_parse(struct parser *parser, struct script_packet *packet,
                         struct packet_option *option) {
    (void)packet;
    return value_parse(parser, "a window scale", 255, &option->value);
}

/* 1:2 3:4, also with commas between them: the list of options calls this again at a number. */
static bool sack_parse(struct parser *parser, struct script_packet *packet,
                       struct packet_option *option) {
    while (parser_at_number(parser)) {
        uint8_t n = option->n_blocks;

        if (n == PACKET_SACK_BLOCKS_MAX)
            return parser_expected(parser, "`,` or `>` (4 blocks at most)");
        if (!parser_expect_number(parser, "an edge", UINT32_MAX, packet->is_inbound,
                                  &option->left[n]) ||
            !parser_expect_sign(parser, ':') ||
            !parser_expect_number(parser, "an edge", UINT32_MAX, packet->is_inbound,
                                  &option->right[n]))
            return false;
        option->n_blocks++;
    }
    return option->n_blocks > 0 || parser_expected(parser, "a block, like 1:1001");
}

static bool ts_parse(struct parser *parser, struct script_packet *packet,
                     struct packet_option *option) {
    bool is_inbound = packet->is_inbound;

    if (!parser_take_word(parser, "val")) return parser_expected(parser, "`val` (TS val N ecr N)");
    if (!parser_expect_number(parser, "a timestamp", UINT32_MAX, is_inbound, &option->ts_val))
        return false;
    if (!parser_take_word(parser, "ecr")) return parser_expected(parser, "`ecr` (TS val N ecr N)");
    return parser_expect_number(parser, "a timestamp", UINT32_MAX, is_inbound, &option->ts_ecr);
}

static bool at_option_end(const struct parser *parser) {
    return parser_at_sign(parser, ',') || parser_at_sign(parser, '>');
}

static bool octets_parse(struct parser *parser, struct packet_option *option, uint32_t max) {
    if (at_option_end(parser)) return true;
    return parser_expect_octets(parser, max, option->bytes, &option->n_bytes);
}

/* A signature that is only said to be right or wrong would have to be made: nothing here can. */
static bool md5_parse(struct parser *parser, struct script_packet *packet,
                      struct packet_option *option) {
    if (!parser_take_word(parser, "valid") && !parser_take_word(parser, "invalid") &&
        !at_option_end(parser))
        return octets_parse(parser, option, 16);
    packet->unsupported = word_of("md5");
    return true;
}

static bool cookie_parse(struct parser *parser, struct script_packet *packet,
                         struct packet_option *option) {
    (void)packet;
    return octets_parse(parser, option, PACKET_OPTION_BYTES_MAX);
}

/* Which counter of AccECN is named: 0 e0b, 1 ceb, 2 e1b; else -1. */
static int counter_at(const struct parser *parser) {
    if (parser_at_word(parser, "e0b")) return 0;
    if (parser_at_word(parser, "ceb")) return 1;
    if (parser_at_word(parser, "e1b")) return 2;
    return -1;
}

/* Counters stand as on the wire: e0b ceb e1b or e1b ceb e0b, and what is left out is left out at the end. */
static bool accecn_parse(struct parser *parser, struct script_packet *packet,
                         struct packet_option *option) {
    struct number *counters[] = {&option->e0b, &option->ceb, &option->e1b};
    int wanted = 0, step = 1;

    if (counter_at(parser) == 2) {
        option->accecn_order = 1;
        wanted = 2;
        step = -1;
    }
    for (; wanted >= 0 && wanted <= 2 && counter_at(parser) == wanted; wanted += step) {
        parser_take(parser);
        if (!parser_expect_number(parser, "a counter", COUNTER_MAX, packet->is_inbound,
                                  counters[wanted]))
            return false;
    }
    return at_option_end(parser) ||
           parser_expected(parser, "counters in the order e0b ceb e1b or e1b ceb e0b");
}

static bool raw_parse(struct parser *parser, struct script_packet *packet,
                      struct packet_option *option) {
    uint32_t kind;

    (void)packet;
    if (!value_parse(parser, "a kind of option", 255, &kind)) return false;
    option->raw_kind = (uint8_t)kind;
    return octets_parse(parser, option, PACKET_OPTION_BYTES_MAX);
}

static const struct option_name {
    const char *name;
    enum packet_option_kind kind;
    option_reader *read;
} names[] = {
    {"mss",    PACKET_OPTION_MSS,     mss_parse   },
    {"nop",    PACKET_OPTION_NOP,     plain_parse },
    {"eol",    PACKET_OPTION_EOL,     plain_parse },
    {"wscale", PACKET_OPTION_WSCALE,  wscale_parse},
    {"sackOK", PACKET_OPTION_SACK_OK, plain_parse },
    {"sack",   PACKET_OPTION_SACK,    sack_parse  },
    {"TS",     PACKET_OPTION_TS,      ts_parse    },
    {"md5",    PACKET_OPTION_MD5,     md5_parse   },
    {"FO",     PACKET_OPTION_FO,      cookie_parse},
    {"FOEXP",  PACKET_OPTION_FOEXP,   cookie_parse},
    {"ECN",    PACKET_OPTION_ACCECN,  accecn_parse},
    {"AccECN", PACKET_OPTION_ACCECN,  accecn_parse},
    {"kind",   PACKET_OPTION_RAW,     raw_parse   },
};

static const struct option_name *option_named(struct word word) {
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (word_is_like(word, names[i].name)) return &names[i];
    return NULL;
}

bool is_tcp_option(struct word word) {
    return option_named(word) != NULL;
}

static bool option_parse(struct parser *parser, struct script_packet *packet,
                         struct packet_option *option) {
    const struct option_name *name = NULL;

    option->place = parser->token.place;
    if (parser->token.kind == TOKEN_WORD) name = option_named(parser->token.text);
    if (!name)
        return parser_expected(
            parser, "an option (mss N, wscale N, sackOK, sack N:N, TS val N ecr N, nop, eol, "
                    "FO, FOEXP, md5, ECN)");
    parser_take(parser);
    option->kind = name->kind;
    return name->read(parser, packet, option);
}

/* An option, or after a comma more blocks of @last, a SACK option. */
static struct packet_option *next_option(struct parser *parser, struct script_packet *packet,
                                         struct packet_option *last) {
    struct packet_option *option;

    if (last && last->kind == PACKET_OPTION_SACK && parser_at_number(parser))
        return sack_parse(parser, packet, last) ? last : NULL;
    option = parser_memory(parser, sizeof *option);
    if (!option || !option_parse(parser, packet, option)) return NULL;
    if (last)
        last->next = option;
    else
        packet->options = option;
    return option;
}

static bool lengths_check(struct parser *parser, const struct script_packet *packet) {
    unsigned char octets[TCP_OPTIONS_MAX];
    uint32_t length = 0, n;

    for (const struct packet_option *option = packet->options; option; option = option->next) {
        n = packet_option_build(option, octets);
        length += n;
        if (n == 0 || length > TCP_OPTIONS_MAX)
            return lexer_fail(&parser->lexer, option->place,
                              "the options up to this one take more than a header's 40 octets",
                              NULL);
    }
    return true;
}

static bool any_options_take(struct parser *parser, struct script_packet *packet) {
    if (packet->is_inbound)
        return parser_expected(parser, "options (a packet that arrives cannot have any: `...`)");
    packet->options_are_any = true;
    parser_take(parser);
    return parser_expect_sign(parser, '>');
}

bool parse_tcp_options(struct parser *parser, struct script_packet *packet) {
    struct packet_option *last = NULL;
    uint32_t n = 0;

    parser_take(parser);
    packet->has_options = true;
    if (parser->token.kind == TOKEN_ELLIPSIS) return any_options_take(parser, packet);
    if (parser_take_sign(parser, '>')) return true;
    do {
        if (n++ > TCP_OPTIONS_MAX) return lengths_check(parser, packet);
        last = next_option(parser, packet, last);
        if (!last) return false;
    } while (parser_take_sign(parser, ','));
    if (!parser_take_sign(parser, '>')) return parser_expected(parser, "`,` or `>`");
    return lengths_check(parser, packet);
}
