/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a million objects of a kind cost: resident memory with them less without them.  The peer is
 * scripted, so that only one stack is counted; index, timer and handle are in the figure because
 * nothing is left out of it.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "bench.h"
#include "door/memory.h"
#include "host.h"
#include "wire/tcp.h"

#define OBJECTS 1000000u
#define PORT    80
#define SLACK   64

static struct host server;
static uint64_t now_ns = 1000000000;
static unsigned char packet[256];

static double resident_bytes(void) {
    char text[128];
    unsigned long size, resident;
    int file = open("/proc/self/statm", O_RDONLY);
    ssize_t n = file < 0 ? -1 : read(file, text, sizeof text - 1);

    if (n <= 0) bench_fail("/proc/self/statm cannot be read");
    close(file);
    text[n] = 0;
    if (sscanf(text, "%lu %lu", &size, &resident) != 2)
        bench_fail("/proc/self/statm cannot be understood");
    return (double)resident * (double)sysconf(_SC_PAGESIZE);
}

/* Client @i's address and port. */
static void client_of(uint32_t i, bool is_v6, struct ip_header *ip, struct segment *seg) {
    ip->source = host_address(is_v6, (uint16_t)(16 + i / 50000), 1);
    seg->source_port = (uint16_t)(1024 + i % 50000);
}

/* A segment of client @i arrives. */
static void send_segment(uint32_t i, bool is_v6, unsigned flags, uint32_t seq, uint32_t ack) {
    struct ip_header ip = {
        .destination = host_address(is_v6, 0, 2), .protocol = IP_PROTOCOL_TCP, .hop_limit = 64};
    struct segment seg = {
        .seq = {seq}, .ack = {ack}, .wnd = 0xffff, .flags = (uint8_t)flags, .destination_port = PORT};
    struct tercet_frame frame = {.bytes = packet, .checksum = TERCET_CHECKSUM_VALID};
    uint32_t offset;

    client_of(i, is_v6, &ip, &seg);
    if (flags & TCP_SYN) {
        seg.options.present = TCP_HAS_MSS | TCP_HAS_WSCALE;
        seg.options.mss = 1460;
        seg.options.wscale = 7;
    }
    ip.version = is_v6 ? 6 : 4;
    ip.length = tcp_header_length(&seg);
    offset = ip_build(packet, &ip);
    frame.length = offset + tcp_build(packet + offset, &seg);
    tercet_stack_arrive(server.stack, &frame, 1, now_ns);
}

/* The sequence number of what the server sends now. */
static uint32_t receive_seq(void) {
    struct ip_header ip;
    struct segment seg;

    if (tercet_stack_depart(server.stack, server.frames, 1, now_ns) != 1)
        bench_fail("the server is silent");
    if (ip_parse(server.frames[0].bytes, server.frames[0].length, &ip) != TERCET_TAKEN ||
        tcp_parse(&ip, true, &seg) != TERCET_TAKEN)
        bench_fail("the server talks nonsense");
    return seg.seq.n;
}

static void make(uint32_t conns, uint32_t half_opens, uint32_t time_waits, bool is_v6) {
    struct tercet_config config = host_config(conns, half_opens, time_waits);
    struct tercet_endpoint at = {host_address(is_v6, 0, 2), PORT};
    tercet_conn listener;

    host_make(&server, &config, 2, now_ns);
    if (tercet_listen(server.stack, &at, 1024, 0, &listener) != 0) bench_fail("cannot listen");
}

static tercet_conn accept_one(void) {
    tercet_conn conn = 0;
    struct tercet_event event;

    while (tercet_stack_next_event(server.stack, &event)) {
        if (event.ready & TERCET_ACCEPTABLE) tercet_accept(server.stack, event.conn, 0, &conn);
    }
    return conn;
}

/* Open client @i's connection.  Return: the server's ISS. */
static uint32_t establish(uint32_t i, bool is_v6) {
    uint32_t iss;

    send_segment(i, is_v6, TCP_SYN, 1000, 0);
    iss = receive_seq();
    send_segment(i, is_v6, TCP_ACK, 1001, iss + 1);
    return iss;
}

static double each(double before) {
    return (resident_bytes() - before) / OBJECTS;
}

static double idle(bool is_v6) {
    struct tercet_stack_info info;
    double before;

    make(OBJECTS + SLACK, SLACK, SLACK, is_v6);
    before = resident_bytes();
    for (uint32_t i = 0; i < OBJECTS; i++) {
        establish(i, is_v6);
        accept_one();
    }
    tercet_stack_info(server.stack, &info);
    if (info.conns != OBJECTS) bench_fail("not all are established");
    return each(before);
}

static double timewait(bool is_v6) {
    struct tercet_stack_info info;
    double before;

    make(SLACK, SLACK, OBJECTS + SLACK, is_v6);
    before = resident_bytes();
    for (uint32_t i = 0; i < OBJECTS; i++) {
        uint32_t iss = establish(i, is_v6);

        tercet_conn_close(server.stack, accept_one());
        receive_seq();
        send_segment(i, is_v6, TCP_FIN | TCP_ACK, 1001, iss + 2);
        receive_seq();
    }
    tercet_stack_info(server.stack, &info);
    if (info.time_waits != OBJECTS || info.conns) bench_fail("not all are in TIME-WAIT");
    return each(before);
}

static double halfopen(bool is_v6) {
    struct tercet_stack_info info;
    double before;

    make(SLACK, OBJECTS + SLACK, SLACK, is_v6);
    before = resident_bytes();
    for (uint32_t i = 0; i < OBJECTS; i++) {
        send_segment(i, is_v6, TCP_SYN, 1000, 0);
        receive_seq();
    }
    tercet_stack_info(server.stack, &info);
    if (info.half_opens != OBJECTS) bench_fail("not all are half-open");
    return each(before);
}

double idle_bytes(void) {
    return idle(false);
}

double idle_bytes_v6(void) {
    return idle(true);
}

double timewait_bytes(void) {
    return timewait(false);
}

double timewait_bytes_v6(void) {
    return timewait(true);
}

double halfopen_bytes(void) {
    return halfopen(false);
}

double halfopen_bytes_v6(void) {
    return halfopen(true);
}
