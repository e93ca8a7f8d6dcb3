/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/serve_output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "cli/complaint.h"
#include "door/clock.h"
#include "door/entropy.h"
#include "door/memory.h"
#include "door/pcap.h"

enum {
    TEXT_RING_OCTETS = 1 << 20,
    PCAP_RING_OCTETS = 1 << 24,
    PATIENCE_MS = 2000, /* at the end, for a reader that does not read */
};

void serve_output_init(struct serve_output *output) {
    *output = (struct serve_output){.text = -1, .pcap = -1, .pcap_fd = -1};
}

int serve_output_open_file(struct serve_output *output, const struct serve_options *options) {
    if (!options->pcap) return 0;
    output->pcap_name = options->pcap;
    output->pcap_fd = open(options->pcap, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (output->pcap_fd >= 0) return 0;
    complain("--pcap %s: %s (%s)", options->pcap, strerror(errno),
             advice_against(-errno, "name a file that can be written"));
    return -1;
}

/* In a capture, a gap is a block of statistics that says how many packets are missing. */
static size_t pcap_gap(void *user, uint64_t lost, unsigned char *into, size_t capacity) {
    const struct serve_output *output = user;
    (void)lost; /* since the last gap; the block tells all so far */

    return pcap_add_statistics(into, capacity, clock_wall_ns(), output->packets,
                               writer_lost(output->writer, (unsigned)output->pcap));
}

static void put(struct serve_output *output, int which, const void *record, size_t octets) {
    writer_put(output->writer, (unsigned)which, record, octets);
}

/* Without its file a capture is a failure; without its reader the ladder is only unread. */
static void failures_tell(struct serve_output *output) {
    int which, error;

    while ((which = writer_failure(output->writer, &error)) >= 0) {
        if (which != output->pcap) continue;
        complain("--pcap %s: %s (%s)", output->pcap_name, strerror(-error),
                 error == -ENOSPC ? "make room, or name a file elsewhere"
                                  : "name a file that can be written");
        output->has_failed = true;
    }
}

static void on_writer(void *user, uint32_t events) {
    (void)events;

    failures_tell(user);
}

static int start_writer(struct serve_output *output, bool has_text, struct loop *loop) {
    struct writer_output outputs[2];
    unsigned n = 0;

    if (has_text) {
        output->text = (int)n;
        outputs[n++] = (struct writer_output){
            .fd = STDERR_FILENO, .ring_octets = TEXT_RING_OCTETS, .is_text = true};
    }
    if (output->pcap_fd >= 0) {
        output->pcap = (int)n;
        outputs[n++] = (struct writer_output){.fd = output->pcap_fd,
                                              .ring_octets = PCAP_RING_OCTETS,
                                              .fill = pcap_fill,
                                              .notice = pcap_gap,
                                              .user = output};
    }
    if (n == 0) return 0;
    int error = writer_open(&output->writer, outputs, n);
    if (!error)
        error = loop_watch(loop, writer_descriptor(output->writer), EPOLLIN, on_writer, output);
    if (!error) return 0;
    complain("output: %s (%s)", strerror(-error), advice_against(error, "start again"));
    return -1;
}

/* https://no-color.org: set, and not empty. */
static bool has_colour(void) {
    const char *no_color = getenv("NO_COLOR");
    const char *term = getenv("TERM");

    return isatty(STDERR_FILENO) && !(no_color && *no_color) && term && strcmp(term, "dumb") != 0;
}

static int start_observer(struct serve_output *output) {
    struct observe_config config;

    observe_config_init(&config);
    config.has_colour = has_colour();
    entropy_fill(&config.key, sizeof config.key);
    output->memory_octets = observe_size(&config);
    output->memory = memory_map(output->memory_octets, MEMORY_SMALL_PAGES);
    if (!output->memory) {
        complain("the ladder: no memory (raise the limit of address space, or use --quiet)");
        return -1;
    }
    output->observer = observe_init(output->memory, &config);
    return 0;
}

int serve_output_start(struct serve_output *output, const struct serve_options *options,
                       struct loop *loop, const char *interface) {
    unsigned char head[1024];

    if (start_writer(output, !options->is_quiet, loop) != 0) return -1;
    if (output->pcap >= 0)
        put(output, output->pcap, head, pcap_begin(head, sizeof head, interface));
    return options->is_quiet ? 0 : start_observer(output);
}

bool serve_output_wants_frames(const struct serve_output *output) {
    return output->observer || output->pcap >= 0;
}

void serve_output_set_wall(struct serve_output *output, int64_t wall_minus_now_ns) {
    output->wall_minus_now_ns = wall_minus_now_ns;
}

static void capture(struct serve_output *output, const struct tercet_frame *frame,
                    enum pump_direction direction, enum tercet_verdict verdict, uint64_t now_ns) {
    unsigned char block[PCAP_BLOCK_MAX];
    struct pcap_packet packet = {
        .wall_ns = now_ns + (uint64_t)output->wall_minus_now_ns,
        .bytes = frame->bytes,
        .length = frame->length,
        .direction = direction == PUMP_IN ? PCAP_IN : PCAP_OUT,
        .comment = verdict == TERCET_TAKEN ? NULL : tercet_verdict_name(verdict),
    };

    output->packets++;
    put(output, output->pcap, block, pcap_add(block, sizeof block, &packet));
}

/*
 * A turn of the loop has one `now`, which would draw a SYN and its SYN-ACK at the same time: here
 * the clock is asked for each frame.
 */
void serve_output_frame(struct serve_output *output, const struct tercet_frame *frame,
                        enum pump_direction direction) {
    bool is_in = direction == PUMP_IN;
    enum tercet_verdict verdict = is_in ? (enum tercet_verdict)frame->verdict : TERCET_TAKEN;
    uint64_t now_ns = clock_monotonic_ns();

    if (output->observer)
        observe_frame(output->observer, now_ns, frame->bytes, frame->length,
                      is_in ? OBSERVE_IN : OBSERVE_OUT, verdict);
    if (output->pcap >= 0) capture(output, frame, direction, verdict, now_ns);
}

void serve_output_say(struct serve_output *output, const struct text *text) {
    if (output->text >= 0) put(output, output->text, text->at, text->used);
}

static void write_due(struct serve_output *output, uint64_t now_ns) {
    char memory[OBSERVE_TEXT_MAX];
    struct text text;

    for (;;) {
        text_init(&text, memory, sizeof memory);
        if (!observe_next_text(output->observer, now_ns, &text)) return;
        put(output, output->text, text.at, text.used);
    }
}

void serve_output_turn(struct serve_output *output, struct tercet_stack *stack, uint64_t now_ns) {
    struct tercet_trace trace;

    if (!output->observer) return;
    while (tercet_stack_next_trace(stack, &trace))
        observe_trace(output->observer, &trace);
    write_due(output, now_ns);
}

uint64_t serve_output_deadline(const struct serve_output *output) {
    return output->observer ? observe_deadline(output->observer) : UINT64_MAX;
}

static void finish_capture(struct serve_output *output) {
    unsigned char block[256];
    uint64_t lost = writer_lost(output->writer, (unsigned)output->pcap);

    put(output, output->pcap, block,
        pcap_add_statistics(block, sizeof block, clock_wall_ns(), output->packets, lost));
}

int serve_output_close(struct serve_output *output, struct tercet_stack *stack, uint64_t now_ns) {
    if (output->observer) {
        serve_output_turn(output, stack, now_ns);
        observe_finish(output->observer, now_ns);
        write_due(output, now_ns);
    }
    if (output->writer && output->pcap >= 0) finish_capture(output);
    if (output->writer) {
        writer_finish(output->writer, PATIENCE_MS);
        failures_tell(output);
        writer_close(output->writer, 0);
    }
    if (output->pcap_fd >= 0) close(output->pcap_fd);
    memory_unmap(output->memory, output->memory_octets);
    bool has_failed = output->has_failed;
    serve_output_init(output);
    return has_failed ? -1 : 0;
}
