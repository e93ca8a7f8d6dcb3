/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_CLI_SERVE_OUTPUT_H
#define TERCET_CLI_SERVE_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <tercet/stack.h>

#include "cli/serve_options.h"
#include "door/loop.h"
#include "door/pump.h"
#include "host/writer.h"
#include "observe/observe.h"

/* What `tercet serve` shows: the ladder on standard error, and the capture of --pcap.  Neither holds up the loop. */
struct serve_output {
    struct observer *observer; /* NULL: quiet */
    void *memory;              /* of the observer */
    size_t memory_octets;
    struct writer *writer; /* NULL: there is nothing to write */
    int text, pcap;        /* numbers of the writer's outputs, -1: none */
    int pcap_fd;
    const char *pcap_name;
    uint64_t packets; /* seen by the capture */
    int64_t wall_minus_now_ns;
    bool has_failed; /* after a complaint: the capture is not complete */
};

void serve_output_init(struct serve_output *output);

/*
 * Open the file of --pcap; before signals are taken over, for a FIFO makes this wait.
 * Return: 0, or -1 after a complaint.
 */
int serve_output_open_file(struct serve_output *output, const struct serve_options *options);

/*
 * Start the writer's thread and the observer.
 * @interface: the device's name, for the capture
 * Return: 0, or -1 after a complaint.
 */
int serve_output_start(struct serve_output *output, const struct serve_options *options,
                       struct loop *loop, const char *interface);

/* Whether frames have to be shown to serve_output_frame at all. */
bool serve_output_wants_frames(const struct serve_output *output);

/* The wall clock minus the monotonic one: set it before every turn. */
void serve_output_set_wall(struct serve_output *output, int64_t wall_minus_now_ns);

/* A frame has crossed the door just now. */
void serve_output_frame(struct serve_output *output, const struct tercet_frame *frame,
                        enum pump_direction direction);

/* Text of tercet's own, in line with the ladder. */
void serve_output_say(struct serve_output *output, const struct text *text);

/* Take the life events of @stack, and write what is due. */
void serve_output_turn(struct serve_output *output, struct tercet_stack *stack, uint64_t now_ns);

/* When to call serve_output_turn at the latest, UINT64_MAX for never. */
uint64_t serve_output_deadline(const struct serve_output *output);

/*
 * Report what is still open, write what waits, and close.
 * Return: 0, or -1 after a complaint: the capture is not complete.
 */
int serve_output_close(struct serve_output *output, struct tercet_stack *stack, uint64_t now_ns);

#endif
