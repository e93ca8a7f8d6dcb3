/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * `tercet serve`: services on tercet's own TCP, for a COMMAND in a private network namespace or, through a relay, for
 * the programs of the host.
 *
 * The order of the beginning is not free.  What belongs to the host (published ports, folders) is opened before the
 * private network is entered; the init of COMMAND's process namespace is forked while there is one thread and no
 * signal is taken over; the file of --pcap is opened when all else has gone well, so that a failed start leaves none.
 */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <unistd.h>

#include "cli/complaint.h"
#include "cli/options.h"
#include "cli/serve_greeting.h"
#include "cli/serve_network.h"
#include "cli/serve_options.h"
#include "cli/serve_output.h"
#include "cli/serve_stack.h"
#include "door/clock.h"
#include "door/loop.h"
#include "door/pump.h"
#include "door/signals.h"
#include "host/child.h"
#include "host/relay.h"

/* Two for each relayed connection, and one for each file being served. */
enum { OPEN_FILES_MAX = 65536 };

struct serve {
    struct serve_options options;
    struct serve_network network;
    struct serve_output output;
    struct serve_stack on;
    struct child child;
    struct loop loop;
    struct relay *relay;
    struct pump pump;
    int signals;
    bool has_child, has_loop, has_pump;
    bool is_over;
    bool is_asked_to_end; /* a signal has been passed on to COMMAND */
    int status;
};

static void end_with(struct serve *serve, int status) {
    serve->is_over = true;
    serve->status = status;
}

/* A failure of tercet's own, after its complaint. */
static void fail(struct serve *serve) {
    end_with(serve, serve->options.command ? STATUS_UNDER_COMMAND : STATUS_TROUBLE);
}

/* COMMAND keeps the limit that it came with: its init is there already. */
static void raise_limit_of_files(void) {
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
    limit.rlim_cur = limit.rlim_max < OPEN_FILES_MAX ? limit.rlim_max : OPEN_FILES_MAX;
    setrlimit(RLIMIT_NOFILE, &limit);
}

static int prepare_child(struct serve *serve) {
    if (!serve->options.command) return 0;
    int error = child_prepare(&serve->child, serve->options.command);
    if (error) {
        complain("a process namespace for %s: %s (%s)", serve->options.command[0], strerror(-error),
                 advice_against(error, "become root, or let this container make namespaces"));
        return -1;
    }
    serve->has_child = true;
    return 0;
}

static void on_relay(void *user, uint32_t events) {
    struct serve *serve = user;
    (void)events;

    relay_ready(serve->relay);
}

static int open_relay(struct serve *serve) {
    struct serve_network *network = &serve->network;
    if (!serve->options.publish_count) return 0;

    int error = relay_open(&serve->relay, RELAY_CONNS_MAX);
    for (unsigned i = 0; !error && i < serve->options.publish_count; i++) {
        const struct serve_publish *publish = &serve->options.publishes[i];
        error = relay_publish(serve->relay, network->listeners[i],
                              serve_network_target(network, publish), publish->inner_port);
        network->listeners[i] = -1;
    }
    if (!error)
        error = loop_watch(&serve->loop, relay_descriptor(serve->relay), EPOLLIN, on_relay, serve);
    if (!error) return 0;
    complain("the relay: %s (%s)", strerror(-error), advice_against(error, "publish less"));
    return -1;
}

static void on_event(void *user, const struct tercet_event *event, uint64_t now_ns) {
    struct serve *serve = user;

    if (serve->on.services) services_event(serve->on.services, event, now_ns);
}

static void on_frame(void *user, const struct tercet_frame *frame, enum pump_direction direction,
                     uint64_t now_ns) {
    struct serve *serve = user;
    (void)now_ns;

    serve_output_frame(&serve->output, frame, direction);
}

static int open_pump(struct serve *serve) {
    struct pump_hooks hooks = {.event = on_event, .user = serve};

    if (serve_output_wants_frames(&serve->output)) hooks.tap = on_frame;
    int error = pump_open(&serve->pump, serve->on.stack, &serve->network.tun.door, &serve->loop,
                          &hooks);
    if (error) {
        complain("the event loop: %s (%s)", strerror(-error), advice_against(error, "start again"));
        return -1;
    }
    serve->has_pump = true;
    return 0;
}

/* Asked to end: without COMMAND at once, else COMMAND is asked, and at the second time not asked any more. */
static void on_signal(void *user, uint32_t events) {
    struct serve *serve = user;
    int number;
    (void)events;

    while ((number = signals_next(serve->signals)) > 0) {
        if (!serve->has_child)
            end_with(serve, 0);
        else if (serve->is_asked_to_end)
            end_with(serve, 128 + number);
        else
            child_signal(&serve->child, number);
        serve->is_asked_to_end = true;
    }
}

static void on_child(void *user, uint32_t events) {
    struct serve *serve = user;
    const char *command = serve->options.command[0];
    int value;
    (void)events;

    switch (child_ready(&serve->child, &value)) {
    case CHILD_NO_NEWS: break;
    case CHILD_ENDED: end_with(serve, value); break;
    case CHILD_FAILED:
        complain("%s: %s (%s)", command, strerror(-value),
                 value == -ENOENT ? "is it installed, and in PATH?"
                                  : "is it a program that you may run?");
        end_with(serve, child_status_of(value));
        break;
    case CHILD_LOST:
        complain("%s: its process namespace is gone (somebody has killed its init)", command);
        fail(serve);
        break;
    }
}

