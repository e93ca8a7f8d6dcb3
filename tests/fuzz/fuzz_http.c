/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The HTTP server. The first octet says in which pieces the rest, which is what a client sends,
 * comes, whether his FIN follows it, and whether there is a folder of files to serve.
 *
 * The scan finds the same end whole and in pieces; what is read of the head lies inside it; then
 * the services answer the client over a wire, and when he has gone nothing is left of him.
 */
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/http_condition.h"
#include "app/http_range.h"
#include "app/http_request.h"
#include "app/http_scan.h"
#include "app/http_target.h"
#include "app/services.h"
#include "host/files.h"
#include "pair.h"

enum { PIECES_MAX = 4096, WALL_S = 784111776, SESSION_S = 240 };

static void try_words(const struct http_request *request) {
    struct http_validators validators;
    uint64_t first, last;

    http_validators_make(&validators, 1, 1000, WALL_S, 5);
    http_condition_check(request, &validators, WALL_S);
    http_condition_has_range(request, &validators, WALL_S);
    if (http_range_read(request->fields[HTTP_FIELD_range], 1000, &first, &last) == HTTP_RANGE_PART)
        must(first <= last && last < 1000);
}

static void try_target(struct http_words words) {
    static struct http_target target;
    char path[3 * HTTP_PATH_MAX + 64];
    struct text text;

    if (http_target_read(&target, words)) return;
    must(target.path[0] != '/' && memchr(target.path, 0, sizeof target.path));
    must(!strstr(target.path, "//") && strncmp(target.path, "../", 3) != 0);
    must(!strstr(target.path, "/../") && strcmp(target.path, "..") != 0);
    text_init(&text, path, sizeof path);
    http_target_put_folder(&target, &text);
}

static bool words_are_inside(struct http_words words, const char *head, size_t n) {
    return !words.at || (words.at >= head && words.n <= n && words.at + words.n <= head + n);
}

static void try_head(const char *bytes, size_t n) {
    char *head = (char *)exactly(bytes, n);
    struct http_request request;

    http_request_read(&request, head, n);
    must(words_are_inside(request.target, head, n));
    for (unsigned i = 0; i < HTTP_FIELD_COUNT; i++)
        must(words_are_inside(request.fields[i], head, n) &&
             (request.times[i] == 1 || !request.fields[i].at));
    if (request.refusal == 0) {
        must(request.target.at && request.target.n > 0);
        try_target(request.target);
        try_words(&request);
    }
    free(head);
}

static void try_scan(const char *bytes, size_t n, size_t piece) {
    struct http_scan whole = {0}, pieces = {0};
    size_t end, at = 0, taken;

    if (n > HTTP_HEAD_MAX) n = HTTP_HEAD_MAX;
    end = http_scan(&whole, bytes, n);
    do {
        size_t more = n - at < piece ? n - at : piece;

        taken = http_scan(&pieces, bytes + at, more);
        at += taken;
        if (taken < more) break;
    } while (at < n);
    must(at == end && pieces.state == whole.state && pieces.seen == whole.seen);
    must(end == n || whole.state == HTTP_SCAN_DONE || whole.state == HTTP_SCAN_BAD);
    if (whole.state == HTTP_SCAN_DONE) try_head(bytes, end);
}

static void serve(void *user, struct side *side, const struct tercet_event *event) {
    struct services *services = ((struct services **)user)[0];
    const struct pair *pair = ((struct pair **)user)[1];

    (void)side;
    must(services_event(services, event, pair->now_ns));
}

/* What waits is read and thrown away; a response begins as one.  Return: octets. */
static uint32_t hear(struct tercet_stack *stack, tercet_conn conn, bool is_first) {
    struct tercet_span spans[2];
    int n = tercet_conn_read(stack, conn, spans);
    size_t looks = n > 0 && spans[0].length < 9 ? spans[0].length : 9;

    if (n <= 0) return 0;
    if (is_first) must(memcmp(spans[0].base, "HTTP/1.1 ", looks) == 0);
    must(tercet_conn_consume(stack, conn, (uint32_t)n) == 0);
    return (uint32_t)n;
}

