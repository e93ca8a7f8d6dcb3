/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * `tercet connect`: standard input and output over a connection that tercet's own TCP opens, to a COMMAND that is
 * started as the server in a private network namespace, or to whoever is behind a TUN device.
 *
 *     WAITS -> OPENS -> TALKS -> ENDS
 *
 * WAITS until COMMAND listens, which the kernel is asked about, so that the first SYN that COMMAND's side sees is the one
 * that is meant.  ENDS asks COMMAND's process group to end, and after a while does not ask.
 */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/instant.h"
#include "cli/complaint.h"
#include "cli/connect_options.h"
#include "cli/connect_talk.h"
#include "cli/options.h"
#include "cli/place.h"
#include "cli/session.h"
#include "door/clock.h"
#include "host/listening.h"
#include "host/name.h"
#include "wire/address_text.h"
#include "wire/ip.h"

enum {
    STATUS_REFUSED = 3,
    STATUS_TIMED_OUT = 4,
    STATUS_RESET = 5,
    STATUS_UNREACHABLE = 6,
};

enum { CANDIDATES_MAX = 16, WORDS_MAX = 160 };
#define LOOK_NS     (5 * NS_PER_MS) /* between two looks at who listens */
#define PATIENCE_NS (2 * NS_PER_S)  /* from SIGTERM to SIGKILL */

enum connect_phase { CONNECT_WAITS, CONNECT_OPENS, CONNECT_TALKS, CONNECT_ENDS };

struct connect {
    struct connect_options options;
    struct session session;
    struct talk talk;
    struct tercet_address candidates[CANDIDATES_MAX]; /* what HOST may be */
    unsigned candidate_count;
    struct tercet_endpoint remote;
    char place[64]; /* the remote end, as text */
    enum connect_phase phase;
    uint64_t deadline_ns; /* of the phase */
    uint64_t look_ns;     /* when to look again at who listens */
    int listening;        /* descriptor, -1: none */
    bool has_heard;       /* COMMAND listens */
    bool has_told_input;
    bool has_command_ended;
    int command_status;
    int status;            /* to end with, once COMMAND has ended */
    char words[WORDS_MAX]; /* why, for the complaint; empty: nothing to complain about */
};

static bool has_running_command(const struct connect *connect) {
    return connect->session.has_child && !connect->has_command_ended;
}

/* The connection is over, or will never be: end with @status, after COMMAND. */
static void finish(struct connect *connect, int status) {
    if (connect->phase == CONNECT_ENDS) return;
    connect->phase = CONNECT_ENDS;
    connect->status = status;
    connect->deadline_ns = clock_monotonic_ns() + PATIENCE_NS;
    if (has_running_command(connect))
        child_signal(&connect->session.child, SIGTERM);
    else
        session_end(&connect->session, status);
}

/* A call carries no time: without the tick, what had been silent until now would have ended when it was last heard. */
static void abort_conn(struct connect *connect) {
    struct tercet_stack *stack = connect->session.stack;

    if (!connect->talk.conn) return;
    tercet_stack_tick(stack, clock_monotonic_ns());
    tercet_conn_abort(stack, connect->talk.conn);
    connect->talk.conn = 0;
}

/* Why nobody took the connection, as far as COMMAND is to blame. */
static void refused_words(struct connect *connect) {
    const char *command = connect->options.command ? connect->options.command[0] : NULL;

    if (!command || connect->has_heard)
        snprintf(connect->words, WORDS_MAX, "refused (name a port that has a server)");
    else if (connect->has_command_ended)
        snprintf(connect->words, WORDS_MAX,
                 "refused: %.40s ended with status %d and had not listened there (see what it said)",
                 command, connect->command_status);
    else if (connect->options.wait_s == 0)
        snprintf(connect->words, WORDS_MAX,
                 "refused: %.40s was given no time to listen there (leave out --wait 0)", command);
    else
        snprintf(
            connect->words, WORDS_MAX,
            "refused: %.40s did not listen there within %u s (check its port, or give it more by --wait)",
            command, connect->options.wait_s);
}

