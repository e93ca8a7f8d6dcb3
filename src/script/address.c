/* SPDX-License-Identifier: BSD-2-Clause */
#include "script/address.h"

#include <stdint.h>
#include <string.h>

#include "script/characters.h"

enum {
    ADDRESS_GROUPS = 8, /* of 16 bits, in IPv6 */
    ADDRESS_NO_GAP = ADDRESS_GROUPS + 1,
};

/* A text that is read from its left. */
struct reader {
    const char *at, *end;
};

static bool reader_takes(struct reader *reader, char c) {
    if (reader->at == reader->end || *reader->at != c) return false;
    reader->at++;
    return true;
}

/* A number of at most @most digits.  Return: false: there is none here */
static bool reader_number(struct reader *reader, int base, unsigned most, uint32_t *number) {
    unsigned digits = 0;

    *number = 0;
    for (; reader->at < reader->end && digits < most; reader->at++, digits++) {
        int digit = char_hex(*reader->at);

        if (digit < 0 || digit >= base) break;
        *number = *number * (uint32_t)base + (uint32_t)digit;
    }
    return digits > 0;
}

/* a.b.c.d up to the end of the text. */
static bool reader_v4(struct reader reader, uint8_t octets[4]) {
    for (unsigned i = 0; i < 4; i++) {
        uint32_t number;

        if (i > 0 && !reader_takes(&reader, '.')) return false;
        if (!reader_number(&reader, 10, 3, &number) || number > 255) return false;
        octets[i] = (uint8_t)number;
    }
    return reader.at == reader.end;
}

/*
 * The groups of an IPv6 address, without those that `::` stands for.
 * @gap: set to how many stand before it, ADDRESS_NO_GAP: it is not there
 * Return: octets written; 0 also for a text that is no address
 */
static unsigned reader_v6(struct reader *reader, uint8_t octets[16], unsigned *gap) {
    unsigned n = 0;

    *gap = ADDRESS_NO_GAP;
    if (reader->end - reader->at >= 2 && reader->at[0] == ':' && reader->at[1] == ':') {
        *gap = 0;
        reader->at += 2;
    }
    while (reader->at < reader->end && n < 16) {
        uint32_t number;

        if (n <= 12 && reader_v4(*reader, octets + n)) {
            reader->at = reader->end;
            return n + 4;
        }
        if (!reader_number(reader, 16, 4, &number)) return 0;
        octets[n++] = (uint8_t)(number >> 8);
        octets[n++] = (uint8_t)number;
        if (reader->at == reader->end) return n;
        if (!reader_takes(reader, ':')) return 0;
        if (reader->at == reader->end) return 0;
        if (*reader->at != ':') continue;
        if (*gap != ADDRESS_NO_GAP) return 0;
        *gap = n / 2;
        reader->at++;
    }
    return n;
}

static bool word_is_v6(struct word text, uint8_t octets[16]) {
    struct reader reader = {text.at, text.at + text.length};
    uint8_t read[16] = {0};
    unsigned gap, n = reader_v6(&reader, read, &gap);

    if (reader.at != reader.end) return false;
    if (gap == ADDRESS_NO_GAP && n != 16) return false;
    if (n == 0 && text.length != 2) return false;
    if (gap != ADDRESS_NO_GAP && n > 14) return false;
    if (gap == ADDRESS_NO_GAP) gap = ADDRESS_GROUPS;
    memset(octets, 0, 16);
    memcpy(octets, read, 2 * (size_t)gap);
    memcpy(octets + 16 - (n - 2 * gap), read + 2 * (size_t)gap, n - 2 * (size_t)gap);
    return true;
}

bool address_of_word(struct word text, struct tercet_address *address) {
    static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
    struct reader reader = {text.at, text.at + text.length};
    uint8_t v4[4];

    if (!reader_v4(reader, v4)) return word_is_v6(text, address->octets);
    memcpy(address->octets, mapped, sizeof mapped);
    memcpy(address->octets + 12, v4, sizeof v4);
    return true;
}
