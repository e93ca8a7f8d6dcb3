/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/output.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "cli/colour.h"
#include "cli/complaint.h"
#include "door/clock.h"
#include "door/entropy.h"
#include "door/memory.h"
#include "door/pcap.h"
#include "observe/attempt_json.h"

enum {
    TEXT_RING_OCTETS = 1 << 20,
    PCAP_RING_OCTETS = 1 << 24,
    PATIENCE_MS = 2000, /* at the end, for a reader that does not read */
};

void output_init(struct output *output) {
    *output = (struct output){
        .text = -1,
        .json = {.option = "--json", .fd = -1, .number = -1},
        .pcap = {.option = "--pcap", .fd = -1, .number = -1},
    };
}

static int file_open(struct output_file *file, const char *name) {
    if (!name) return 0;
    file->name = name;
    file->fd = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (file->fd >= 0) return 0;
    complain("%s %s: %s (%s)", file->option, name, strerror(errno),
             advice_against(-errno, "name a file that can be written"));
    return -1;
}

int output_open_files(struct output *output, const struct output_options *options) {
    if (file_open(&output->pcap, options->pcap) != 0) return -1;
    return file_open(&output->json, options->json);
}

/* In a capture, a gap is a block of statistics that says how many packets are missing. */
static size_t pcap_gap(void *user, uint64_t lost, unsigned char *into, size_t capacity) {
    const struct output *output = user;
    (void)lost; /* since the last gap; the block tells all so far */

    return pcap_add_statistics(into, capacity, clock_wall_ns(), output->packets,
                               writer_lost(output->writer, (unsigned)output->pcap.number));
}

static void put(struct output *output, int which, const void *record, size_t octets) {
    writer_put(output->writer, (unsigned)which, record, octets);
}

static void file_failed(struct output *output, const struct output_file *file, int error) {
    complain("%s %s: %s (%s)", file->option, file->name, strerror(-error),
             error == -ENOSPC ? "make room, or name a file elsewhere"
                              : "name a file that can be written");
    output->has_failed = true;
}

/* Without its file a capture is a failure; without its reader the ladder is only unread. */
static void failures_tell(struct output *output) {
    int which, error;

    while ((which = writer_failure(output->writer, &error)) >= 0) {
        if (which == output->pcap.number) file_failed(output, &output->pcap, error);
        if (which == output->json.number && output->json.name)
            file_failed(output, &output->json, error);
    }
}

/* JSON says in JSON that something is missing. */
static size_t json_gap(void *user, uint64_t lost, unsigned char *into, size_t capacity) {
    struct text text;
    (void)user;

    text_init(&text, (char *)into, capacity);
    attempt_json_lost(&text, lost);
    return text.used;
}

static void on_writer(void *user, uint32_t events) {
    (void)events;

    failures_tell(user);
}

/* The outputs that are wanted, and their numbers.  Return: how many. */
static unsigned outputs_choose(struct output *output, const struct output_options *options,
                               struct writer_output outputs[WRITER_OUTPUTS_MAX]) {
    unsigned n = 0;

    if (output_has_text(options)) {
        output->text = (int)n;
        outputs[n++] = (struct writer_output){
            .fd = STDERR_FILENO, .ring_octets = TEXT_RING_OCTETS, .is_text = true};
    }
    if (options->has_json) {
        output->json.number = (int)n;
        outputs[n++] = (struct writer_output){.fd = options->json ? output->json.fd : STDERR_FILENO,
                                              .ring_octets = TEXT_RING_OCTETS,
                                              .is_text = !options->json,
                                              .notice = json_gap};
    }
    if (output->pcap.fd >= 0) {
        output->pcap.number = (int)n;
        outputs[n++] = (struct writer_output){.fd = output->pcap.fd,
                                              .ring_octets = PCAP_RING_OCTETS,
                                              .fill = pcap_fill,
                                              .notice = pcap_gap,
                                              .user = output};
    }
    return n;
}

static int start_writer(struct output *output, const struct output_options *options,
                        struct loop *loop) {
    struct writer_output outputs[WRITER_OUTPUTS_MAX];
    unsigned n = outputs_choose(output, options, outputs);

    if (n == 0) return 0;
    int error = writer_open(&output->writer, outputs, n);
    if (!error)
        error = loop_watch(loop, writer_descriptor(output->writer), EPOLLIN, on_writer, output);
    if (!error) return 0;
    complain("output: %s (%s)", strerror(-error), advice_against(error, "start again"));
    return -1;
}