/* Time passes; the services get their ticks. */
static void pass(struct pair *pair, struct services *services, uint64_t until_ns) {
    for (unsigned n = 0; pair->now_ns < until_ns; n++) {
        uint64_t next = services_deadline(services);

        must(n < PAIR_TICKS_MAX);
        if (next <= pair->now_ns) services_tick(services, pair->now_ns);
        next = services_deadline(services);
        if (next <= pair->now_ns) next = pair->now_ns + 1;
        pair_walk(pair, next < until_ns ? next : until_ns, true);
    }
}

struct visit {
    struct pair pair;
    struct services *services;
    tercet_conn conn;
    uint32_t heard;
};

static void visit_hear(struct visit *v, uint64_t ms) {
    pass(&v->pair, v->services, v->pair.now_ns + ms * NS_PER_MS);
    v->heard += hear(v->pair.sides[0].stack, v->conn, v->heard == 0);
}

/* A folder with two files in it, made by the first input and removed at the end. */
static char folder[] = "/tmp/tercet-fuzz-XXXXXX";
static const char *const names[] = {"index.html", "sub/a.txt"};

static void folder_remove(void) {
    if (chdir(folder)) return;
    for (unsigned i = 0; i < 2; i++)
        unlink(names[i]);
    rmdir("sub");
    rmdir(folder);
}

static struct files *folder_served(void) {
    static struct files files;
    static bool is_made;

    if (is_made) return &files;
    must(mkdtemp(folder) && files_open(&files, folder) == 0);
    must(mkdirat(files.directory, "sub", 0755) == 0);
    for (unsigned i = 0; i < 2; i++) {
        char path[sizeof folder + 16];
        FILE *file;

        snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        file = fopen(path, "w");
        must(file && fprintf(file, "%0*d", i ? 50000 : 50, 0) > 0 && fclose(file) == 0);
    }
    is_made = true;
    atexit(folder_remove);
    return &files;
}

static void visit_begin(struct visit *v, struct files *files) {
    struct tercet_endpoint server = {pair_address(false, 2), 80};
    struct tercet_config config = pair_config();
    struct services_limits limits;

    services_limits_init(&limits);
    limits.max_clients = 4;
    config.max_traces = 0;
    pair_init(&v->pair, &config, 1500);
    must(services_init(&v->services, v->pair.sides[1].stack, &limits, v->pair.now_ns) == 0);
    services_set_wall(v->services, WALL_S * 1000000000ll);
    must(services_add(v->services, SERVICES_HTTP, 80, files) == 0);
    must(tercet_connect(v->pair.sides[0].stack, NULL, &server, 0, v->pair.now_ns, &v->conn) == 0);
}

/* @closes: his FIN follows what he says */
static void try_visit(const char *bytes, size_t n, size_t piece, bool closes, struct files *files) {
    static struct visit v;
    void *owner[2];

    v = (struct visit){.conn = 0};
    visit_begin(&v, files);
    owner[0] = v.services;
    owner[1] = &v.pair;
    v.pair.sides[1].on_event = serve;
    v.pair.sides[1].user = owner;
    for (size_t at = 0; at < n;) {
        uint32_t more = (uint32_t)(n - at < piece ? n - at : piece);
        int taken = tercet_conn_write(v.pair.sides[0].stack, v.conn, bytes + at, more);

        if (taken < 0) break;
        at += (size_t)taken;
        visit_hear(&v, taken ? 1 : 50);
    }
    if (closes) tercet_conn_shutdown(v.pair.sides[0].stack, v.conn);
    for (unsigned i = 0; i < SESSION_S / 10; i++)
        visit_hear(&v, 10000);
    tercet_conn_close(v.pair.sides[0].stack, v.conn);
    pass(&v.pair, v.services, v.pair.now_ns + SESSION_S * NS_PER_S);
    must(services_counters(v.services)->clients == 0);
    services_free(v.services);
    v.pair.sides[1].on_event = NULL;
    pair_walk(&v.pair, v.pair.now_ns + 3600 * NS_PER_S, true);
    pair_must_be_empty(&v.pair);
    pair_free(&v.pair);
}

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t size) {
    const char *bytes = (const char *)octets + 1;
    size_t n = size > 0 ? size - 1 : 0, piece;

    if (n == 0) return 0;
    piece = octets[0] & 0x40 ? 1500 : (octets[0] & 0x1fu) + 1;
    try_scan(bytes, n, piece);
    if (n / piece > PIECES_MAX) return 0;
    try_visit(bytes, n, piece, octets[0] & 0x80, octets[0] & 0x20 ? folder_served() : NULL);
    return 0;
}
