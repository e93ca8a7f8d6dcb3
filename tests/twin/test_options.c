/* SPDX-License-Identifier: BSD-2-Clause */
#include "dice.h"
#include "tap.h"
#include "twin/options.h"

/*
 * Parse @n octets with @slack behind them, in memory of exactly the size that the parser may read.
 */
static struct tcp_options parse_with_slack(const void *octets, unsigned n, int slack) {
    unsigned char *buffer = malloc(TCP_OPTIONS_BUFFER);
    struct tcp_options out;

    if (!buffer) abort();
    memset(&out, 0xa5, sizeof out);
    memset(buffer, slack, TCP_OPTIONS_BUFFER);
    memcpy(buffer, octets, n);
    tcp_options_parse(&out, buffer, n);
    free(buffer);
    return out;
}

static struct tcp_options parse(const void *octets, unsigned n) {
    return parse_with_slack(octets, n, 0);
}

struct row {
    const char *name;
    const char *octets;
    unsigned n;
    struct tcp_options wanted;
};

#define OCTETS(string) string, sizeof string - 1

/* clang-format off */
static const struct row rows[] = {
    {"nothing", OCTETS(""), {.present = 0}},
    {"the SYN of Linux", OCTETS("\2\4\5\264\4\2\10\12\1\2\3\4\0\0\0\0\1\3\3\7"),
     {.present = TCP_HAS_MSS | TCP_HAS_SACK_PERMITTED | TCP_HAS_TIMESTAMPS | TCP_HAS_WSCALE,
      .mss = 1460, .wscale = 7, .ts_val = 0x01020304}},
    {"the SYN of Windows", OCTETS("\2\4\5\264\1\3\3\10\1\1\4\2"),
     {.present = TCP_HAS_MSS | TCP_HAS_SACK_PERMITTED | TCP_HAS_WSCALE, .mss = 1460, .wscale = 8}},
    {"timestamps, all bits", OCTETS("\1\1\10\12\377\376\375\374\200\0\0\1"),
     {.present = TCP_HAS_TIMESTAMPS, .ts_val = 0xfffefdfc, .ts_ecr = 0x80000001}},
    {"one SACK block", OCTETS("\1\1\5\12\200\0\0\1\200\0\0\2"),
     {.present = TCP_HAS_SACK, .n_sack = 1, .sack = {{0x80000001, 0x80000002}}}},
    {"four SACK blocks",
     OCTETS("\5\42\0\0\0\1\0\0\0\2\0\0\0\3\0\0\0\4\0\0\0\5\0\0\0\6\0\0\0\7\0\0\0\10\1\1"),
     {.present = TCP_HAS_SACK, .n_sack = 4, .sack = {{1, 2}, {3, 4}, {5, 6}, {7, 8}}}},
    {"a fast open request", OCTETS("\42\2\1\1"), {.present = TCP_HAS_FAST_OPEN}},
    {"a fast open cookie of 8", OCTETS("\42\12ABCDEFGH\1\1"),
     {.present = TCP_HAS_FAST_OPEN, .fo_length = 8, .fo_cookie = "ABCDEFGH"}},
    {"a fast open cookie of 16", OCTETS("\42\22ABCDEFGHIJKLMNOP\1\1"),
     {.present = TCP_HAS_FAST_OPEN, .fo_length = 16,
      .fo_cookie = {'A', 'B', 'C', 'D', 'E', 'F', 'G', 'H', 'I', 'J', 'K', 'L', 'M', 'N', 'O', 'P'}}},
    {"a fast open cookie of 17", OCTETS("\42\23ABCDEFGHIJKLMNOPQ\1"), {.present = TCP_OPTIONS_BAD}},
    {"an MD5 signature", OCTETS("\23\22................\1\1"), {.present = TCP_HAS_MD5}},
    {"TCP-AO", OCTETS("\35\20..............\2\4\1\0"),
     {.present = TCP_HAS_AO | TCP_HAS_MSS, .mss = 256}},
    {"an unknown kind is skipped", OCTETS("\376\6....\2\4\2\30\1\1"),
     {.present = TCP_OPTIONS_UNKNOWN | TCP_HAS_MSS, .mss = 536}},
    {"end of options: what follows is not read", OCTETS("\0\2\4\5\264\1\1\1"), {.present = 0}},
    {"MSS 0 is told as it is", OCTETS("\2\4\0\0"), {.present = TCP_HAS_MSS, .mss = 0}},
    {"MSS 1", OCTETS("\2\4\0\1"), {.present = TCP_HAS_MSS, .mss = 1}},
    {"a window scale of 255 is told as it is", OCTETS("\3\3\377\1"),
     {.present = TCP_HAS_WSCALE, .wscale = 255}},
    {"MSS of length 3 costs only itself", OCTETS("\2\3\5\3\3\7\1\1"),
     {.present = TCP_OPTIONS_BAD | TCP_HAS_WSCALE, .wscale = 7}},
    {"MSS of length 5", OCTETS("\2\5\5\264\0\3\3\7"),
     {.present = TCP_OPTIONS_BAD | TCP_HAS_WSCALE, .wscale = 7}},
    {"window scale of length 2", OCTETS("\3\2\2\4\1\0\1\1"),
     {.present = TCP_OPTIONS_BAD | TCP_HAS_MSS, .mss = 256}},
    {"window scale of length 4", OCTETS("\3\4\7\7"), {.present = TCP_OPTIONS_BAD}},
    {"SACK-permitted of length 3", OCTETS("\4\3\0\1"), {.present = TCP_OPTIONS_BAD}},
    {"timestamps of length 9", OCTETS("\10\11\1\2\3\4\5\6\7\1\1\1"), {.present = TCP_OPTIONS_BAD}},
    {"timestamps of length 11", OCTETS("\10\13\1\2\3\4\5\6\7\10\11\1"),
     {.present = TCP_OPTIONS_BAD}},
    {"SACK without a block", OCTETS("\5\2\1\1"), {.present = TCP_OPTIONS_BAD}},
    {"SACK of a block and a bit", OCTETS("\5\13\1\2\3\4\5\6\7\10\11\1"),
     {.present = TCP_OPTIONS_BAD}},
    {"MD5 of length 17", OCTETS("\23\21...............\1\1\1"), {.present = TCP_OPTIONS_BAD}},
    {"TCP-AO of length 3", OCTETS("\35\3.\1"), {.present = TCP_OPTIONS_BAD}},
    {"length 0 ends the parse, what was read stays", OCTETS("\2\4\5\264\376\0\3\3\7\1\1\1"),
     {.present = TCP_HAS_MSS | TCP_OPTIONS_BAD, .mss = 1460}},
    {"length 1 ends the parse", OCTETS("\376\1\3\3\7\1\1\1"), {.present = TCP_OPTIONS_BAD}},
    {"length 0 in a known kind ends the parse", OCTETS("\2\0\3\3\7\1\1\1"),
     {.present = TCP_OPTIONS_BAD}},
    {"an option that runs past the header", OCTETS("\3\3\7\2\4\5\264\5\42\1\2\3"),
     {.present = TCP_HAS_WSCALE | TCP_HAS_MSS | TCP_OPTIONS_BAD, .wscale = 7, .mss = 1460}},
    {"timestamps cut by the end of the header", OCTETS("\1\1\1\1\10\12\1\2\3\4\5\6"),
     {.present = TCP_OPTIONS_BAD}},
    {"a last octet that is a kind without a length", OCTETS("\1\1\1\2"),
     {.present = TCP_OPTIONS_BAD}},
    {"an unknown kind as the last octet", OCTETS("\1\1\1\376"), {.present = TCP_OPTIONS_BAD}},
    {"40 octets of padding",
     OCTETS("\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1"),
     {.present = 0}},
    {"38 octets of padding and a kind cut short",
     OCTETS("\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\2\4"),
     {.present = TCP_OPTIONS_BAD}},
    {"37 octets of padding and a window scale",
     OCTETS("\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\3\3\2"),
     {.present = TCP_HAS_WSCALE, .wscale = 2}},
    {"20 options of two octets",
     OCTETS("\4\2\4\2\4\2\4\2\4\2\4\2\4\2\4\2\4\2\4\2\4\2\4\2\4\2\4\2\4\2\4\2\4\2\4\2\4\2\4\2"),
     {.present = TCP_HAS_SACK_PERMITTED}},
    {"of two MSS the first counts", OCTETS("\2\4\1\0\2\4\5\264"),
     {.present = TCP_HAS_MSS, .mss = 256}},
    {"of a wrong and a right MSS the right one counts", OCTETS("\2\3\1\2\4\5\264\1"),
     {.present = TCP_HAS_MSS | TCP_OPTIONS_BAD, .mss = 1460}},
    {"of two timestamps the first counts", OCTETS("\10\12\0\0\0\1\0\0\0\2\10\12\0\0\0\3\0\0\0\4"),
     {.present = TCP_HAS_TIMESTAMPS, .ts_val = 1, .ts_ecr = 2}},
    {"of two SACK options the first counts",
     OCTETS("\5\12\0\0\0\1\0\0\0\2\5\22\0\0\0\3\0\0\0\4\0\0\0\5\0\0\0\6\1\1\1\1\1\1"),
     {.present = TCP_HAS_SACK, .n_sack = 1, .sack = {{1, 2}}}},
    {"of two cookies the first counts", OCTETS("\42\6abcd\42\12ABCDEFGH"),
     {.present = TCP_HAS_FAST_OPEN, .fo_length = 4, .fo_cookie = "abcd"}},
    {"a window scale twice", OCTETS("\3\3\2\3\3\16\1\1"), {.present = TCP_HAS_WSCALE, .wscale = 2}},
};
/* clang-format on */

