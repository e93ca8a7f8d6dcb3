/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_HOST_WRITER_H
#define TERCET_HOST_WRITER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Output that never blocks the event loop: a thread that writes, and a bounded ring of octets for each output.
 *
 * A record (a line, a block of lines, a pcapng block) fits the ring whole, or is left out and counted; when there
 * is room again the stream says so where the gap is.  The thread waits by poll for an output to take more, so that one
 * stuck reader does not hold up the others; the descriptors are never made O_NONBLOCK, for others write to them too.
 */
#define WRITER_OUTPUTS_MAX 4
#define WRITER_RING_MIN    (1u << 12)
#define WRITER_RING_MAX    (1u << 26)
#define WRITER_NOTICE_MAX  256 /* octets that a notice of loss may have */
#define WRITER_PAGE        4096
#define WRITER_FILL_MIN    12
#define WRITER_WHOLE_MAX                                                                           \
    (WRITER_PAGE - WRITER_FILL_MIN) /* octets of a record that never crosses a page */

/* Says in the stream's own language that @lost records are missing here.  Return: octets written, at most @capacity. */
typedef size_t writer_notice(void *user, uint64_t lost, unsigned char *into, size_t capacity);

/*
 * Makes @octets octets, WRITER_FILL_MIN..WRITER_PAGE and a multiple of 4, that say nothing in the stream's own language.
 * With it, no record of at most WRITER_WHOLE_MAX octets crosses a page of the file: where the kernel stops writing when
 * the process is killed, a record has just ended.
 */
typedef void writer_fill(unsigned char *into, size_t octets);

/* What an output is like. */
struct writer_output {
    int fd;               /* borrowed until writer_close */
    uint32_t ring_octets; /* a power of two, WRITER_RING_MIN..WRITER_RING_MAX: also the largest record */
    bool is_text; /* lost is counted in lines; else in records, and a file cut short by a full disk is cut back to whole ones */
    writer_fill *fill; /* or NULL; the file is empty at first, and records are multiples of 4 octets, at least WRITER_FILL_MIN */
    writer_notice *notice; /* NULL: "... N lines lost" for text, nothing otherwise */
    void *user;            /* of the notice; it is called by the thread that puts */
};

struct writer;

/*
 * Start the thread; all signals are blocked in it.
 * @outputs: copied; they are numbered from 0
 * Return: 0 and *@writer, or -errno.
 */
int writer_open(struct writer **writer, const struct writer_output *outputs, unsigned n);

/* Add a record.  Never waits.  Return: false when it was left out and counted. */
bool writer_put(struct writer *writer, unsigned output, const void *record, size_t octets);

/* Lines or records left out of @output so far. */
uint64_t writer_lost(const struct writer *writer, unsigned output);

/* To be watched for reading: an output has failed. */
int writer_descriptor(const struct writer *writer);

/*
 * The next output that has failed since the last call.
 * Return: its number and its -errno (-ENOSPC: the disk is full) in *@error; or -1: none.  Nothing more is written to it.
 */
int writer_failure(struct writer *writer, int *error);

/*
 * Write what waits, for at most @patience_ms, and end the thread.  After it nothing is put any more, and
 * writer_failure tells of all outputs that have failed.
 * Return: 0, or -ETIMEDOUT: some output did not take it in time and what it did not take is lost.
 */
int writer_finish(struct writer *writer, unsigned patience_ms);

/* writer_finish, unless that was done before, and the end of @writer.  Return: as writer_finish. */
int writer_close(struct writer *writer, unsigned patience_ms);

#endif
