/* SPDX-License-Identifier: BSD-2-Clause */
/* Packets cut in pieces and put together again, and everything that pieces can do instead. */
#include <stdlib.h>

#include "base/bytes.h"
#include "dice.h"
#include "ip/fragments.h"
#include "tap.h"

#define ARENA      (8u << 20)
#define LIMIT      64u
#define PACKET_MAX 65600u
#define SECOND     NS_PER_S
#define LIFE       (FRAGMENTS_LIFETIME_US * (uint64_t)NS_PER_US)

/* A table of packets in the making, and the memory it stands on. */
struct place {
    struct buddy buddy;
    struct fragments f;
    struct instant now;
    struct whole_packet whole;
    void *arena, *table;
};

static void *zeroed(size_t size) {
    size_t pages = (size + 4095) & ~(size_t)4095;
    void *memory = aligned_alloc(4096, pages);

    if (!memory) abort();
    return memset(memory, 0, pages);
}

static void place_begin_with(struct place *p, uint32_t limit, uint32_t bytes_max) {
    const struct siphash_key key = {
        {0x0706050403020100, 0x0f0e0d0c0b0a0908}
    };

    *p = (struct place){.now = {1000 * SECOND}};
    p->arena = zeroed(buddy_size(ARENA));
    p->table = zeroed(fragments_size(limit));
    buddy_init(&p->buddy, p->arena, ARENA);
    fragments_init(&p->f, p->table, limit, &p->buddy, bytes_max, &key);
}

static void place_begin(struct place *p) {
    place_begin_with(p, LIMIT, FRAGMENTS_BYTES_MAX);
}

static void place_free(struct place *p) {
    free(p->arena);
    free(p->table);
}

/* When all have had their time nothing remains. */
static void place_end(struct place *p) {
    p->now.ns += LIFE;
    fragments_tick(&p->f, p->now);
    CHECK_EQ(p->f.pool.used, 0);
    CHECK_EQ(p->f.index.used, 0);
    CHECK_EQ(p->f.bytes, 0);
    CHECK_EQ(p->buddy.used, 0);
    CHECK_EQ(fragments_deadline(&p->f).ns, UINT64_MAX);
    place_free(p);
}

static struct tercet_address address(bool v6, uint32_t network, uint32_t host) {
    struct tercet_address a = {
        {[10] = 0xff, [11] = 0xff, [12] = 198, [13] = 18}
    };

    if (v6) {
        a = (struct tercet_address){
            {0x20, 1, 0, 2}
        };
        be16_put(a.octets + 6, (uint16_t)network);
    }
    be16_put(a.octets + 14, (uint16_t)(host + (v6 ? 0 : network << 8)));
    return a;
}

static struct ip_header header_of(bool v6) {
    return (struct ip_header){
        .source = address(v6, 0, 1),
        .destination = address(v6, 0, 2),
        .fragment_id = 7,
        .protocol = IP_PROTOCOL_TCP,
        .hop_limit = 64,
        .traffic_class = 4,
        .version = v6 ? 6 : 4,
    };
}

/* The octets of all packets here: one stream. */
static unsigned char octet_at(uint32_t at) {
    return (unsigned char)(at * 7 + (at >> 8) * 13 + 3);
}

/* Octets @at .. @at + @n of @payload (NULL: the stream) come as a fragment of @packet. */
static enum tercet_verdict piece_arrives(struct place *p, const struct ip_header *packet,
                                         const unsigned char *payload, uint32_t at, uint32_t n,
                                         bool more) {
    struct ip_header ip = *packet;
    unsigned char *octets = malloc(n ? n : 1); /* of that size: a sanitizer sees a step beyond */
    enum tercet_verdict verdict;

    if (!octets) abort();
    for (uint32_t i = 0; i < n; i++)
        octets[i] = payload ? payload[at + i] : octet_at(at + i);
    ip.fragment_offset = (uint16_t)at;
    ip.more_fragments = more;
    ip.payload = octets;
    ip.length = n;
    p->whole = (struct whole_packet){0};
    verdict = fragments_arrive(&p->f, &ip, 0, p->now, &p->whole);
    free(octets);
    return verdict;
}

/* What is whole is @packet with @payload (NULL: the stream).  Its block goes back. */
static void check_whole(struct place *p, const struct ip_header *packet,
                        const unsigned char *payload, uint32_t n) {
    static unsigned char wanted[PACKET_MAX];
    struct ip_header ip = *packet;
    uint32_t header;

    if (!CHECK(p->whole.block != 0)) return;
    ip.fragment_id = 0;
    ip.length = n;
    header = ip_build(wanted, &ip);
    for (uint32_t i = 0; i < n; i++)
        wanted[header + i] = payload ? payload[i] : octet_at(i);
    if (CHECK_EQ(p->whole.length, header + n))
        CHECK_MEM(buddy_at(&p->buddy, p->whole.block), wanted, header + n);
    buddy_give(&p->buddy, p->whole.block, p->whole.order);
}