TEST(each_kind_of_option_is_read_as_the_rules_say)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        TEST_ROW ("options: %s", rows[i].name) {
            struct tcp_options out = parse(rows[i].octets, rows[i].n);

            CHECK_EQ(out.present, rows[i].wanted.present);
            CHECK_MEM(&out, &rows[i].wanted, sizeof out);
        }
    }
}

/*
 * The same rules said in another way: cut into options first, then look at each.
 */
struct cut {
    unsigned kind, length;
    const unsigned char *at;
};

static unsigned options_cut(const unsigned char *octets, unsigned n, struct cut cuts[40], bool *bad) {
    unsigned count = 0;

    *bad = false;
    for (unsigned at = 0; at < n && octets[at] != 0;) {
        unsigned length = octets[at] == 1 ? 1 : at + 1 < n ? octets[at + 1] : 0;

        *bad = length == 0 || (length == 1 && octets[at] != 1) || at + length > n;
        if (*bad) break;
        if (octets[at] != 1) cuts[count++] = (struct cut){octets[at], length, octets + at};
        at += length;
    }
    return count;
}

static unsigned bit_of(unsigned kind) {
    static const unsigned short bits[256] = {
        [2] = TCP_HAS_MSS,  [3] = TCP_HAS_WSCALE,     [4] = TCP_HAS_SACK_PERMITTED,
        [5] = TCP_HAS_SACK, [8] = TCP_HAS_TIMESTAMPS, [19] = TCP_HAS_MD5,
        [29] = TCP_HAS_AO,  [34] = TCP_HAS_FAST_OPEN,
    };

    return bits[kind] ? bits[kind] : TCP_OPTIONS_UNKNOWN;
}

