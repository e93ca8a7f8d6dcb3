/* SPDX-License-Identifier: BSD-2-Clause */
#include "ip/fragments.h"

#include <string.h>

#include "base/must.h"
#include "wire/icmp.h"
#include "wire/tcp.h"

/*
 * Reassembly.
 *
 * Fragments with the same source, destination, identification and (IPv4) protocol make one packet
 * (RFC 791 section 3.2, RFC 8200 section 4.5). Each is copied to its place in a block as large as
 * what has arrived asks for, and noted in a short list sorted by offset. Pieces never overlap, so
 * the packet is whole when the last one is there and as many octets are held as its end says.
 *
 * Overlap has no honest cause, and lets two readers see two packets: the packet is dropped, with
 * what has come and what may still come (RFC 5722 section 4; IPv4 the same). An end that moves is
 * an overlap too. The very same piece again is what a network does, and is ignored. A packet stays
 * refused as long as it would have lived.
 *
 * A first fragment too short for the headers (RFC 1858): IPv4 obliges a host to take pieces of 8
 * octets, and who puts them together before he looks is not deceived. An IPv6 sender must put all
 * headers in the first fragment: a packet that begins otherwise is refused (RFC 7112 section 5).
 *
 * 30 s is within RFC 8200's 60 s. RFC 1122 section 3.3.2 recommends 60 to 120 s for IPv4, but 16
 * bits of identification come round sooner than that (RFC 4963), and what waits here waits at the
 * cost of others. No ICMP tells of a packet given up: an attacker would learn how full the table is.
 *
 * The packet is handed on behind a plain header: options and extension headers in front of the
 * fragments, which ip_parse has judged, are not in it.
 */
#define IP_PACKET_MAX   65535u
#define IPV6_HOP_BY_HOP 0
#define REF_SOURCE      0x80000000u /* filed by its source */

static struct datagram *datagram_at(const struct fragments *f, uint32_t index) {
    return pool_at(&f->pool, index);
}

static uint32_t datagram_index(const struct fragments *f, const struct datagram *d) {
    return (uint32_t)(d - (const struct datagram *)(const void *)f->pool.base) + 1;
}

static size_t table_size(uint32_t limit) {
    return (pool_size(limit, sizeof(struct datagram)) + 63) & ~(size_t)63;
}

size_t fragments_size(uint32_t limit) {
    return table_size(limit) + flow_table_size(2 * limit);
}

void fragments_init(struct fragments *f, void *memory, uint32_t limit, struct buddy *buddy,
                    uint32_t bytes_max, const struct siphash_key *key) {
    struct datagram *table = memory;

    must(bytes_max >= FRAGMENTS_BYTES_MIN);
    *f = (struct fragments){.key = *key, .buddy = buddy, .bytes_max = bytes_max};
    pool_init(&f->pool, memory, limit, sizeof *table);
    list_init(&f->queue, &table->link, sizeof *table);
    flow_table_init(&f->index, (unsigned char *)memory + table_size(limit), 2 * limit);
}

static uint32_t key_tag(const struct fragments *f, const struct datagram_key *key) {
    uint64_t words[3];

    memcpy(words, key, sizeof words);
    return (uint32_t)(siphash_words(&f->key, words, 3, 0, 0) >> 32);
}

/* Whoever has one IPv6 address has its whole /64. */
static bool source_eq(const struct tercet_address *a, const struct tercet_address *b) {
    return memcmp(a, b, address_is_v4(a) ? 16 : 8) == 0;
}

static uint32_t source_tag(const struct fragments *f, const struct tercet_address *source) {
    uint64_t words[2] = {0};

    memcpy(words, source, address_is_v4(source) ? 16 : 8);
    return (uint32_t)(siphash_words(&f->key, words, 2, 0, 0) >> 32);
}

static void block_give(struct fragments *f, struct datagram *d) {
    if (!d->block) return;
    buddy_give(f->buddy, d->block, d->order);
    f->bytes -= BUDDY_MIN << d->order;
    d->block = 0;
}

