/* SPDX-License-Identifier: BSD-2-Clause */
#include "script/parser.h"
#include "script/characters.h"
#include "script/words.h"

/*
 * Packets:  < [ect0] 8080 > 9090 S 0:0(0) win 65535 <mss 1460>   > udp (10)   < icmp unreachable host_unreachable
 */
enum { PORT_MAX = 65535 };

static bool port_parse(struct parser *parser, uint16_t *port) {
    uint64_t value;

    if (!parser_expect_integer(parser, "a port", PORT_MAX, &value)) return false;
    *port = (uint16_t)value;
    return true;
}

static bool ports_parse(struct parser *parser, struct script_packet *packet) {
    return port_parse(parser, &packet->source_port) && parser_expect_sign(parser, '>') &&
           port_parse(parser, &packet->destination_port);
}

/* A number that begins with a digit stands for a port, unless it is AccECN's ACE at the front of flags: `5.` */
static bool at_ports(const struct parser *parser) {
    struct word text = parser->token.text;

    if (!parser_at_number(parser) || !char_is_digit(text.at[0])) return false;
    return text.length != 2 || text.at[1] != '.';
}

static bool udp_parse(struct parser *parser, struct script_packet *packet) {
    uint64_t length;

    packet->protocol = PACKET_UDP;
    if (at_ports(parser) && !ports_parse(parser, packet)) return false;
    if (!parser_expect_sign(parser, '(')) return false;
    packet->length.is_given = true;
    if (!packet->is_inbound && parser->token.kind == TOKEN_ELLIPSIS) {
        packet->length.is_any = true;
        parser_take(parser);
        return parser_expect_sign(parser, ')');
    }
    if (!parser_expect_integer(parser, "a length of UDP payload", 65507, &length)) return false;
    packet->length.value = (uint32_t)length;
    return parser_expect_sign(parser, ')');
}

bool parse_transport(struct parser *parser, struct script_packet *packet) {
    if (at_ports(parser)) {
        struct token first = parser->token;
        struct word next = lexer_peek(&parser->lexer);

        if (!word_is(next, ">"))
            return parser_expected(parser, "flags (like S, P. or .) or ports (8080 > 9090)") &&
                   first.kind;
        if (!ports_parse(parser, packet)) return false;
    }
    if (parser_take_word(parser, "udp")) return udp_parse(parser, packet);
    return parse_tcp(parser, packet);
}

/* What this judge knows by name only: the script is right, but nothing here can run it. */
static bool is_foreign(struct word name) {
    static const char *const foreign[] = {"sctp", "udplite", "gre", "mpls", "ipv4", "ipv6", "dccp"};

    for (size_t i = 0; i < sizeof foreign / sizeof foreign[0]; i++)
        if (word_is(name, foreign[i])) return true;
    return false;
}

/* The rest of such a packet: up to the next line that begins outside of brackets. */
static void foreign_skip(struct parser *parser, struct script_packet *packet) {
    uint32_t open = 0;

    packet->unsupported = parser->token.text;
    do {
        char sign = parser->token.sign;

        if (sign == '(' || sign == '[' || sign == '{') open++;
        if (open > 0 && (sign == ')' || sign == ']' || sign == '}')) open--;
        parser_take(parser);
    } while (parser->token.kind > TOKEN_END && (open > 0 || !parser->token.starts_line));
}

static bool body_parse(struct parser *parser, struct script_packet *packet) {
    if (parser->token.kind == TOKEN_WORD && is_foreign(parser->token.text)) {
        foreign_skip(parser, packet);
        return true;
    }
    if (parser_at_word(parser, "icmp") || parser_at_word(parser, "icmpv6"))
        return parse_icmp(parser, packet);
    return parse_transport(parser, packet);
}

struct script_packet *parse_packet(struct parser *parser) {
    struct script_packet *packet = parser_memory(parser, sizeof *packet);
    struct place place = parser->token.place;

    if (!packet) return NULL;
    packet->is_inbound = parser_at_sign(parser, '<');
    parser_take(parser);
    if (!parse_marks(parser, packet) || !body_parse(parser, packet)) return NULL;
    if (packet->is_inbound && packet->protocol == PACKET_TCP && !packet->win.is_given &&
        packet->unsupported.length == 0) {
        lexer_fail(&parser->lexer, place, "a TCP segment that arrives needs a window (win N)", NULL);
        return NULL;
    }
    return packet;
}