#define CHECK_VERDICT(got, wanted) CHECK_STR(tercet_verdict_name(got), tercet_verdict_name(wanted))

#define KEPT      TERCET_IP_FRAGMENT_KEPT
#define DUPLICATE TERCET_IP_FRAGMENT_DUPLICATE
#define OVERLAP   TERCET_IP_FRAGMENT_OVERLAP
#define OVERDONE  TERCET_IP_FRAGMENT_LIMIT
#define WRONG     TERCET_IP_FRAGMENT
#define WHOLE     TERCET_TAKEN

/*
 * Orders.
 */
TEST(pieces_in_any_order_make_the_packet)
{
    static const uint8_t orders[6][3] = {
        {0, 1, 2},
        {0, 2, 1},
        {1, 0, 2},
        {1, 2, 0},
        {2, 0, 1},
        {2, 1, 0}
    };

    for (unsigned row = 0; row < 12; row++) {
        const uint8_t *order = orders[row / 2];
        struct ip_header ip = header_of(row % 2);
        struct place p;

        TEST_ROW ("IPv%u, pieces %u %u %u", ip.version, order[0], order[1], order[2]) {
            place_begin(&p);
            for (unsigned i = 0; i < 3; i++) {
                uint32_t at = order[i] * 1000u, n = order[i] == 2 ? 333 : 1000;

                CHECK_VERDICT(piece_arrives(&p, &ip, NULL, at, n, order[i] != 2),
                              i == 2 ? WHOLE : KEPT);
            }
            check_whole(&p, &ip, NULL, 2333);
            CHECK_EQ(p.f.pool.used, 0);
            CHECK_EQ(p.f.lost, 0);
            CHECK_EQ(p.buddy.used, 0);
            place_end(&p);
        }
    }
}

TEST(the_same_piece_again_is_ignored)
{
    for (int v6 = 0; v6 < 2; v6++) {
        TEST_ROW ("IPv%d", v6 ? 6 : 4) {
            struct ip_header ip = header_of(v6);
            struct place p;

            place_begin(&p);
            for (unsigned i = 0; i < 3; i++)
                CHECK_VERDICT(piece_arrives(&p, &ip, NULL, 800, 33, false), i ? DUPLICATE : KEPT);
            for (unsigned i = 0; i < 3; i++)
                CHECK_VERDICT(piece_arrives(&p, &ip, NULL, 0, 400, true), i ? DUPLICATE : KEPT);
            CHECK_VERDICT(piece_arrives(&p, &ip, NULL, 400, 400, true), WHOLE);
            check_whole(&p, &ip, NULL, 833);
            place_end(&p);
        }
    }
}

/* What is in it may lie as well: the first of two counts. */
TEST(a_duplicate_with_other_octets_changes_nothing)
{
    static const unsigned char other[64] = {0};
    struct ip_header ip = header_of(false);
    struct place p;

    place_begin(&p);
    CHECK_VERDICT(piece_arrives(&p, &ip, NULL, 0, 64, true), KEPT);
    CHECK_VERDICT(piece_arrives(&p, &ip, other, 0, 64, true), DUPLICATE);
    CHECK_VERDICT(piece_arrives(&p, &ip, NULL, 64, 9, false), WHOLE);
    check_whole(&p, &ip, NULL, 73);
    place_end(&p);
}

TEST(the_header_is_that_of_the_first_fragment)
{
    for (int v6 = 0; v6 < 2; v6++) {
        TEST_ROW ("IPv%d", v6 ? 6 : 4) {
            struct ip_header first = header_of(v6), second = first;
            struct place p;

            place_begin(&p);
            second.hop_limit = 9;
            second.traffic_class = 0xb8;
            if (v6) second.flow_label = 0x12345;
            if (v6) second.protocol = IP_PROTOCOL_UDP; /* of no meaning there: RFC 8200 4.5 */
            CHECK_VERDICT(piece_arrives(&p, &second, NULL, 64, 40, false), KEPT);
            CHECK_VERDICT(piece_arrives(&p, &first, NULL, 0, 64, true), WHOLE);
            check_whole(&p, &first, NULL, 104);
            place_end(&p);
        }
    }
}

