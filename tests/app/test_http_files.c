/* SPDX-License-Identifier: BSD-2-Clause */
#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/http_resource.h"
#include "pair.h"
#include "tap.h"

/*
 * A folder of its own for each test:
 *   index.html "front"   a.txt "0123456789"   empty.css   big.bin 3 MB   with space.html   %41.txt
 *   sub/index.html "sub"   bare/x   out -> /etc   in -> a.txt   fifo
 */
struct folder {
    char path[64];
    struct files files;
};

enum { BIG = 3000000, WHEN = 784111777 };

static void folder_put(const struct folder *folder, const char *name, const void *bytes, size_t n) {
    char path[200];
    struct timespec times[2] = {{.tv_sec = WHEN}, {.tv_sec = WHEN}};
    snprintf(path, sizeof path, "%s/%s", folder->path, name);
    int fd = open(path, O_CREAT | O_WRONLY | O_TRUNC, 0644);
    CHECK(fd >= 0 && write(fd, bytes, n) == (ssize_t)n);
    CHECK_EQ(futimens(fd, times), 0);
    close(fd);
}

static void folder_make(struct folder *folder) {
    char path[200];
    char *big = malloc(BIG);
    for (unsigned i = 0; i < BIG; i++)
        big[i] = (char)(i * 7 + i / 251);
    snprintf(folder->path, sizeof folder->path, "/tmp/tercet-test-XXXXXX");
    CHECK(mkdtemp(folder->path) != NULL);
    snprintf(path, sizeof path, "%s/sub", folder->path);
    CHECK_EQ(mkdir(path, 0755), 0);
    snprintf(path, sizeof path, "%s/bare", folder->path);
    CHECK_EQ(mkdir(path, 0755), 0);
    folder_put(folder, "index.html", "front", 5);
    folder_put(folder, "a.txt", "0123456789", 10);
    folder_put(folder, "empty.css", "", 0);
    folder_put(folder, "big.bin", big, BIG);
    folder_put(folder, "with space.html", "space", 5);
    folder_put(folder, "%41.txt", "percent", 7);
    folder_put(folder, "sub/index.html", "sub", 3);
    folder_put(folder, "bare/x", "x", 1);
    snprintf(path, sizeof path, "%s/out", folder->path);
    CHECK_EQ(symlink("/etc", path), 0);
    snprintf(path, sizeof path, "%s/in", folder->path);
    CHECK_EQ(symlink("a.txt", path), 0);
    snprintf(path, sizeof path, "%s/fifo", folder->path);
    CHECK_EQ(mkfifo(path, 0644), 0);
    CHECK_EQ(files_open(&folder->files, folder->path), 0);
    free(big);
}

static void folder_remove(struct folder *folder) {
    static const char *const names[] = {"index.html",
                                        "a.txt",
                                        "empty.css",
                                        "big.bin",
                                        "with space.html",
                                        "%41.txt",
                                        "sub/index.html",
                                        "bare/x",
                                        "sub",
                                        "bare",
                                        "out",
                                        "in",
                                        "fifo",
                                        ""};
    files_close(&folder->files);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char path[200];
        snprintf(path, sizeof path, "%s/%s", folder->path, names[i]);
        CHECK_EQ(remove(path), 0);
    }
}

static unsigned open_descriptors(void) {
    unsigned n = 0;
    DIR *directory = opendir("/proc/self/fd");
    while (readdir(directory))
        n++;
    closedir(directory);
    return n;
}

static struct visitor *open_http(struct pair *pair, struct folder *folder,
                                 const struct pair_plan *plan) {
    folder_make(folder);
    pair_open(pair, plan);
    CHECK_EQ(services_add(pair->services, SERVICES_HTTP, 80, &folder->files), 0);
    services_set_wall(pair->services, (int64_t)1700000000 * 1000000000);
    return pair_visit(pair, 80);
}

static void close_http(struct pair *pair, struct folder *folder) {
    pair_settle(pair);
    pair_close(pair);
    folder_remove(folder);
}

