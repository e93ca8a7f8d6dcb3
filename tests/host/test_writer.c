/* SPDX-License-Identifier: BSD-2-Clause */
#define _GNU_SOURCE
#include "host/writer.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tap.h"

#define RING 4096u

static uint64_t now_ms(void) {
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

static struct writer *writer_over(int fd, bool is_text) {
    const struct writer_output output = {.fd = fd, .ring_octets = RING, .is_text = is_text};
    struct writer *writer = NULL;

    CHECK_EQ(writer_open(&writer, &output, 1), 0);
    return writer;
}

/* All that is in the pipe until its end; the write end must be closed.  Return: octets. */
static size_t drain(int fd, char *into, size_t capacity) {
    size_t used = 0;
    ssize_t n;

    while (used < capacity - 1 && (n = read(fd, into + used, capacity - 1 - used)) > 0)
        used += (size_t)n;
    into[used] = '\0';
    return used;
}

/* Fill a pipe until it takes no more. */
static void pipe_stuff(int fd) {
    static const char octets[4096];

    fcntl(fd, F_SETFL, O_NONBLOCK);
    while (write(fd, octets, sizeof octets) > 0)
        continue;
    while (write(fd, octets, 1) > 0)
        continue;
    fcntl(fd, F_SETFL, 0);
}

TEST(records_come_out_whole_and_in_order)
{
    static char got[400000];
    char line[40];
    int ends[2];
    unsigned wanted = 0, n = 0;

    CHECK_EQ(pipe2(ends, O_CLOEXEC), 0);
    struct writer *writer = writer_over(ends[1], true);
    fcntl(ends[0], F_SETFL, O_NONBLOCK);
    size_t used = 0;
    for (unsigned i = 0; i < 10000; i++) {
        int length = snprintf(line, sizeof line, "line %u\n", i);

        while (!writer_put(writer, 0, line, (size_t)length)) {
            ssize_t r = read(ends[0], got + used, sizeof got - used);
            if (r > 0) used += (size_t)r;
        }
    }
    fcntl(ends[0], F_SETFL, 0);
    /* The rest fits the pipe, or is read by drain behind the close. */
    CHECK_EQ(writer_close(writer, 10000), 0);
    close(ends[1]);
    drain(ends[0], got + used, sizeof got - used);
    for (char *at = got; *at; at = strchr(at, '\n') + 1) {
        if (sscanf(at, "line %u\n", &n) == 1 && CHECK_EQ(n, wanted))
            wanted++;
        else if (strncmp(at, "... ", 4) != 0)
            CHECK(false);
    }
    CHECK_EQ(wanted, 10000);
    close(ends[0]);
}

TEST(a_stuck_reader_blocks_nobody_and_what_he_misses_is_said)
{
    static char got[200000];
    int ends[2];

    CHECK_EQ(pipe2(ends, O_CLOEXEC), 0);
    pipe_stuff(ends[1]);
    struct writer *writer = writer_over(ends[1], true);
    unsigned taken = 0; /* the ring's worth, for the pipe takes nothing */
    for (unsigned i = 0; i < 100000; i++)
        taken += writer_put(writer, 0, "two\nlines\n", 10);
    CHECK_EQ(taken, RING / 10);
    CHECK_EQ(writer_lost(writer, 0), 2 * (100000 - RING / 10));
    /* The reader wakes up: everything that the pipe held comes first. */
    int held = 0;
    CHECK_EQ(ioctl(ends[0], FIONREAD, &held), 0);
    while (held > 0) {
        ssize_t n = read(ends[0], got, (size_t)held < sizeof got ? (size_t)held : sizeof got);
        if (!CHECK(n > 0)) break;
        held -= (int)n;
    }
    while (!writer_put(writer, 0, "last\n", 5))
        usleep(100);
    uint64_t lost = writer_lost(writer, 0);
    CHECK_EQ(writer_close(writer, 10000), 0);
    close(ends[1]);
    size_t used = drain(ends[0], got, sizeof got);
    char wanted[100];
    int length = snprintf(wanted, sizeof wanted, "two\nlines\n... %llu lines lost\nlast\n",
                          (unsigned long long)lost);
    if (CHECK(used > (size_t)length)) CHECK_STR(got + used - length, wanted);
    close(ends[0]);
}

TEST(one_stuck_output_does_not_hold_up_the_other)
{
    int stuck[2], good[2];
    char octets[10];

    CHECK_EQ(pipe2(stuck, O_CLOEXEC) + pipe2(good, O_CLOEXEC), 0);
    pipe_stuff(stuck[1]);
    const struct writer_output outputs[2] = {
        {.fd = stuck[1], .ring_octets = RING, .is_text = true},
        {.fd = good[1],  .ring_octets = RING, .is_text = true},
    };
    struct writer *writer = NULL;
    CHECK_EQ(writer_open(&writer, outputs, 2), 0);
    CHECK(writer_put(writer, 0, "never\n", 6));
    CHECK(writer_put(writer, 1, "now\n", 4));
    CHECK_EQ(read(good[0], octets, sizeof octets), 4);
    CHECK(writer_put(writer, 1, "again\n", 6));
    CHECK_EQ(read(good[0], octets, sizeof octets), 6);
    uint64_t before = now_ms();
    CHECK_EQ(writer_close(writer, 50), -ETIMEDOUT);
    CHECK(now_ms() - before >= 50);
    for (int i = 0; i < 2; i++) {
        close(stuck[i]);
        close(good[i]);
    }
}

TEST(a_loss_at_the_very_end_is_said_at_the_close)
{
    char got[RING + 100], block[RING];
    int ends[2];

    memset(block, 'x', sizeof block);
    block[sizeof block - 1] = '\n';
    CHECK_EQ(pipe2(ends, O_CLOEXEC), 0);
    struct writer *writer = writer_over(ends[1], true);
    CHECK(!writer_put(writer, 0, got, RING + 1)); /* larger than the ring */
    uint64_t lost = writer_lost(writer, 0);
    CHECK(lost >= 1);
    CHECK_EQ(writer_close(writer, 10000), 0);
    close(ends[1]);
    drain(ends[0], got, sizeof got);
    char wanted[60];
    snprintf(wanted, sizeof wanted, "... %llu lines lost\n", (unsigned long long)lost);
    CHECK_STR(got, wanted);
    close(ends[0]);
}

static size_t notice_in_octets(void *user, uint64_t lost, unsigned char *into, size_t capacity) {
    CHECK(capacity >= 2);
    (*(unsigned *)user)++;
    into[0] = '!';
    into[1] = (unsigned char)lost;
    return 2;
}

TEST(other_streams_say_it_in_their_own_language)
{
    char got[2 * RING];
    unsigned called = 0;
    int ends[2];

    CHECK_EQ(pipe2(ends, O_CLOEXEC), 0);
    const struct writer_output output = {
        .fd = ends[1], .ring_octets = RING, .notice = notice_in_octets, .user = &called};
    struct writer *writer = NULL;
    CHECK_EQ(writer_open(&writer, &output, 1), 0);
    CHECK(!writer_put(writer, 0, got, RING + 1));
    CHECK(!writer_put(writer, 0, got, RING + 1));
    CHECK_EQ(writer_lost(writer, 0), 2);
    CHECK(writer_put(writer, 0, "block", 5));
    CHECK_EQ(writer_close(writer, 10000), 0);
    close(ends[1]);
    CHECK_EQ(drain(ends[0], got, sizeof got), 7);
    CHECK_MEM(got, "!\2block", 7);
    CHECK(called >= 1);
    close(ends[0]);
}

static int failure_wait(struct writer *writer, int *error) {
    struct pollfd poll_failure = {.fd = writer_descriptor(writer), .events = POLLIN};

    if (poll(&poll_failure, 1, 5000) != 1) return -2;
    return writer_failure(writer, error);
}

TEST(a_full_disk_is_told_once_and_ends_the_output)
{
    int full = open("/dev/full", O_WRONLY | O_CLOEXEC), error = 0;

    if (full < 0) SKIP("no /dev/full here");
    struct writer *writer = writer_over(full, false);
    CHECK_EQ(writer_failure(writer, &error), -1);
    CHECK(writer_put(writer, 0, "block", 5));
    CHECK_EQ(failure_wait(writer, &error), 0);
    CHECK_EQ(error, -ENOSPC);
    CHECK_EQ(writer_failure(writer, &error), -1);
    CHECK(!writer_put(writer, 0, "block", 5));
    CHECK_EQ(writer_lost(writer, 0), 1);
    CHECK_EQ(writer_close(writer, 1000), 0);
    close(full);
}

TEST(a_full_disk_is_told_after_the_end_too)
{
    int full = open("/dev/full", O_WRONLY | O_CLOEXEC), error = 0;

    if (full < 0) SKIP("no /dev/full here");
    struct writer *writer = writer_over(full, false);
    CHECK(writer_put(writer, 0, "block", 5));
    CHECK_EQ(writer_finish(writer, 5000), 0);
    CHECK_EQ(writer_failure(writer, &error), 0);
    CHECK_EQ(error, -ENOSPC);
    CHECK_EQ(writer_failure(writer, &error), -1);
    CHECK_EQ(writer_close(writer, 5000), 0);
    close(full);
}

TEST(a_reader_who_has_gone_is_told_without_a_signal)
{
    int ends[2], error = 0;

    CHECK_EQ(pipe2(ends, O_CLOEXEC), 0);
    close(ends[0]);
    struct writer *writer = writer_over(ends[1], true);
    CHECK(writer_put(writer, 0, "line\n", 5));
    CHECK_EQ(failure_wait(writer, &error), 0);
    CHECK_EQ(error, -EPIPE);
    CHECK_EQ(writer_close(writer, 1000), 0);
    close(ends[1]);
}

/* In a process whose files may have 1,000 octets: 300 records of 7 octets.  Return: the -errno told, made positive. */
static int file_written_to_its_limit(const char *name) {
    const struct rlimit limit = {1000, 1000};
    int status = 0;
    pid_t pid = fork();

    if (pid == 0) {
        int fd = open(name, O_WRONLY | O_CLOEXEC), error = 0;

        setrlimit(RLIMIT_FSIZE, &limit);
        struct writer *writer = writer_over(fd, false);
        for (unsigned i = 0; i < 300; i++)
            writer_put(writer, 0, "record\n", 7);
        int output = failure_wait(writer, &error);
        writer_close(writer, 1000);
        _exit(output == 0 ? -error : 255);
    }
    waitpid(pid, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST(a_file_that_cannot_grow_keeps_only_whole_records)
{
    char name[] = "/tmp/tercet-writer-XXXXXX";
    struct stat status;
    int fd = mkstemp(name);

    if (!CHECK(fd >= 0)) return;
    CHECK_EQ(file_written_to_its_limit(name), EFBIG);
    CHECK_EQ(fstat(fd, &status), 0);
    CHECK_EQ(status.st_size % 7, 0);
    unlink(name);
    close(fd);
}

TEST(the_descriptor_keeps_its_flags_and_an_idle_writer_uses_no_cpu_time)
{
    struct rusage before, after;
    int ends[2];

    CHECK_EQ(pipe2(ends, O_CLOEXEC), 0);
    int flags = fcntl(ends[1], F_GETFL);
    pipe_stuff(ends[1]);
    struct writer *writer = writer_over(ends[1], true);
    writer_put(writer, 0, "stuck\n", 6);
    getrusage(RUSAGE_SELF, &before);
    usleep(200000);
    getrusage(RUSAGE_SELF, &after);
    long used_us = (after.ru_utime.tv_sec - before.ru_utime.tv_sec) * 1000000 +
                   after.ru_utime.tv_usec - before.ru_utime.tv_usec +
                   (after.ru_stime.tv_sec - before.ru_stime.tv_sec) * 1000000 +
                   after.ru_stime.tv_usec - before.ru_stime.tv_usec;
    CHECK(used_us < 20000);
    CHECK_EQ(fcntl(ends[1], F_GETFL), flags);
    CHECK_EQ(writer_close(writer, 0), -ETIMEDOUT);
    close(ends[0]);
    close(ends[1]);
}

/* A stream of records {length in octets, ...}; one that is filled with zeros behind its length says nothing. */
static void fill_with_nothing(unsigned char *into, size_t octets) {
    uint32_t length = (uint32_t)octets;

    CHECK(octets >= WRITER_FILL_MIN && octets <= WRITER_PAGE && octets % 4 == 0);
    memset(into, 0, octets);
    memcpy(into, &length, sizeof length);
}

TEST(no_record_that_fits_a_page_crosses_one_in_the_file)
{
    static unsigned char record[3 * WRITER_PAGE], file[4 << 20];
    char name[] = "/tmp/tercet-writer-XXXXXX";
    int fd = mkstemp(name);
    const struct writer_output output = {.fd = fd, .ring_octets = 1 << 22, .fill = fill_with_nothing};
    struct writer *writer = NULL;
    uint32_t length, seen = 0, seed = 1, sent = 0;

    if (!CHECK(fd >= 0) || !CHECK_EQ(writer_open(&writer, &output, 1), 0)) return;
    memset(record, 'r', sizeof record);
    for (; sent < 700; sent++) {
        seed = seed * 1664525 + 1013904223;
        length = 12 + 4 * (seed >> 8) % (sent % 10 == 9 ? 3 * WRITER_PAGE - 12 : WRITER_PAGE - 8);
        length -= length % 4;
        memcpy(record, &length, sizeof length);
        CHECK(writer_put(writer, 0, record, length));
    }
    CHECK_EQ(writer_close(writer, 10000), 0);
    ssize_t octets = pread(fd, file, sizeof file, 0);
    for (size_t at = 0; at < (size_t)octets; at += length) {
        memcpy(&length, file + at, sizeof length);
        if (!CHECK(length >= 12 && at + length <= (size_t)octets)) break;
        if (length <= WRITER_WHOLE_MAX) CHECK(at / WRITER_PAGE == (at + length - 1) / WRITER_PAGE);
        seen += file[at + 4] == 'r';
    }
    CHECK_EQ(seen, sent);
    unlink(name);
    close(fd);
}