/* RFC 3168 section 5.3: the first of them or not, the last to come or not. */
TEST(a_mark_of_congestion_on_any_piece_is_the_packets)
{
    for (int v6 = 0; v6 < 2; v6++) {
        for (unsigned marked = 0; marked < 4; marked++) {
            TEST_ROW ("IPv%d, %s piece marked, the %s to come", v6 ? 6 : 4,
                      marked & 1 ? "second" : "first", marked & 2 ? "second" : "first") {
                bool second_is_marked = marked & 1, marked_comes_last = marked & 2;
                struct ip_header pieces[2] = {header_of(v6), header_of(v6)}, whole = pieces[0];
                unsigned early = second_is_marked != marked_comes_last;
                struct place p;

                place_begin(&p);
                pieces[0].traffic_class = pieces[1].traffic_class = 0xb8 | 2;
                pieces[second_is_marked].traffic_class |= 3;
                whole.traffic_class = 0xb8 | 3;
                CHECK_VERDICT(piece_arrives(&p, &pieces[early], NULL, (uint16_t)(early * 64),
                                            early ? 40 : 64, !early),
                              KEPT);
                CHECK_VERDICT(piece_arrives(&p, &pieces[!early], NULL, (uint16_t)(!early * 64),
                                            early ? 64 : 40, early),
                              WHOLE);
                check_whole(&p, &whole, NULL, 104);
                place_end(&p);
            }
        }
    }
}

/*
 * Pieces that contradict each other.
 */
struct piece {
    uint16_t at, n;
    bool more;
};

static const struct contradiction {
    const char *name;
    struct piece first, second;
} contradictions[] = {
    {"the same begin, longer",             {160, 80, true},  {160, 88, true} },
    {"the same begin, shorter",            {160, 80, true},  {160, 72, true} },
    {"inside",                             {160, 80, true},  {168, 64, true} },
    {"inside, at the end",                 {160, 80, true},  {168, 72, true} },
    {"around",                             {160, 80, true},  {152, 96, true} },
    {"over the begin",                     {160, 80, true},  {80, 88, true}  },
    {"over the end",                       {160, 80, true},  {232, 80, true} },
    {"over all from 0",                    {160, 80, true},  {0, 400, true}  },
    {"a last one over the end",            {160, 80, true},  {232, 3, false} },
    {"a last one that ends before",        {160, 80, true},  {80, 80, false} },
    {"a last one that ends in it",         {160, 80, true},  {80, 85, false} },
    {"the same as the last one",           {160, 80, true},  {160, 80, false}},
    {"the last one, as one of the middle", {160, 80, false}, {160, 80, true} },
    {"another last one, longer",           {160, 80, false}, {160, 88, false}},
    {"another last one, shorter",          {160, 80, false}, {160, 79, false}},
    {"another last one, further on",       {160, 80, false}, {240, 8, false} },
    {"another last one, before",           {160, 80, false}, {80, 8, false}  },
    {"one of the middle behind the last",  {160, 80, false}, {240, 8, true}  },
    {"one of the middle into the last",    {160, 80, false}, {152, 16, true} },
    {"one of the middle up to the end",    {160, 80, false}, {80, 160, true} },
};

/* The packet is refused, whatever still comes of it, and its time over its id is free again. */
static void check_refused(struct place *p, const struct ip_header *ip) {
    CHECK_EQ(p->buddy.used, 0);
    CHECK_EQ(p->f.bytes, 0);
    CHECK_EQ(p->f.pool.used, 1);
    p->now.ns += LIFE - 1;
    CHECK_VERDICT(piece_arrives(p, ip, NULL, 0, 80, true), OVERLAP);
    CHECK_VERDICT(piece_arrives(p, ip, NULL, 80, 80, true), OVERLAP);
    CHECK_VERDICT(piece_arrives(p, ip, NULL, 240, 80, false), OVERLAP);
    p->now.ns++;
    CHECK_VERDICT(piece_arrives(p, ip, NULL, 0, 80, true), KEPT);
    CHECK_VERDICT(piece_arrives(p, ip, NULL, 80, 80, false), WHOLE);
    check_whole(p, ip, NULL, 160);
    CHECK_EQ(p->f.lost, 0);
}

TEST(contradicting_pieces_refuse_the_packet)
{
    for (size_t i = 0; i < 2 * sizeof contradictions / sizeof contradictions[0]; i++) {
        const struct contradiction *row = &contradictions[i / 2];
        struct ip_header ip = header_of(i % 2);
        struct place p;

        TEST_ROW ("IPv%u: %s", ip.version, row->name) {
            place_begin(&p);
            CHECK_VERDICT(
                piece_arrives(&p, &ip, NULL, row->first.at, row->first.n, row->first.more), KEPT);
            CHECK_VERDICT(
                piece_arrives(&p, &ip, NULL, row->second.at, row->second.n, row->second.more),
                OVERLAP);
            check_refused(&p, &ip);
            place_end(&p);
        }
    }
}

/* The attack that RFC 5722 tells of: what has been looked at is changed before all is there. */
TEST(an_overlap_between_many_pieces_is_seen)
{
    for (uint32_t at = 0; at < 800; at += 8) {
        struct ip_header ip = header_of(true);
        struct place p;

        place_begin(&p);
        for (uint32_t i = 0; i < 10; i++)
            piece_arrives(&p, &ip, NULL, i * 80, 80, true);
        CHECK_VERDICT(piece_arrives(&p, &ip, NULL, at, 8, true), OVERLAP);
        CHECK_EQ(p.buddy.used, 0);
        place_end(&p);
    }
}