static bool is_length_right(unsigned kind, unsigned length) {
    static const unsigned char fixed[256] = {[2] = 4, [3] = 3, [4] = 2, [8] = 10, [19] = 18};

    if (fixed[kind]) return length == fixed[kind];
    if (kind == 5) return length == 10 || length == 18 || length == 26 || length == 34;
    if (kind == 29) return length >= 4;
    return kind != 34 || length <= 18;
}

static unsigned long long number(const unsigned char *at, unsigned n) {
    return n ? number(at, n - 1) * 256 + at[n - 1] : 0;
}

/* Whether the fields of @out are those of option @cut. */
static bool fields_agree(const struct tcp_options *out, const struct cut *cut) {
    const unsigned char *at = cut->at + 2;
    bool agree = true;

    switch (cut->kind) {
    case 2: return out->mss == number(at, 2);
    case 3: return out->wscale == at[0];
    case 8: return out->ts_val == number(at, 4) && out->ts_ecr == number(at + 4, 4);
    case 34:
        return out->fo_length == cut->length - 2 && memcmp(out->fo_cookie, at, out->fo_length) == 0;
    case 5:
        for (unsigned i = 0; i < out->n_sack; i++, at += 8)
            agree = agree && out->sack[i].left == number(at, 4) &&
                    out->sack[i].right == number(at + 4, 4);
        return agree && out->n_sack == (cut->length - 2) / 8;
    default: return true;
    }
}