static void opening_failed(struct connect *connect, enum tercet_reason reason) {
    switch (reason) {
    case TERCET_REASON_REFUSED:
        refused_words(connect);
        finish(connect, STATUS_REFUSED);
        break;
    case TERCET_REASON_UNREACHABLE:
        snprintf(connect->words, WORDS_MAX, "unreachable, says an ICMP error (see the ladder)");
        finish(connect, STATUS_UNREACHABLE);
        break;
    case TERCET_REASON_RESET:
        snprintf(connect->words, WORDS_MAX, "reset in the opening (see the ladder)");
        finish(connect, STATUS_RESET);
        break;
    default:
        snprintf(connect->words, WORDS_MAX, "no answer (is it an address of a host that is up?)");
        finish(connect, STATUS_TIMED_OUT);
        break;
    }
}

static void talking_ended(struct connect *connect, enum tercet_reason reason) {
    switch (reason) {
    case TERCET_REASON_FINISHED: finish(connect, 0); break;
    case TERCET_REASON_RESET:
        snprintf(connect->words, WORDS_MAX, "reset by the server (its own messages may tell why)");
        finish(connect, STATUS_RESET);
        break;
    case TERCET_REASON_UNREACHABLE:
        snprintf(connect->words, WORDS_MAX, "unreachable, says an ICMP error (see the ladder)");
        finish(connect, STATUS_UNREACHABLE);
        break;
    default:
        snprintf(connect->words, WORDS_MAX, "timed out: no answer any more (is the server stuck?)");
        finish(connect, STATUS_TIMED_OUT);
        break;
    }
}

/* The standard streams have failed, or the connection is over and all of it written out. */
static void look_at_talk(struct connect *connect) {
    struct talk *talk = &connect->talk;
    struct tercet_conn_info info;

    if (connect->phase == CONNECT_ENDS) return;
    if (talk->error) {
        complain("%s: %s (start again with another)", talk->error_stream, strerror(-talk->error));
        abort_conn(connect);
        finish(connect, STATUS_TROUBLE);
        return;
    }
    if (tercet_conn_info(connect->session.stack, talk->conn, &info) != 0) return;
    if (info.reason == TERCET_REASON_NONE) return;
    if (connect->phase == CONNECT_OPENS)
        opening_failed(connect, info.reason);
    else if (talk->is_over)
        talking_ended(connect, info.reason);
}

static void on_event(void *user, const struct tercet_event *event, uint64_t now_ns) {
    struct connect *connect = user;
    (void)now_ns;

    if (event->conn != connect->talk.conn) return;
    if (event->ready & TERCET_CONNECTED) connect->phase = CONNECT_TALKS;
    talk_event(&connect->talk, event->ready);
    look_at_talk(connect);
}

/* Ctrl-C and its like: the connection is reset and COMMAND asked to end; at the second time it is not asked. */
static void on_signal(void *user, int number) {
    struct connect *connect = user;

    abort_conn(connect);
    if (connect->phase == CONNECT_ENDS)
        session_end(&connect->session, 128 + number);
    else
        finish(connect, 128 + number);
}

static void on_child(void *user, enum child_news news, int value) {
    struct connect *connect = user;

    connect->has_command_ended = true;
    connect->command_status = value;
    if (news != CHILD_ENDED)
        session_fail(&connect->session);
    else if (connect->phase == CONNECT_ENDS)
        session_end(&connect->session, connect->status);
}

static void tell_input(struct connect *connect) {
    static const char
        words[] = "tercet: standard input: it ended before the opening (nothing will be sent)\n";
    char memory[sizeof words];
    struct text text;

    if (connect->has_told_input || !talk_has_nothing_to_say(&connect->talk)) return;
    connect->has_told_input = true;
    text_init(&text, memory, sizeof memory);
    text_put(&text, words);
    output_say(&connect->session.output, &text);
}