/*
 * Pieces that no packet has.
 */
TEST(impossible_pieces_are_dropped)
{
    static const struct {
        const char *name;
        struct piece piece;
        bool v4_only;
    } rows[] = {
        {"empty",                                  {8, 0, true},        false},
        {"empty, the last",                        {8, 0, false},       false},
        {"empty, the first",                       {0, 0, true},        false},
        {"more to come, no multiple of 8",         {0, 1001, true},     false},
        {"beyond the largest packet",              {65528, 8, false},   false},
        {"beyond the largest packet, more behind", {65528, 8, true},    false},
        {"beyond it with an IPv4 header",          {65512, 4, false},   true },
        {"far beyond it",                          {65528, 1480, true}, false},
    };

    for (size_t i = 0; i < 2 * sizeof rows / sizeof rows[0]; i++) {
        const struct piece *piece = &rows[i / 2].piece;
        struct ip_header ip = header_of(i % 2);
        struct place p;

        if (rows[i / 2].v4_only && i % 2) continue;
        TEST_ROW ("IPv%u: %s", ip.version, rows[i / 2].name) {
            place_begin(&p);
            CHECK_VERDICT(piece_arrives(&p, &ip, NULL, piece->at, piece->n, piece->more), WRONG);
            CHECK_EQ(p.f.pool.used, 0);
            place_end(&p);
        }
    }
}

TEST(the_largest_packet_is_made_whole)
{
    for (int v6 = 0; v6 < 2; v6++) {
        TEST_ROW ("IPv%d", v6 ? 6 : 4) {
            uint32_t n = v6 ? 65535 : 65515, at = n / 8 * 8;
            struct ip_header ip = header_of(v6);
            struct place p;

            place_begin(&p);
            CHECK_VERDICT(piece_arrives(&p, &ip, NULL, at, n - at, false), KEPT);
            CHECK_VERDICT(piece_arrives(&p, &ip, NULL, 0, 32000, true), KEPT);
            CHECK_VERDICT(piece_arrives(&p, &ip, NULL, 32000, at - 32000, true), WHOLE);
            check_whole(&p, &ip, NULL, n);
            place_end(&p);
        }
    }
}

/*
 * First fragments without all headers.
 */
TEST(ipv4_takes_headers_in_pieces_of_8_octets)
{
    struct ip_header ip = header_of(false);
    struct place p;

    place_begin(&p);
    for (uint32_t at = 0; at < 40; at += 8)
        CHECK_VERDICT(piece_arrives(&p, &ip, NULL, at, 8, at < 32), at < 32 ? KEPT : WHOLE);
    check_whole(&p, &ip, NULL, 40);
    place_end(&p);
}

static const struct first {
    const char *name;
    uint8_t protocol;
    uint8_t octets[24];
    uint16_t n;
    bool is_kept;
} firsts[] = {
    {"TCP, 16 octets of header",           IP_PROTOCOL_TCP,    {0},              16, false},
    {"TCP, 8 octets of header",            IP_PROTOCOL_TCP,    {0},              8,  false},
    {"TCP, a whole header",                IP_PROTOCOL_TCP,    {0},              24, true },
    {"ICMPv6, a whole header",             IP_PROTOCOL_ICMPV6, {0},              8,  true },
    {"options, nothing behind",            60,                 {6, 0, 1, 4},     8,  false},
    {"options, a part of a TCP header",    60,                 {6, 0, 1, 4},     24, false},
    {"options, a whole ICMPv6 header",     60,                 {58, 0, 1, 4},    16, true },
    {"options longer than the fragment",   60,                 {58, 2, 1, 4},    16, false},
    {"options that forbid to be skipped",  60,                 {58, 0, 0xc2, 4}, 16, false},
    {"hop-by-hop options in the fragment", 0,                  {58, 0, 1, 4},    16, false},
    {"a routing header with a way to go",  43,                 {58, 0, 0, 1},    16, false},
};

TEST(ipv6_wants_all_headers_in_the_first_fragment)
{
    for (size_t i = 0; i < sizeof firsts / sizeof firsts[0]; i++) {
        const struct first *row = &firsts[i];
        struct ip_header ip = header_of(true);
        struct place p;

        TEST_ROW ("%s", row->name) {
            place_begin(&p);
            ip.protocol = row->protocol;
            CHECK_VERDICT(piece_arrives(&p, &ip, row->octets, 0, row->n, true),
                          row->is_kept ? KEPT : WRONG);
            CHECK_EQ(p.buddy.used != 0, row->is_kept);
            CHECK_VERDICT(piece_arrives(&p, &ip, NULL, row->n, 8, false),
                          row->is_kept ? WHOLE : WRONG);
            if (p.whole.block) buddy_give(&p.buddy, p.whole.block, p.whole.order);
            place_end(&p);
        }
    }
}

