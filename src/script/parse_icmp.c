/* SPDX-License-Identifier: BSD-2-Clause */
#include "script/icmp_names.h"
#include "script/parser.h"
#include "script/words.h"

/*
 * ICMP:  icmp unreachable frag_needed mtu 1200 [1:1461(1460)]   icmpv6 packet_too_big mtu 1280   icmp 8 0 id 5
 */

/* Words that go on with the message, and are no code of it. */
static bool is_field(struct word word) {
    return word_is(word, "mtu") || word_is(word, "id") || word_is(word, "seq");
}

static bool at_code(const struct parser *parser) {
    if (parser->token.starts_line) return false;
    if (parser_at_number(parser)) return true;
    return parser->token.kind == TOKEN_WORD && !is_field(parser->token.text);
}

/* Whether both families, or at least one, know type and code; what only ICMPv6 knows is ICMPv6. */
static bool names_check(struct script_packet *packet) {
    uint8_t type, code;

    if (!packet->is_icmp6 && icmp_of_packet(packet, 4, &type, &code)) return true;
    packet->is_icmp6 = true;
    return icmp_of_packet(packet, 6, &type, &code);
}

/* A type or code, by its name or as a number.  Return: false: told */
static bool name_parse(struct parser *parser, struct script_packet *packet, const char *what,
                       struct word *name, uint8_t *number) {
    uint64_t value = 0;

    if (parser_at_number(parser)) {
        if (!parser_expect_integer(parser, what, 255, &value)) return false;
        *number = (uint8_t)value;
        return true;
    }
    if (parser->token.kind == TOKEN_WORD) *name = parser->token.text;
    if (name->length == 0 || !names_check(packet)) return parser_expected(parser, what);
    parser_take(parser);
    return true;
}

static bool names_parse(struct parser *parser, struct script_packet *packet) {
    if (!name_parse(parser, packet, "a type of ICMP (unreachable, echo_request, 3, ...)",
                    &packet->icmp_name, &packet->icmp_type))
        return false;
    return !at_code(parser) || name_parse(parser, packet, "a code of this type of ICMP",
                                          &packet->icmp_code_name, &packet->icmp_code);
}

/*
 * [1:1461(1460)] and [1] are the sequence number of the segment that is quoted; what has flags is that segment
 * written out, and goes the other way.
 */
static bool quoted_number_parse(struct parser *parser, struct script_packet *packet) {
    static const char what[] = "a sequence number";
    uint64_t value, unused;

    if (!parser_expect_integer(parser, what, UINT32_MAX, &value)) return false;
    packet->icmp_seq.value = (uint32_t)value;
    packet->icmp_seq.is_given = true;
    if (parser_take_sign(parser, ':') && !parser_expect_integer(parser, what, UINT32_MAX, &unused))
        return false;
    if (parser_take_sign(parser, '(') && (!parser_expect_integer(parser, "a length", 65535, &unused) ||
                                          !parser_expect_sign(parser, ')')))
        return false;
    packet->icmp_seq.is_absolute = parser_take_sign(parser, '!');
    return true;
}

static bool at_quoted_number(const struct parser *parser) {
    return parser_at_number(parser) && !word_is(lexer_peek(&parser->lexer), ">");
}

static bool quoted_segment_parse(struct parser *parser, struct script_packet *packet) {
    struct script_packet *quoted = parser_memory(parser, sizeof *quoted);

    if (!quoted) return false;
    quoted->is_inbound = !packet->is_inbound;
    packet->quoted = quoted;
    if (!parser_take_sign(parser, '<')) parser_take_sign(parser, '>');
    if (!parse_transport(parser, quoted)) return false;
    if (!quoted->seq.is_any) packet->icmp_seq = quoted->seq;
    return true;
}

static bool quoted_parse(struct parser *parser, struct script_packet *packet) {
    parser_take(parser);
    parser_take_word(parser, "seq");
    if (at_quoted_number(parser) ? !quoted_number_parse(parser, packet)
                                 : !quoted_segment_parse(parser, packet))
        return false;
    return parser_expect_sign(parser, ']');
}

/* Return: whether the token in hand goes on with the message; each part stands once */
static bool at_field(const struct parser *parser, const struct script_packet *packet) {
    if (parser_at_word(parser, "mtu")) return !packet->icmp_mtu.is_given;
    if (parser_at_word(parser, "id")) return !packet->icmp_id.is_given;
    if (!parser_at_word(parser, "seq") && !parser_at_sign(parser, '[')) return false;
    return !packet->icmp_seq.is_given && !packet->quoted;
}

static bool field_parse(struct parser *parser, struct script_packet *packet) {
    bool is_inbound = packet->is_inbound;

    if (parser_at_sign(parser, '[')) return quoted_parse(parser, packet);
    if (parser_take_word(parser, "mtu"))
        return parser_expect_number(parser, "an MTU", UINT32_MAX, is_inbound, &packet->icmp_mtu);
    if (parser_take_word(parser, "id"))
        return parser_expect_number(parser, "an identifier", 65535, is_inbound, &packet->icmp_id);
    parser_take(parser);
    return parser_expect_number(parser, "a sequence number", UINT32_MAX, is_inbound,
                                &packet->icmp_seq);
}

bool parse_icmp(struct parser *parser, struct script_packet *packet) {
    packet->protocol = PACKET_ICMP;
    packet->is_icmp6 = parser_at_word(parser, "icmpv6");
    parser_take(parser);
    if (!names_parse(parser, packet)) return false;
    while (at_field(parser, packet))
        if (!field_parse(parser, packet)) return false;
    return true;
}
