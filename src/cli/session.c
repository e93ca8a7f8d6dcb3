/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/session.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <unistd.h>

#include "cli/complaint.h"
#include "door/clock.h"
#include "door/entropy.h"
#include "door/memory.h"
#include "door/signals.h"

enum {
    OPEN_FILES_MAX = 65536, /* two for each relayed connection, and one for each file being served */
    TRACES_MAX = 4096,
    SYN_RETRIES = 6, /* a person waits: 127 s as with the kernel's programs, not the library's 247 */
};

void session_end(struct session *session, int status) {
    session->is_over = true;
    session->status = status;
}

void session_fail(struct session *session) {
    session_end(session, session->wish.trouble);
}

/* Return: 0, or -1 after a complaint, as all below. */
static int enter_network(struct session *session) {
    if (network_enter(session->wish.network) != 0) return -1;
    return network_open(&session->network, session->wish.network);
}

static int prepare_child(struct session *session) {
    char *const *command = session->wish.command;

    if (!command) return 0;
    int error = child_prepare(&session->child, command, session->wish.role);
    if (error) {
        complain("a process namespace for %s: %s (%s)", command[0], strerror(-error),
                 advice_against(error, "become root, or let this container make namespaces"));
        return -1;
    }
    session->has_child = true;
    return 0;
}

/* COMMAND keeps the limit that it came with: its init is there already. */
static void raise_limit_of_files(void) {
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
    limit.rlim_cur = limit.rlim_max < OPEN_FILES_MAX ? limit.rlim_max : OPEN_FILES_MAX;
    setrlimit(RLIMIT_NOFILE, &limit);
}

static int open_stack(struct session *session) {
    const struct session_limits *limits = &session->wish.limits;
    struct tercet_config config;

    tercet_config_init(&config, sizeof config);
    config.max_conns = limits->conns;
    config.max_half_opens = limits->half_opens;
    config.max_time_waits = limits->time_waits;
    config.max_reassemblies = limits->reassemblies;
    config.max_traces = output_has_observer(session->wish.output) ? TRACES_MAX : 0;
    config.syn_retries = SYN_RETRIES;
    entropy_fill(config.secret, sizeof config.secret);
    session->memory_octets = tercet_stack_size(&config);
    session->memory = memory_map(session->memory_octets, MEMORY_SMALL_PAGES);
    if (!session->memory || tercet_stack_init(session->memory, session->memory_octets, &config,
                                              clock_monotonic_ns(), &session->stack) != 0) {
        complain("the stack: no memory (raise the limit of address space)");
        return -1;
    }
    return 0;
}

static int open_loop(struct session *session) {
    int error = loop_open(&session->loop);

    if (!error) {
        session->has_loop = true;
        return 0;
    }
    complain("the event loop: %s (%s)", strerror(-error), advice_against(error, "start again"));
    return -1;
}

int session_watch(struct session *session, int fd, uint32_t events, loop_ready *ready, void *user,
                  const char *what) {
    int error = loop_watch(&session->loop, fd, events, ready, user);

    if (!error) return 0;
    complain("%s: %s (%s)", what, strerror(-error), advice_against(error, "start again"));
    return -1;
}

static void on_signal(void *user, uint32_t events) {
    struct session *session = user;
    int number;
    (void)events;

    while ((number = signals_next(session->signals)) > 0)
        session->hooks.signal(session->hooks.user, number);
}

static int take_signals(struct session *session) {
    static const int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};

    session->signals = signals_open(signals, sizeof signals / sizeof *signals);
    if (session->signals >= 0)
        return session_watch(session, session->signals, EPOLLIN, on_signal, session, "signals");
    complain("signals: %s (%s)", strerror(-session->signals),
             advice_against(session->signals, "start again"));
    return -1;
}

static void on_frame(void *user, const struct tercet_frame *frame, enum pump_direction direction,
                     uint64_t now_ns) {
    struct session *session = user;
    (void)now_ns;

    output_frame(&session->output, frame, direction);
}

static void on_event(void *user, const struct tercet_event *event, uint64_t now_ns) {
    struct session *session = user;

    session->hooks.event(session->hooks.user, event, now_ns);
}

static int open_pump(struct session *session) {
    struct pump_hooks hooks = {.event = on_event, .user = session};

    if (output_wants_frames(&session->output)) hooks.tap = on_frame;
    int error = pump_open(&session->pump, session->stack, &session->network.tun.door,
                          &session->loop, &hooks);
    if (error) {
        complain("the event loop: %s (%s)", strerror(-error), advice_against(error, "start again"));
        return -1;
    }
    session->has_pump = true;
    return 0;
}

