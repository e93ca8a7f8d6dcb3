/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_TESTS_TAP_H
#define TERCET_TESTS_TAP_H

/*
 * A test program in one header. It prints TAP, one line a test or a table row.
 *
 *     TEST(rst_out_of_window_is_silent) {
 *         CHECK(is_silent(&answer));
 *         CHECK_EQ(answer.count, 0);
 *     }
 *
 *     TEST(every_edge_of_figure_5) {
 *         for (size_t i = 0; i < COUNT; i++) {
 *             TEST_ROW("figure 5: %s", edges[i].name) { CHECK_EQ(edge_walk(&edges[i]), edges[i].to); }
 *         }
 *     }
 *
 * A failing check is told and the test goes on; each check is also a value: `if (!CHECK(p)) return;`.
 * A test whose checks all stand in rows has no line of its own.
 * `program WORD` runs only the tests whose name contains WORD.
 * A second .c file of the same program defines TAP_NO_MAIN before it includes this.
 */

#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    TAP_NAME_MAX = 200,     /* octets of a row's name */
    TAP_COMPLAINTS_MAX = 20 /* failing checks shown for one line of TAP; the rest are counted */
};

struct tap_test {
    const char *name;
    void (*run)(void);
    struct tap_test *next;
};

struct tap_line {
    char name[TAP_NAME_MAX];
    const char *skipped; /* why, or NULL */
    unsigned failures;   /* checks that failed */
};

struct tap {
    struct tap_test *first, *last;
    struct tap_line test, row;
    struct tap_line *now; /* where a check counts: the test, or its open row */
    unsigned rows;        /* of the test that runs */
    unsigned lines, bad_lines;
};

extern struct tap tap;

/* A test. Its name is the sentence that it proves. */
#define TEST(sentence)                                                                             \
    static void test_##sentence(void);                                                             \
    static struct tap_test entry_##sentence = {#sentence, test_##sentence, NULL};                  \
    __attribute__((constructor)) static void register_##sentence(void) {                           \
        tap_register(&entry_##sentence);                                                           \
    }                                                                                              \
    static void test_##sentence(void)

/* A row of a table: a line of TAP of its own, named as by printf. */
#define TEST_ROW(...) for (bool tap_row = row_begin(__VA_ARGS__); tap_row; tap_row = row_end())

/* Leaves the test here, counted as skipped with the reason. In a row it ends the row and the test. */
#define SKIP(why)                                                                                  \
    do {                                                                                           \
        tap.now->skipped = (why);                                                                  \
        return;                                                                                    \
    } while (0)

#define CHECK(condition) tap_check((condition), #condition, __FILE__, __LINE__)

/* Two integers of any kind. */
#define CHECK_EQ(got, wanted)                                                                      \
    tap_check_equal((unsigned long long)(got), (unsigned long long)(wanted), #got " == " #wanted,  \
                    __FILE__, __LINE__)