/*
 * Whose pieces they are.
 */
TEST(pieces_of_different_packets_are_not_mixed)
{
    for (int v6 = 0; v6 < 2; v6++) {
        TEST_ROW ("IPv%d", v6 ? 6 : 4) {
            struct ip_header ip = header_of(v6), other[3] = {ip, ip, ip}, last = ip;
            struct whole_packet whole;
            struct place p;

            place_begin(&p);
            other[0].fragment_id = 8;
            other[1].source.octets[v6 ? 7 : 15] ^= 1;
            if (v6)
                other[2].fragment_id = 7u << 16; /* all 32 bits count */
            else
                other[2].protocol = IP_PROTOCOL_ICMP;
            CHECK_VERDICT(piece_arrives(&p, &ip, NULL, 0, 80, true), KEPT);
            for (unsigned i = 0; i < 3; i++)
                CHECK_VERDICT(piece_arrives(&p, &other[i], NULL, 80, 80, false), KEPT);
            last.payload = (const unsigned char *)"12345678";
            last.length = 8;
            last.fragment_offset = 80;
            CHECK_VERDICT(fragments_arrive(&p.f, &last, 1, p.now, &whole), KEPT);
            CHECK_VERDICT(piece_arrives(&p, &ip, NULL, 80, 80, false), WHOLE);
            check_whole(&p, &ip, NULL, 160);
            CHECK_EQ(p.f.pool.used, 4);
            place_end(&p);
        }
    }
}

/*
 * Time.
 */
TEST(a_packet_has_30_s_from_its_first_piece)
{
    for (int v6 = 0; v6 < 2; v6++) {
        TEST_ROW ("IPv%d", v6 ? 6 : 4) {
            struct ip_header ip = header_of(v6);
            struct instant begin;
            struct place p;

            place_begin(&p);
            begin = p.now;
            CHECK_EQ(fragments_deadline(&p.f).ns, UINT64_MAX);
            CHECK_VERDICT(piece_arrives(&p, &ip, NULL, 0, 80, true), KEPT);
            p.now.ns += 20 * SECOND;
            CHECK_VERDICT(piece_arrives(&p, &ip, NULL, 160, 80, false), KEPT);
            CHECK_EQ(fragments_deadline(&p.f).ns, begin.ns + 30 * SECOND);
            fragments_tick(&p.f, (struct instant){begin.ns + 30 * SECOND - 1});
            CHECK_EQ(p.f.pool.used, 1);
            fragments_tick(&p.f, (struct instant){begin.ns + 30 * SECOND});
            CHECK_EQ(p.f.pool.used, 0);
            CHECK_EQ(p.f.lost, 1);
            CHECK_EQ(p.buddy.used, 0);
            place_end(&p);
        }
    }
}

/* The owner may tick late: that makes no packet live longer. */
TEST(a_piece_that_comes_too_late_finds_nothing)
{
    struct ip_header ip = header_of(false);
    struct place p;

    place_begin(&p);
    CHECK_VERDICT(piece_arrives(&p, &ip, NULL, 0, 80, true), KEPT);
    p.now.ns += LIFE;
    CHECK_VERDICT(piece_arrives(&p, &ip, NULL, 80, 80, false), KEPT);
    CHECK_EQ(p.f.lost, 1);
    CHECK_EQ(p.f.pool.used, 1);
    place_end(&p);
}

TEST(deadlines_follow_in_the_order_of_arrival)
{
    struct ip_header ip = header_of(false);
    struct place p;

    place_begin(&p);
    for (uint32_t i = 0; i < 10; i++) {
        ip.source = address(false, 1, i);
        CHECK_VERDICT(piece_arrives(&p, &ip, NULL, 0, 80, true), KEPT);
        p.now.ns += SECOND;
    }
    for (uint32_t i = 0; i < 10; i++) {
        CHECK_EQ(fragments_deadline(&p.f).ns, (1030 + i) * SECOND);
        fragments_tick(&p.f, fragments_deadline(&p.f));
        CHECK_EQ(p.f.pool.used, 9 - i);
    }
    place_end(&p);
}

/*
 * Limits.
 */
