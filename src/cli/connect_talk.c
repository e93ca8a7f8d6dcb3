/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/connect_talk.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "host/stream.h"

enum { ROUNDS_MAX = 16 }; /* in one turn */

void talk_init(struct talk *talk, struct tercet_stack *stack, struct loop *loop) {
    *talk = (struct talk){.stack = stack, .loop = loop};
}

static void talk_fail(struct talk *talk, const char *stream, int error) {
    if (talk->error) return;
    talk->error = error;
    talk->error_stream = stream;
}

static void on_input(void *user, uint32_t events) {
    (void)events;

    talk_turn(user);
}

/* A hang-up is told whether one asks or not: a stream that is not to be read is not watched at all. */
static void input_watch(struct talk *talk, bool is_wanted) {
    if (talk->is_input_file || talk->is_input_watched == is_wanted) return;
    talk->is_input_watched = is_wanted;
    if (!is_wanted) {
        loop_forget(talk->loop, STDIN_FILENO);
        return;
    }
    int error = loop_watch(talk->loop, STDIN_FILENO, EPOLLIN, on_input, talk);
    if (!error) return;
    talk->is_input_watched = false;
    if (error == -EPERM)
        talk->is_input_file = true;
    else
        talk_fail(talk, "standard input", error);
}

static void output_watch(struct talk *talk, bool is_wanted) {
    if (talk->is_output_watched == is_wanted) return;
    talk->is_output_watched = is_wanted;
    if (!is_wanted) {
        loop_forget(talk->loop, STDOUT_FILENO);
        return;
    }
    int error = loop_watch(talk->loop, STDOUT_FILENO, EPOLLOUT, on_input, talk);
    if (error) talk_fail(talk, "standard output", error);
}

/* Return: whether anything was read. */
static bool input_read(struct talk *talk) {
    if (talk->has_input_ended || talk->used == TALK_INPUT_OCTETS) return false;
    ssize_t n = stream_read(STDIN_FILENO, talk->input + talk->used, TALK_INPUT_OCTETS - talk->used);
    if (n == -EAGAIN) return false;
    if (n <= 0) talk->has_input_ended = true;
    if (n < 0) talk_fail(talk, "standard input", (int)n);
    if (n <= 0) return false;
    talk->used += (size_t)n;
    talk->read_octets += (uint64_t)n;
    return true;
}

/* Hand what was read to the connection, and the end behind it.  Return: whether it took anything. */
static bool input_send(struct talk *talk) {
    size_t left = talk->used - talk->at;

    if (!talk->conn || talk->is_full || talk->is_shut) return false;
    int n = left ? tercet_conn_write(talk->stack, talk->conn, talk->input + talk->at, (uint32_t)left)
                 : 0;
    if (n < 0 && n != TERCET_FULL) n = (int)left; /* it is over, which its event tells */
    if (n < 0) n = 0;
    talk->is_full = (size_t)n < left;
    talk->at += (size_t)n;
    if (talk->at == talk->used) talk->at = talk->used = 0;
    if (talk->has_input_ended && talk->used == 0) {
        tercet_conn_shutdown(talk->stack, talk->conn);
        talk->is_shut = true;
    }
    return n > 0;
}

/* Return: whether there may be more at once. */
static bool output_write(struct talk *talk, const struct tercet_span *span) {
    ssize_t n = stream_write(STDOUT_FILENO, span->base, span->length);

    if (n < 0) {
        talk_fail(talk, "standard output", (int)n);
        return false;
    }
    tercet_conn_consume(talk->stack, talk->conn, (uint32_t)n);
    output_watch(talk, (size_t)n < span->length);
    return (size_t)n == span->length;
}

/* Return: whether anything was written. */
static bool output_take(struct talk *talk) {
    struct tercet_span spans[2];

    if (!talk->conn || talk->error) return false;
    int n = tercet_conn_read(talk->stack, talk->conn, spans);
    if (n > 0) return output_write(talk, &spans[0]);
    if (n == 0 || n == TERCET_NOT_YET) return false;
    talk->is_over = true;
    if (n != TERCET_END) return false;
    talk->has_peer_ended = true;
    if (isatty(STDIN_FILENO)) talk->has_input_ended = true;
    return false;
}

void talk_turn(struct talk *talk) {
    for (unsigned round = 0; round < ROUNDS_MAX && !talk->error; round++) {
        bool has_moved = output_take(talk);

        has_moved |= input_read(talk);
        has_moved |= input_send(talk);
        if (!has_moved) break;
    }
    input_watch(talk, !talk->error && !talk->has_input_ended && talk->used < TALK_INPUT_OCTETS);
}

void talk_event(struct talk *talk, uint32_t ready) {
    if (ready & TERCET_WRITABLE) talk->is_full = false;
    talk_turn(talk);
}
