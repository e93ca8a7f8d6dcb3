#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Both twin headers compile for eBPF, and what comes out needs nothing from anywhere else.
if ! command -v clang >/dev/null; then
    echo "ok 1 - the twin headers compile for eBPF # SKIP no clang on this machine"
    echo "1..1"
    exit 0
fi
source=${TERCET_SOURCE:-$(cd "$(dirname "$0")/../.." && pwd)}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
status=0

cat >"$folder/program.c" <<'PROGRAM'
#include "twin/options.h"
#include "twin/siphash.h"

static long (*const load_bytes)(void *frame, __u32 at, void *to, __u32 n) = (void *)189;
static long (*const store_bytes)(void *frame, __u32 at, void *from, __u32 n) = (void *)190;

struct words {
    __u64 w[2];
};

__attribute__((section("xdp"), used)) int program(void *frame) {
    struct siphash_key key = {{1, 2}};
    struct tcp_options options;
    twin_u8 buffer[TCP_OPTIONS_BUFFER] = {0};
    struct words words;
    twin_u8 offset;
    twin_u32 n;

    if (load_bytes(frame, 46, &offset, 1)) return 1;
    n = (offset >> 4) * 4 - 20;
    if (n == 0 || n > TCP_OPTIONS_MAX || load_bytes(frame, 54, buffer, n)) return 1;
    tcp_options_parse(&options, buffer, n);
    words.w[0] = options.ts_val;
    words.w[1] = options.present;
    words.w[0] = siphash_words(&key, words.w, 2, options.mss, 2);
    return store_bytes(frame, 0, &options, sizeof options) || words.w[0] & 1 ? 1 : 2;
}
PROGRAM

tell() { # number, status, name, file of words
    [ "$2" = 0 ] && echo "ok $1 - $3" && return
    sed 's/^/# /' "$4"
    echo "not ok $1 - $3"
    status=1
}

includes=(-I"$source/src")
for asm in /usr/include/*-linux-gnu*; do
    [ -d "$asm/asm" ] && includes+=(-I"$asm")
done
clang -target bpf -O2 -std=gnu17 -Wall -Wextra -Werror "${includes[@]}" -c "$folder/program.c" \
    -o "$folder/program.o" >"$folder/words" 2>&1
tell 1 $? "the twin headers compile for eBPF" "$folder/words"

# One function, no call of another one, no data: nothing is left undefined and nothing to relocate.
readelf --wide --symbols --relocs "$folder/program.o" 2>&1 |
    grep -E ' UND [^ ]|R_BPF|Error' >"$folder/words"
[ -s "$folder/program.o" ] && [ ! -s "$folder/words" ]
tell 2 $? "the eBPF code needs no other function and no data" "$folder/words"
echo "1..2"
exit $status
