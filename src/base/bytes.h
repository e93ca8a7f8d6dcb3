/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_BASE_BYTES_H
#define TERCET_BASE_BYTES_H

#include <stdint.h>
#include <string.h>

/*
 * Wire-order integers at any address, on any machine (compilers make one load and a swap of it).
 * Everything outside the wire room sees host order only.
 */
static inline uint16_t be16_get(const unsigned char *at) {
    return (uint16_t)(at[0] << 8 | at[1]);
}

static inline uint32_t be32_get(const unsigned char *at) {
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static inline uint64_t be64_get(const unsigned char *at) {
    return (uint64_t)be32_get(at) << 32 | be32_get(at + 4);
}

static inline void be16_put(unsigned char *at, uint16_t v) {
    at[0] = (unsigned char)(v >> 8);
    at[1] = (unsigned char)v;
}

static inline void be32_put(unsigned char *at, uint32_t v) {
    at[0] = (unsigned char)(v >> 24);
    at[1] = (unsigned char)(v >> 16);
    at[2] = (unsigned char)(v >> 8);
    at[3] = (unsigned char)v;
}

/* The octets at any address as this machine loads them. */
static inline uint32_t load32(const void *at) {
    uint32_t v;

    memcpy(&v, at, sizeof v);
    return v;
}

static inline uint64_t load64(const void *at) {
    uint64_t v;

    memcpy(&v, at, sizeof v);
    return v;
}

static inline void store32(void *at, uint32_t v) {
    memcpy(at, &v, sizeof v);
}

/* @v as a load of four octets finds it where they lie in wire order. */
static inline uint32_t be32_as_loaded(uint32_t v) {
    return __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ ? v : __builtin_bswap32(v);
}

#endif