#define CHECK_STR(got, wanted)                                                                     \
    tap_check_string((got), (wanted), #got " is " #wanted, __FILE__, __LINE__)

/* Two runs of n octets. */
#define CHECK_MEM(got, wanted, n)                                                                  \
    tap_check_octets((got), (wanted), (n), #got " is " #wanted, __FILE__, __LINE__)

static inline void tap_register(struct tap_test *test) {
    if (tap.last)
        tap.last->next = test;
    else
        tap.first = test;
    tap.last = test;
}

/* One comment line for whoever reads a failure. */
__attribute__((format(printf, 1, 2))) static inline void tap_note(const char *format, ...) {
    va_list words;
    va_start(words, format);
    fputs("# ", stdout);
    vprintf(format, words);
    putchar('\n');
    va_end(words);
}

/* Counts a failure. Return: whether it is to be shown. */
static inline bool tap_complain(const char *what, const char *file, int line) {
    if (++tap.now->failures > TAP_COMPLAINTS_MAX) return false;
    tap_note("%s:%d: %s", file, line, what);
    return true;
}

static inline bool tap_check(bool holds, const char *what, const char *file, int line) {
    if (!holds) tap_complain(what, file, line);
    return holds;
}

static inline bool tap_check_equal(unsigned long long got, unsigned long long wanted,
                                   const char *what, const char *file, int line) {
    if (got == wanted) return true;
    if (!tap_complain(what, file, line)) return false;
    tap_note("    got    %lld  %llu  0x%llx", (long long)got, got, got);
    tap_note("    wanted %lld  %llu  0x%llx", (long long)wanted, wanted, wanted);
    return false;
}

static inline bool tap_check_string(const char *got, const char *wanted, const char *what,
                                    const char *file, int line) {
    if (got && wanted && strcmp(got, wanted) == 0) return true;
    if (!got && !wanted) return true;
    if (!tap_complain(what, file, line)) return false;
    tap_note("    got    %s", got ? got : "NULL");
    tap_note("    wanted %s", wanted ? wanted : "NULL");
    return false;
}

static inline bool tap_check_octets(const void *got, const void *wanted, size_t n, const char *what,
                                    const char *file, int line) {
    const unsigned char *g = got, *w = wanted;
    size_t at = 0;
    while (at < n && g[at] == w[at])
        at++;
    if (at == n) return true;
    if (!tap_complain(what, file, line)) return false;
    tap_note("    octet %zu of %zu: got 0x%02x, wanted 0x%02x", at, n, g[at], w[at]);
    return false;
}

/* The seeds to try of n: all, or the share that TERCET_SEEDS_DIVISOR leaves (at least one). */
static inline unsigned long tap_seeds(unsigned long n) {
    const char *text = getenv("TERCET_SEEDS_DIVISOR");
    unsigned long divisor = text ? strtoul(text, NULL, 10) : 1;
    if (divisor < 2) return n;
    return n / divisor > 0 ? n / divisor : 1;
}

/* Prints the line of TAP and makes room for the next. */
static inline void tap_line_print(struct tap_line *line) {
    if (line->failures > TAP_COMPLAINTS_MAX)
        tap_note("... and %u more", line->failures - TAP_COMPLAINTS_MAX);
    tap.lines++;
    if (line->failures > 0) tap.bad_lines++;
    printf("%s %u - %s", line->failures > 0 ? "not ok" : "ok", tap.lines, line->name);
    if (line->skipped && line->failures == 0) printf(" # SKIP %s", line->skipped);
    putchar('\n');
    *line = (struct tap_line){.name = ""};
}

/* Ends the open row, if there is one. Return: false, always. */
static inline bool row_end(void) {
    if (tap.now != &tap.row) return false;
    tap_line_print(&tap.row);
    tap.now = &tap.test;
    return false;
}

/* Opens a row, named as by printf. Return: true, always. */
__attribute__((format(printf, 1, 2))) static inline bool row_begin(const char *format, ...) {
    row_end(); /* the last one may have been left by break */
    va_list words;
    va_start(words, format);
    vsnprintf(tap.row.name, sizeof tap.row.name, format, words);
    va_end(words);
    for (char *c = tap.row.name; *c; c++) {
        if (*c == '#' || *c == '\n') *c = '.'; /* a hash begins a directive in TAP */
    }
    tap.rows++;
    tap.now = &tap.row;
    return true;
}

static inline void tap_test_run(const struct tap_test *test) {
    snprintf(tap.test.name, sizeof tap.test.name, "%s", test->name);
    tap.now = &tap.test;
    tap.rows = 0;
    test->run();
    row_end();
    if (tap.rows == 0 || tap.test.failures > 0 || tap.test.skipped) tap_line_print(&tap.test);
}

#ifndef TAP_NO_MAIN

struct tap tap;

__attribute__((noreturn)) void tercet_must_failed(const char *condition, const char *file, int line);

/* Pure rooms call this when must() fails; here it is weak, so that their tests link alone. */
__attribute__((weak, noreturn)) void tercet_must_failed(const char *condition, const char *file,
                                                        int line) {
    printf("# must failed: %s:%d: %s\n", file, line, condition);
    abort();
}

int main(int argc, char **argv) {
    setvbuf(stdout, NULL, _IOLBF, 0); /* a crash must not swallow the lines before it */
    for (const struct tap_test *test = tap.first; test; test = test->next) {
        if (argc < 2 || strstr(test->name, argv[1])) tap_test_run(test);
    }
    printf("1..%u\n", tap.lines);
    return tap.bad_lines > 0 ? 1 : 0;
}

#endif

#endif
