/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/script_report.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/instant.h"
#include "base/json.h"
#include "cli/colour.h"
#include "cli/complaint.h"
#include "door/clock.h"
#include "script/settings.h"

enum {
    ESCAPED_MAX = 6, /* octets that one octet of a JSON string becomes at most */
    JSON_OCTETS_MAX = ESCAPED_MAX * (int)sizeof(struct script_report) + 65536,
    LACKS_SHOWN = 20,
    SETTING_COLUMN = 44,
    FOLDER_COLUMN_LEAST = 24,
};
#define PROGRESS_AFTER_NS NS_PER_S
#define PROGRESS_EACH_NS  (100 * NS_PER_MS)

/* Of each verdict: what a line begins with, and its colour. */
static const struct {
    const char *word, *colour;
} looks[SCRIPT_VERDICTS] = {
    [SCRIPT_PASSED] = {"PASS",        "\033[32m"},
    [SCRIPT_UNSUPPORTED] = {"UNSUPPORTED", "\033[33m"},
    [SCRIPT_FAILED] = {"FAIL",        "\033[31m"},
    [SCRIPT_BROKEN] = {"BROKEN",      "\033[35m"},
};

/* The order of the columns. */
static const enum script_verdict columns[SCRIPT_VERDICTS] = {SCRIPT_PASSED, SCRIPT_FAILED,
                                                             SCRIPT_UNSUPPORTED, SCRIPT_BROKEN};

int reporter_init(struct script_reporter *reporter, size_t scripts, bool has_json, bool is_verbose) {
    *reporter = (struct script_reporter){
        .has_json = has_json,
        .is_verbose = is_verbose,
        .has_colour = !has_json && colour_is_wanted(STDOUT_FILENO),
        .has_progress = terminal_is_able(STDERR_FILENO),
        .began_ns = clock_monotonic_ns(),
        .scripts = scripts,
        .memory = has_json ? malloc(JSON_OCTETS_MAX) : NULL,
    };
    if (!has_json || reporter->memory) return 0;
    complain("memory: %s (%s)", strerror(ENOMEM), advice_against(-ENOMEM, ""));
    return -1;
}

/* The count of what is called by @length octets of @name, new if there is none.  Return: it, or NULL: no memory */
static struct script_count *count_of(struct script_counts *counts, const char *name, size_t length) {
    for (size_t i = counts->n; i-- > 0;) {
        const char *known = counts->at[i].name;
        if (strlen(known) == length && memcmp(known, name, length) == 0) return &counts->at[i];
    }
    struct script_count *more = reallocarray(counts->at, counts->n + 1, sizeof more[0]);
    if (!more) return NULL;
    counts->at = more;
    char *copy = strndup(name, length);
    if (!copy) return NULL;
    counts->at[counts->n] = (struct script_count){.name = copy};
    return &counts->at[counts->n++];
}

static void counts_free(struct script_counts *counts) {
    while (counts->n)
        free(counts->at[--counts->n].name);
    free(counts->at);
}

/* Octets of @path that are its folder. */
static size_t folder_length(const char *path) {
    const char *slash = strrchr(path, '/');

    return slash == path ? 1 : slash ? (size_t)(slash - path) : 0;
}

static int count_it(struct script_reporter *reporter, const char *path,
                    const struct script_report *report) {
    size_t length = folder_length(path);
    struct script_count *folder = count_of(&reporter->folders, length ? path : ".",
                                           length ? length : 1);
    struct script_count *lack = NULL;

    if (report->verdict == SCRIPT_UNSUPPORTED)
        lack = count_of(&reporter->lacks, report->sentence, strlen(report->sentence));
    if (!folder || (report->verdict == SCRIPT_UNSUPPORTED && !lack)) {
        complain("memory: %s (%s)", strerror(ENOMEM), advice_against(-ENOMEM, ""));
        return -1;
    }
    folder->verdicts[report->verdict]++;
    if (lack) lack->verdicts[report->verdict]++;
    reporter->verdicts[report->verdict]++;
    reporter->done++;
    return 0;
}

static const char *coloured(const struct script_reporter *reporter, const char *colour) {
    return reporter->has_colour ? colour : "";
}

