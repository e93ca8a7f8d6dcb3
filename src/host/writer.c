/* SPDX-License-Identifier: BSD-2-Clause */
#define _GNU_SOURCE
#include "host/writer.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include "base/must.h"

/*
 * Each output is a ring with one producer, who puts, and one consumer, the thread.  `head` and `tail` count octets
 * since the beginning; the producer moves head, always by whole records, the consumer tail.
 *
 * The thread sleeps in poll.  Before it does, it sets is_asleep and looks at the rings once more; who puts,
 * moves head and then looks at is_asleep.  Both are sequentially consistent, so one of them sees the other.
 */
struct output {
    struct writer_output is;
    unsigned char *ring;
    _Atomic uint64_t head, tail;
    uint64_t whole; /* of the thread: tail when all that had been written were whole records */
    bool is_file;   /* takes any amount at once */
    _Atomic uint64_t lost;
    uint64_t lost_told;   /* of the producer */
    _Atomic int error;    /* -errno, 0: it works */
    bool is_failure_told; /* of the producer */
};

struct writer {
    struct output outputs[WRITER_OUTPUTS_MAX];
    unsigned n;
    pthread_t thread;
    int wake;    /* eventfd for the thread */
    int failure; /* eventfd for the owner's loop */
    atomic_bool is_asleep, is_ending, is_abandoned;
    bool is_finished; /* the thread has been waited for */
    bool is_stuck; /* and is not to be had: it keeps its memory (another writer filled the pipe between poll and write) */
};

static void bell_ring(int bell) {
    (void)!eventfd_write(bell, 1);
}

static void writer_wake(struct writer *writer) {
    if (atomic_exchange(&writer->is_asleep, false)) bell_ring(writer->wake);
}

/* A full disk may have cut the last batch anywhere: take the file back to the last whole record. */
static void file_cut_back(const struct output *output) {
    off_t excess = (off_t)(output->tail - output->whole);
    off_t end = lseek(output->is.fd, 0, SEEK_CUR);

    if (end >= excess) (void)!ftruncate(output->is.fd, end - excess);
}

static void output_fail(struct writer *writer, struct output *output, int error) {
    if (output->is_file && !output->is.is_text) file_cut_back(output);
    atomic_store(&output->error, error);
    bell_ring(writer->failure);
}

static bool output_has_work(struct output *output) {
    return atomic_load(&output->head) != output->tail && output->error == 0;
}

/* Write what waits: all of it to a file, elsewhere no more than a pipe takes at once without blocking. */
static void output_write(struct writer *writer, struct output *output) {
    uint64_t head = atomic_load(&output->head);
    size_t waiting = (size_t)(head - output->tail);
    size_t n = output->is_file || waiting < PIPE_BUF ? waiting : PIPE_BUF;
    size_t at = output->tail & (output->is.ring_octets - 1);
    size_t first = output->is.ring_octets - at < n ? output->is.ring_octets - at : n;
    const struct iovec spans[2] = {
        {output->ring + at, first    },
        {output->ring,      n - first}
    };

    ssize_t written = writev(output->is.fd, spans, 2);
    if (written < 0 && errno != EAGAIN && errno != EINTR) output_fail(writer, output, -errno);
    if (written <= 0) return;
    if ((size_t)written == waiting) output->whole = head;
    atomic_store(&output->tail, output->tail + (uint64_t)written);
}

/* What the thread polls: its bell, and each output that has work.  Return: whether there is any. */
static bool polls_fill(struct writer *writer, struct pollfd *polls) {
    bool has_work = false;

    polls[0] = (struct pollfd){.fd = writer->wake, .events = POLLIN};
    for (unsigned i = 0; i < writer->n; i++) {
        struct output *output = &writer->outputs[i];
        bool is_waiting = output_has_work(output);

        polls[1 + i] = (struct pollfd){.fd = is_waiting ? output->is.fd : -1, .events = POLLOUT};
        has_work |= is_waiting;
    }
    return has_work;
}

