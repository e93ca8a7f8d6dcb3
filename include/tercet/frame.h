/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_FRAME_H
#define TERCET_FRAME_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What is known of the transport checksum in a frame. */
enum tercet_checksum {
    TERCET_CHECKSUM_UNKNOWN, /* in: to be verified.  out: complete in the octets */
    TERCET_CHECKSUM_VALID,   /* in: the device has verified it */
    /* the device finishes it: sum from checksum_start, stored checksum_offset octets behind it */
    TERCET_CHECKSUM_PARTIAL,
};

/*
 * A frame: an IPv4 or IPv6 packet as it crosses a door. Arriving frames are borrowed until the call
 * returns; departing ones are built into the caller's memory.
 */
struct tercet_frame {
    unsigned char *bytes; /* caller's memory */
    uint32_t length;      /* octets of packet */
    uint32_t capacity;    /* octets of memory at bytes */
    uint16_t door; /* the door it came by or leaves by, as numbered in the configuration's routes */
    uint8_t checksum; /* enum tercet_checksum */
    uint8_t reserved;
    uint16_t checksum_start; /* octet offsets, for TERCET_CHECKSUM_PARTIAL */
    uint16_t checksum_offset;
    uint16_t gso_bytes; /* payload octets a segment if the device is to cut the frame, else 0 */
    uint16_t verdict;   /* in: set on return from tercet_stack_arrive, an enum tercet_verdict */
};

#ifdef __cplusplus
}
#endif

#endif