/* Lines of @text, each behind @lead spaces. */
static void print_lines(const char *text, int lead) {
    while (*text) {
        size_t n = strcspn(text, "\n");
        printf("%*s%.*s\n", lead, "", (int)n, text);
        text += n + (text[n] == '\n');
    }
}

static void print_place(const char *path, const struct script_report *report) {
    printf("%s", path);
    if (report->place.line) printf(":%u", report->place.line);
    if (report->place.line && report->place.column) printf(":%u", report->place.column);
}

static void print_text(const struct script_reporter *reporter, const char *path,
                       const struct script_report *report) {
    if (report->verdict == SCRIPT_PASSED && !reporter->is_verbose) return;
    printf("%s%s%s ", coloured(reporter, looks[report->verdict].colour),
           looks[report->verdict].word, coloured(reporter, "\033[0m"));
    print_place(path, report);
    if (report->verdict == SCRIPT_PASSED)
        printf(": %u events in %.6f s of its time", report->events,
               (double)report->virtual_ns / (double)NS_PER_S);
    else
        printf(": %s", report->sentence);
    putchar('\n');
    if (*report->expected) printf("  expected: %s\n", report->expected);
    if (*report->actual) printf("  actual:   %s\n", report->actual);
    if (report->verdict == SCRIPT_FAILED || reporter->is_verbose) print_lines(report->ladder, 4);
}

/* NULL for an empty @text. */
static const char *said(const char *text) {
    return *text ? text : NULL;
}

static void print_json(const struct script_reporter *reporter, const char *path,
                       const struct script_report *report) {
    bool is_failed = report->verdict == SCRIPT_FAILED;
    struct text text;

    text_init(&text, reporter->memory, JSON_OCTETS_MAX);
    text_char(&text, '{');
    json_word(&text, "path", path);
    json_word(&text, "verdict", script_verdict_name(report->verdict));
    json_word(&text, "mismatch", is_failed ? script_mismatch_name(report->mismatch) : NULL);
    json_number(&text, "line", report->place.line);
    json_number(&text, "column", report->place.column);
    json_word(&text, "sentence", said(report->sentence));
    json_word(&text, "expected", said(report->expected));
    json_word(&text, "actual", said(report->actual));
    json_number(&text, "events", report->events);
    json_key(&text, "virtual_s");
    text_fixed(&text, report->virtual_ns, 9, 6);
    if (is_failed || reporter->is_verbose) json_word(&text, "ladder", said(report->ladder));
    text_put(&text, "}\n");
    fwrite(text.at, 1, text.used, stdout);
}

static void progress_erase(struct script_reporter *reporter) {
    if (reporter->has_progress_line) fputs("\r\033[K", stderr);
    reporter->has_progress_line = false;
}

int reporter_tell(struct script_reporter *reporter, const char *path,
                  const struct script_report *report) {
    if (count_it(reporter, path, report) != 0) return -1;
    if (report->verdict != SCRIPT_PASSED || reporter->is_verbose) progress_erase(reporter);
    if (reporter->has_json)
        print_json(reporter, path, report);
    else
        print_text(reporter, path, report);
    return 0;
}

void reporter_progress(struct script_reporter *reporter) {
    if (!reporter->has_progress) return;
    uint64_t now_ns = clock_monotonic_ns();

    if (now_ns - reporter->began_ns < PROGRESS_AFTER_NS) return;
    if (now_ns - reporter->shown_ns < PROGRESS_EACH_NS) return;
    fflush(stdout);
    fprintf(stderr, "\r\033[K%zu of %zu scripts, %u passed", reporter->done, reporter->scripts,
            reporter->verdicts[SCRIPT_PASSED]);
    reporter->shown_ns = now_ns;
    reporter->has_progress_line = true;
}

static int by_frequency(const void *a, const void *b) {
    const struct script_count *x = a, *y = b;
    uint32_t x_times = x->verdicts[SCRIPT_UNSUPPORTED], y_times = y->verdicts[SCRIPT_UNSUPPORTED];

    if (x_times != y_times) return x_times < y_times ? 1 : -1;
    return strcmp(x->name, y->name);
}

