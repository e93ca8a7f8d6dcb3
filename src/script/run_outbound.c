/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Packets that the script expects.  They are compared in the order in which they leave: the first that nothing has
 * asked for must be the one that is expected, and its time must be right.  When it is not, what else leaves in time is
 * looked at, so that the report can tell a wrong packet from one too many.
 */
#include <stddef.h>
#include <string.h>

#include "script/packet_match.h"
#include "script/packet_text.h"
#include "script/run.h"
#include "wire/ip.h"

/* What is expected, and what has come of it. */
struct outbound {
    struct run *run;
    const struct event *event;
    const struct schedule *schedule;
    struct match match;
    uint32_t connection;
    uint64_t deadline_ns;
};

static uint8_t version_of_run(const struct run *run) {
    return address_is_v4(&run->options.remote.address) ? 4 : 6;
}

/* The connection that @packet is expected of: by its ports where they are said and known. */
static uint32_t connection_wanted(const struct run *run, const struct script_packet *packet) {
    const struct connections *connections = &run->tables->connections;
    uint32_t number = CONNECTION_NONE;

    if (packet->source_port)
        number = connection_of_ports(connections, packet->source_port, packet->destination_port);
    if (number != CONNECTION_NONE) return number;
    return connection_current(connections, &run->calls.focus);
}

static struct connection *connection_of(const struct outbound *outbound) {
    return connection_at(&outbound->run->tables->connections, outbound->connection);
}

/* TS values are looked at once one is known, and only in ticks. */
static uint32_t ts_tolerance(const struct outbound *outbound, const struct mapping *mapping) {
    uint64_t tick_ns = (uint64_t)outbound->run->options.ts_tick_us * RUN_NS_PER_US;
    uint64_t ticks;

    if (!tick_ns || !mapping->has_ts) return UINT32_MAX;
    ticks = outbound->schedule->late_ns / tick_ns;
    return ticks < INT32_MAX ? (uint32_t)ticks + 1 : UINT32_MAX;
}

static void match_prepare(struct outbound *outbound, const struct departure *departure) {
    static const struct mapping unmapped;
    const struct connection *connection = connection_of(outbound);

    outbound->match.want = outbound->event->packet;
    outbound->match.is_strict = outbound->run->options.is_strict;
    outbound->match.mapping = connection ? &connection->mapping : &unmapped;
    outbound->match.full_octets = departure->full_octets;
    outbound->match.ts_tolerance = ts_tolerance(outbound, outbound->match.mapping);
}

/* The next packet from index *@from on that may be the expected one, once it has left; NULL: not in time. */
static struct departure *departure_await(struct outbound *outbound, uint64_t *from,
                                         uint64_t deadline_ns) {
    struct run *run = outbound->run;

    for (;;) {
        struct departure *departure;

        outbound->connection = connection_wanted(run, outbound->event->packet);
        departure = departures_next(&run->tables->departures, outbound->connection, from);
        if (departure || run_now(run) >= deadline_ns) return departure;
        if (!run_pass(run, deadline_ns)) return NULL;
    }
}

/* Report. */

static void expected_text(const struct outbound *outbound) {
    struct script_report *report = outbound->run->report;
    struct text text;

    text_init(&text, report->expected, sizeof report->expected);
    packet_text(&text, outbound->event->packet, version_of_run(outbound->run));
    report->actual[0] = 0;
}

static void view_text(const struct outbound *outbound, struct text *text,
                      const struct departure *departure) {
    const struct connection *connection = connection_of(outbound);
    struct packet_view view = departure->view;

    if (connection) mapping_to_script(&connection->mapping, &view);
    packet_view_text(text, &view, false);
}

static void actual_text(const struct outbound *outbound, const struct departure *departure) {
    struct script_report *report = outbound->run->report;
    struct text text;

    text_init(&text, report->actual, sizeof report->actual);
    view_text(outbound, &text, departure);
}

/* What the script calls the numbers of @departure. */
static void learn(struct outbound *outbound, const struct departure *departure) {
    struct connection *connection = connection_of(outbound);

    if (!connection) return;
    mapping_learn_seq(&connection->mapping, outbound->event->packet, &departure->view);
    mapping_learn_ts(&connection->mapping, outbound->event->packet, &departure->view);
}

/* Claim: the packet has been asked for. */
static void claim(struct outbound *outbound, struct departure *departure) {
    struct run *run = outbound->run;
    struct connection *connection = connection_of(outbound);
    struct rung *rung = ladder_at(&run->tables->ladder, departure->rung);

    learn(outbound, departure);
    if (rung) {
        if (connection) mapping_to_script(&connection->mapping, &rung->view);
        rung->event = outbound->event;
    }
    departure_claim(&run->tables->departures, departure);
}

