/* SPDX-License-Identifier: BSD-2-Clause */
#define TAP_NO_MAIN
#include "fake_host.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "script/parse.h"
#include "script/personality.h"
#include "script/run.h"
#include "tap.h"

enum {
    VALUES_OCTETS = 64 << 20,
    QUEUE_MAX = 4096,
    ACTOR_PORT = 40000, /* of the host, when it connects */
};

struct queued {
    unsigned char *octets;
    uint32_t n;
    uint64_t when_ns;
};

/* The host's inside. */
static struct {
    uint64_t now_ns;
    struct script actor;
    const struct event *next;
    struct build_space *space;
    struct mapping unmapped;
    struct tercet_endpoint local, remote;
    struct queued queue[QUEUE_MAX];
    uint32_t head, tail;
    int sockets;
} inside;

struct fake_host host;

void host_reset(void) {
    host = (struct fake_host){.read_returns = 0};
}

static uint64_t moment_ns(const struct event *event) {
    return (uint64_t)event->moment.at_us * 1000;
}

static void actor_sends(const struct event *event) {
    struct build build = {.space = inside.space,
                          .version = inside.local.address.octets[10] == 0xff ? 4 : 6,
                          .source = inside.local,
                          .destination = inside.remote,
                          .mapping = &inside.unmapped};
    struct queued *queued = &inside.queue[inside.tail++ % QUEUE_MAX];
    const unsigned char *packet;
    char memory[200];
    struct text why;
    struct script_packet bare = *event->packet;

    text_init(&why, memory, sizeof memory);
    /* Its own ecr stand as written. */
    for (struct packet_option *option = bare.options; option; option = option->next)
        option->ts_ecr.is_absolute = true;
    if (bare.source_port) build.source.port = bare.source_port;
    if (bare.destination_port) build.destination.port = bare.destination_port;
    queued->n = packet_build(&build, &bare, &packet, &why);
    if (!queued->n) tap_note("the actor cannot send line %u: %s", event->place.line, memory);
    queued->octets = malloc(queued->n);
    memcpy(queued->octets, packet, queued->n);
    if (host.spoil_at) queued->octets[queued->n - host.spoil_at] ^= 0x40;
    queued->when_ns = inside.now_ns;
}

static uint64_t host_now(void *self) {
    (void)self;
    return inside.now_ns;
}

/* What is due at the very end of the wait leaves in the next: what arrives then comes first. */
static bool host_pass(void *self, uint64_t until_ns) {
    uint64_t next_ns = inside.next ? moment_ns(inside.next) : UINT64_MAX;

    (void)self;
    if (host.is_restless) return true;
    if (host.read_ns > inside.now_ns && host.read_ns <= until_ns && host.read_ns < next_ns) {
        inside.now_ns = host.read_ns;
        return true;
    }
    if (next_ns > until_ns || (next_ns == until_ns && inside.now_ns < until_ns)) {
        inside.now_ns = until_ns;
        return false;
    }
    if (next_ns > inside.now_ns) inside.now_ns = next_ns;
    actor_sends(inside.next);
    inside.next = inside.next->next;
    return true;
}

static void host_arrive(void *self, const unsigned char *packet, uint32_t n) {
    struct packet_view view;

    (void)self;
    packet_view(packet, n, inside.now_ns, &view);
    if (host.n_arrived < HOST_ARRIVED_MAX) {
        host.arrived[host.n_arrived] = view;
        host.arrived_octets[host.n_arrived++] = n;
    }
    memcpy(host.last, packet, n);
    if (view.protocol != 6) return;
    inside.remote = (struct tercet_endpoint){view.source, view.source_port};
    inside.local = (struct tercet_endpoint){view.destination, view.destination_port};
}

static uint32_t host_next_departed(void *self, const unsigned char **packet, uint64_t *when_ns) {
    static unsigned char *given;
    struct queued *queued = &inside.queue[inside.head % QUEUE_MAX];

    (void)self;
    free(given);
    given = NULL;
    if (inside.head == inside.tail) return 0;
    inside.head++;
    given = queued->octets;
    *packet = given;
    *when_ns = queued->when_ns;
    return queued->n;
}

static uint64_t host_lost(void *self) {
    (void)self;
    return host.is_forgetful;
}

static uint32_t host_segment_octets(void *self, const struct tercet_endpoint *local,
                                    const struct tercet_endpoint *remote) {
    (void)self, (void)local, (void)remote;
    return host.full_octets ? host.full_octets : 1000;
}

static bool host_configure(void *self, const struct settings *settings) {
    (void)self, (void)settings;
    return !host.is_stubborn;
}

static int host_socket(void *self, int domain, int type, int protocol) {
    (void)self, (void)domain, (void)type, (void)protocol;
    return inside.sockets++;
}

