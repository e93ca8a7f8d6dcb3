/* SPDX-License-Identifier: BSD-2-Clause */
#include "door/pcap.h"

#include <stdbool.h>
#include <string.h>

/*
 * A block is {type, total length, body, options, total length}, all in units of four octets; options are
 * {code, length, value padded} and end with code 0.  The length stands at both ends so that a reader can walk
 * backwards; it is known last, so blocks are built in place and closed.
 */
enum {
    BLOCK_SECTION = 0x0a0d0d0a,
    BLOCK_INTERFACE = 1,
    BLOCK_STATISTICS = 5,
    BLOCK_PACKET = 6,

    OPTION_END = 0,
    OPTION_COMMENT = 1,
    OPTION_FLAGS = 2,   /* of a packet */
    OPTION_IF_NAME = 2, /* of an interface */
    OPTION_IF_TSRESOL = 9,
    OPTION_USER_APPL = 4,  /* of a section */
    OPTION_ISB_IFRECV = 4, /* of statistics */
    OPTION_ISB_IFDROP = 5,

    LINKTYPE_RAW = 101,
    PACKET_MAX = 65535,
};

struct block {
    unsigned char *at;
    size_t capacity, used;
    bool is_full;
};

static void block_bytes(struct block *block, const void *bytes, size_t n) {
    static const unsigned char zeros[4];
    size_t padding = -n & 3;

    if (block->is_full || block->capacity - block->used < n + padding) {
        block->is_full = true;
        return;
    }
    memcpy(block->at + block->used, bytes, n);
    memcpy(block->at + block->used + n, zeros, padding);
    block->used += n + padding;
}

static void block_u32(struct block *block, uint32_t value) {
    block_bytes(block, &value, sizeof value);
}

static void block_u16_pair(struct block *block, uint16_t first, uint16_t second) {
    const uint16_t pair[2] = {first, second};

    block_bytes(block, pair, sizeof pair);
}

static void block_option(struct block *block, uint16_t code, const void *value, size_t n) {
    block_u16_pair(block, code, (uint16_t)n);
    block_bytes(block, value, n);
}

static void block_option_string(struct block *block, uint16_t code, const char *string) {
    block_option(block, code, string, strnlen(string, PCAP_COMMENT_MAX));
}

/* High word first: the one odd thing of the format. */
static void block_time(struct block *block, uint64_t ns) {
    block_u32(block, (uint32_t)(ns >> 32));
    block_u32(block, (uint32_t)ns);
}

static struct block block_begin(unsigned char *into, size_t capacity, uint32_t type) {
    struct block block = {.at = into, .capacity = capacity};

    block_u32(&block, type);
    block_u32(&block, 0);
    return block;
}

/* Return: octets of the block, or 0 when it did not fit. */
static size_t block_end(struct block *block) {
    block_u16_pair(block, OPTION_END, 0);
    uint32_t total = (uint32_t)block->used + 4;
    block_u32(block, total);
    if (block->is_full) return 0;
    memcpy(block->at + 4, &total, sizeof total);
    return block->used;
}

static size_t section_add(unsigned char *into, size_t capacity) {
    struct block block = block_begin(into, capacity, BLOCK_SECTION);
    const uint64_t length_unknown = UINT64_MAX;

    block_u32(&block, 0x1a2b3c4d); /* byte order */
    block_u16_pair(&block, 1, 0);  /* version */
    block_bytes(&block, &length_unknown, sizeof length_unknown);
    block_option_string(&block, OPTION_USER_APPL, "tercet");
    return block_end(&block);
}

static size_t interface_add(unsigned char *into, size_t capacity, const char *interface) {
    struct block block = block_begin(into, capacity, BLOCK_INTERFACE);
    const uint8_t nanoseconds = 9;

    block_u16_pair(&block, LINKTYPE_RAW, 0);
    block_u32(&block, PACKET_MAX);
    block_option_string(&block, OPTION_IF_NAME, interface);
    block_option(&block, OPTION_IF_TSRESOL, &nanoseconds, sizeof nanoseconds);
    return block_end(&block);
}

size_t pcap_begin(unsigned char *into, size_t capacity, const char *interface) {
    size_t section = section_add(into, capacity);
    size_t description = section ? interface_add(into + section, capacity - section, interface) : 0;

    return description ? section + description : 0;
}

size_t pcap_add(unsigned char *into, size_t capacity, const struct pcap_packet *packet) {
    struct block block = block_begin(into, capacity, BLOCK_PACKET);
    uint32_t kept = packet->length < PACKET_MAX ? packet->length : PACKET_MAX;
    uint32_t flags = packet->direction;

    block_u32(&block, 0); /* the interface */
    block_time(&block, packet->wall_ns);
    block_u32(&block, kept);
    block_u32(&block, packet->length);
    block_bytes(&block, packet->bytes, kept);
    if (packet->direction != PCAP_UNKNOWN) block_option(&block, OPTION_FLAGS, &flags, sizeof flags);
    if (packet->comment) block_option_string(&block, OPTION_COMMENT, packet->comment);
    return block_end(&block);
}

size_t pcap_add_statistics(unsigned char *into, size_t capacity, uint64_t wall_ns, uint64_t seen,
                           uint64_t lost) {
    struct block block = block_begin(into, capacity, BLOCK_STATISTICS);

    block_u32(&block, 0);
    block_time(&block, wall_ns);
    block_option(&block, OPTION_ISB_IFRECV, &seen, sizeof seen);
    block_option(&block, OPTION_ISB_IFDROP, &lost, sizeof lost);
    return block_end(&block);
}

void pcap_fill(unsigned char *into, size_t octets) {
    const uint32_t type = 0x80000000, length = (uint32_t)octets;

    memset(into, 0, octets);
    memcpy(into, &type, sizeof type);
    memcpy(into + 4, &length, sizeof length);
    memcpy(into + octets - 4, &length, sizeof length);
}
