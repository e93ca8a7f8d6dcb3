/* SPDX-License-Identifier: BSD-2-Clause */
#define _GNU_SOURCE
#include "host/stream.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "tap.h"

static bool is_blocking(int fd) {
    return (fcntl(fd, F_GETFL) & O_NONBLOCK) == 0;
}

TEST(an_empty_pipe_is_not_waited_for_and_a_closed_one_has_an_end)
{
    char some[8];
    int ends[2];

    CHECK_EQ(pipe(ends), 0);
    CHECK_EQ(stream_read(ends[0], some, sizeof some), -EAGAIN);
    CHECK_EQ(stream_write(ends[1], "abc", 3), 3);
    CHECK_EQ(stream_read(ends[0], some, sizeof some), 3);
    CHECK_EQ(memcmp(some, "abc", 3), 0);
    CHECK(is_blocking(ends[0]) && is_blocking(ends[1]));
    close(ends[1]);
    CHECK_EQ(stream_read(ends[0], some, sizeof some), 0);
    close(ends[0]);
}

TEST(a_full_pipe_takes_what_it_can_and_no_more)
{
    static unsigned char octets[1 << 20];
    int ends[2];

    CHECK_EQ(pipe(ends), 0);
    ssize_t n = stream_write(ends[1], octets, sizeof octets);
    CHECK(n >= PIPE_BUF && n < (ssize_t)sizeof octets);
    CHECK_EQ(stream_write(ends[1], octets, 1), 0);
    CHECK_EQ(stream_read(ends[0], octets, PIPE_BUF), PIPE_BUF);
    CHECK_EQ(stream_write(ends[1], octets, PIPE_BUF), PIPE_BUF);
    close(ends[0]);
    close(ends[1]);
}

TEST(a_pipe_that_nobody_reads_is_an_error)
{
    int ends[2];

    signal(SIGPIPE, SIG_IGN);
    CHECK_EQ(pipe(ends), 0);
    close(ends[0]);
    CHECK_EQ(stream_write(ends[1], "x", 1), -EPIPE);
    close(ends[1]);
}

TEST(a_file_takes_and_gives_all_and_a_folder_is_an_error)
{
    static unsigned char out[100000], in[100000];
    char path[] = "/tmp/tercet-stream-XXXXXX";
    int fd = mkstemp(path);

    for (size_t i = 0; i < sizeof out; i++)
        out[i] = (unsigned char)(i * 7);
    CHECK(fd >= 0);
    CHECK_EQ(stream_write(fd, out, sizeof out), (ssize_t)sizeof out);
    CHECK_EQ(lseek(fd, 0, SEEK_SET), 0);
    CHECK_EQ(stream_read(fd, in, sizeof in), (ssize_t)sizeof in);
    CHECK_EQ(memcmp(in, out, sizeof in), 0);
    CHECK_EQ(stream_read(fd, in, sizeof in), 0);
    close(fd);
    unlink(path);
    fd = open("/", O_RDONLY);
    CHECK_EQ(stream_read(fd, in, sizeof in), -EISDIR);
    close(fd);
}