/* Send the SYN. */
static void open_conn(struct connect *connect, uint64_t now_ns) {
    struct session *session = &connect->session;
    uint32_t timeout_s = connect->options.timeout_s;

    connect->phase = CONNECT_OPENS;
    connect->deadline_ns = timeout_s ? now_ns + timeout_s * NS_PER_S : UINT64_MAX;
    int error = tercet_connect(session->stack, NULL, &connect->remote, 0, now_ns,
                               &connect->talk.conn);
    if (!error) return;
    connect->talk.conn = 0;
    snprintf(connect->words, WORDS_MAX, "%s",
             error == TERCET_NO_ADDRESS
                 ? "unreachable: tercet has no address of this family (add --address)"
                 : "unreachable: there is no way to it (name an address of a host)");
    finish(connect, STATUS_UNREACHABLE);
}

/* Whether the SYN may go: COMMAND listens, or is not to be waited for any longer. */
static bool is_time_to_open(struct connect *connect, uint64_t now_ns) {
    if (connect->has_command_ended || now_ns >= connect->deadline_ns) return true;
    if (now_ns < connect->look_ns) return false;
    connect->look_ns = now_ns + LOOK_NS;
    int found = listening_find(connect->listening, &connect->remote.address, connect->remote.port);
    connect->has_heard = found > 0;
    /* A kernel that does not tell is not asked again: the whole of --wait passes. */
    if (found < 0) connect->look_ns = UINT64_MAX;
    return connect->has_heard;
}

static void give_up(struct connect *connect) {
    struct tercet_conn_info info = {0};

    tercet_conn_info(connect->session.stack, connect->talk.conn, &info);
    abort_conn(connect);
    if (info.soft_errors & ~(unsigned)TERCET_SOFT_RETRANSMISSIONS) {
        opening_failed(connect, TERCET_REASON_UNREACHABLE);
        return;
    }
    snprintf(connect->words, WORDS_MAX,
             "no answer within %u s (is it an address of a host that is up?)",
             connect->options.timeout_s);
    finish(connect, STATUS_TIMED_OUT);
}

static void on_turn(void *user, uint64_t now_ns, int64_t wall_minus_now_ns) {
    struct connect *connect = user;
    (void)wall_minus_now_ns;

    if (connect->session.is_over) return;
    if (connect->phase != CONNECT_ENDS) talk_turn(&connect->talk);
    if (connect->phase == CONNECT_WAITS || connect->phase == CONNECT_OPENS) tell_input(connect);
    switch (connect->phase) {
    case CONNECT_WAITS:
        if (is_time_to_open(connect, now_ns)) open_conn(connect, now_ns);
        break;
    case CONNECT_OPENS:
        if (now_ns >= connect->deadline_ns) give_up(connect);
        break;
    case CONNECT_TALKS: break;
    case CONNECT_ENDS:
        if (now_ns >= connect->deadline_ns) session_end(&connect->session, connect->status);
        break;
    }
    look_at_talk(connect);
}

static uint64_t deadline(void *user) {
    const struct connect *connect = user;

    if (connect->phase == CONNECT_ENDS) return connect->deadline_ns;
    if (talk_is_busy(&connect->talk)) return 0;
    if (connect->phase == CONNECT_TALKS) return UINT64_MAX;
    if (connect->phase == CONNECT_OPENS || connect->deadline_ns < connect->look_ns)
        return connect->deadline_ns;
    return connect->look_ns;
}

/* While the host's network is at hand: what HOST is called there.  Return: 0, or -1 after a complaint. */
static int outside(void *user) {
    struct connect *connect = user;
    const char *host = connect->options.host;

    if (address_read(host, strlen(host), &connect->candidates[0])) {
        connect->candidate_count = 1;
        return 0;
    }
    int n = name_resolve(host, connect->candidates, CANDIDATES_MAX);
    if (n > 0) {
        connect->candidate_count = (unsigned)n;
        return 0;
    }
    complain("%s: %s (check the name, or give an address)", host, name_trouble(n));
    return -1;
}

