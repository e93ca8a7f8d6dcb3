/* SPDX-License-Identifier: BSD-2-Clause */
#include "script/run.h"

bool run_code(struct run *run, const struct event *event) {
    return run_ends(run, event, SCRIPT_UNSUPPORTED, "%{ code }%");
}
