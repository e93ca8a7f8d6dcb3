/* SPDX-License-Identifier: BSD-2-Clause */
#include "observe/attempt_json.h"

#include <string.h>

#include "wire/address_text.h"

bool attempt_json_is_due(const struct observe_report *report) {
    if (report->kind == OBSERVE_CLOSE) return true;
    return report->kind == OBSERVE_OPENING && report->attempt->close == ATTEMPT_CLOSE_NONE;
}

static void key_put(struct text *text, const char *key) {
    text_put(text, ",\"");
    text_put(text, key);
    text_put(text, "\":");
}

/* @value NULL: it is absent. */
static void word_put(struct text *text, const char *key, const char *value) {
    key_put(text, key);
    if (!value) {
        text_put(text, "null");
        return;
    }
    text_char(text, '"');
    text_json(text, value, strlen(value));
    text_char(text, '"');
}

static void number_put(struct text *text, const char *key, uint64_t value) {
    key_put(text, key);
    text_u64(text, value);
}

static void truth_put(struct text *text, const char *key, bool value) {
    key_put(text, key);
    text_put(text, value ? "true" : "false");
}

static void rtt_put(struct text *text, const char *key, uint32_t rtt_us) {
    if (rtt_us == ATTEMPT_RTT_UNKNOWN)
        word_put(text, key, NULL);
    else
        number_put(text, key, rtt_us);
}

static void endpoint_put(struct text *text, const char *address_key, const char *port_key,
                         const struct tercet_endpoint *endpoint) {
    key_put(text, address_key);
    text_char(text, '"');
    address_text(text, &endpoint->address);
    text_char(text, '"');
    number_put(text, port_key, endpoint->port);
}

/* NULL: none was told. */
static const char *reason_word(const struct attempt *attempt) {
    static const char *const words[] = {
#define REASON_WORD(name, text, sentence) text,
        TERCET_REASONS(REASON_WORD)
#undef REASON_WORD
    };

    return attempt->reason == TERCET_REASON_NONE ? NULL : words[attempt->reason];
}

static const char *closer_word(const struct attempt *attempt) {
    enum attempt_side side = (enum attempt_side)attempt->first_closer;

    return side == ATTEMPT_NOBODY ? NULL : attempt_side_name(side);
}

void attempt_json(struct text *text, const struct attempt *attempt, int64_t wall_minus_now_ns) {
    text_put(text, "{\"v\":");
    text_u64(text, ATTEMPT_JSON_VERSION);
    word_put(text, "type", "attempt");
    number_put(text, "id", attempt->id);
    key_put(text, "t");
    text_fixed(text, attempt->began_ns + (uint64_t)wall_minus_now_ns, 9, 6);
    endpoint_put(text, "src", "sport", &attempt->side[ATTEMPT_CLIENT].endpoint);
    endpoint_put(text, "dst", "dport", &attempt->side[ATTEMPT_SERVER].endpoint);
    word_put(text, "outcome", tercet_outcome_name((enum tercet_outcome)attempt->outcome));
    word_put(text, "reason", reason_word(attempt));
    truth_put(text, "proven", attempt->is_proven);
    truth_put(text, "simultaneous", attempt->is_simultaneous);
    number_put(text, "syns", attempt->syns);
    number_put(text, "synacks", attempt->synacks);
    rtt_put(text, "rtt_server_us", attempt->rtt_server_us);
    rtt_put(text, "rtt_client_us", attempt->rtt_client_us);
    word_put(text, "close", attempt_close_name((enum attempt_close)attempt->close));
    word_put(text, "first_closer", closer_word(attempt));
    text_put(text, "}\n");
}

void attempt_json_lost(struct text *text, uint64_t lines) {
    text_put(text, "{\"v\":");
    text_u64(text, ATTEMPT_JSON_VERSION);
    word_put(text, "type", "lost");
    number_put(text, "records", lines);
    text_put(text, "}\n");
}