static void datagram_forget(struct fragments *f, struct datagram *d) {
    uint32_t index = datagram_index(f, d);

    block_give(f, d);
    flow_remove(&f->index, d->tag, index);
    flow_remove(&f->index, d->source_tag, index | REF_SOURCE);
    list_remove(&f->queue, index);
    pool_give(&f->pool, index);
}

static void datagram_lose(struct fragments *f, struct datagram *d) {
    f->lost += d->verdict == TERCET_TAKEN;
    datagram_forget(f, d);
}

/* The packet will not be: nor will what may still come of it be kept.  Return: @verdict. */
static enum tercet_verdict datagram_refuse(struct fragments *f, struct datagram *d,
                                           enum tercet_verdict verdict) {
    block_give(f, d);
    d->verdict = (uint16_t)verdict;
    return verdict;
}

static struct datagram *datagram_find(const struct fragments *f, const struct datagram_key *key,
                                      uint32_t tag) {
    uint32_t at, ref = flow_first(&f->index, tag, &at);

    for (; ref; ref = flow_next(&f->index, tag, &at)) {
        if (ref & REF_SOURCE) continue;
        if (memcmp(&datagram_at(f, ref)->key, key, sizeof *key) == 0) return datagram_at(f, ref);
    }
    return NULL;
}

/* The oldest packet of @source, when it has as many as it may; else NULL. */
static struct datagram *source_surplus(const struct fragments *f,
                                       const struct tercet_address *source, uint32_t tag) {
    uint32_t at, ref = flow_first(&f->index, tag, &at), n = 0;
    struct datagram *oldest = NULL;

    for (; ref; ref = flow_next(&f->index, tag, &at)) {
        struct datagram *d = datagram_at(f, ref & ~REF_SOURCE);

        if (!(ref & REF_SOURCE) || !source_eq(&d->key.source, source)) continue;
        if (!oldest || d->serial < oldest->serial) oldest = d;
        n++;
    }
    return n < FRAGMENTS_SOURCE_MAX ? NULL : oldest;
}

static struct datagram *datagram_open(struct fragments *f, const struct datagram_key *key,
                                      uint32_t tag, struct instant now) {
    uint32_t of_source = source_tag(f, &key->source), index;
    struct datagram *d = source_surplus(f, &key->source, of_source);

    if (!d && f->pool.used == f->pool.limit) d = datagram_at(f, f->queue.head);
    if (d) datagram_lose(f, d);
    index = pool_take(&f->pool);
    d = datagram_at(f, index);
    *d = (struct datagram){
        .key = *key,
        .tag = tag,
        .source_tag = of_source,
        .serial = f->opened++,
        .deadline = instant_add_us(now, FRAGMENTS_LIFETIME_US),
    };
    flow_insert(&f->index, tag, index);
    flow_insert(&f->index, of_source, index | REF_SOURCE);
    list_push(&f->queue, index);
    return d;
}

/* Whether the end that @ip tells or implies is that of the packet as known so far. */
static bool end_is_possible(const struct datagram *d, const struct ip_header *ip) {
    uint32_t end = ip->fragment_offset + ip->length;

    if (d->has_last) return ip->more_fragments ? end < d->end : end == d->end;
    return ip->more_fragments || end >= d->end;
}

/*
 * Find the place @at of the fragment @ip among the pieces; most often it is the last.
 * Return: TERCET_IP_FRAGMENT_KEPT when it fits there.
 */
