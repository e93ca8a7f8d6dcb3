/* SPDX-License-Identifier: BSD-2-Clause */
#include "sim/transfer_end.h"

#include "sim/pattern.h"

void end_fault(const struct end_turn *turn, const char *what, uint64_t got, uint64_t wanted) {
    struct transfers *all = turn->host->all;

    if (all->fault) return;
    all->fault = what;
    all->fault_transfer = turn->transfer;
    all->is_fault_at_server = turn->is_server;
    all->fault_ns = turn->now_ns;
    all->got = got;
    all->wanted = wanted;
}

/* The other end, which may be on another host: only what it did is looked at. */
static const struct transfer_end *other_end(const struct end_turn *turn) {
    return turn->is_server ? &turn->transfer->client : &turn->transfer->server;
}

/* What the network may have done is a fault only where nobody gave up and octets arrive intact. */
static void end_doubt(const struct end_turn *turn, const char *what, uint64_t got, uint64_t wanted) {
    if (turn->host->all->is_wild)
        turn->self->is_fed_up = true;
    else
        end_fault(turn, what, got, wanted);
}

/* Whether a call may answer that the connection has ended, before CLOSED was heard. */
static bool may_be_over(const struct end_turn *turn, int answer) {
    bool is_excused = other_end(turn)->has_quit || turn->host->all->is_wild;

    return answer == TERCET_OVER && is_excused;
}

static void chance_draw(const struct end_turn *turn) {
    uint32_t ppm = turn->transfer->plan.quit_ppm;

    if (ppm && random_is_hit(&turn->self->quitter, ppm)) turn->self->is_fed_up = true;
}

/* An end that only reads would never learn that the other one is gone when the reset got lost. */
static void keepalive_set(const struct end_turn *turn, tercet_conn conn) {
    int error = 0;

    error |= tercet_conn_set_option(turn->stack, conn, TERCET_OPTION_KEEPALIVE_IDLE, 60);
    error |= tercet_conn_set_option(turn->stack, conn, TERCET_OPTION_KEEPALIVE_INTERVAL, 10);
    error |= tercet_conn_set_option(turn->stack, conn, TERCET_OPTION_KEEPALIVE_COUNT, 30);
    error |= tercet_conn_set_option(turn->stack, conn, TERCET_OPTION_KEEPALIVE, 1);
    if (error && !may_be_over(turn, error))
        end_fault(turn, "an option was refused", (uint64_t)error, 0);
}

void end_open(const struct end_turn *turn, tercet_conn conn, bool may_write) {
    struct transfer_end *self = turn->self;

    if (turn->transfer->plan.quit_ppm || turn->host->all->is_wild) keepalive_set(turn, conn);

    self->phase = TRANSFER_OPEN;
    self->conn = conn;
    self->may_write = may_write;
    self->may_read = true;
    turn->host->held++;
}

/* The end of a pause after this chunk, or now. */
static uint64_t pause_draw(const struct end_turn *turn, struct random *stream) {
    const struct transfer_plan *plan = &turn->transfer->plan;
    bool is_hit = random_is_hit(stream, plan->pause_ppm);
    uint32_t us = random_between(stream, 1, plan->pause_us ? plan->pause_us : 1);

    return is_hit ? turn->now_ns + us * 1000ull : turn->now_ns;
}

static uint32_t chunk_draw(const struct end_turn *turn, struct random *stream, uint64_t limit) {
    uint32_t n = random_between(stream, 1, turn->transfer->plan.chunk_bytes);

    return n < limit ? n : (uint32_t)limit;
}

static bool is_echo(const struct end_turn *turn) {
    return turn->is_server && turn->transfer->plan.is_echo;
}

