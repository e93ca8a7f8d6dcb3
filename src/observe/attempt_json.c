/* SPDX-License-Identifier: BSD-2-Clause */
#include "observe/attempt_json.h"

#include "base/json.h"
#include "wire/address_text.h"

bool attempt_json_is_due(const struct observe_report *report) {
    if (report->kind == OBSERVE_CLOSE) return true;
    return report->kind == OBSERVE_OPENING && report->attempt->close == ATTEMPT_CLOSE_NONE;
}

static void rtt_put(struct text *text, const char *key, uint32_t rtt_us) {
    if (rtt_us == ATTEMPT_RTT_UNKNOWN)
        json_word(text, key, NULL);
    else
        json_number(text, key, rtt_us);
}

static void endpoint_put(struct text *text, const char *address_key, const char *port_key,
                         const struct tercet_endpoint *endpoint) {
    json_key(text, address_key);
    text_char(text, '"');
    address_text(text, &endpoint->address);
    text_char(text, '"');
    json_number(text, port_key, endpoint->port);
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
    text_char(text, '{');
    json_number(text, "v", ATTEMPT_JSON_VERSION);
    json_word(text, "type", "attempt");
    json_number(text, "id", attempt->id);
    json_key(text, "t");
    text_fixed(text, attempt->began_ns + (uint64_t)wall_minus_now_ns, 9, 6);
    endpoint_put(text, "src", "sport", &attempt->side[ATTEMPT_CLIENT].endpoint);
    endpoint_put(text, "dst", "dport", &attempt->side[ATTEMPT_SERVER].endpoint);
    json_word(text, "outcome", tercet_outcome_name((enum tercet_outcome)attempt->outcome));
    json_word(text, "reason", reason_word(attempt));
    json_truth(text, "proven", attempt->is_proven);
    json_truth(text, "simultaneous", attempt->is_simultaneous);
    json_number(text, "syns", attempt->syns);
    json_number(text, "synacks", attempt->synacks);
    rtt_put(text, "rtt_server_us", attempt->rtt_server_us);
    rtt_put(text, "rtt_client_us", attempt->rtt_client_us);
    json_word(text, "close", attempt_close_name((enum attempt_close)attempt->close));
    json_word(text, "first_closer", closer_word(attempt));
    text_put(text, "}\n");
}

void attempt_json_lost(struct text *text, uint64_t lines) {
    text_char(text, '{');
    json_number(text, "v", ATTEMPT_JSON_VERSION);
    json_word(text, "type", "lost");
    json_number(text, "records", lines);
    text_put(text, "}\n");
}