TEST(when_the_table_is_full_the_oldest_goes)
{
    for (int v6 = 0; v6 < 2; v6++) {
        TEST_ROW ("IPv%d", v6 ? 6 : 4) {
            struct ip_header ip = header_of(v6);
            struct place p;

            place_begin_with(&p, 8, FRAGMENTS_BYTES_MAX);
            for (uint32_t i = 0; i < 9; i++) {
                ip.source = address(v6, i, 1);
                CHECK_VERDICT(piece_arrives(&p, &ip, NULL, 0, 80, true), KEPT);
            }
            CHECK_EQ(p.f.pool.used, 8);
            CHECK_EQ(p.f.lost, 1);
            for (uint32_t i = 1; i < 9; i++) {
                ip.source = address(v6, i, 1);
                CHECK_VERDICT(piece_arrives(&p, &ip, NULL, 80, 80, false), WHOLE);
                check_whole(&p, &ip, NULL, 160);
            }
            ip.source = address(v6, 0, 1);
            CHECK_VERDICT(piece_arrives(&p, &ip, NULL, 80, 80, false), KEPT);
            place_end(&p);
        }
    }
}

/* Return: how many of the packets 0 .. @ids - 1 their last piece makes whole. */
static unsigned count_whole(struct place *p, struct ip_header ip, uint32_t ids) {
    unsigned whole = 0;

    for (uint32_t id = 0; id < ids; id++) {
        ip.fragment_id = id;
        if (piece_arrives(p, &ip, NULL, 80, 80, false) != WHOLE) continue;
        check_whole(p, &ip, NULL, 160);
        whole++;
    }
    return whole;
}

TEST(a_source_puts_out_its_own_oldest)
{
    for (int v6 = 0; v6 < 2; v6++) {
        TEST_ROW ("IPv%d", v6 ? 6 : 4) {
            struct ip_header greedy = header_of(v6), modest = greedy;
            struct place p;

            place_begin(&p);
            modest.source = address(v6, 9, 1);
            for (uint32_t id = 0; id < FRAGMENTS_SOURCE_MAX; id++) {
                modest.fragment_id = id;
                CHECK_VERDICT(piece_arrives(&p, &modest, NULL, 0, 80, true), KEPT);
            }
            for (uint32_t id = 0; id < 1000; id++) {
                greedy.fragment_id = id;
                CHECK_VERDICT(piece_arrives(&p, &greedy, NULL, 0, 80, true), KEPT);
            }
            CHECK_EQ(p.f.pool.used, 2 * FRAGMENTS_SOURCE_MAX);
            CHECK_EQ(p.f.lost, 1000 - FRAGMENTS_SOURCE_MAX);
            CHECK_EQ(count_whole(&p, modest, FRAGMENTS_SOURCE_MAX), FRAGMENTS_SOURCE_MAX);
            for (uint32_t id = 1000 - FRAGMENTS_SOURCE_MAX; id < 1000; id++) {
                greedy.fragment_id = id;
                CHECK_VERDICT(piece_arrives(&p, &greedy, NULL, 80, 80, false), WHOLE);
                check_whole(&p, &greedy, NULL, 160);
            }
            place_end(&p);
        }
    }
}

TEST(the_addresses_of_an_ipv6_network_are_one_source)
{
    struct ip_header ip = header_of(true);
    struct place p;

    place_begin(&p);
    for (uint32_t host = 0; host < 100; host++) {
        ip.source = address(true, 5, host);
        CHECK_VERDICT(piece_arrives(&p, &ip, NULL, 0, 80, true), KEPT);
    }
    CHECK_EQ(p.f.pool.used, FRAGMENTS_SOURCE_MAX);
    for (uint32_t network = 10; network < 20; network++) {
        ip.source = address(true, network, 1);
        CHECK_VERDICT(piece_arrives(&p, &ip, NULL, 0, 80, true), KEPT);
    }
    CHECK_EQ(p.f.pool.used, FRAGMENTS_SOURCE_MAX + 10);
    place_end(&p);
}

TEST(a_packet_in_more_than_64_pieces_is_refused)
{
    struct ip_header ip = header_of(true);
    struct place p;

    place_begin(&p);
    for (uint32_t i = 0; i < FRAGMENT_PIECES_MAX; i++)
        CHECK_VERDICT(piece_arrives(&p, &ip, NULL, i * 24, 24, true), KEPT);
    CHECK_VERDICT(piece_arrives(&p, &ip, NULL, 24, 24, true), DUPLICATE);
    CHECK_VERDICT(piece_arrives(&p, &ip, NULL, FRAGMENT_PIECES_MAX * 24, 24, false), OVERDONE);
    CHECK_EQ(p.buddy.used, 0);
    CHECK_VERDICT(piece_arrives(&p, &ip, NULL, 0, 24, true), OVERDONE);
    CHECK_EQ(p.f.pool.used, 1);
    place_end(&p);
}

TEST(a_packet_in_64_pieces_is_made_whole)
{
    struct ip_header ip = header_of(true);
    struct place p;

    place_begin(&p);
    for (uint32_t i = 0; i < FRAGMENT_PIECES_MAX - 1; i++)
        CHECK_VERDICT(piece_arrives(&p, &ip, NULL, i * 24, 24, true), KEPT);
    CHECK_VERDICT(piece_arrives(&p, &ip, NULL, (FRAGMENT_PIECES_MAX - 1) * 24, 5, false), WHOLE);
    check_whole(&p, &ip, NULL, (FRAGMENT_PIECES_MAX - 1) * 24 + 5);
    place_end(&p);
}

