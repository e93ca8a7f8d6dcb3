/* SPDX-License-Identifier: BSD-2-Clause */
#include "script/mapping.h"

#include <stddef.h>

#include "base/bytes.h"
#include "script/packet_options.h"

/* Where the timestamps of @view stand, value first; NULL: it has none. */
static unsigned char *ts_of(struct packet_view *view) {
    const unsigned char *at = view->options, *end = at + view->n_options;
    struct option_view option;

    while ((at = option_view(at, end, &option))) {
        if (option.kind == TCP_OPTION_TIMESTAMPS && option.length == TCP_OPTION_LENGTH_TIMESTAMPS &&
            !option.is_broken)
            return view->options + (option.at - view->options) + 2;
    }
    return NULL;
}

/* A reset that answers a segment without ACK has the number 0, whatever was said before (RFC 9293 section 3.5.2). */
static bool seq_is_none(const struct packet_view *view) {
    return view->flags & PACKET_RST && view->flags & PACKET_ACK && view->seq == 0;
}

void mapping_to_script(const struct mapping *mapping, struct packet_view *view) {
    unsigned char *ts = mapping->has_ts ? ts_of(view) : NULL;

    if (mapping->has_local && !seq_is_none(view)) view->seq -= mapping->local;
    if (ts) be32_put(ts, be32_get(ts) - mapping->ts_wire + mapping->ts_script);
}

uint32_t mapping_local_wire(const struct mapping *mapping, const struct number *number) {
    if (number->is_absolute || !mapping->has_local) return number->value;
    return number->value + mapping->local;
}

bool mapping_ecr_wire(const struct mapping *mapping, const struct number *number, bool is_scaled,
                      uint32_t *wire) {
    const struct ts_table *table = mapping->table;
    uint32_t kept;

    *wire = number->value;
    if (number->is_absolute) return true;
    kept = table->n < MAPPING_TS_MAX ? table->n : MAPPING_TS_MAX;
    for (uint32_t i = 1; i <= kept; i++) {
        const struct ts_pair *pair = &table->pairs[(table->n - i) % MAPPING_TS_MAX];

        if (pair->connection != mapping->connection || pair->script != number->value) continue;
        *wire = pair->wire;
        return true;
    }
    if (!is_scaled || !mapping->has_ts) return false;
    *wire = number->value - mapping->ts_script + mapping->ts_wire;
    return true;
}

bool mapping_may_learn(const struct mapping *mapping, const struct packet_view *came) {
    if (!(came->flags & PACKET_SYN)) return false;
    return !mapping->has_local || mapping->has_new_peer;
}

void mapping_learn_seq(struct mapping *mapping, const struct script_packet *want,
                       const struct packet_view *came) {
    if (!mapping_may_learn(mapping, came) || want->seq.is_absolute) return;
    mapping->local = came->seq - want->seq.value;
    mapping->has_local = true;
    mapping->has_new_peer = false;
}

static const struct packet_option *ts_wanted(const struct script_packet *want) {
    for (const struct packet_option *option = want->options; option; option = option->next) {
        if (option->kind == PACKET_OPTION_TS) return option;
    }
    return NULL;
}

void mapping_learn_ts(struct mapping *mapping, const struct script_packet *want,
                      const struct packet_view *came) {
    const struct packet_option *option = ts_wanted(want);
    struct packet_view view = *came;
    const unsigned char *ts = ts_of(&view);
    struct ts_table *table = mapping->table;

    if (!option || !ts || option->ts_val.is_any || option->ts_val.is_absolute) return;
    if (!mapping->has_ts) {
        mapping->has_ts = true;
        mapping->ts_script = option->ts_val.value;
        mapping->ts_wire = be32_get(ts);
    }
    table->pairs[table->n++ % MAPPING_TS_MAX] = (struct ts_pair){
        mapping->connection, option->ts_val.value, be32_get(ts)};
}
