/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/must.h"

#include <stdio.h>
#include <stdlib.h>

_Noreturn void tercet_must_failed(const char *condition, const char *file, int line) {
    fprintf(stderr, "tercet: a bug: %s:%d: %s does not hold (please report it)\n", file, line,
            condition);
    abort();
}