/* Write one chunk.  Return: whether another may follow at once. */
static bool chunk_write(const struct end_turn *turn, uint64_t limit) {
    struct transfer_end *self = turn->self;
    uint32_t n = chunk_draw(turn, &self->writer, limit - self->n_written);
    unsigned char bytes[TRANSFER_CHUNK_MAX];
    int taken;

    pattern_put(self->write_key, self->n_written, bytes, n);
    taken = tercet_conn_write(turn->stack, self->conn, bytes, n);
    if (taken == TERCET_FULL) {
        self->write_ns = turn->now_ns + TRANSFER_RETRY_NS;
        return false;
    }
    if (may_be_over(turn, taken)) {
        self->may_write = false;
        return false;
    }
    if (taken < 0 || (uint32_t)taken > n) {
        end_fault(turn, "a write was refused, or took more than was offered", (uint64_t)taken, n);
        self->may_write = false;
        return false;
    }
    self->n_written += (uint32_t)taken;
    self->may_write = (uint32_t)taken == n;
    self->write_ns = pause_draw(turn, &self->writer);
    chance_draw(turn);
    return self->may_write && !self->is_fed_up && self->write_ns <= turn->now_ns;
}

/* How far it can write now: an echo can say no more than it has heard. */
static uint64_t write_limit(const struct end_turn *turn) {
    return is_echo(turn) ? turn->self->n_read : turn->self->to_write;
}

static void end_write(const struct end_turn *turn) {
    const struct transfer_end *self = turn->self;
    uint64_t limit = write_limit(turn);
    bool goes_on = self->may_write && self->write_ns <= turn->now_ns;

    while (goes_on && self->n_written < limit)
        goes_on = chunk_write(turn, limit);
}

static void end_shut(const struct end_turn *turn) {
    struct transfer_end *self = turn->self;
    int error;

    if (self->has_shut || self->n_written < self->to_write) return;
    if (is_echo(turn) && !self->has_ended) return;
    self->has_shut = true;
    error = tercet_conn_shutdown(turn->stack, self->conn);
    if (error && !may_be_over(turn, error))
        end_fault(turn, "a shutdown was refused", (uint64_t)error, 0);
}

/* Check @n octets that wait at the beginning of @spans. */
static void octets_check(const struct end_turn *turn, const struct tercet_span spans[2], uint32_t n) {
    struct transfer_end *self = turn->self;
    uint32_t n_first = n < spans[0].length ? n : spans[0].length;
    uint32_t right = pattern_check(self->read_key, self->n_read, spans[0].base, n_first);

    if (right == n_first && n > n_first)
        right += pattern_check(self->read_key, self->n_read + right, spans[1].base, n - n_first);
    if (right < n) end_doubt(turn, "a wrong octet", self->n_read + right, self->n_read + n);
    if (self->n_read + n > self->to_read)
        end_doubt(turn, "more octets than were sent", self->n_read + n, self->to_read);
}

/* All was read: what the other end wanted to say, or had said when it gave up. */
static void end_reached(const struct end_turn *turn) {
    struct transfer_end *self = turn->self;
    const struct transfer_end *other = other_end(turn);

    self->has_ended = true;
    if (other->has_quit && self->n_read == other->n_written) {
        self->to_read = self->n_read;
        if (is_echo(turn)) self->to_write = self->n_read;
    }
    if (self->n_read != self->to_read)
        end_doubt(turn, "the end came too early", self->n_read, self->to_read);
}

/* What a read answered instead of octets. */
static void nothing_read(const struct end_turn *turn, int answer) {
    struct transfer_end *self = turn->self;

    self->may_read = false;
    if (answer == 0 || answer == TERCET_NOT_YET || may_be_over(turn, answer)) return;
    if (answer != TERCET_END)
        end_fault(turn, "a read was refused", (uint64_t)answer, 0);
    else
        end_reached(turn);
}

/* Read one chunk.  Return: whether another may follow at once. */
static bool chunk_read(const struct end_turn *turn) {
    struct transfer_end *self = turn->self;
    struct tercet_span spans[2];
    int waiting = tercet_conn_read(turn->stack, self->conn, spans);
    uint32_t n;
    int error;

    if (waiting <= 0) {
        nothing_read(turn, waiting);
        return false;
    }
    if ((uint64_t)spans[0].length + spans[1].length != (uint32_t)waiting)
        end_fault(turn, "the spans are not what waits", spans[0].length + spans[1].length,
                  (uint32_t)waiting);
    n = chunk_draw(turn, &self->reader, (uint32_t)waiting);
    octets_check(turn, spans, n);
    if (turn->host->all->fault || self->is_fed_up) return false;
    error = tercet_conn_consume(turn->stack, self->conn, n);
    if (error) end_fault(turn, "a consume was refused", (uint64_t)error, 0);
    self->n_read += n;
    self->read_ns = pause_draw(turn, &self->reader);
    chance_draw(turn);
    return !self->is_fed_up && self->read_ns <= turn->now_ns;
}