static bool is_in_time(const struct schedule *schedule, uint64_t when_ns) {
    if (schedule->is_any) return true;
    return when_ns + schedule->early_ns >= schedule->at_ns &&
           when_ns <= schedule->until_ns + schedule->late_ns;
}

/* Failures. */

static bool time_fails(struct outbound *outbound, struct departure *departure) {
    char memory[SCRIPT_SENTENCE_MAX];
    struct text why;

    text_init(&why, memory, sizeof memory);
    text_put(&why, "the packet left ");
    run_time_text(&why, departure->view.when_ns, outbound->schedule, false);
    claim(outbound, departure);
    expected_text(outbound);
    actual_text(outbound, departure);
    return run_fails(outbound->run, outbound->event, SCRIPT_MISMATCH_TIME, memory);
}

/* Whether @departure is all that is expected, or its beginning. */
static bool fits(struct outbound *outbound, const struct departure *departure) {
    char memory[SCRIPT_SENTENCE_MAX];
    struct text ignored;

    text_init(&ignored, memory, sizeof memory);
    match_prepare(outbound, departure);
    return match_differs(&outbound->match, &departure->view, &ignored) == SCRIPT_MISMATCH_NONE;
}

/*
 * Look on from index *@from, up to @seconds past the deadline: the run is over, but for its report.  Where it is not
 * (--non_fatal), time must not pass.  NULL: nothing more leaves
 */
static struct departure *look_beyond(struct outbound *outbound, uint64_t *from, uint64_t seconds) {
    struct run *run = outbound->run;
    uint64_t until_ns = outbound->deadline_ns + seconds * RUN_NS_PER_S;
    struct departure *departure;

    if (run->options.packets_may_differ) until_ns = 0;
    if (until_ns > RUN_LIMIT_NS) until_ns = RUN_LIMIT_NS;
    run->is_beyond = true;
    departure = departure_await(outbound, from, until_ns);
    run->is_beyond = false;
    return departure;
}

static void rest_text(const struct outbound *outbound, struct text *why) {
    const struct script_packet *want = outbound->event->packet;

    text_put(why, "of ");
    text_u64(why, want->length.value);
    text_put(why, " octets only ");
    text_u64(why, outbound->match.taken);
    text_put(why, " left; ");
}

/* Nothing that could be the expected packet has left in time. */
static bool missing_fails(struct outbound *outbound) {
    uint64_t from = 0;
    struct departure *departure;
    char memory[SCRIPT_SENTENCE_MAX];
    struct text why;

    run_marks(outbound->run, outbound->event);
    departure = look_beyond(outbound, &from, RUN_LOOK_BEYOND_S);
    if (outbound->run->is_over) return false;
    if (departure && !outbound->match.taken && fits(outbound, departure))
        return time_fails(outbound, departure);
    text_init(&why, memory, sizeof memory);
    if (outbound->match.taken) rest_text(outbound, &why);
    text_put(&why, "no packet left until ");
    text_fixed(&why, outbound->deadline_ns, 9, 6);
    text_put(&why, " s");
    expected_text(outbound);
    if (departure) {
        text_put(&why, "; the next one left at ");
        text_fixed(&why, departure->view.when_ns, 9, 6);
        text_put(&why, " s");
        actual_text(outbound, departure);
    }
    return run_fails(outbound->run, outbound->event, SCRIPT_MISMATCH_MISSING, memory);
}

/* Which of the packets that the script expects after this one @departure is; NULL: none. */
static const struct event *expected_later(struct outbound *outbound,
                                          const struct departure *departure) {
    enum { LATER_MAX = 32 };
    struct outbound later = *outbound;
    const struct event *event = outbound->event->next;

    later.match.taken = 0;
    for (unsigned i = 0; event && i < LATER_MAX; event = event->next, i++) {
        if (event->kind != EVENT_PACKET || event->packet->is_inbound) continue;
        later.event = event;
        if (fits(&later, departure)) return event;
    }
    return NULL;
}

