/* SPDX-License-Identifier: BSD-2-Clause */
#include "script/parser.h"
#include "script/words.h"

/*
 * Segments:  S. 0:0(0) ack 1 win 65535 urg 0 <mss 1460>
 */
enum { PAYLOAD_MAX = 65535 };

/* The bit of a flag's letter, or 0. */
static uint16_t flag_of(char letter) {
    switch (letter) {
    case 'F': return PACKET_FIN;
    case 'S': return PACKET_SYN;
    case 'R': return PACKET_RST;
    case 'P': return PACKET_PSH;
    case '.': return PACKET_ACK;
    case 'U': return PACKET_URG;
    case 'E': return PACKET_ECE;
    case 'W': return PACKET_CWR;
    case 'A': return PACKET_AE;
    default: return 0;
    }
}

/* AE CWR ECE as a number, RFC 9768's ACE. */
static uint16_t flags_of_ace(unsigned ace) {
    return (uint16_t)((ace & 4 ? PACKET_AE : 0) | (ace & 2 ? PACKET_CWR : 0) |
                      (ace & 1 ? PACKET_ECE : 0));
}

/* Add the flag that @c stands for.  Return: false: it is none, or said already */
static bool flag_add(struct script_packet *packet, char c) {
    enum { ACE = PACKET_AE | PACKET_CWR | PACKET_ECE };
    uint16_t flag = flag_of(c);

    if (c >= '0' && c <= '7') {
        if (packet->has_ace || (packet->flags & ACE)) return false;
        packet->has_ace = true;
        packet->flags |= flags_of_ace((unsigned)(c - '0'));
        return true;
    }
    if (!flag || (packet->flags & flag) || (packet->has_ace && (flag & ACE))) return false;
    packet->flags |= flag;
    return true;
}

static bool at_flags(const struct parser *parser) {
    return parser->token.kind == TOKEN_WORD || parser_at_sign(parser, '.') ||
           parser_at_sign(parser, '-') || parser_at_number(parser);
}

static bool flag_fail(struct parser *parser, uint32_t i) {
    struct place place = parser->token.place;
    char letter[2] = {parser->token.text.at[i], 0};

    if (!parser->lexer.nested) place.column += i;
    return lexer_fail(&parser->lexer, place, "expected flags, found `", letter,
                      "` (each once: F S R P . U E W A, or 0 to 7 for A W E; - for none)", NULL);
}

static bool flags_parse(struct parser *parser, struct script_packet *packet) {
    if (parser_at_sign(parser, '*')) {
        packet->flags_are_any = true;
        parser_take(parser);
        return true;
    }
    if (!at_flags(parser)) return parser_expected(parser, "flags, like S, P. or .");
    lexer_run(&parser->lexer, &parser->token);
    if (!word_is(parser->token.text, "-"))
        for (uint32_t i = 0; i < parser->token.text.length; i++)
            if (!flag_add(packet, parser->token.text.at[i])) return flag_fail(parser, i);
    parser_take(parser);
    return true;
}

/* (N) behind the sequence numbers, or (...). */
static bool length_parse(struct parser *parser, struct script_packet *packet) {
    return parser_expect_sign(parser, '(') &&
           parser_expect_number(parser, "a length", PAYLOAD_MAX, packet->is_inbound,
                                &packet->length) &&
           parser_expect_sign(parser, ')');
}

/* The end of what is numbered is its beginning and its length, modulo 2^32. */
static bool numbers_check(struct parser *parser, struct script_packet *packet, struct place place) {
    if (packet->length.is_any || packet->seq.is_any || packet->end.is_any) return true;
    if (!packet->end.is_given) {
        packet->end = packet->seq;
        packet->end.value += packet->length.value;
    }
    if (packet->end.value - packet->seq.value == packet->length.value) return true;
    return lexer_fail(&parser->lexer, place, "expected start:end(length) with end = start + length",
                      NULL);
}

/* start:end(length), start(length), ...(length); `!` behind all or one of them */
static bool numbers_parse(struct parser *parser, struct script_packet *packet) {
    static const char what[] = "sequence numbers, like 1:1001(1000)";
    struct place place = parser->token.place;

    if (!parser_expect_number(parser, what, UINT32_MAX, packet->is_inbound, &packet->seq))
        return false;
    if (parser_take_sign(parser, ':') &&
        !parser_expect_number(parser, what, UINT32_MAX, packet->is_inbound, &packet->end))
        return false;
    if (packet->seq.is_any && !packet->end.is_given) packet->end = packet->seq;
    if (!length_parse(parser, packet) || !numbers_check(parser, packet, place)) return false;
    if (parser_take_sign(parser, '!')) packet->seq.is_absolute = packet->end.is_absolute = true;
    return true;
}

/* ack N, win N, urg N in any order, each once.  Return: false: an error; a packet may have none of them */
static bool fields_parse(struct parser *parser, struct script_packet *packet) {
    struct {
        const char *name, *what;
        struct number *number;
        uint32_t max;
    } fields[] = {
        {"ack", "an acknowledgment number", &packet->ack, UINT32_MAX},
        {"win", "a window",                 &packet->win, 65535     },
        {"urg", "an urgent pointer",        &packet->urg, 65535     }
    };

    for (uint32_t i = 0; i < 3; i++) {
        if (fields[i].number->is_given || !parser_take_word(parser, fields[i].name)) continue;
        if (!parser_expect_number(parser, fields[i].what, fields[i].max, packet->is_inbound,
                                  fields[i].number))
            return false;
        i = UINT32_MAX; /* from the first again */
    }
    return true;
}

/* Whether the `<` in hand opens options, or is the next event's, which has no moment. */
static bool at_options(const struct parser *parser) {
    struct word next;

    if (!parser_at_sign(parser, '<')) return false;
    if (!parser->token.starts_line) return true;
    next = lexer_peek(&parser->lexer);
    return is_tcp_option(next) || word_is(next, ">") || word_is(next, "...");
}

/* `/ udp (8080 > 9090)`: the segment travels in UDP, RFC 6951's way; named, but not done here. */
static bool encapsulation_parse(struct parser *parser, struct script_packet *packet) {
    uint64_t port;

    if (!parser_at_sign(parser, '/') || parser->token.starts_line) return true;
    parser_take(parser);
    packet->unsupported = parser->token.text;
    if (!parser_take_word(parser, "udp")) return parser_expected(parser, "`udp`");
    return parser_expect_sign(parser, '(') &&
           parser_expect_integer(parser, "a port", 65535, &port) &&
           parser_expect_sign(parser, '>') &&
           parser_expect_integer(parser, "a port", 65535, &port) && parser_expect_sign(parser, ')');
}

bool parse_tcp(struct parser *parser, struct script_packet *packet) {
    packet->protocol = PACKET_TCP;
    if (!flags_parse(parser, packet) || !numbers_parse(parser, packet)) return false;
    if (!fields_parse(parser, packet)) return false;
    if (at_options(parser) && !parse_tcp_options(parser, packet)) return false;
    return encapsulation_parse(parser, packet);
}
