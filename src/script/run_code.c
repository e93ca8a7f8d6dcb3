/* SPDX-License-Identifier: BSD-2-Clause */
#include "script/run.h"

bool run_code(struct run *run, const struct event *event) {
    struct code_name names[CALLS_CODE_NAMES_MAX];
    uint32_t n = calls_code_names(&run->calls, names);
    char memory[SCRIPT_SENTENCE_MAX];
    struct text why;

    text_init(&why, memory, sizeof memory);
    switch (code_run(event->code, names, n, &run->variables, run->arena, &why)) {
    case CODE_HELD: return true;
    case CODE_FAILED: return run_fails(run, event, SCRIPT_MISMATCH_ASSERT, memory);
    case CODE_UNSUPPORTED: return run_ends(run, event, SCRIPT_UNSUPPORTED, memory);
    }
    return false;
}