TEST(files_are_found_and_nothing_else)
{
    static const struct {
        const char *target;
        unsigned status;
        const char *body, *type;
    } rows[] = {
        {"/",                  200, "front",      "text/html; charset=utf-8" },
        {"/index.html",        200, "front",      "text/html; charset=utf-8" },
        {"//index.html",       200, "front",      "text/html; charset=utf-8" },
        {"/a.txt",             200, "0123456789", "text/plain; charset=utf-8"},
        {"/a.txt?x",           200, "0123456789", "text/plain; charset=utf-8"},
        {"/empty.css",         200, "",           "text/css; charset=utf-8"  },
        {"/with%20space.html", 200, "space",      "text/html; charset=utf-8" },
        {"/%2541.txt",         200, "percent",    "text/plain; charset=utf-8"},
        {"/sub/",              200, "sub",        "text/html; charset=utf-8" },
        {"/in",                200, "0123456789", "application/octet-stream" },
        {"/bare/x",            200, "x",          "application/octet-stream" },
        {"/sub",               301, NULL,         NULL                       },
        {"/bare/",             404, NULL,         NULL                       },
        {"/bare",              301, NULL,         NULL                       },
        {"/none",              404, NULL,         NULL                       },
        {"/plain",             404, NULL,         NULL                       },
        {"/bytes/5",           404, NULL,         NULL                       },
        {"/a.txt/",            404, NULL,         NULL                       },
        {"/a.txt/b",           404, NULL,         NULL                       },
        {"/A.TXT",             404, NULL,         NULL                       },
        {"/out/passwd",        404, NULL,         NULL                       },
        {"/out/",              404, NULL,         NULL                       },
        {"/out",               404, NULL,         NULL                       },
        {"/fifo",              403, NULL,         NULL                       },
        {"/../a.txt",          400, NULL,         NULL                       },
        {"/sub/../a.txt",      400, NULL,         NULL                       },
        {"/sub/%2e%2e/a.txt",  400, NULL,         NULL                       },
        {"/sub%2findex.html",  400, NULL,         NULL                       },
        {"//etc/passwd",       404, NULL,         NULL                       },
        {"/%2fetc/passwd",     400, NULL,         NULL                       },
        {"/a.txt%00.html",     400, NULL,         NULL                       },
    };
    unsigned before = open_descriptors();
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        TEST_ROW ("%s gives %u", rows[i].target, rows[i].status) {
            struct pair pair;
            struct folder folder;
            struct response response;
            char request[200];
            struct visitor *visitor = open_http(&pair, &folder, NULL);
            snprintf(request, sizeof request, "GET %s HTTP/1.1\r\nHost: x\r\n\r\n", rows[i].target);
            visitor_say_text(&pair, visitor, request);
            pair_run_ms(&pair, 50);
            CHECK_EQ(response_read(&response, visitor->heard, visitor->n_heard, false),
                     visitor->n_heard);
            CHECK_EQ(response.status, rows[i].status);
            if (rows[i].body && CHECK_EQ(response.n_body, strlen(rows[i].body))) {
                CHECK_MEM(response.body, rows[i].body, response.n_body);
                CHECK_STR(response_field(&response, "Content-Type"), rows[i].type);
                CHECK_STR(response_field(&response, "Accept-Ranges"), "bytes");
                CHECK_STR(response_field(&response, "Last-Modified"),
                          "Sun, 06 Nov 1994 08:49:37 GMT");
            }
            if (rows[i].status == 301)
                CHECK_EQ(response_field(&response, "Location")[strlen(rows[i].target)], '/');
            close_http(&pair, &folder);
        }
    }
    CHECK_EQ(open_descriptors(), before);
}

TEST(a_name_longer_than_a_file_can_have_is_not_found)
{
    struct pair pair;
    struct folder folder;
    struct response response;
    char request[600];
    struct visitor *visitor = open_http(&pair, &folder, NULL);
    snprintf(request, sizeof request, "GET /%0300d HTTP/1.1\r\nHost: x\r\n\r\n", 1);
    visitor_say_text(&pair, visitor, request);
    pair_run_ms(&pair, 50);
    response_read(&response, visitor->heard, visitor->n_heard, false);
    CHECK_EQ(response.status, 404);
    close_http(&pair, &folder);
}

