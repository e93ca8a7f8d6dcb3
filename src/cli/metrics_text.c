/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/metrics_text.h"

enum { BLOCK_OCTETS = 2048 }; /* of struct tercet_stack_info's buffer_blocks */

static void head_put(struct text *text, const char *name, const char *type, const char *help) {
    text_put(text, "# HELP ");
    text_put(text, name);
    text_char(text, ' ');
    text_put(text, help);
    text_put(text, "\n# TYPE ");
    text_put(text, name);
    text_char(text, ' ');
    text_put(text, type);
    text_char(text, '\n');
}

/* @label: "direction=\"in\"" and the like, or NULL */
static void value_put(struct text *text, const char *name, const char *label, uint64_t value) {
    text_put(text, name);
    if (label) {
        text_char(text, '{');
        text_put(text, label);
        text_char(text, '}');
    }
    text_char(text, ' ');
    text_u64(text, value);
    text_char(text, '\n');
}

static void verdicts_put(struct text *text, const struct tercet_stack *stack) {
    static const char name[] = "tercet_verdicts_total";

    head_put(text, name, "counter", "Packets that arrived, by what became of them: see tercet(7).");
    for (int i = 0; i < TERCET_VERDICT_COUNT; i++) {
        enum tercet_verdict verdict = (enum tercet_verdict)i;
        text_put(text, name);
        text_put(text, "{verdict=\"");
        text_put(text, tercet_verdict_name(verdict));
        text_put(text, "\"} ");
        text_u64(text, tercet_stack_counter(stack, verdict));
        text_char(text, '\n');
    }
}

static void gauge_put(struct text *text, const char *name, const char *help, uint64_t value) {
    head_put(text, name, "gauge", help);
    value_put(text, name, NULL, value);
}

static void counter_put(struct text *text, const char *name, const char *help, const char *label,
                        uint64_t value, const char *other_label, uint64_t other) {
    head_put(text, name, "counter", help);
    value_put(text, name, label, value);
    if (other_label) value_put(text, name, other_label, other);
}

void metrics_text(struct text *text, const struct tercet_stack *stack) {
    struct tercet_stack_info info;

    tercet_stack_info(stack, &info);
    gauge_put(text, "tercet_connections", "Connections with a control block.", info.conns);
    gauge_put(text, "tercet_half_opens", "Openings that wait for their final ACK.", info.half_opens);
    gauge_put(text, "tercet_time_waits", "Connections in TIME-WAIT.", info.time_waits);
    gauge_put(text, "tercet_listeners", "Listening ports.", info.listeners);
    gauge_put(text, "tercet_reassemblies", "Connections with data out of order.", info.reassemblies);
    gauge_put(text, "tercet_buffer_bytes", "Octets held by send and receive buffers.",
              (uint64_t)info.buffer_blocks * BLOCK_OCTETS);
    gauge_put(text, "tercet_fragmented", "Packets that wait for their fragments.", info.fragmented);
    counter_put(text, "tercet_fragmented_lost_total", "Packets that were never whole.", NULL,
                info.fragmented_lost, NULL, 0);
    counter_put(text, "tercet_gaps_given_up_total",
                "Connections whose text behind a gap made room for something else.", NULL,
                info.gaps_given_up, NULL, 0);
    counter_put(text, "tercet_frames_total", "Packets that crossed the device.", "direction=\"in\"",
                info.frames_in, "direction=\"out\"", info.frames_out);
    counter_put(text, "tercet_connections_opened_total", "Connections that were established.",
                "side=\"active\"", info.opened_active, "side=\"passive\"", info.opened_passive);
    counter_put(text, "tercet_segments_retransmitted_total", "Segments sent again.", NULL,
                info.segments_retransmitted, NULL, 0);
    verdicts_put(text, stack);
}