TEST(the_buffer_of_all_packets_is_bounded)
{
    struct ip_header ip = header_of(false);
    struct place p;

    place_begin_with(&p, LIMIT, FRAGMENTS_BYTES_MIN);
    for (uint32_t i = 0; i < 100; i++) {
        ip.source = address(false, 3, i);
        CHECK_VERDICT(piece_arrives(&p, &ip, NULL, 65504, 8, false), KEPT);
        CHECK(p.f.bytes <= FRAGMENTS_BYTES_MIN);
        CHECK_EQ(p.buddy.used * BUDDY_MIN, p.f.bytes);
    }
    CHECK_EQ(p.f.pool.used, FRAGMENTS_BYTES_MIN >> 16); /* 64 KiB each */
    CHECK_EQ(p.f.lost, 100 - p.f.pool.used);
    CHECK_VERDICT(piece_arrives(&p, &ip, NULL, 0, 65504, true), WHOLE); /* the newest is there */
    check_whole(&p, &ip, NULL, 65512);
    place_end(&p);
}

TEST(the_largest_packet_grows_in_the_least_buffer)
{
    struct ip_header ip = header_of(true);
    struct place p;

    place_begin_with(&p, LIMIT, FRAGMENTS_BYTES_MIN);
    for (uint32_t at = 0; at < 64000; at += 1280)
        CHECK_VERDICT(piece_arrives(&p, &ip, NULL, at, 1280, true), KEPT);
    CHECK_VERDICT(piece_arrives(&p, &ip, NULL, 64000, 1535, false), WHOLE);
    check_whole(&p, &ip, NULL, 65535);
    place_end(&p);
}

TEST(without_memory_a_piece_is_lost_and_no_more)
{
    struct ip_header ip = header_of(false), other = ip;
    uint32_t taken[ARENA / BUDDY_MIN], n = 0;
    struct place p;

    place_begin(&p);
    other.fragment_id = 8;
    CHECK_VERDICT(piece_arrives(&p, &ip, NULL, 0, 1000, true), KEPT);
    while ((taken[n] = buddy_take(&p.buddy, 0)))
        n++;
    CHECK_VERDICT(piece_arrives(&p, &ip, NULL, 2000, 80, false), OVERDONE);
    CHECK_VERDICT(piece_arrives(&p, &other, NULL, 0, 80, true), OVERDONE);
    CHECK_EQ(p.f.pool.used, 1); /* of the other one nothing is remembered */
    while (n)
        buddy_give(&p.buddy, taken[--n], 0);
    CHECK_VERDICT(piece_arrives(&p, &ip, NULL, 2000, 80, false), KEPT);
    CHECK_VERDICT(piece_arrives(&p, &ip, NULL, 1000, 1000, true), WHOLE);
    check_whole(&p, &ip, NULL, 2080);
    place_end(&p);
}

/*
 * Chance.
 */
struct cut {
    struct ip_header ip;
    unsigned char payload[PACKET_MAX];
    struct piece pieces[FRAGMENT_PIECES_MAX];
    uint32_t n, n_pieces, next;
    bool is_whole;
};

static void pieces_shuffle(struct cut *c, struct dice *dice) {
    for (uint32_t i = c->n_pieces; i > 1; i--) {
        uint32_t with = dice_below(dice, i);
        struct piece piece = c->pieces[i - 1];

        c->pieces[i - 1] = c->pieces[with];
        c->pieces[with] = piece;
    }
}

/* A random packet, cut at random. */
static void cut_make(struct cut *c, struct dice *dice, bool v6, uint32_t id) {
    uint32_t biggest = dice_below(dice, 10) ? 6000 : v6 ? 65535 : 65515, at = 0, step;

    c->ip = header_of(v6);
    c->ip.fragment_id = id;
    c->ip.hop_limit = (uint8_t)dice_u32(dice);
    c->n = 64 + dice_below(dice, biggest - 63);
    c->n_pieces = c->next = 0;
    c->is_whole = false;
    dice_octets(dice, c->payload, c->n);
    step = (c->n / 40 + 7) / 8;
    while (at < c->n) {
        uint32_t n = 8 * (step + 3 + dice_below(dice, 2 * step + 1));
        bool more = at + n < c->n;

        if (!more) n = c->n - at;
        c->pieces[c->n_pieces++] = (struct piece){(uint16_t)at, (uint16_t)n, more};
        at += n;
    }
    pieces_shuffle(c, dice);
}

