/* SPDX-License-Identifier: BSD-2-Clause */
#include "script/parser.h"
#include "script/words.h"

/*
 * Calls:  read(3, ..., 1000) = -1 EAGAIN (Resource temporarily unavailable)
 */

/* EAGAIN; a word of the next line only if it cannot be the name of a call. */
static bool at_error(const struct parser *parser) {
    if (parser->token.kind != TOKEN_WORD) return false;
    return !parser->token.starts_line || parser->token.text.at[0] == 'E';
}

static bool error_parse(struct parser *parser, struct script_call *call) {
    if (parser->token.text.at[0] != 'E')
        return parser_expected(parser, "the name of an error, like EAGAIN");
    call->error = parser->token.text;
    parser_take(parser);
    return true;
}

static bool note_take(struct parser *parser) {
    if (!parser_at_sign(parser, '(') || parser->token.starts_line) return true;
    lexer_note(&parser->lexer, &parser->token);
    if (parser->token.kind == TOKEN_BAD) return false;
    parser_take(parser);
    return true;
}

static bool result_parse(struct parser *parser, struct script_call *call) {
    call->result = parse_result(parser);
    if (!call->result) return false;
    if (at_error(parser) && !error_parse(parser, call)) return false;
    return note_take(parser);
}

struct script_call *parse_call(struct parser *parser) {
    struct script_call *call = parser_memory(parser, sizeof *call);

    if (!call) return NULL;
    call->name = parser->token.text;
    parser_take(parser);
    if (!parser_expect_sign(parser, '(')) return NULL;
    if (!parse_values(parser, ')', &call->arguments, &call->n_arguments)) return NULL;
    if (parser_take_sign(parser, '=') && !result_parse(parser, call)) return NULL;
    return call;
}