static void *writer_run(void *user) {
    struct writer *writer = user;
    struct pollfd polls[1 + WRITER_OUTPUTS_MAX];
    eventfd_t rings;

    while (!atomic_load(&writer->is_abandoned)) {
        atomic_store(&writer->is_asleep, true);
        bool is_ending = atomic_load(&writer->is_ending);
        bool has_work = polls_fill(writer, polls);

        if (is_ending && !has_work) break;
        poll(polls, 1 + writer->n, -1);
        atomic_store(&writer->is_asleep, false);
        if (polls[0].revents) (void)!eventfd_read(writer->wake, &rings);
        for (unsigned i = 0; i < writer->n; i++) {
            if (polls[1 + i].revents) output_write(writer, &writer->outputs[i]);
        }
    }
    return NULL;
}

static int output_make(struct output *output, const struct writer_output *is) {
    struct stat status;

    must(is->ring_octets >= WRITER_RING_MIN && is->ring_octets <= WRITER_RING_MAX);
    must((is->ring_octets & (is->ring_octets - 1)) == 0);
    output->is = *is;
    output->is_file = fstat(is->fd, &status) == 0 && S_ISREG(status.st_mode);
    output->ring = malloc(is->ring_octets);
    return output->ring ? 0 : -ENOMEM;
}

static void writer_free(struct writer *writer) {
    for (unsigned i = 0; i < writer->n; i++)
        free(writer->outputs[i].ring);
    if (writer->wake >= 0) close(writer->wake);
    if (writer->failure >= 0) close(writer->failure);
    free(writer);
}

static int writer_make(struct writer *writer, const struct writer_output *outputs, unsigned n) {
    writer->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    writer->failure = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (writer->wake < 0 || writer->failure < 0) return -errno;
    for (; writer->n < n; writer->n++) {
        int error = output_make(&writer->outputs[writer->n], &outputs[writer->n]);

        if (error) return error;
    }
    return 0;
}

static int thread_start(struct writer *writer) {
    sigset_t all, before;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int error = pthread_create(&writer->thread, NULL, writer_run, writer);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return -error;
}

int writer_open(struct writer **writer, const struct writer_output *outputs, unsigned n) {
    must(n <= WRITER_OUTPUTS_MAX);
    struct writer *made = calloc(1, sizeof *made);
    if (!made) return -ENOMEM;
    int error = writer_make(made, outputs, n);
    if (!error) error = thread_start(made);
    if (error)
        writer_free(made);
    else
        *writer = made;
    return error;
}

static uint64_t lines_of(const unsigned char *record, size_t octets) {
    uint64_t lines = 0;

    for (size_t i = 0; i < octets; i++)
        lines += record[i] == '\n';
    return lines > 0 ? lines : 1;
}

static size_t room_of(struct output *output) {
    return output->is.ring_octets - (size_t)(output->head - atomic_load(&output->tail));
}

/* Copy @octets behind what head counts, @ahead octets further; there is room. */
static void ring_fill(struct output *output, size_t ahead, const void *from, size_t octets) {
    size_t at = (output->head + ahead) & (output->is.ring_octets - 1);
    size_t first = output->is.ring_octets - at < octets ? output->is.ring_octets - at : octets;

    memcpy(output->ring + at, from, first);
    memcpy(output->ring, (const unsigned char *)from + first, octets - first);
}

/* What the stream is to say about what was lost since it last said so.  Return: octets, 0: nothing. */
static size_t notice_make(struct output *output, unsigned char into[WRITER_NOTICE_MAX]) {
    uint64_t lost = output->lost - output->lost_told;

    if (lost == 0) return 0;
    if (output->is.notice) return output->is.notice(output->is.user, lost, into, WRITER_NOTICE_MAX);
    if (!output->is.is_text) return 0;
    return (size_t)snprintf((char *)into, WRITER_NOTICE_MAX, "... %llu lines lost\n",
                            (unsigned long long)lost);
}

/*
 * How many octets to fill before @octets octets at @at, which is counted as head is.  What is left of a page behind
 * a record is nothing or enough for a filling; of a page that a larger record ends in, too.
 */