static int start_observer(struct output *output) {
    struct observe_config config;

    observe_config_init(&config);
    config.has_colour = output->text >= 0 && colour_is_wanted(STDERR_FILENO);
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

int output_start(struct output *output, const struct output_options *options, struct loop *loop,
                 const char *interface) {
    unsigned char head[1024];

    if (start_writer(output, options, loop) != 0) return -1;
    if (output->pcap.number >= 0)
        put(output, output->pcap.number, head, pcap_begin(head, sizeof head, interface));
    return output_has_observer(options) ? start_observer(output) : 0;
}

bool output_wants_frames(const struct output *output) {
    return output->observer || output->pcap.number >= 0;
}

void output_set_wall(struct output *output, int64_t wall_minus_now_ns) {
    output->wall_minus_now_ns = wall_minus_now_ns;
}

static void capture(struct output *output, const struct tercet_frame *frame,
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
    put(output, output->pcap.number, block, pcap_add(block, sizeof block, &packet));
}

/*
 * A turn of the loop has one `now`, which would draw a SYN and its SYN-ACK at the same time: here
 * the clock is asked for each frame.
 */
void output_frame(struct output *output, const struct tercet_frame *frame,
                  enum pump_direction direction) {
    bool is_in = direction == PUMP_IN;
    enum tercet_verdict verdict = is_in ? (enum tercet_verdict)frame->verdict : TERCET_TAKEN;
    uint64_t now_ns = clock_monotonic_ns();

    if (output->observer)
        observe_frame(output->observer, now_ns, frame->bytes, frame->length,
                      is_in ? OBSERVE_IN : OBSERVE_OUT, verdict);
    if (output->pcap.number >= 0) capture(output, frame, direction, verdict, now_ns);
}

void output_say(struct output *output, const struct text *text) {
    if (output->text >= 0) put(output, output->text, text->at, text->used);
}

static void write_report(struct output *output, const struct observe_report *report) {
    char memory[OBSERVE_TEXT_MAX];
    struct text text;

    if (output->text >= 0 && report->is_drawn) {
        text_init(&text, memory, sizeof memory);
        observe_report_text(output->observer, report, &text);
        put(output, output->text, text.at, text.used);
    }
    if (output->json.number >= 0 && attempt_json_is_due(report)) {
        text_init(&text, memory, sizeof memory);
        attempt_json(&text, report->attempt, output->wall_minus_now_ns);
        put(output, output->json.number, text.at, text.used);
    }
}

static void write_due(struct output *output, uint64_t now_ns) {
    struct observe_report report;

    while (observe_next(output->observer, now_ns, &report))
        write_report(output, &report);
}

void output_turn(struct output *output, struct tercet_stack *stack, uint64_t now_ns) {
    struct tercet_trace trace;

    if (!output->observer) return;
    while (tercet_stack_next_trace(stack, &trace))
        observe_trace(output->observer, &trace);
    write_due(output, now_ns);
}

uint64_t output_deadline(const struct output *output) {
    return output->observer ? observe_deadline(output->observer) : UINT64_MAX;
}

static void finish_capture(struct output *output) {
    unsigned char block[256];
    uint64_t lost = writer_lost(output->writer, (unsigned)output->pcap.number);

    put(output, output->pcap.number, block,
        pcap_add_statistics(block, sizeof block, clock_wall_ns(), output->packets, lost));
}

int output_close(struct output *output, struct tercet_stack *stack, uint64_t now_ns) {
    if (output->observer) {
        output_turn(output, stack, now_ns);
        observe_finish(output->observer, now_ns);
        write_due(output, now_ns);
    }
    if (output->writer && output->pcap.number >= 0) finish_capture(output);
    if (output->writer) {
        writer_finish(output->writer, PATIENCE_MS);
        failures_tell(output);
        writer_close(output->writer, 0);
    }
    if (output->pcap.fd >= 0) close(output->pcap.fd);
    if (output->json.fd >= 0) close(output->json.fd);
    memory_unmap(output->memory, output->memory_octets);
    bool has_failed = output->has_failed;
    output_init(output);
    return has_failed ? -1 : 0;
}
