/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include "tap.h"
#include "twin/siphash.h"

/*
 * The 64 reference vectors of the paper's authors: message i is the octets 0, 1, .. i - 1 and the
 * key is 00 01 .. 0f. Each is written as the number that its eight octets make, least significant
 * first.
 */
static const uint64_t reference[64] = {
    0x726fdb47dd0e0e31, 0x74f839c593dc67fd, 0x0d6c8009d9a94f5a, 0x85676696d7fb7e2d,
    0xcf2794e0277187b7, 0x18765564cd99a68d, 0xcbc9466e58fee3ce, 0xab0200f58b01d137,
    0x93f5f5799a932462, 0x9e0082df0ba9e4b0, 0x7a5dbbc594ddb9f3, 0xf4b32f46226bada7,
    0x751e8fbc860ee5fb, 0x14ea5627c0843d90, 0xf723ca908e7af2ee, 0xa129ca6149be45e5,
    0x3f2acc7f57c29bdb, 0x699ae9f52cbe4794, 0x4bc1b3f0968dd39c, 0xbb6dc91da77961bd,
    0xbed65cf21aa2ee98, 0xd0f2cbb02e3b67c7, 0x93536795e3a33e88, 0xa80c038ccd5ccec8,
    0xb8ad50c6f649af94, 0xbce192de8a85b8ea, 0x17d835b85bbb15f3, 0x2f2e6163076bcfad,
    0xde4daaaca71dc9a5, 0xa6a2506687956571, 0xad87a3535c49ef28, 0x32d892fad841c342,
    0x7127512f72f27cce, 0xa7f32346f95978e3, 0x12e0b01abb051238, 0x15e034d40fa197ae,
    0x314dffbe0815a3b4, 0x027990f029623981, 0xcadcd4e59ef40c4d, 0x9abfd8766a33735c,
    0x0e3ea96b5304a7d0, 0xad0c42d6fc585992, 0x187306c89bc215a9, 0xd4a60abcf3792b95,
    0xf935451de4f21df2, 0xa9538f0419755787, 0xdb9acddff56ca510, 0xd06c98cd5c0975eb,
    0xe612a3cb9ecba951, 0xc766e62cfcadaf96, 0xee64435a9752fe72, 0xa192d576b245165a,
    0x0a8787bf8ecb74b2, 0x81b3e73d20b49b6f, 0x7fa8220ba3b2ecea, 0x245731c13ca42499,
    0xb78dbfaf3a8d83bd, 0xea1ad565322a1a0b, 0x60e61c23a3795013, 0x6606d7e446282b93,
    0x6ca4ecb15c5f91e1, 0x9f626da15c9625f3, 0xe51b38608ef25f57, 0x958a324ceb064572,
};

/*
 * SipHash-1-3 as CPython 3.11 computes it for bytes: hash(bytes(range(i + 1))) under PYTHONHASHSEED=0, which
 * is a key of zeros.
 */
static const uint64_t reference13[32] = {
    0x68a914128e01e473, 0x010bac45c41e3669, 0x4d4c9a4a8ef6e0ad, 0x7cc43f98813e4dbd,
    0x5abe2169dff36275, 0xe3c25f87624f1cdb, 0x2f098ab0c751325a, 0xead411e67ebe2eea,
    0x75927f9d95124362, 0xaf9f77a65ab51a1d, 0xfe64ce8b6617fcff, 0xa6baf4fb0f9fe1c2,
    0xa0cf3211850f8e0d, 0x7f86049379fbfe67, 0xf30eb725bb91c9ea, 0x8972188433a5c5b7,
    0x4883c49a2c009c1d, 0xadc2c0b63044067d, 0x091f4a3329f87d19, 0x639e355ae68c0100,
    0xb17bef2cb5213239, 0xf8aeb1066236ccfe, 0x37332b1389daa4ff, 0x31185a47af932f3a,
    0xebf352e82ae23e2f, 0xed36ff242fe478b2, 0x2454d97d299299df, 0x8cd57fe8130d0ac7,
    0xbe98eb2faf0a0e85, 0xd427c34ee09470c6, 0x169739443111d49b, 0x31ef8061c910629b,
};

static const struct siphash_key reference_key = {
    {0x0706050403020100, 0x0f0e0d0c0b0a0908}
};

static uint64_t little_endian(const unsigned char *octets, unsigned n) {
    uint64_t word = 0;

    for (unsigned i = 0; i < n; i++)
        word |= (uint64_t)octets[i] << 8 * i;
    return word;
}

static uint64_t hash_rounds(const struct siphash_key *key, const unsigned char *octets, unsigned n,
                            bool few) {
    uint64_t words[8], last = little_endian(octets + n / 8 * 8, n % 8);

    for (unsigned i = 0; i < n / 8; i++)
        words[i] = little_endian(octets + 8 * i, 8);
    return few ? siphash13_words(key, words, n / 8, last, n % 8)
               : siphash_words(key, words, n / 8, last, n % 8);
}

static uint64_t hash_octets(const struct siphash_key *key, const unsigned char *octets, unsigned n) {
    return hash_rounds(key, octets, n, false);
}

TEST(all_reference_vectors_come_out)
{
    unsigned char message[64];

    for (unsigned n = 0; n < 64; n++) {
        message[n] = (unsigned char)n;
        CHECK_EQ(hash_octets(&reference_key, message, n), reference[n]);
    }
}

TEST(fewer_rounds_agree_with_another_implementation)
{
    static const struct siphash_key zeros;
    unsigned char message[32];

    for (unsigned n = 0; n < 32; n++) {
        message[n] = (unsigned char)n;
        CHECK_EQ(hash_rounds(&zeros, message, n + 1, true), reference13[n]);
    }
}

TEST(every_bit_of_the_key_counts)
{
    static const unsigned char message[12] = "twelve octet";

    for (unsigned bit = 0; bit < 128; bit++) {
        struct siphash_key other = reference_key;

        other.k[bit / 64] ^= 1ull << bit % 64;
        CHECK(hash_octets(&other, message, 12) != hash_octets(&reference_key, message, 12));
    }
}

TEST(the_length_counts_where_the_octets_are_zero)
{
    static const unsigned char zero[64];

    for (unsigned n = 1; n < 64; n++)
        CHECK(hash_octets(&reference_key, zero, n) != hash_octets(&reference_key, zero, n - 1));
}