static size_t gap_before(const struct output *output, uint64_t at, size_t octets) {
    size_t left = WRITER_PAGE - (size_t)(at % WRITER_PAGE);
    size_t behind = WRITER_PAGE - (size_t)((at + octets) % WRITER_PAGE);

    if (!output->is.fill || octets == 0) return 0;
    if (octets > WRITER_WHOLE_MAX) return behind < WRITER_FILL_MIN ? WRITER_FILL_MIN : 0;
    if (octets == left || octets + WRITER_FILL_MIN <= left) return 0;
    return left;
}

static void gap_fill(struct output *output, size_t ahead, size_t octets) {
    unsigned char nothing[WRITER_PAGE];

    if (octets == 0) return;
    output->is.fill(nothing, octets);
    ring_fill(output, ahead, nothing, octets);
}

/* Put the notice that is due and @record in one go.  Return: false when there is no room for both. */
static bool output_put(struct output *output, const void *record, size_t octets) {
    unsigned char notice[WRITER_NOTICE_MAX];
    size_t told = notice_make(output, notice);
    size_t gap_told = gap_before(output, output->head, told);
    size_t before = gap_told + told;
    size_t gap_record = gap_before(output, output->head + before, octets);
    size_t total = before + gap_record + octets;

    if (output->error || total > room_of(output)) return false;
    gap_fill(output, 0, gap_told);
    ring_fill(output, gap_told, notice, told);
    gap_fill(output, before, gap_record);
    ring_fill(output, before + gap_record, record, octets);
    output->lost_told = output->lost;
    atomic_store(&output->head, output->head + total);
    return true;
}

bool writer_put(struct writer *writer, unsigned output, const void *record, size_t octets) {
    struct output *to = &writer->outputs[output];

    must(output < writer->n);
    if (!output_put(to, record, octets)) {
        to->lost += to->is.is_text ? lines_of(record, octets) : 1;
        return false;
    }
    writer_wake(writer);
    return true;
}

uint64_t writer_lost(const struct writer *writer, unsigned output) {
    must(output < writer->n);
    return writer->outputs[output].lost;
}

int writer_descriptor(const struct writer *writer) {
    return writer->failure;
}

int writer_failure(struct writer *writer, int *error) {
    eventfd_t rings;

    (void)!eventfd_read(writer->failure, &rings);
    for (unsigned i = 0; i < writer->n; i++) {
        struct output *output = &writer->outputs[i];

        if (!output->error || output->is_failure_told) continue;
        output->is_failure_told = true;
        *error = output->error;
        return (int)i;
    }
    return -1;
}

/* Wait for the thread.  Return: whether it has ended within @patience_ms. */
static bool thread_wait(struct writer *writer, unsigned patience_ms) {
    struct timespec until;

    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += patience_ms / 1000;
    until.tv_nsec += (long)(patience_ms % 1000) * 1000000;
    if (until.tv_nsec >= 1000000000) {
        until.tv_nsec -= 1000000000;
        until.tv_sec++;
    }
    return pthread_clockjoin_np(writer->thread, NULL, CLOCK_MONOTONIC, &until) == 0;
}

int writer_finish(struct writer *writer, unsigned patience_ms) {
    for (unsigned i = 0; i < writer->n; i++)
        output_put(&writer->outputs[i], "", 0);
    atomic_store(&writer->is_ending, true);
    bell_ring(writer->wake);
    bool has_ended = thread_wait(writer, patience_ms);
    if (!has_ended) {
        atomic_store(&writer->is_abandoned, true);
        bell_ring(writer->wake);
        writer->is_stuck = !thread_wait(writer, 100);
    }
    writer->is_finished = true;
    return has_ended ? 0 : -ETIMEDOUT;
}

int writer_close(struct writer *writer, unsigned patience_ms) {
    int error = writer->is_finished ? 0 : writer_finish(writer, patience_ms);

    if (!writer->is_stuck) writer_free(writer);
    return error;
}
