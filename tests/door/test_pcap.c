/* SPDX-License-Identifier: BSD-2-Clause */
#include "door/pcap.h"

#include <unistd.h>

#include "tap.h"

static unsigned char memory[2 * PCAP_BLOCK_MAX];

static uint32_t u32_at(size_t at) {
    uint32_t value;

    memcpy(&value, memory + at, sizeof value);
    return value;
}

/* An IPv4 packet of 24 octets: protocol 253 (for experiments), 4 octets of payload. */
static const unsigned char packet_v4[24] = {0x45, 0,  0, 24, 0,   1,  0, 0, 64,  253, 0x6f, 0xb9,
                                            198,  18, 0, 1,  198, 18, 0, 2, 't', 'e', 'r',  'c'};

TEST(every_block_tells_its_length_at_both_ends)
{
    const struct pcap_packet packet = {.wall_ns = 1,
                                       .bytes = packet_v4,
                                       .length = sizeof packet_v4,
                                       .direction = PCAP_IN,
                                       .comment = "dropped: odd"};
    size_t used = pcap_begin(memory, sizeof memory, "tercet0");
    size_t blocks = 0;

    used += pcap_add(memory + used, sizeof memory - used, &packet);
    used += pcap_add_statistics(memory + used, sizeof memory - used, 2, 3, 4);
    for (size_t at = 0; at < used; blocks++) {
        uint32_t length = u32_at(at + 4);

        if (!CHECK(length >= 12 && length % 4 == 0 && at + length <= used)) return;
        CHECK_EQ(u32_at(at + length - 4), length);
        at += length;
    }
    CHECK_EQ(blocks, 4);
}

TEST(a_block_that_does_not_fit_is_not_begun)
{
    const struct pcap_packet packet = {.bytes = packet_v4, .length = sizeof packet_v4};
    size_t whole = pcap_add(memory, sizeof memory, &packet);

    CHECK(whole > 0);
    for (size_t capacity = 0; capacity < whole; capacity++) {
        memory[capacity] = 0x5a;
        CHECK_EQ(pcap_add(memory, capacity, &packet), 0);
        CHECK_EQ(memory[capacity], 0x5a);
    }
    CHECK_EQ(pcap_add(memory, whole, &packet), whole);
}

TEST(the_largest_packet_fits_the_largest_block)
{
    static const unsigned char octets[65536];
    static char comment[PCAP_COMMENT_MAX + 100];
    struct pcap_packet packet = {
        .bytes = octets, .length = 65535, .direction = PCAP_OUT, .comment = comment};

    memset(comment, 'c', sizeof comment - 1);
    CHECK(pcap_add(memory, PCAP_BLOCK_MAX, &packet) > 65535);
    packet.length = 65536;
    CHECK(pcap_add(memory, PCAP_BLOCK_MAX, &packet) > 0);
    CHECK_EQ(u32_at(20), 65535); /* kept */
    CHECK_EQ(u32_at(24), 65536); /* of */
}

/* A capture of two packets, as tshark tells it. */
static bool tshark_reads(char *line, size_t n, size_t octets, FILE *file, const char *name) {
    char command[200];

    if (fwrite(memory, 1, octets, file) != octets || fflush(file) != 0) return false;
    snprintf(command, sizeof command,
             "tshark -r %s -T fields -E separator=, -e frame.time_epoch -e frame.len "
             "-e frame.packet_flags_direction -e frame.comment -e ip.dst 2>&1",
             name);
    FILE *tshark = popen(command, "r");
    if (!tshark) return false;
    size_t used = fread(line, 1, n - 1, tshark);
    line[used] = '\0';
    return pclose(tshark) == 0;
}

TEST(tshark_reads_what_we_write)
{
    char name[] = "/tmp/tercet-pcap-XXXXXX", said[1000];
    struct pcap_packet packet = {.wall_ns = 1700000000123456789u,
                                 .bytes = packet_v4,
                                 .length = sizeof packet_v4,
                                 .direction = PCAP_IN,
                                 .comment = "dropped: ip-protocol"};

    if (system("command -v tshark >/dev/null 2>&1") != 0) SKIP("no tshark here");
    size_t used = pcap_begin(memory, sizeof memory, "tercet0");
    used += pcap_add(memory + used, sizeof memory - used, &packet);
    pcap_fill(memory + used, 12);
    pcap_fill(memory + used + 12, 4096);
    used += 12 + 4096;
    packet.direction = PCAP_OUT;
    packet.comment = NULL;
    used += pcap_add(memory + used, sizeof memory - used, &packet);
    used += pcap_add_statistics(memory + used, sizeof memory - used, packet.wall_ns, 5, 3);
    int fd = mkstemp(name);
    FILE *file = fd >= 0 ? fdopen(fd, "w") : NULL;
    if (!CHECK(file != NULL)) return;
    CHECK(tshark_reads(said, sizeof said, used, file, name));
    /* Run by root it says so first. */
    const char *from = strstr(said, "1700000000");
    if (CHECK(from != NULL))
        CHECK_STR(from, "1700000000.123456789,24,0x00000001,dropped: ip-protocol,198.18.0.2\n"
                        "1700000000.123456789,24,0x00000002,,198.18.0.2\n");
    else
        tap_note("%s", said);
    fclose(file);
    unlink(name);
}
