/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * `tercet serve`: services on tercet's own TCP, for a COMMAND in a private network namespace or, through a relay, for
 * the programs of the host.
 */
#include <string.h>

#include "cli/complaint.h"
#include "cli/options.h"
#include "cli/serve_greeting.h"
#include "cli/serve_metrics.h"
#include "cli/serve_options.h"
#include "cli/serve_publish.h"
#include "cli/serve_services.h"
#include "cli/session.h"

struct serve {
    struct serve_options options;
    struct session session;
    struct serve_publishing publishing;
    struct serve_metrics metrics;
    struct serve_services on;
    bool is_asked_to_end; /* a signal has been passed on to COMMAND */
};

static void on_event(void *user, const struct tercet_event *event, uint64_t now_ns) {
    struct serve *serve = user;

    if (serve->on.services) services_event(serve->on.services, event, now_ns);
}

/* Asked to end: without COMMAND at once, else COMMAND is asked, and at the second time not asked any more. */
static void on_signal(void *user, int number) {
    struct serve *serve = user;
    struct session *session = &serve->session;

    if (!session->has_child)
        session_end(session, 0);
    else if (serve->is_asked_to_end)
        session_end(session, 128 + number);
    else
        child_signal(&session->child, number);
    serve->is_asked_to_end = true;
}

static void on_child(void *user, enum child_news news, int value) {
    struct serve *serve = user;

    if (news == CHILD_ENDED) session_end(&serve->session, value);
    if (news == CHILD_FAILED) session_end(&serve->session, child_status_of(value));
    if (news == CHILD_LOST) session_fail(&serve->session);
}

static void on_turn(void *user, uint64_t now_ns, int64_t wall_minus_now_ns) {
    struct serve *serve = user;
    struct services *services = serve->on.services;

    if (!services) return;
    services_set_wall(services, wall_minus_now_ns);
    if (services_deadline(services) <= now_ns) services_tick(services, now_ns);
}

static uint64_t deadline(void *user) {
    const struct serve *serve = user;

    return services_deadline(serve->on.services);
}

/* With the eyes, and the network, of whoever started us. */
static int outside(void *user) {
    struct serve *serve = user;
    const struct serve_options *options = &serve->options;

    if (serve_services_open_folders(&serve->on, options) != 0) return -1;
    if (serve_publishing_bind(&serve->publishing, options) != 0) return -1;
    return serve_metrics_bind(&serve->metrics, options);
}

static int inside(void *user) {
    struct serve *serve = user;
    struct session *session = &serve->session;

    if (serve_services_start(&serve->on, &serve->options, session->stack) != 0) return -1;
    if (serve_publishing_open(&serve->publishing, &serve->options, session) != 0) return -1;
    return serve_metrics_open(&serve->metrics, session);
}

static void begun(void *user, struct text *text) {
    struct serve *serve = user;

    serve_greeting(text, &serve->options, &serve->session.network, serve->publishing.ports,
                   serve->metrics.port);
}

static void ending(void *user) {
    struct serve *serve = user;

    serve_publishing_close(&serve->publishing);
    serve_metrics_close(&serve->metrics);
}

/* Connections that are still open are reset. */
static void ended(void *user) {
    struct serve *serve = user;

    serve_services_end(&serve->on);
}

static int serve_run(struct serve *serve) {
    const struct serve_options *options = &serve->options;
    const struct session_hooks hooks = {
        .outside = outside,
        .inside = inside,
        .begun = begun,
        .event = on_event,
        .signal = on_signal,
        .child = on_child,
        .turn = on_turn,
        .deadline = deadline,
        .ending = ending,
        .ended = ended,
        .user = serve,
    };
    const struct session_wish wish = {
        .network = &options->network,
        .output = &options->output,
        .command = options->command,
        .role = CHILD_CLIENT,
        .limits = {.conns = SERVE_CONNS_MAX,
                   .half_opens = 16384,
                   .time_waits = 65536,
                   .reassemblies = 4096},
        .trouble = options->command ? STATUS_UNDER_COMMAND : STATUS_TROUBLE,
    };

    serve_publishing_init(&serve->publishing);
    serve_metrics_init(&serve->metrics);
    int status = session_run(&serve->session, &wish, &hooks);
    serve_services_close(&serve->on);
    return status;
}

/* Whether a COMMAND was meant by words that could not be read to their end. */
static bool has_command(int argc, char **argv) {
    for (int i = 1; i + 1 < argc; i++)
        if (strcmp(argv[i], "--") == 0) return true;
    return false;
}

static int run(int argc, char **argv) {
    static struct serve serve;
    enum options_result result = options_read(&verb_serve, argc, argv, &serve.options);

    if (result == OPTIONS_HELPED) return 0;
    if (result == OPTIONS_READ && serve_options_finish(&serve.options) == 0)
        return serve_run(&serve);
    return has_command(argc, argv) ? STATUS_UNDER_COMMAND : STATUS_USAGE;
}

const struct verb verb_serve = {
    .name = "serve",
    .words = "[-- COMMAND...]",
    .summary = "answer connections with tercet's own TCP, and show how each was opened",
    .options = serve_option_table,
    .take = serve_options_take,
    .run = run,
};
