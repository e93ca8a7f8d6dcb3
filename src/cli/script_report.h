/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_CLI_SCRIPT_REPORT_H
#define TERCET_CLI_SCRIPT_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"
#include "script/script.h"

enum { SCRIPT_VERDICTS = SCRIPT_BROKEN + 1 };

/* How the scripts came out of which something is the same: the folder, or what is unsupported. */
struct script_count {
    char *name;
    uint32_t verdicts[SCRIPT_VERDICTS];
};

struct script_counts {
    struct script_count *at;
    size_t n;
};

/*
 * What is told of the scripts: a line or an object for each as it comes, and in the end a table by folder.
 * All of it is memory of its own.
 */
struct script_reporter {
    bool has_json, is_verbose, has_colour;
    bool has_progress;      /* standard error is a terminal that shows how far it is */
    bool has_progress_line; /* it shows so at present */
    uint64_t began_ns, shown_ns;
    size_t scripts; /* that there are */
    size_t done;
    uint32_t verdicts[SCRIPT_VERDICTS];
    struct script_counts folders, lacks;
    char *memory; /* of a line of JSON */
};

/* @scripts: how many there will be.  Return: 0, or -1 after a complaint. */
int reporter_init(struct script_reporter *reporter, size_t scripts, bool has_json, bool is_verbose);

/* Tell of one script.  Return: 0, or -1 after a complaint. */
int reporter_tell(struct script_reporter *reporter, const char *path,
                  const struct script_report *report);

/* Show how far it is, now and then. */
void reporter_progress(struct script_reporter *reporter);

/* The table, or the last object.  @is_interrupted: there would have been more */
void reporter_end(struct script_reporter *reporter, bool is_interrupted);

void reporter_free(struct script_reporter *reporter);

/* `tercet script --settings`: the table of sysctl names. */
void settings_print(void);

#endif