static int host_bind(void *self, int fd, const struct tercet_endpoint *local) {
    (void)self, (void)fd, (void)local;
    return 0;
}

static int host_listen(void *self, int fd, int backlog) {
    (void)self, (void)fd, (void)backlog;
    return 0;
}

static int host_connect(void *self, int fd, const struct tercet_endpoint *remote) {
    (void)self, (void)fd, (void)remote;
    return -UNIX_EINPROGRESS;
}

static int host_fcntl(void *self, int fd, int command, int64_t value) {
    (void)self, (void)fd, (void)command, (void)value;
    return 0;
}

static int host_receive(void *self, int fd, struct unix_message *message, int flags) {
    (void)self, (void)fd, (void)message, (void)flags;
    return inside.now_ns < host.read_ns ? SOCKETS_WAITS : host.read_returns;
}

static int host_close(void *self, int fd) {
    (void)self, (void)fd;
    return 0;
}

static int host_names(void *self, int fd, struct tercet_endpoint *local,
                      struct tercet_endpoint *remote) {
    (void)self, (void)fd;
    *local = inside.local;
    *remote = inside.remote;
    return 0;
}

static const struct subject_kind host_kind = {
    .sockets = {.socket = host_socket,
                .bind = host_bind,
                .listen = host_listen,
                .connect = host_connect,
                .fcntl = host_fcntl,
                .receive = host_receive,
                .close = host_close,
                .names = host_names},
    .configure = host_configure,
    .now = host_now,
    .pass = host_pass,
    .arrive = host_arrive,
    .next_departed = host_next_departed,
    .lost = host_lost,
    .segment_octets = host_segment_octets,
};

static void *zeros(size_t octets) {
    void *at = mmap(NULL, octets, PROT_READ | PROT_WRITE,
                    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

    if (at == MAP_FAILED) abort();
    return at;
}

static bool parse(const char *text, struct arena *arena, struct script *script) {
    struct parse_error error;

    if (script_parse(text, strlen(text), NULL, arena, script, &error)) return true;
    tap_note("%u:%u: %s", error.place.line, error.place.column, error.sentence);
    return false;
}

static void inside_begin(const struct run *run, struct arena *values, const char *actor) {
    struct build_space *space = inside.space ? inside.space : zeros(sizeof *space);

    memset(&inside, 0, sizeof inside);
    inside.space = space;
    inside.sockets = 3;
    inside.local = run->options.local;
    inside.local.port = ACTOR_PORT;
    inside.remote = run->options.remote;
    if (!parse(actor, values, &inside.actor)) abort();
    inside.next = inside.actor.events;
}

const struct script_report *judge(const char *script_text, const char *actor) {
    static struct script_report report;
    struct arena values = arena_of(zeros(VALUES_OCTETS), VALUES_OCTETS);
    unsigned char *first = values.at;
    struct script_job job = {.as = personalities[0]};
    struct script script;
    struct run run = {
        .job = &job,
        .script = &script,
        .report = &report,
        .subject = {&host_kind, NULL},
        .arena = &values,
        .tables = zeros(sizeof(struct run_tables))
    };
    struct text text;

    memset(&report, 0, sizeof report);
    host.n_arrived = 0;
    if (!parse(script_text, &values, &script)) abort();
    text_init(&text, report.sentence, sizeof report.sentence);
    report.verdict = run_options_read(&run.options, &script, &job, &report.place, &text);
    if (report.verdict == SCRIPT_PASSED) {
        settings_init(&run.settings, job.as);
        inside_begin(&run, &values, actor);
        run_script(&run);
        text_init(&text, report.ladder, sizeof report.ladder);
        ladder_text(&text, &run.tables->ladder, &run.tables->connections, report.sentence);
    }
    munmap(run.tables, sizeof *run.tables);
    munmap(first, VALUES_OCTETS);
    return &report;
}

static bool report_tell(const struct script_report *report) {
    tap_note("%s (%s) at line %u: %s", script_verdict_name(report->verdict),
             script_mismatch_name(report->mismatch), report->place.line, report->sentence);
    tap_note("expected %s", report->expected);
    tap_note("actual   %s", report->actual);
    fputs(report->ladder, stderr);
    return false;
}

bool failed_by(const struct script_report *report, enum script_mismatch mismatch, uint32_t line,
               const char *words) {
    if (report->verdict == SCRIPT_FAILED && report->mismatch == mismatch &&
        report->place.line == line && strstr(report->sentence, words))
        return true;
    return report_tell(report);
}

bool passed(const struct script_report *report) {
    return report->verdict == SCRIPT_PASSED || report_tell(report);
}
