/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_CLI_OUTPUT_H
#define TERCET_CLI_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <tercet/stack.h>

#include "base/text.h"
#include "cli/output_options.h"
#include "door/loop.h"
#include "door/pump.h"
#include "host/writer.h"
#include "observe/observe.h"

/* A file that is asked for by an option. */
struct output_file {
    const char *option; /* "--pcap" */
    const char *name;
    int fd;     /* -1: none */
    int number; /* of the writer's output, -1: none */
};

/*
 * What a verb shows of the connections: the ladder or JSON on standard error, and the files of --json and --pcap.
 * None of it holds up the loop.
 */
struct output {
    struct observer *observer; /* NULL: nobody asks for it */
    void *memory;              /* of the observer */
    size_t memory_octets;
    struct writer *writer;         /* NULL: there is nothing to write */
    int text;                      /* number of the writer's output for people, -1: none */
    struct output_file json, pcap; /* json: without a file it goes to standard error */
    uint64_t packets;              /* seen by the capture */
    int64_t wall_minus_now_ns;
    bool has_failed; /* after a complaint: a file is not complete */
};

void output_init(struct output *output);

/*
 * Open the files of --pcap and --json; before signals are taken over, for a FIFO makes this wait.
 * Return: 0, or -1 after a complaint.
 */
int output_open_files(struct output *output, const struct output_options *options);

/*
 * Start the writer's thread and the observer.
 * @interface: the device's name, for the capture
 * Return: 0, or -1 after a complaint.
 */
int output_start(struct output *output, const struct output_options *options, struct loop *loop,
                 const char *interface);

/* Whether frames have to be shown to output_frame at all. */
bool output_wants_frames(const struct output *output);

/* The wall clock minus the monotonic one: set it before every turn. */
void output_set_wall(struct output *output, int64_t wall_minus_now_ns);

/* A frame has crossed the door just now. */
void output_frame(struct output *output, const struct tercet_frame *frame,
                  enum pump_direction direction);

/* Text of tercet's own, in line with the ladder. */
void output_say(struct output *output, const struct text *text);

/* Take the life events of @stack, and write what is due. */
void output_turn(struct output *output, struct tercet_stack *stack, uint64_t now_ns);

/* When to call output_turn at the latest, UINT64_MAX for never. */
uint64_t output_deadline(const struct output *output);

/*
 * Report what is still open, write what waits, and close.
 * Return: 0, or -1 after a complaint: a file is not complete.
 */
int output_close(struct output *output, struct tercet_stack *stack, uint64_t now_ns);

#endif