/* Choose the first address of a family that tercet has.  Return: 0, or -1 after a complaint. */
static int choose(struct connect *connect) {
    const struct network *network = &connect->session.network;
    const char *host = connect->options.host;
    struct text text;
    unsigned i = 0;

    while (i < connect->candidate_count && !network_has_family(network, &connect->candidates[i]))
        i++;
    if (i == connect->candidate_count) {
        complain("%s: unreachable: tercet has no address of its family%s%s (name another address)",
                 host, network->ipv6_off ? ": " : "", network->ipv6_off ? network->ipv6_off : "");
        session_end(&connect->session, STATUS_UNREACHABLE);
        return -1;
    }
    connect->remote = (struct tercet_endpoint){connect->candidates[i], connect->options.port};
    if (!network_is_host(&connect->remote.address) ||
        network_is_own(network, &connect->remote.address)) {
        complain("%s: no other host has this address (%s)", host,
                 connect->options.network.tun
                     ? "name one that the device leads to"
                     : "the kernel's side of the private network is 198.18.0.1 and 2001:2::1");
        session_end(&connect->session, STATUS_USAGE);
        return -1;
    }
    text_init(&text, connect->place, sizeof connect->place);
    endpoint_text(&text, &connect->remote.address, connect->remote.port);
    return 0;
}

static bool is_waiting(const struct connect *connect) {
    return connect->session.has_child && connect->options.wait_s > 0;
}

static int inside(void *user) {
    struct connect *connect = user;
    struct session *session = &connect->session;

    if (choose(connect) != 0) return -1;
    talk_init(&connect->talk, session->stack, &session->loop);
    if (!is_waiting(connect)) return 0;
    connect->listening = listening_open();
    if (connect->listening >= 0) return 0;
    complain("sock_diag: %s (%s)", strerror(-connect->listening),
             advice_against(connect->listening, "use --wait 0"));
    return -1;
}

static void begun(void *user, struct text *text) {
    struct connect *connect = user;
    const char *tun = connect->options.network.tun;

    connect->deadline_ns = clock_monotonic_ns();
    if (is_waiting(connect)) connect->deadline_ns += connect->options.wait_s * NS_PER_S;
    text_put(text, "tercet connects to ");
    text_put(text, connect->place);
    text_put(text, tun ? " by " : ", in a private network namespace");
    if (tun) text_put(text, connect->session.network.tun.name);
    text_char(text, '\n');
}

static void ending(void *user) {
    abort_conn(user);
}

static int connect_run(struct connect *connect) {
    const struct connect_options *options = &connect->options;
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
        .user = connect,
    };
    const struct session_wish wish = {
        .network = &options->network,
        .output = &options->output,
        .command = options->command,
        .role = CHILD_SERVER,
        .limits = {.conns = 16, .half_opens = 16, .time_waits = 16, .reassemblies = 16},
        .trouble = STATUS_TROUBLE,
    };

    connect->listening = -1;
    int status = session_run(&connect->session, &wish, &hooks);
    if (connect->listening >= 0) close(connect->listening);
    if (*connect->words) complain("%s: %s", connect->place, connect->words);
    return status;
}

static int run(int argc, char **argv) {
    static struct connect connect;
    enum options_result result = options_read(&verb_connect, argc, argv, &connect.options);

    if (result == OPTIONS_HELPED) return 0;
    if (result == OPTIONS_READ && connect_options_finish(&connect.options) == 0)
        return connect_run(&connect);
    return STATUS_USAGE;
}

const struct verb verb_connect = {
    .name = "connect",
    .words = "HOST PORT [-- COMMAND...]",
    .summary = "standard input and output over a connection that tercet's own TCP opens",
    .options = connect_option_table,
    .take = connect_options_take,
    .run = run,
};