static enum tercet_verdict piece_place(const struct datagram *d, const struct ip_header *ip,
                                       uint32_t *at) {
    uint32_t offset = ip->fragment_offset, end = offset + ip->length, i = d->n_pieces;
    const struct datagram_piece *piece = d->pieces;

    if (!end_is_possible(d, ip)) return TERCET_IP_FRAGMENT_OVERLAP;
    while (i && piece[i - 1].offset >= offset)
        i--;
    *at = i;
    if (i < d->n_pieces && piece[i].offset == offset && piece[i].length == ip->length)
        return ip->more_fragments || d->has_last ? TERCET_IP_FRAGMENT_DUPLICATE
                                                 : TERCET_IP_FRAGMENT_OVERLAP;
    if (i < d->n_pieces && piece[i].offset < end) return TERCET_IP_FRAGMENT_OVERLAP;
    if (i && piece[i - 1].offset + piece[i - 1].length > offset) return TERCET_IP_FRAGMENT_OVERLAP;
    return d->n_pieces == FRAGMENT_PIECES_MAX ? TERCET_IP_FRAGMENT_LIMIT : TERCET_IP_FRAGMENT_KEPT;
}

/* Put out the oldest packets until @octets more of buffer may be taken for @d. */
static void bytes_make_room(struct fragments *f, const struct datagram *d, uint32_t octets) {
    uint32_t index = f->queue.head;

    while (f->bytes + octets > f->bytes_max && index) {
        struct datagram *other = datagram_at(f, index);

        index = other->link.next;
        if (other != d) datagram_lose(f, other);
    }
}

/* Have a block for @octets, @used of them in the one that is there.  Return: false: no memory. */
static bool block_fit(struct fragments *f, struct datagram *d, uint32_t octets, uint32_t used) {
    uint32_t block;
    uint8_t order = 0;

    while (BUDDY_MIN << order < octets)
        order++;
    if (d->block && order <= d->order) return true;
    bytes_make_room(f, d, BUDDY_MIN << order);
    block = buddy_take(f->buddy, order);
    if (!block) return false;
    if (d->block) memcpy(buddy_at(f->buddy, block), buddy_at(f->buddy, d->block), used);
    block_give(f, d);
    f->bytes += BUDDY_MIN << order;
    d->block = block;
    d->order = order;
    return true;
}

static uint32_t header_room(const struct ip_header *ip) {
    return ip->version == 4 ? IPV4_HEADER_LENGTH : IPV6_HEADER_LENGTH;
}

/* Write the header in front of @length octets of payload.  Return: the octets of the packet. */
static uint32_t header_build(const struct fragments *f, const struct datagram *d,
                             const struct ip_header *ip, uint32_t length) {
    struct ip_header header = {
        .source = ip->source,
        .destination = ip->destination,
        .length = length,
        .protocol = d->protocol,
        .hop_limit = d->hop_limit,
        .traffic_class = d->traffic_class,
        .version = ip->version,
        .flow_label = d->flow_label,
    };

    return ip_build(buddy_at(f->buddy, d->block), &header) + length;
}

/* Whether the first fragment, now in its place, holds all headers: IPv6 demands that. */
static bool has_all_headers(const struct fragments *f, const struct datagram *d,
                            const struct ip_header *ip) {
    uint32_t n, least;
    struct ip_header cut;

    if (ip->version == 4) return true;
    if (ip->protocol == IPV6_HOP_BY_HOP) return false; /* it stands in front of all or nowhere */
    n = header_build(f, d, ip, ip->length);
    if (ip_parse_cut(buddy_at(f->buddy, d->block), n, &cut) != TERCET_TAKEN) return false;
    least = cut.protocol == IP_PROTOCOL_TCP ? TCP_HEADER_LENGTH : ICMP_HEADER_LENGTH;
    return cut.header_length + least <= n;
}

/* A mark of congestion on one fragment is the packet's: RFC 3168 section 5.3. */
static bool is_marked(uint8_t traffic_class) {
    return (traffic_class & 3) == 3;
}