static double seconds_since(uint64_t began_ns) {
    return (double)(clock_monotonic_ns() - began_ns) / (double)NS_PER_S;
}

static void print_summary_json(struct script_reporter *reporter, double seconds,
                               bool is_interrupted) {
    struct text text;

    text_init(&text, reporter->memory, JSON_OCTETS_MAX);
    text_put(&text, "{\"summary\":{");
    for (unsigned i = 0; i < SCRIPT_VERDICTS; i++)
        json_number(&text, script_verdict_name(columns[i]), reporter->verdicts[columns[i]]);
    json_number(&text, "scripts", reporter->done);
    json_truth(&text, "interrupted", is_interrupted);
    json_key(&text, "seconds");
    text_fixed(&text, (uint64_t)(seconds * 1e6), 6, 6);
    json_key(&text, "unsupported_features");
    text_char(&text, '{');
    for (size_t i = 0; i < reporter->lacks.n && i < LACKS_SHOWN; i++)
        json_number(&text, reporter->lacks.at[i].name,
                    reporter->lacks.at[i].verdicts[SCRIPT_UNSUPPORTED]);
    text_put(&text, "}}}\n");
    fwrite(text.at, 1, text.used, stdout);
}

static void print_row(const char *name, int width, const uint32_t verdicts[SCRIPT_VERDICTS]) {
    printf("%-*s", width, name);
    for (unsigned i = 0; i < SCRIPT_VERDICTS; i++)
        printf(" %11u", verdicts[columns[i]]);
    putchar('\n');
}

static void print_table(const struct script_reporter *reporter) {
    const struct script_counts *folders = &reporter->folders;
    size_t width = FOLDER_COLUMN_LEAST;

    if (folders->n == 0) return;
    for (size_t i = 0; i < folders->n; i++)
        if (strlen(folders->at[i].name) > width) width = strlen(folders->at[i].name);
    printf("%-*s", (int)width, "folder");
    for (unsigned i = 0; i < SCRIPT_VERDICTS; i++)
        printf(" %11s", script_verdict_name(columns[i]));
    putchar('\n');
    for (size_t i = 0; i < folders->n; i++)
        print_row(folders->at[i].name, (int)width, folders->at[i].verdicts);
    if (folders->n > 1) print_row("total", (int)width, reporter->verdicts);
}

static void print_summary(const struct script_reporter *reporter, double seconds,
                          bool is_interrupted) {
    print_table(reporter);
    for (size_t i = 0; i < reporter->lacks.n && i < LACKS_SHOWN; i++)
        printf("unsupported: %u x %s\n", reporter->lacks.at[i].verdicts[SCRIPT_UNSUPPORTED],
               reporter->lacks.at[i].name);
    if (reporter->lacks.n > LACKS_SHOWN)
        printf("unsupported: and %zu other features\n", reporter->lacks.n - LACKS_SHOWN);
    if (is_interrupted)
        printf("interrupted: %zu of %zu scripts", reporter->done, reporter->scripts);
    else
        printf("%zu script%s", reporter->done, reporter->done == 1 ? "" : "s");
    printf(" in %.3f s, %.0f a second\n", seconds,
           seconds > 0 ? (double)reporter->done / seconds : 0.0);
}

void reporter_end(struct script_reporter *reporter, bool is_interrupted) {
    double seconds = seconds_since(reporter->began_ns);

    progress_erase(reporter);
    if (reporter->lacks.n)
        qsort(reporter->lacks.at, reporter->lacks.n, sizeof reporter->lacks.at[0], by_frequency);
    if (reporter->has_json)
        print_summary_json(reporter, seconds, is_interrupted);
    else
        print_summary(reporter, seconds, is_interrupted);
}

void reporter_free(struct script_reporter *reporter) {
    counts_free(&reporter->folders);
    counts_free(&reporter->lacks);
    free(reporter->memory);
}

void settings_print(void) {
    struct setting_shown row;

    for (uint32_t i = 0; settings_show(i, &row); i++) {
        printf("%-*.*s ", SETTING_COLUMN, (int)row.name.length, row.name.at);
        if (row.values)
            printf("only %s (other values: %s)\n", row.values, row.words);
        else
            printf("%s\n", row.words);
    }
}