/* The expected packet came, but @departure came before it. */
static bool extra_fails(struct outbound *outbound, struct departure *departure) {
    const struct event *event = expected_later(outbound, departure);
    char memory[SCRIPT_SENTENCE_MAX];
    struct text why;

    text_init(&why, memory, sizeof memory);
    text_put(&why, "another packet left before it, at ");
    text_fixed(&why, departure->view.when_ns, 9, 6);
    text_put(&why, " s: `");
    view_text(outbound, &why, departure);
    text_char(&why, '`');
    if (event) {
        text_put(&why, ", which line ");
        text_u64(&why, event->place.line);
        text_put(&why, " expects");
    }
    expected_text(outbound);
    actual_text(outbound, departure);
    departure_claim(&outbound->run->tables->departures, departure);
    return run_fails(outbound->run, outbound->event, SCRIPT_MISMATCH_EXTRA, memory);
}

/* Whether the expected packet leaves behind the one at index @from, before it is too late. */
static bool comes_later(struct outbound *outbound, uint64_t from) {
    struct departure *departure;

    while ((departure = look_beyond(outbound, &from, 0))) {
        if (fits(outbound, departure) && is_in_time(outbound->schedule, departure->view.when_ns))
            return true;
        from++;
    }
    return false;
}

/* What left before it is too much to be kept: nobody can tell any more whether it was right. */
static bool forgotten_fails(struct outbound *outbound, struct connection *connection) {
    char memory[SCRIPT_SENTENCE_MAX];
    struct text why;

    text_init(&why, memory, sizeof memory);
    text_put(&why, "more than ");
    text_u64(&why, DEPARTURES_MAX);
    text_put(&why, " packets left before it that nothing asked for");
    expected_text(outbound);
    connection->n_forgotten = 0;
    return run_fails(outbound->run, outbound->event, SCRIPT_MISMATCH_EXTRA, memory);
}

static void judged(const struct outbound *outbound, const struct departure *departure) {
    struct rung *rung = ladder_at(&outbound->run->tables->ladder, departure->rung);

    if (rung) rung->is_judged = true;
}

/* @departure, at index @from, is not what is expected. */
static bool content_fails(struct outbound *outbound, struct departure *departure, uint64_t from,
                          enum script_mismatch mismatch, const char *why) {
    run_marks(outbound->run, outbound->event);
    if (comes_later(outbound, from + 1)) return extra_fails(outbound, departure);
    judged(outbound, departure);
    learn(outbound, departure); /* so that it is shown in the script's numbers */
    expected_text(outbound);
    actual_text(outbound, departure);
    departure_claim(&outbound->run->tables->departures, departure);
    return run_fails(outbound->run, outbound->event, mismatch, why);
}

/* The other parts of what is expected leave with the first, as near as makes no difference. */
static void parts_begin(struct outbound *outbound, const struct departure *first) {
    uint64_t deadline_ns = first->view.when_ns + outbound->schedule->late_ns;

    if (outbound->deadline_ns > deadline_ns) outbound->deadline_ns = deadline_ns;
}

/* Take the next packet, compare it.  Return: whether the run goes on; *@is_done: nothing of it is left to come */
static bool outbound_take(struct outbound *outbound, bool *is_done) {
    uint64_t from = 0;
    struct departure *departure = departure_await(outbound, &from, outbound->deadline_ns);
    struct connection *connection = connection_of(outbound);
    enum script_mismatch mismatch;
    char memory[SCRIPT_SENTENCE_MAX];
    struct text why;

    *is_done = true;
    if (outbound->run->is_over) return false;
    if (connection && connection->n_forgotten) return forgotten_fails(outbound, connection);
    if (!departure) return missing_fails(outbound);
    if (outbound->match.taken && departure->view.when_ns > outbound->deadline_ns)
        return missing_fails(outbound);
    text_init(&why, memory, sizeof memory);
    match_prepare(outbound, departure);
    mismatch = match_differs(&outbound->match, &departure->view, &why);
    if (mismatch != SCRIPT_MISMATCH_NONE)
        return content_fails(outbound, departure, from, mismatch, memory);
    if (!outbound->match.taken && !is_in_time(outbound->schedule, departure->view.when_ns))
        return time_fails(outbound, departure);
    *is_done = !match_is_part(&outbound->match, &departure->view);
    if (!outbound->match.taken) parts_begin(outbound, departure);
    outbound->match.taken += departure->view.payload;
    claim(outbound, departure);
    return true;
}

bool run_outbound(struct run *run, const struct event *event, const struct schedule *schedule) {
    struct outbound outbound = {
        .run = run,
        .event = event,
        .schedule = schedule,
        .deadline_ns = schedule->until_ns + schedule->late_ns,
    };
    bool is_done = false;

    if (outbound.deadline_ns > RUN_LIMIT_NS) outbound.deadline_ns = RUN_LIMIT_NS;
    while (!is_done) {
        if (!outbound_take(&outbound, &is_done)) return false;
    }
    return true;
}
