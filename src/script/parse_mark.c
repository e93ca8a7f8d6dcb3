/* SPDX-License-Identifier: BSD-2-Clause */
#include "script/parser.h"
#include "script/words.h"

/*
 * What a packet's IP header is marked with:  [ect0]  [ce, ttl 5]  [tos 0x10 flowlabel 0x12345]
 */
static bool ecn_take(struct parser *parser, struct script_packet *packet) {
    static const struct {
        const char *name;
        enum packet_ecn ecn;
    } marks[] = {
        {"noecn", PACKET_ECN_NONE },
        {"ect0",  PACKET_ECN_ECT0 },
        {"ect1",  PACKET_ECN_ECT1 },
        {"ect01", PACKET_ECN_ECT01},
        {"ce",    PACKET_ECN_CE   }
    };

    for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++) {
        if (!parser_take_word(parser, marks[i].name)) continue;
        packet->ecn = marks[i].ecn;
        return true;
    }
    return false;
}

/* Names of RFC 2474, 2597, 3246, 5865 and 8622: cs0 to cs7, af11 to af43, ef, va, le.  Return: false: none. */
static bool dscp_of(struct word name, uint32_t *value) {
    uint32_t class = name.length > 2 ? (uint32_t)(name.at[2] - '0') : 9;
    uint32_t drop = name.length > 3 ? (uint32_t)(name.at[3] - '0') : 9;

    if (word_is_like(name, "ef")) return *value = 46, true;
    if (word_is_like(name, "va")) return *value = 44, true;
    if (word_is_like(name, "le")) return *value = 1, true;
    *value = class << 3;
    if (name.length == 3 && word_is_like((struct word){name.at, 2}, "cs")) return class < 8;
    *value |= drop << 1;
    return name.length == 4 && word_is_like((struct word){name.at, 2}, "af") && class >= 1 &&
           class <= 4 && drop >= 1 && drop <= 3;
}

static bool dscp_parse(struct parser *parser, struct script_packet *packet) {
    uint32_t value;

    if (parser->token.kind == TOKEN_WORD && dscp_of(parser->token.text, &value)) {
        packet->dscp = (struct number){.value = value, .is_given = true};
        parser_take(parser);
        return true;
    }
    return parser_expect_number(parser, "a DSCP", 63, true, &packet->dscp);
}

static bool mark_parse(struct parser *parser, struct script_packet *packet) {
    if (ecn_take(parser, packet)) return true;
    if (parser_take_word(parser, "tos"))
        return parser_expect_number(parser, "a TOS octet", 255, true, &packet->tos);
    if (parser_take_word(parser, "ttl") || parser_take_word(parser, "hlim"))
        return parser_expect_number(parser, "a TTL", 255, true, &packet->ttl);
    if (parser_take_word(parser, "flowlabel"))
        return parser_expect_number(parser, "a flow label", 0xfffff, true, &packet->flow_label);
    if (parser_take_word(parser, "dscp")) return dscp_parse(parser, packet);
    return parser_expected(parser, "a mark (noecn, ect0, ect1, ect01, ce, tos N, dscp N, ttl N, "
                                   "flowlabel N)");
}

bool parse_marks(struct parser *parser, struct script_packet *packet) {
    if (!parser_take_sign(parser, '[')) return true;
    while (!parser_take_sign(parser, ']')) {
        if (!mark_parse(parser, packet)) return false;
        parser_take_sign(parser, ',');
    }
    return true;
}