/* Ask for a.txt with one more field; the answer is borrowed from the visitor. */
static unsigned ask_with(struct pair *pair, struct visitor *visitor, const char *field,
                         struct response *response) {
    char request[400];
    size_t before = visitor->n_heard;
    snprintf(request, sizeof request, "GET /a.txt HTTP/1.1\r\nHost: x\r\n%s\r\n\r\n", field);
    visitor_say_text(pair, visitor, request);
    pair_run_ms(pair, 50);
    CHECK_EQ(response_read(response, visitor->heard + before, visitor->n_heard - before, false),
             visitor->n_heard - before);
    return response->status;
}

TEST(conditions_save_the_content)
{
    struct pair pair;
    struct folder folder;
    struct response response;
    char tag[80], field[120];
    struct visitor *visitor = open_http(&pair, &folder, NULL);
    CHECK_EQ(ask_with(&pair, visitor, "Accept: */*", &response), 200);
    const char *found = response_field(&response, "ETag");
    if (!CHECK(found && strlen(found) < sizeof tag)) return;
    snprintf(tag, sizeof tag, "%s", found);

    snprintf(field, sizeof field, "If-None-Match: \"x\", W/%s", tag);
    CHECK_EQ(ask_with(&pair, visitor, field, &response), 304);
    CHECK_EQ(response.n_body, 0);
    CHECK_STR(response_field(&response, "ETag"), tag);
    CHECK_EQ(ask_with(&pair, visitor, "If-Modified-Since: Sun, 06 Nov 1994 08:49:37 GMT", &response),
             304);
    CHECK_EQ(ask_with(&pair, visitor, "If-Modified-Since: Sun, 06 Nov 1994 08:49:36 GMT", &response),
             200);
    CHECK_EQ(ask_with(&pair, visitor, "If-Match: \"x\"", &response), 412);

    CHECK_EQ(ask_with(&pair, visitor, "Range: bytes=2-4", &response), 206);
    CHECK_EQ(response.n_body, 3);
    CHECK_MEM(response.body, "234", 3);
    CHECK_STR(response_field(&response, "Content-Range"), "bytes 2-4/10");
    CHECK_EQ(ask_with(&pair, visitor, "Range: bytes=10-", &response), 416);
    snprintf(field, sizeof field, "Range: bytes=-1\r\nIf-Range: %s", tag);
    CHECK_EQ(ask_with(&pair, visitor, field, &response), 206);
    CHECK_MEM(response.body, "9", 1);
    CHECK_EQ(ask_with(&pair, visitor, "Range: bytes=-1\r\nIf-Range: \"x\"", &response), 200);

    folder_put(&folder, "a.txt", "other", 5); /* the same time, another size */
    snprintf(field, sizeof field, "If-None-Match: %s", tag);
    CHECK_EQ(ask_with(&pair, visitor, field, &response), 200);
    close_http(&pair, &folder);
}

TEST(a_large_file_arrives_whole)
{
    static const struct {
        const char *name;
        uint32_t send_buffer_bytes, loss_ppm;
    } rows[] = {
        {"as usual",                    0,    0    },
        {"through the smallest buffer", 4096, 0    },
        {"through loss",                0,    10000}
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        TEST_ROW ("a large file arrives whole %s", rows[i].name) {
            struct pair pair;
            struct folder folder;
            struct pair_plan plan;
            struct response response;
            pair_plan_init(&plan);
            plan.send_buffer_bytes = rows[i].send_buffer_bytes;
            plan.loss_ppm = rows[i].loss_ppm;
            struct visitor *visitor = open_http(&pair, &folder, &plan);
            visitor_say_text(&pair, visitor, "GET /big.bin HTTP/1.0\r\n\r\n");
            CHECK(pair_run_to_end(&pair, visitor, 3600000));
            CHECK_EQ(response_read(&response, visitor->heard, visitor->n_heard, false),
                     visitor->n_heard);
            CHECK_EQ(response.n_body, BIG);
            unsigned wrong = 0;
            for (unsigned at = 0; at < response.n_body; at++)
                wrong += response.body[at] != (char)(at * 7 + at / 251);
            CHECK_EQ(wrong, 0);
            close_http(&pair, &folder);
        }
    }
}