static bool agrees(const unsigned char *octets, unsigned n) {
    struct tcp_options out = parse(octets, n);
    struct tcp_options slacked = parse_with_slack(octets, n, 2);
    struct cut cuts[40];
    unsigned present = 0;
    bool bad;
    unsigned count = options_cut(octets, n, cuts, &bad);

    for (unsigned i = 0; i < count; i++) {
        unsigned bit = is_length_right(cuts[i].kind, cuts[i].length) ? bit_of(cuts[i].kind)
                                                                     : TCP_OPTIONS_BAD;

        if (!(present & bit) && bit != TCP_OPTIONS_BAD && !fields_agree(&out, &cuts[i]))
            return false;
        present |= bit;
    }
    if (bad) present |= TCP_OPTIONS_BAD;
    return out.present == present && memcmp(&out, &slacked, sizeof out) == 0;
}

/* Octets that look like options: known kinds, lengths that are often right. */
static void options_invent(struct dice *dice, unsigned char octets[40]) {
    static const unsigned char kinds[] = {0, 1, 1, 2, 3, 4, 5, 8, 19, 29, 34, 77};
    static const unsigned char lengths[] = {2, 2, 3, 4, 10, 10, 18, 26, 34, 0, 1, 40};

    dice_octets(dice, octets, 40);
    for (unsigned at = 0; at < 40;) {
        octets[at] = kinds[dice_below(dice, 10) ? 1 + dice_below(dice, 11)
                                                : 0]; /* an early end now and then */
        if (octets[at] == 1 || at == 39) {
            at++;
            continue;
        }
        octets[at + 1] = lengths[dice_below(dice, dice_below(dice, 8) ? 9 : 12)];
        at += octets[at + 1] > 2 ? octets[at + 1] : 2;
    }
}

TEST(random_octets_are_read_as_by_a_second_parser)
{
    struct dice dice = {1};
    unsigned char octets[40];

    for (unsigned long i = 0; i < tap_seeds(300000); i++) {
        if (i % 2)
            options_invent(&dice, octets);
        else
            dice_octets(&dice, octets, 40);
        if (!CHECK(agrees(octets, dice_below(&dice, 41)))) return;
    }
}

TEST(a_length_beyond_a_header_counts_as_40)
{
    static const unsigned char mss[4] = {TCP_OPTION_MSS, 4, 1, 1};
    unsigned char buffer[TCP_OPTIONS_BUFFER] = {253,
                                                40}; /* an unknown option that fills the header */
    struct tcp_options out;

    memcpy(buffer + 40, mss, sizeof mss);
    tcp_options_parse(&out, buffer, 60);
    CHECK_EQ(out.present, TCP_OPTIONS_UNKNOWN);
    buffer[1] = 36;
    memcpy(buffer + 36, mss, sizeof mss);
    tcp_options_parse(&out, buffer, UINT32_MAX);
    CHECK_EQ(out.present, TCP_OPTIONS_UNKNOWN | TCP_HAS_MSS);
}