/* Open the files, take the signals over, start the output, and join stack and device. */
static int join(struct session *session) {
    const struct output_options *options = session->wish.output;
    struct output *output = &session->output;

    if (output_open_files(output, options) != 0) return -1;
    if (take_signals(session) != 0) return -1;
    if (output_start(output, options, &session->loop, session->network.tun.name) != 0) return -1;
    return open_pump(session);
}

static void on_child(void *user, uint32_t events) {
    struct session *session = user;
    const char *command = session->wish.command[0];
    int value = 0;
    (void)events;

    enum child_news news = child_ready(&session->child, &value);
    if (news == CHILD_NO_NEWS) return;
    if (news == CHILD_FAILED)
        complain("%s: %s (%s)", command, strerror(-value),
                 value == -ENOENT ? "is it installed, and in PATH?"
                                  : "is it a program that you may run?");
    if (news == CHILD_LOST)
        complain("%s: its process namespace is gone (somebody has killed its init)", command);
    session->hooks.child(session->hooks.user, news, value);
}

static int start_child(struct session *session) {
    struct child *child = &session->child;

    if (!session->has_child) return 0;
    int error = loop_watch(&session->loop, child_descriptor(child), EPOLLIN, on_child, session);
    if (!error) error = child_start(child);
    if (!error) return 0;
    complain("%s: %s (start it again)", session->wish.command[0], strerror(-error));
    return -1;
}

/* What is due at @now_ns, whatever has woken the loop. */
static void turn(struct session *session, uint64_t now_ns) {
    int64_t wall_minus_now_ns = (int64_t)(clock_wall_ns() - now_ns);

    output_set_wall(&session->output, wall_minus_now_ns);
    session->hooks.turn(session->hooks.user, now_ns, wall_minus_now_ns);
    int error = pump_turn(&session->pump, now_ns);
    if (error && !session->is_over) {
        complain("%s: %s (the device is gone: start again)", session->network.tun.name,
                 strerror(-error));
        session_fail(session);
    }
    output_turn(&session->output, session->stack, now_ns);
    if (session->output.has_failed && !session->is_over) session_fail(session);
}

static uint64_t earliest(uint64_t a, uint64_t b) {
    return a < b ? a : b;
}

static void run(struct session *session) {
    while (!session->is_over) {
        uint64_t deadline = earliest(pump_deadline(&session->pump),
                                     session->hooks.deadline(session->hooks.user));
        int n = loop_turn(&session->loop, earliest(deadline, output_deadline(&session->output)));
        if (n < 0) {
            complain("the event loop: %s (start again)", strerror(-n));
            session_fail(session);
        }
        turn(session, clock_monotonic_ns());
    }
}

static void greet(struct session *session) {
    char memory[4096];
    struct text text;

    text_init(&text, memory, sizeof memory);
    session->hooks.begun(session->hooks.user, &text);
    output_say(&session->output, &text);
}

static int begin(struct session *session) {
    const struct session_hooks *hooks = &session->hooks;

    if (hooks->outside(hooks->user) != 0) return -1;
    if (enter_network(session) != 0) return -1;
    if (prepare_child(session) != 0) return -1;
    raise_limit_of_files();
    if (open_stack(session) != 0) return -1;
    if (network_route(&session->network, session->stack) != 0) return -1;
    if (open_loop(session) != 0) return -1;
    if (hooks->inside(hooks->user) != 0) return -1;
    if (join(session) != 0) return -1;
    greet(session);
    return start_child(session);
}

/* COMMAND first, and what its last connections had to say; then what the verb's own still owe. */
static void finish(struct session *session) {
    const struct session_hooks *hooks = &session->hooks;

    hooks->ending(hooks->user);
    if (session->has_child) child_finish(&session->child);
    session->has_child = false;
    if (session->has_pump) turn(session, clock_monotonic_ns());
    if (hooks->ended) hooks->ended(hooks->user);
    if (session->has_pump) pump_turn(&session->pump, clock_monotonic_ns());
    if (output_close(&session->output, session->stack, clock_monotonic_ns()) != 0)
        session_fail(session);
}

int session_run(struct session *session, const struct session_wish *wish,
                const struct session_hooks *hooks) {
    *session = (struct session){.wish = *wish, .hooks = *hooks, .signals = -1};
    network_init(&session->network);
    output_init(&session->output);
    if (begin(session) == 0)
        run(session);
    else if (!session->is_over)
        session_fail(session);
    finish(session);
    if (session->has_pump) pump_close(&session->pump);
    if (session->has_loop) loop_close(&session->loop);
    if (session->signals >= 0) close(session->signals);
    network_close(&session->network);
    memory_unmap(session->memory, session->memory_octets);
    return session->status;
}
