/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The figures of one name: runs in turn, each in a process of its own; median, least and most.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "bench.h"

#define GROUP_MAX 4

struct sample {
    const char *missing;
    double value[BENCH_RUNS_MAX];
    unsigned n;
    bool has_failed;
};

uint64_t bench_cpu_ns(void) {
    struct timespec now;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

void bench_fail(const char *what) {
    fprintf(stderr, "tercet-bench: %s\n", what);
    _exit(1);
}

static const char *peer_name(const struct figure *figure) {
    return figure->peer ? figure->peer : "tercet";
}

/* Measure once in a child.  Return: false when it failed, and has said why. */
static bool measure_apart(const struct figure *figure, double *value) {
    int ends[2], status;
    bool told;
    pid_t child;

    fflush(stdout);
    if (pipe(ends) < 0 || (child = fork()) < 0) return false;
    if (child == 0) {
        double result;

        prctl(PR_SET_PDEATHSIG, SIGKILL);
        result = figure->measure();
        _exit(write(ends[1], &result, sizeof result) == sizeof result ? 0 : 1);
    }
    close(ends[1]);
    told = read(ends[0], value, sizeof *value) == sizeof *value;
    close(ends[0]);
    return waitpid(child, &status, 0) == child && status == 0 && told;
}

/* A line that the next one replaces, where someone watches. */
static void progress(const struct figure *figure, unsigned run, unsigned runs) {
    if (!isatty(STDERR_FILENO)) return;
    if (figure)
        fprintf(stderr, "\r%s, %s: %u of %u\033[K", figure->name, peer_name(figure), run, runs);
    else
        fprintf(stderr, "\r\033[K");
}

static void sample_take(struct sample *sample, const struct figure *figure) {
    if (sample->missing || sample->has_failed) return;
    if (measure_apart(figure, &sample->value[sample->n]))
        sample->n++;
    else
        sample->has_failed = true;
}

static int compare(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

static double median(const double *value, unsigned n) {
    return (value[(n - 1) / 2] + value[n / 2]) / 2;
}

static void print_row(const struct figure *figure, const double *value, unsigned n) {
    printf("%-24s %10.1f %-3s %10.1f %10.1f   %-8s %s\n", figure->name, median(value, n),
           figure->unit, value[0], value[n - 1], peer_name(figure), figure->what);
}

static void print_json(const struct figure *figure, const double *value, unsigned n) {
    const char *quote = figure->peer ? "\"" : "";

    printf("{\"name\":\"%s\",\"unit\":\"%s\",\"median\":%.2f,\"min\":%.2f,\"max\":%.2f,"
           "\"runs\":%u,\"peer\":%s%s%s}\n",
           figure->name, figure->unit, median(value, n), value[0], value[n - 1], n, quote,
           figure->peer ? figure->peer : "null", quote);
}

static void sample_print(struct sample *sample, const struct figure *figure, bool is_json) {
    if (sample->missing || sample->has_failed) {
        fprintf(stderr, "tercet-bench: %s: no figure for %s: %s\n", figure->name, peer_name(figure),
                sample->missing ? sample->missing : "a run failed");
        return;
    }
    qsort(sample->value, sample->n, sizeof sample->value[0], compare);
    if (is_json)
        print_json(figure, sample->value, sample->n);
    else
        print_row(figure, sample->value, sample->n);
}

void group_heading(void) {
    printf("%-24s %10s %-3s %10s %10s   %s\n", "figure", "median", "", "min", "max", "of");
}

bool group_report(const struct figure *group, unsigned n, unsigned runs, bool is_json) {
    static struct sample samples[GROUP_MAX];

    if (n > GROUP_MAX) bench_fail("more peers than there is room for");
    for (unsigned i = 0; i < n; i++)
        samples[i] = (struct sample){.missing = group[i].missing ? group[i].missing() : NULL};
    for (unsigned run = 1; run <= runs; run++) {
        for (unsigned i = 0; i < n; i++) {
            progress(&group[i], run, runs);
            sample_take(&samples[i], &group[i]);
        }
    }
    progress(NULL, 0, 0);
    for (unsigned i = 0; i < n; i++)
        sample_print(&samples[i], &group[i], is_json);
    fflush(stdout);
    return samples[n - 1].n == runs;
}
