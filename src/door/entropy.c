/* SPDX-License-Identifier: BSD-2-Clause */
#include "door/entropy.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

void entropy_fill(void *memory, size_t octets) {
    unsigned char *at = memory;

    while (octets > 0) {
        ssize_t n = getrandom(at, octets, 0);

        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) {
            fprintf(stderr, "tercet: getrandom: %s (no key may be made without it)\n",
                    strerror(errno));
            abort();
        }
        at += n;
        octets -= (size_t)n;
    }
}