static void piece_keep(struct fragments *f, struct datagram *d, const struct ip_header *ip,
                       uint32_t at) {
    struct datagram_piece *piece = d->pieces + at;
    uint32_t end = ip->fragment_offset + ip->length;

    memmove(piece + 1, piece, (d->n_pieces - at) * sizeof *piece);
    *piece = (struct datagram_piece){ip->fragment_offset, (uint16_t)ip->length};
    memcpy(buddy_at(f->buddy, d->block) + header_room(ip) + ip->fragment_offset, ip->payload,
           ip->length);
    d->n_pieces++;
    d->held += ip->length;
    if (end > d->end) d->end = end;
    if (!ip->more_fragments) d->has_last = true;
    if (is_marked(ip->traffic_class)) d->traffic_class |= 3;
    if (ip->fragment_offset) return;
    d->protocol = ip->protocol;
    d->hop_limit = ip->hop_limit;
    d->traffic_class = ip->traffic_class | (is_marked(d->traffic_class) ? 3 : 0);
    d->flow_label = ip->flow_label;
}

/* Return: TERCET_IP_FRAGMENT_KEPT, or why not. */
static enum tercet_verdict datagram_add(struct fragments *f, struct datagram *d,
                                        const struct ip_header *ip) {
    uint32_t at = 0, room = header_room(ip);
    enum tercet_verdict verdict = piece_place(d, ip, &at);

    if (verdict == TERCET_IP_FRAGMENT_DUPLICATE) return verdict;
    if (verdict != TERCET_IP_FRAGMENT_KEPT) return datagram_refuse(f, d, verdict);
    if (!block_fit(f, d, room + ip->fragment_offset + ip->length, room + d->end)) {
        if (!d->n_pieces) datagram_forget(f, d);
        return TERCET_IP_FRAGMENT_LIMIT;
    }
    piece_keep(f, d, ip, at);
    if (!ip->fragment_offset && !has_all_headers(f, d, ip))
        return datagram_refuse(f, d, TERCET_IP_FRAGMENT);
    return verdict;
}

/* The packet is whole: its block changes hands. */
static void datagram_release(struct fragments *f, struct datagram *d, const struct ip_header *ip,
                             struct whole_packet *whole) {
    *whole = (struct whole_packet){
        .block = d->block, .length = header_build(f, d, ip, d->end), .order = d->order};
    f->bytes -= BUDDY_MIN << d->order;
    d->block = 0;
    datagram_forget(f, d);
}

static bool fragment_is_sound(const struct ip_header *ip) {
    uint32_t room = ip->version == 4 ? IPV4_HEADER_LENGTH : 0; /* IPv6 does not count its header */
    uint32_t end = ip->fragment_offset + ip->length;

    if (!ip->length || (ip->more_fragments && ip->length % 8)) return false;
    return room + end <= IP_PACKET_MAX;
}

enum tercet_verdict fragments_arrive(struct fragments *f, const struct ip_header *ip, uint32_t local,
                                     struct instant now, struct whole_packet *whole) {
    struct datagram_key key = {
        .source = ip->source,
        .id = ip->fragment_id,
        .local = (uint16_t)local,
        .protocol = ip->version == 4 ? ip->protocol : 0,
    };
    uint32_t tag = key_tag(f, &key);
    enum tercet_verdict verdict;
    struct datagram *d;

    if (!fragment_is_sound(ip)) return TERCET_IP_FRAGMENT;
    fragments_tick(f, now);
    d = datagram_find(f, &key, tag);
    if (!d) d = datagram_open(f, &key, tag, now);
    if (d->verdict != TERCET_TAKEN) return (enum tercet_verdict)d->verdict;
    verdict = datagram_add(f, d, ip);
    if (verdict != TERCET_IP_FRAGMENT_KEPT || !d->has_last || d->held != d->end) return verdict;
    datagram_release(f, d, ip, whole);
    return TERCET_TAKEN;
}

void fragments_tick(struct fragments *f, struct instant now) {
    while (f->queue.head) {
        struct datagram *d = datagram_at(f, f->queue.head);

        if (instant_lt(now, d->deadline)) return;
        datagram_lose(f, d);
    }
}

struct instant fragments_deadline(const struct fragments *f) {
    return f->queue.head ? datagram_at(f, f->queue.head)->deadline : INSTANT_NEVER;
}