static void end_read(const struct end_turn *turn) {
    const struct transfer_end *self = turn->self;
    bool goes_on = self->may_read && self->read_ns <= turn->now_ns;

    while (goes_on)
        goes_on = chunk_read(turn);
}

/* Count what is over.  A server's end that a client gone again never reached may never begin. */
static void over_count(const struct end_turn *turn) {
    struct transfer_end *server = &turn->transfer->server;
    bool is_server_to_come = server->phase == TRANSFER_WAITS &&
                             !turn->transfer->plan.is_simultaneous;

    if (!turn->self->is_written_off) turn->host->all->ends_over++;
    if (turn->is_server || !is_server_to_come) return;
    server->is_written_off = true;
    turn->host->all->ends_over++;
}

static void give_back(const struct end_turn *turn, bool is_abort) {
    struct transfer_end *self = turn->self;
    struct tercet_conn_info info;
    int error = is_abort ? tercet_conn_abort(turn->stack, self->conn)
                         : tercet_conn_close(turn->stack, self->conn);

    if (error) end_fault(turn, "a close or abort was refused", (uint64_t)error, is_abort);
    if (tercet_conn_info(turn->stack, self->conn, &info) != TERCET_GONE)
        end_fault(turn, "a connection that was given back is not gone", self->conn, 0);
    self->phase = TRANSFER_OVER;
    turn->host->held--;
    turn->host->aborts += is_abort;
    over_count(turn);
}

void end_quit(const struct end_turn *turn, bool is_abort) {
    turn->self->has_quit = true;
    give_back(turn, is_abort);
}

/* Give the connection back when all is done. */
static void end_close(const struct end_turn *turn) {
    const struct transfer_end *self = turn->self;

    if (!self->has_shut || !self->has_ended) return;
    if (self->lingers && !self->is_closed) return;
    give_back(turn, false);
}

/* The connection broke: no fault if the other end gave up, and then there is no more to do. */
static void end_broken(const struct end_turn *turn, enum tercet_reason reason) {
    turn->self->is_fed_up = true;
    if (!other_end(turn)->has_quit)
        end_doubt(turn, "it ended for another reason", reason, TERCET_REASON_FINISHED);
}

void end_hear(const struct end_turn *turn, uint32_t ready) {
    struct transfer_end *self = turn->self;
    struct tercet_conn_info info;

    if (self->phase != TRANSFER_OPEN) {
        end_fault(turn, "an event for a connection that was given back", ready, 0);
        return;
    }
    if (ready & TERCET_CONNECTED && !turn->transfer->plan.is_early) self->may_write = true;
    if (ready & TERCET_WRITABLE) self->may_write = true;
    if (ready & (TERCET_READABLE | TERCET_ENDED)) self->may_read = true;
    if (!(ready & TERCET_CLOSED)) return;
    self->is_closed = true;
    self->may_read = !self->has_ended;
    if (tercet_conn_info(turn->stack, self->conn, &info) != 0)
        end_fault(turn, "no information on a connection that is over", self->conn, 0);
    else if (info.reason != TERCET_REASON_FINISHED)
        end_broken(turn, info.reason);
}

void end_run(const struct end_turn *turn) {
    struct transfer_end *self = turn->self;

    if (!self->is_fed_up) end_read(turn);
    if (!self->is_fed_up) end_write(turn);
    if (self->is_fed_up) {
        end_quit(turn, !self->is_closed && random_below(&self->quitter, 2));
        return;
    }
    end_shut(turn);
    end_close(turn);
}

uint64_t end_wake_ns(const struct end_turn *turn) {
    const struct transfer_end *self = turn->self;
    uint64_t wake_ns = SIM_NEVER;

    if (self->phase != TRANSFER_OPEN) return SIM_NEVER;
    if (self->may_read && !self->has_ended) wake_ns = self->read_ns;
    if (self->may_write && self->n_written < write_limit(turn) && self->write_ns < wake_ns)
        wake_ns = self->write_ns;
    return wake_ns;
}
