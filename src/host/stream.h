/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_HOST_STREAM_H
#define TERCET_HOST_STREAM_H

#include <stddef.h>
#include <sys/types.h>

/*
 * Standard input and output, read and written without waiting and without O_NONBLOCK, which would be set for
 * everybody who has the same file open.
 */

/*
 * Take what is there.
 * Return: octets read, 0 at the end, -EAGAIN when there is nothing yet, or -errno.
 */
ssize_t stream_read(int fd, void *into, size_t octets);

/*
 * Write as much as is taken at once.  A terminal may take a moment.
 * Return: octets written, 0..@octets, or -errno (-EPIPE: nobody reads; SIGPIPE is the caller's to ignore).
 */
ssize_t stream_write(int fd, const void *from, size_t octets);

#endif