TEST(a_file_that_shrinks_under_way_ends_in_a_reset)
{
    struct pair pair;
    struct folder folder;
    char path[200];
    struct visitor *visitor = open_http(&pair, &folder, NULL);
    visitor_set_deaf(&pair, visitor, true);
    visitor_say_text(&pair, visitor, "GET /big.bin HTTP/1.1\r\nHost: x\r\n\r\n");
    pair_run_ms(&pair, 1000);
    snprintf(path, sizeof path, "%s/big.bin", folder.path);
    CHECK_EQ(truncate(path, 1000), 0);
    visitor_set_deaf(&pair, visitor, false);
    CHECK(pair_run_to_end(&pair, visitor, 20000));
    CHECK(!visitor->has_ended);
    CHECK(visitor->is_over);
    CHECK_EQ(visitor->reason, TERCET_REASON_RESET);
    CHECK_EQ(services_counters(pair.services)->aborted, 1);
    close_http(&pair, &folder);
}

TEST(a_visitor_who_leaves_takes_his_file_with_him)
{
    struct pair pair;
    struct folder folder;
    struct visitor *visitor = open_http(&pair, &folder, NULL);
    unsigned before = open_descriptors();
    visitor_set_deaf(&pair, visitor, true);
    visitor_say_text(&pair, visitor, "GET /big.bin HTTP/1.1\r\nHost: x\r\n\r\n");
    pair_run_ms(&pair, 1000);
    CHECK_EQ(open_descriptors(), before + 1);
    visitor_abort(&pair, visitor);
    pair_run_ms(&pair, 100);
    CHECK_EQ(open_descriptors(), before);
    close_http(&pair, &folder);
}

TEST(services_freed_amid_a_file_leave_nothing_open)
{
    struct pair pair;
    struct folder folder;
    unsigned before = open_descriptors();
    struct visitor *visitor = open_http(&pair, &folder, NULL);
    visitor_set_deaf(&pair, visitor, true);
    visitor_say_text(&pair, visitor, "GET /big.bin HTTP/1.1\r\nHost: x\r\n\r\n");
    pair_run_ms(&pair, 1000);
    pair_close(&pair);
    folder_remove(&folder);
    CHECK_EQ(open_descriptors(), before);
}

TEST(each_port_may_have_its_folder)
{
    struct pair pair;
    struct folder folder;
    struct response response;
    struct visitor *visitor = open_http(&pair, &folder, NULL);
    CHECK_EQ(services_add(pair.services, SERVICES_HTTP, 8080, NULL), 0);
    struct visitor *other = pair_visit(&pair, 8080);
    visitor_say_text(&pair, visitor, "GET /a.txt HTTP/1.1\r\nHost: x\r\n\r\n");
    visitor_say_text(&pair, other, "GET /a.txt HTTP/1.1\r\nHost: x\r\n\r\n");
    pair_run_ms(&pair, 100);
    response_read(&response, visitor->heard, visitor->n_heard, false);
    CHECK_EQ(response.status, 200);
    response_read(&response, other->heard, other->n_heard, false);
    CHECK_EQ(response.status, 404);
    close_http(&pair, &folder);
}

TEST(a_file_from_the_future_is_as_old_as_now)
{
    struct folder folder;
    struct http_resource resource = {.file = {.fd = -1}};
    struct http_target target = {.path = "a.txt"};
    folder_make(&folder);
    CHECK_EQ(http_files_find(&folder.files, &target, WHEN - 10, &resource), 200);
    CHECK_EQ(resource.validators.modified_s, WHEN - 10);
    file_close(&resource.file);
    folder_remove(&folder);
}

TEST(running_out_of_descriptors_is_not_the_visitors_fault)
{
    struct folder folder;
    struct http_resource resource = {.file = {.fd = -1}};
    struct http_target target = {.path = "a.txt"};
    struct rlimit before, none;
    folder_make(&folder);
    CHECK_EQ(getrlimit(RLIMIT_NOFILE, &before), 0);
    none = (struct rlimit){.rlim_cur = 0, .rlim_max = before.rlim_max};
    CHECK_EQ(setrlimit(RLIMIT_NOFILE, &none), 0);
    CHECK_EQ(http_files_find(&folder.files, &target, WHEN, &resource), 503);
    CHECK_EQ(setrlimit(RLIMIT_NOFILE, &before), 0);
    folder_remove(&folder);
}
