/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tercet-bench [NAME...] [--json] [--runs N]: the figures, as a table or a JSON line each.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"

#define RUNS_DEFAULT 5

static bool is_wanted(const char *name, char *const *wanted) {
    if (!*wanted) return true;
    for (; *wanted; wanted++) {
        if (strcmp(*wanted, name) == 0) return true;
    }
    return false;
}

static bool is_known(const char *name) {
    for (unsigned i = 0; i < n_figures; i++) {
        if (strcmp(figures[i].name, name) == 0) return true;
    }
    return false;
}

/* How many figures from @figure on have its name. */
static unsigned group_size(const struct figure *figure) {
    unsigned n = 1;

    while (figure + n < figures + n_figures && strcmp(figure->name, figure[n].name) == 0)
        n++;
    return n;
}

static void usage(FILE *to) {
    fputs("Usage: tercet-bench [NAME...] [--json] [--runs N]\n"
          "Measures and prints medians; no NAME: everything.\n\n"
          "  --json     a JSON line per figure\n"
          "  --runs N   measure each N times (5)\n\nFigures:\n",
          to);
    for (unsigned i = 0; i < n_figures; i++) {
        if (!figures[i].peer) fprintf(to, "  %-24s %s\n", figures[i].name, figures[i].what);
    }
}

/* Return: the exit status; a figure asked for by name that cannot be had is a failure. */
static int run(char *const *wanted, unsigned runs, bool is_json) {
    bool has_failed = false;

    if (!is_json) group_heading();
    for (unsigned i = 0; i < n_figures; i += group_size(&figures[i])) {
        unsigned n = group_size(&figures[i]);
        const struct figure *own = &figures[i + n - 1];
        bool is_optional = !*wanted && own->missing && own->missing();

        if (!is_wanted(figures[i].name, wanted)) continue;
        if (!group_report(&figures[i], n, runs, is_json) && !is_optional) has_failed = true;
    }
    return has_failed;
}

int main(int argc, char **argv) {
    static const struct option options[] = {
        {"json",             no_argument, NULL, 'j'},
        {"runs",              required_argument, NULL, 'r'},
        {"help",                  no_argument, NULL, 'h'},
        {0}
    };
    unsigned long runs = RUNS_DEFAULT;
    char *end = "";
    bool is_json = false;
    int option;

    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        switch (option) {
        case 'j': is_json = true; break;
        case 'r': runs = strtoul(optarg, &end, 10); break;
        case 'h': usage(stdout); return 0;
        default: return 2;
        }
    }
    if (*end || runs < 1 || runs > BENCH_RUNS_MAX) {
        fprintf(stderr, "tercet-bench: --runs: not a number from 1 to %d (leave it out for %d)\n",
                BENCH_RUNS_MAX, RUNS_DEFAULT);
        return 2;
    }
    for (int i = optind; i < argc; i++) {
        if (is_known(argv[i])) continue;
        fprintf(stderr, "tercet-bench: %s: no such figure (see tercet-bench --help)\n", argv[i]);
        return 2;
    }
    return run(argv + optind, (unsigned)runs, is_json);
}