static int open_loop(struct serve *serve) {
    int error = loop_open(&serve->loop);

    if (!error) {
        serve->has_loop = true;
        return 0;
    }
    complain("the event loop: %s (%s)", strerror(-error), advice_against(error, "start again"));
    return -1;
}

static int take_signals(struct serve *serve) {
    static const int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};

    serve->signals = signals_open(signals, sizeof signals / sizeof *signals);
    int error = serve->signals < 0
                    ? serve->signals
                    : loop_watch(&serve->loop, serve->signals, EPOLLIN, on_signal, serve);
    if (!error) return 0;
    complain("signals: %s (%s)", strerror(-error), advice_against(error, "start again"));
    return -1;
}

static void greet(struct serve *serve) {
    char memory[4096];
    struct text text;

    text_init(&text, memory, sizeof memory);
    serve_greeting(&text, &serve->options, &serve->network);
    serve_output_say(&serve->output, &text);
}

static int start_child(struct serve *serve) {
    if (!serve->has_child) return 0;
    int error = loop_watch(&serve->loop, child_descriptor(&serve->child), EPOLLIN, on_child, serve);
    if (!error) error = child_start(&serve->child);
    if (!error) return 0;
    complain("%s: %s (start it again)", serve->options.command[0], strerror(-error));
    return -1;
}

/* Return: 0, or -1 after a complaint. */
static int start(struct serve *serve) {
    struct serve_output *output = &serve->output;

    if (serve_stack_open_folders(&serve->on, &serve->options) != 0) return -1;
    if (serve_network_enter(&serve->network, &serve->options) != 0) return -1;
    if (serve_network_open(&serve->network, &serve->options) != 0) return -1;
    if (prepare_child(serve) != 0) return -1;
    raise_limit_of_files();
    if (serve_stack_open(&serve->on, &serve->options) != 0) return -1;
    if (serve_network_route(&serve->network, serve->on.stack) != 0) return -1;
    if (serve_stack_serve(&serve->on, &serve->options) != 0) return -1;
    if (open_loop(serve) != 0) return -1;
    if (open_relay(serve) != 0) return -1;
    if (serve_output_open_file(output, &serve->options) != 0) return -1;
    if (take_signals(serve) != 0) return -1;
    if (serve_output_start(output, &serve->options, &serve->loop, serve->network.tun.name) != 0)
        return -1;
    if (open_pump(serve) != 0) return -1;
    greet(serve);
    return start_child(serve);
}

static uint64_t earliest(uint64_t a, uint64_t b) {
    return a < b ? a : b;
}

/* What is due at @now_ns, whatever has woken the loop. */
static void turn(struct serve *serve, uint64_t now_ns) {
    int64_t wall_minus_now_ns = (int64_t)(clock_wall_ns() - now_ns);

    services_set_wall(serve->on.services, wall_minus_now_ns);
    serve_output_set_wall(&serve->output, wall_minus_now_ns);
    if (services_deadline(serve->on.services) <= now_ns) services_tick(serve->on.services, now_ns);
    int error = pump_turn(&serve->pump, now_ns);
    if (error && !serve->is_over) {
        complain("%s: %s (the device is gone: start again)", serve->network.tun.name,
                 strerror(-error));
        fail(serve);
    }
    serve_output_turn(&serve->output, serve->on.stack, now_ns);
    if (serve->output.has_failed && !serve->is_over) fail(serve);
}

static void run_loop(struct serve *serve) {
    while (!serve->is_over) {
        uint64_t deadline = earliest(pump_deadline(&serve->pump),
                                     services_deadline(serve->on.services));
        int n = loop_turn(&serve->loop, earliest(deadline, serve_output_deadline(&serve->output)));
        if (n < 0) {
            complain("the event loop: %s (start again)", strerror(-n));
            fail(serve);
        }
        turn(serve, clock_monotonic_ns());
    }
}

/* COMMAND first, and what its last connections had to say; then the resets of those that are still open. */
static void finish_connections(struct serve *serve) {
    if (serve->has_child) child_finish(&serve->child);
    relay_close(serve->relay);
    if (serve->has_pump) turn(serve, clock_monotonic_ns());
    serve_stack_end(&serve->on);
    if (serve->has_pump) pump_turn(&serve->pump, clock_monotonic_ns());
}

static void stop(struct serve *serve) {
    finish_connections(serve);
    if (serve_output_close(&serve->output, serve->on.stack, clock_monotonic_ns()) != 0) fail(serve);
    if (serve->has_pump) pump_close(&serve->pump);
    if (serve->has_loop) loop_close(&serve->loop);
    if (serve->signals >= 0) close(serve->signals);
    serve_network_close(&serve->network);
    serve_stack_close(&serve->on);
}

static int serve_run(struct serve *serve) {
    serve->signals = -1;
    serve_network_init(&serve->network);
    serve_output_init(&serve->output);
    if (start(serve) == 0)
        run_loop(serve);
    else
        fail(serve);
    stop(serve);
    return serve->status;
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
