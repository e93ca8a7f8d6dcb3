/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Whole scripts: whatever the text is, the judge comes to a verdict, and to the same one, in the same course, when it is
 * asked again.
 */
#include <string.h>
#include <sys/mman.h>

#include "input.h"
#include "script/script.h"

enum { SCRIPT_MAX = 8192 };

static struct script_report first, second;

static void judge(const struct script_job *job, struct script_report *report) {
    static void *memory;

    if (!memory)
        memory = mmap(NULL, script_memory_bytes(), PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    must(memory != MAP_FAILED);
    script_run(job, memory, report);
    must(madvise(memory, script_memory_bytes(), MADV_DONTNEED) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct script_job job = {
        .text = (const char *)data, .octets = size, .seed = 1, .has_ladder = true};

    if (size > SCRIPT_MAX) return 0;
    job.as = personalities[size % 4];
    judge(&job, &first);
    judge(&job, &second);
    must(first.verdict == second.verdict && first.mismatch == second.mismatch);
    must(strcmp(first.sentence, second.sentence) == 0 && strcmp(first.ladder, second.ladder) == 0);
    must((first.verdict == SCRIPT_PASSED) || first.sentence[0]);
    must((first.verdict == SCRIPT_FAILED) == (first.mismatch != SCRIPT_MISMATCH_NONE) ||
         first.verdict == SCRIPT_PASSED);
    return 0;
}