/* The next piece of @c comes, some of them twice; the last makes it whole. */
static void cut_arrives(struct place *p, struct cut *c, struct dice *dice) {
    const struct piece *piece = &c->pieces[c->next++];
    enum tercet_verdict verdict;

    verdict = piece_arrives(p, &c->ip, c->payload, piece->at, piece->n, piece->more);
    c->is_whole = c->next == c->n_pieces;
    if (!CHECK_VERDICT(verdict, c->is_whole ? WHOLE : KEPT)) c->is_whole = true;
    if (verdict == WHOLE) check_whole(p, &c->ip, c->payload, c->n);
    if (c->is_whole || dice_below(dice, 8)) return;
    piece = &c->pieces[dice_below(dice, c->next)];
    verdict = piece_arrives(p, &c->ip, c->payload, piece->at, piece->n, piece->more);
    CHECK_VERDICT(verdict, DUPLICATE);
}

/* Cut at random, shuffled and mixed with the pieces of others, they come out as they were. */
TEST(random_pieces_of_random_packets_make_the_packets)
{
    static struct cut cuts[FRAGMENTS_SOURCE_MAX];
    unsigned long seeds = tap_seeds(400);
    struct dice dice = {1};

    for (int v6 = 0; v6 < 2; v6++) {
        TEST_ROW ("IPv%d, %lu times %u packets at once", v6 ? 6 : 4, seeds, FRAGMENTS_SOURCE_MAX) {
            struct place p;

            place_begin(&p);
            for (unsigned long seed = 0; seed < seeds; seed++) {
                unsigned open = FRAGMENTS_SOURCE_MAX;

                for (uint32_t i = 0; i < FRAGMENTS_SOURCE_MAX; i++)
                    cut_make(&cuts[i], &dice, v6, (uint32_t)seed * 16 + i);
                while (open) {
                    struct cut *c = &cuts[dice_below(&dice, FRAGMENTS_SOURCE_MAX)];

                    if (c->is_whole) continue;
                    cut_arrives(&p, c, &dice);
                    open -= c->is_whole;
                }
                CHECK_EQ(p.buddy.used, 0);
                CHECK_EQ(p.f.pool.used, 0);
            }
            CHECK_EQ(p.f.lost, 0);
            place_end(&p);
        }
    }
}

/* What holds whatever has come. */
static bool place_is_sound(const struct place *p) {
    bool sound = p->f.pool.used <= p->f.pool.limit && p->f.bytes <= p->f.bytes_max;

    return sound && p->f.index.used == 2 * p->f.pool.used && p->f.queue.count == p->f.pool.used &&
           p->buddy.used * BUDDY_MIN == p->f.bytes;
}

static struct ip_header hostile_header(struct dice *dice) {
    struct ip_header ip = header_of(dice_below(dice, 2));
    bool v6 = ip.version == 6;

    ip.source = address(v6, dice_below(dice, 40), dice_below(dice, 3));
    ip.fragment_id = dice_below(dice, 6);
    if (!dice_below(dice, 4)) ip.protocol = (uint8_t)dice_u32(dice);
    return ip;
}

/* Sizes and places that meet often, and some at the far end. */
static struct piece hostile_piece(struct dice *dice) {
    static const uint16_t lengths[] = {0, 1, 7, 8, 9, 16, 24, 80, 1000, 1480};
    struct piece piece = {.n = lengths[dice_below(dice, 10)], .more = dice_below(dice, 3)};

    piece.at = (uint16_t)(8 * dice_below(dice, 20));
    if (!dice_below(dice, 4)) piece.at = (uint16_t)(8 * dice_below(dice, 400));
    if (!dice_below(dice, 8)) piece.at = (uint16_t)(8 * dice_below(dice, 8192));
    return piece;
}

TEST(a_hundred_thousand_hostile_fragments_stay_bounded)
{
    unsigned long n = tap_seeds(100000), seen[TERCET_VERDICT_COUNT] = {0};
    static unsigned char payload[2 * PACKET_MAX];
    struct dice dice = {2};
    struct place p;

    place_begin_with(&p, 48, FRAGMENTS_BYTES_MIN);
    dice_octets(&dice, payload, sizeof payload);
    for (unsigned long i = 0; i < n; i++) {
        struct ip_header ip = hostile_header(&dice);
        struct piece piece = hostile_piece(&dice);
        enum tercet_verdict verdict;

        p.now.ns += dice_below(&dice, SECOND / 4);
        verdict = piece_arrives(&p, &ip, payload, piece.at, piece.n, piece.more);
        seen[verdict]++;
        if (p.whole.block) buddy_give(&p.buddy, p.whole.block, p.whole.order);
        if (!CHECK(place_is_sound(&p))) break;
    }
    if (n >= 100000) /* fewer, under sanitizers, may not meet the rarest */
        CHECK(seen[WHOLE] && seen[KEPT] && seen[DUPLICATE] && seen[OVERLAP] && seen[WRONG]);
    CHECK(p.f.lost > 0);
    place_end(&p);
}
