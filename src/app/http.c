/* SPDX-License-Identifier: BSD-2-Clause */
#include "app/http.h"

#include <stdlib.h>
#include <string.h>

#include "app/client.h"
#include "app/http_range.h"
#include "app/http_resource.h"
#include "app/pattern.h"

/*
 * An HTTP/1.1 connection. Source: RFC 9112, RFC 9110.
 *
 *     AWAIT  --a whole head-->  SEND  --all written-->      AWAIT, or SKIP if there is a body
 *                                     --it was the last-->  LINGER  --FIN or time-->  closed
 *
 * A request is answered before its body is read, since no answer depends on it. A request that
 * leaves doubt about where the next one begins (malformed, chunked, a long body) is the last.
 * LINGER is there because closing with octets unread would reset the connection and could take the
 * response with it (RFC 9112 section 9.6).
 *
 * Memory: a head waits in the receive buffer, a file's content in the file; only what was made for
 * this visitor and finds the send buffer full is kept in an outbox of just that size, of which all
 * clients together have a limit.
 *
 * Time: a head that has begun must be whole after head_ms, however slowly it drips, and before the
 * peer's FIN; between requests and while we send, idle_ms without progress ends the connection.
 */
enum step {
    STEP_ON,      /* the state has changed: take its step */
    STEP_BLOCKED, /* wait for the next event */
    STEP_GONE     /* the client has ended */
};

static enum step http_close(struct services *services, struct client *client) {
    client_close(services, client);
    return STEP_GONE;
}

static enum step http_abort(struct services *services, struct client *client) {
    client_abort(services, client);
    return STEP_GONE;
}

static int64_t http_wall_s(const struct services *services) {
    return ((int64_t)services->now_ns + services->wall_minus_now_ns) / 1000000000;
}

static const char *http_date(struct services *services) {
    struct http_scratch *scratch = &services->http;
    int64_t now_s = http_wall_s(services);
    if (scratch->date_s != now_s || !scratch->date[0]) {
        http_date_write(scratch->date, now_s);
        scratch->date_s = now_s;
    }
    return scratch->date;
}

/*
 * Keep what the send buffer did not take. Return: false when the outboxes hold too much already.
 */
static bool outbox_keep(struct services *services, struct http_client *http, const char *bytes,
                        uint32_t n) {
    if (services->outbox_bytes + n > services->limits.outbox_bytes) return false;
    http->outbox = malloc(n);
    if (!http->outbox) return false;
    memcpy(http->outbox, bytes, n);
    http->outbox_at = 0;
    http->outbox_n = n;
    services->outbox_bytes += n;
    return true;
}

static void outbox_drop(struct services *services, struct http_client *http) {
    if (!http->outbox) return;
    free(http->outbox);
    services->outbox_bytes -= http->outbox_n;
    http->outbox = NULL;
}

/* Send a response whose head and text stand in @out; the content's source has been set. */
static enum step response_begin(struct services *services, struct client *client,
                                const struct text *out) {
    struct http_client *http = &client->http;
    int64_t taken = client_write(services, client, out->at, (uint32_t)out->used);
    http->state = HTTP_SEND;
    http->scan = (struct http_scan){0};
    if (taken < 0) return http_abort(services, client);
    if ((size_t)taken < out->used &&
        !outbox_keep(services, http, out->at + taken, (uint32_t)(out->used - (size_t)taken)))
        return http_abort(services, client);
    client_arm(services, client, services->limits.idle_ms);
    return STEP_ON;
}

static void response_count(struct services *services, unsigned status) {
    services->counters.requests++;
    services->counters.responses[status / 100]++;
}

/* Answer with a status and one line of text. */
static enum step response_plain(struct services *services, struct client *client,
                                struct http_response *response, bool is_head) {
    char line[80];
    struct text words, out;
    text_init(&words, line, sizeof line);
    text_u64(&words, response->status);
    text_char(&words, ' ');
    text_put(&words, http_status_words(response->status));
    text_char(&words, '\n');
    response->type = "text/plain; charset=utf-8";
    response->length = words.used;

    text_init(&out, services->http.out, sizeof services->http.out);
    http_response_put(response, http_date(services), &out);
    if (!is_head) text_bytes(&out, words.at, words.used);
    client->http.source = HTTP_SOURCE_TEXT;
    client->http.remaining = 0;
    client->http.keeps_alive = response->keeps_alive;
    response_count(services, response->status);
    return response_begin(services, client, &out);
}

/* Answer what was no request, or took too long to become one; then end. */
static enum step response_refuse(struct services *services, struct client *client, unsigned status) {
    struct http_response response = {.status = status};
    client->http.to_skip = 0;
    return response_plain(services, client, &response, false);
}

/* Settle on the whole, a part, or 416. */
static void response_choose(struct http_response *response, const struct http_request *request,
                            const struct http_resource *resource, int64_t now_s) {
    struct http_words range = request->fields[HTTP_FIELD_range];
    response->status = 200;
    response->length = response->size = resource->size;
    response->has_ranges = resource->source != HTTP_SOURCE_TEXT;
    if (!response->has_ranges || request->is_head || !range.at) return;
    if (!http_condition_has_range(request, &resource->validators, now_s)) return;
    switch (http_range_read(range, resource->size, &response->first, &response->last)) {
    case HTTP_RANGE_NONE: return;
    case HTTP_RANGE_BEYOND: response->status = 416; return;
    case HTTP_RANGE_PART: break;
    }
    response->status = 206;
    response->length = response->last - response->first + 1;
}

/* Send a resource that was found; takes its file. */
static enum step response_resource(struct services *services, struct client *client,
                                   struct http_response *response,
                                   const struct http_request *request,
                                   struct http_resource *resource, const struct text *page) {
    struct http_client *http = &client->http;
    bool has_content = response->status != 304 && !request->is_head;
    struct text out;
    response->type = response->status == 304 ? NULL : resource->type;
    response->is_dynamic = resource->is_dynamic;
    response->validators = &resource->validators;
    text_init(&out, services->http.out, sizeof services->http.out);
    http_response_put(response, http_date(services), &out);
    if (has_content && resource->source == HTTP_SOURCE_TEXT) text_bytes(&out, page->at, page->used);

    http->source = (uint8_t)resource->source;
    http->offset = response->first;
    http->remaining = has_content && resource->source != HTTP_SOURCE_TEXT ? response->length : 0;
    http->keeps_alive = response->keeps_alive;
    http->file = resource->file;
    if (http->remaining == 0) file_close(&http->file);
    response_count(services, response->status);
    return response_begin(services, client, &out);
}

/* Return: 200, or the status that says why not. */
static unsigned http_find(struct services *services, struct client *client,
                          const struct http_request *request, struct text *page,
                          struct http_resource *resource) {
    struct http_target *target = &services->http.target;
    const struct files *root = services->listeners[client->listener].root;
    struct tercet_conn_info info;
    if (request->refusal) return request->refusal;
    unsigned status = http_target_read(target, request->target);
    if (status) return status;
    if (root) return http_files_find(root, target, http_wall_s(services), resource);
    if (tercet_conn_info(services->stack, client->conn, &info) != 0) return 500;
    return http_pages_find(target, &info, page, resource);
}

static enum step http_answer(struct services *services, struct client *client,
                             const struct http_request *request) {
    struct http_resource resource = {.file = {.fd = -1}};
    struct http_response response = {
        .keeps_alive = request->keeps_alive,
        .is_old = request->is_old,
    };
    int64_t now_s = http_wall_s(services);
    struct text page;

    text_init(&page, services->http.page, sizeof services->http.page);
    response.status = http_find(services, client, request, &page, &resource);
    if (response.status == 301) response.moved = &services->http.target;
    if (response.status != 200)
        return response_plain(services, client, &response, request->is_head);

    response.status = http_condition_check(request, &resource.validators, now_s);
    if (response.status == 0) response_choose(&response, request, &resource, now_s);
    if (response.status == 412 || response.status == 416) {
        file_close(&resource.file);
        return response_plain(services, client, &response, request->is_head);
    }
    return response_resource(services, client, &response, request, &resource, &page);
}

/* Copy the whole head out of the receive buffer, and answer it. */
static enum step http_take(struct services *services, struct client *client,
                           const struct tercet_span spans[2]) {
    struct http_request request;
    char *head = services->http.head;
    uint32_t n = client->http.scan.seen;
    uint32_t first = n < spans[0].length ? n : spans[0].length;
    memcpy(head, spans[0].base, first);
    if (n > first) memcpy(head + first, spans[1].base, n - first);
    client_consume(services, client, n);
    http_request_read(&request, head, n);
    client->http.to_skip = request.body_bytes;
    return http_answer(services, client, &request);
}

/* Let the scan see what is new in @span, which begins at octet @start of the head. */
static void http_look(struct http_scan *scan, const struct tercet_span *span, uint32_t start) {
    uint32_t end = start + span->length < HTTP_HEAD_MAX ? start + span->length : HTTP_HEAD_MAX;
    if (scan->seen < start || scan->seen >= end) return;
    http_scan(scan, (const char *)span->base + (scan->seen - start), end - scan->seen);
}

/* Empty lines before a request are no beginning of one, and stop no clock. */
static enum step http_drop_blank(struct services *services, struct client *client) {
    client_consume(services, client, client->http.scan.seen);
    client->http.scan = (struct http_scan){0};
    return STEP_ON;
}

static enum step http_await(struct services *services, struct client *client) {
    struct http_scan *scan = &client->http.scan;
    struct tercet_span spans[2];
    bool is_new = scan->seen == 0;
    enum look look = client_look(services, client, spans);
    if (look == LOOK_NOTHING) return STEP_BLOCKED;
    if (look != LOOK_BYTES) return http_close(services, client);

    http_look(scan, &spans[0], 0);
    if (scan->state < HTTP_SCAN_DONE) http_look(scan, &spans[1], spans[0].length);
    if (scan->state == HTTP_SCAN_DONE) return http_take(services, client, spans);
    if (scan->state == HTTP_SCAN_START) return http_drop_blank(services, client);
    if (scan->state == HTTP_SCAN_BAD) return response_refuse(services, client, 400);
    if (scan->seen == HTTP_HEAD_MAX)
        return response_refuse(services, client, scan->is_in_fields ? 431 : 414);
    if (client_has_heard_all(services, client)) return response_refuse(services, client, 400);
    if (is_new) client_arm(services, client, services->limits.head_ms);
    return STEP_BLOCKED;
}

/* Write one piece of the content.  Return: as client_write; @wanted: what it was offered. */
static int64_t send_piece(struct services *services, struct client *client, uint32_t *wanted) {
    struct http_client *http = &client->http;
    const char *bytes = services->http.chunk;
    uint32_t n = HTTP_CHUNK_BYTES;
    if (http->source == HTTP_SOURCE_PATTERN) bytes = pattern_at(http->offset, &n);
    if (n > http->remaining) n = (uint32_t)http->remaining;
    if (http->source == HTTP_SOURCE_FILE) {
        /*
         * The file is shorter now than its length in the head: there is no other way to say so than
         * a reset.
         */
        ssize_t got = file_read(&http->file, services->http.chunk, n, http->offset);
        if (got <= 0) return -1;
        n = (uint32_t)got;
    }
    *wanted = n;
    return client_write(services, client, bytes, n);
}

/* Return: STEP_ON when all has been written. */
static enum step send_outbox(struct services *services, struct client *client) {
    struct http_client *http = &client->http;
    uint32_t n = http->outbox_n - http->outbox_at;
    int64_t taken = client_write(services, client, http->outbox + http->outbox_at, n);
    if (taken < 0) return http_abort(services, client);
    http->outbox_at += (uint32_t)taken;
    if (taken > 0) client_arm(services, client, services->limits.idle_ms);
    if (taken < n) return STEP_BLOCKED;
    outbox_drop(services, http);
    return STEP_ON;
}

static enum step send_content(struct services *services, struct client *client) {
    struct http_client *http = &client->http;
    bool has_sent = false;
    while (http->remaining > 0) {
        uint32_t wanted = 0;
        int64_t taken = send_piece(services, client, &wanted);
        if (taken < 0) return http_abort(services, client);
        http->offset += (uint64_t)taken;
        http->remaining -= (uint64_t)taken;
        has_sent |= taken > 0;
        if (taken == wanted) continue;
        if (has_sent) client_arm(services, client, services->limits.idle_ms);
        return STEP_BLOCKED;
    }
    file_close(&http->file);
    return STEP_ON;
}

static enum step http_send(struct services *services, struct client *client) {
    struct http_client *http = &client->http;
    if (client->is_full) return STEP_BLOCKED; /* else each octet that comes would cost a read */
    enum step step = http->outbox ? send_outbox(services, client) : STEP_ON;
    if (step == STEP_ON) step = send_content(services, client);
    if (step != STEP_ON) return step;

    if (!http->keeps_alive) {
        tercet_conn_shutdown(services->stack, client->conn);
        http->state = HTTP_LINGER;
        http->to_skip = HTTP_LINGER_MAX;
        client_arm(services, client, services->limits.linger_ms);
        return STEP_ON;
    }
    http->state = http->to_skip > 0 ? HTTP_SKIP : HTTP_AWAIT;
    client_arm(services, client,
               http->to_skip > 0 ? services->limits.head_ms : services->limits.idle_ms);
    return STEP_ON;
}

static enum step http_skip(struct services *services, struct client *client) {
    struct http_client *http = &client->http;
    uint64_t thrown;
    enum look look = client_discard(services, client, http->to_skip, &thrown);
    http->to_skip -= thrown;
    if (http->to_skip > 0)
        return look == LOOK_NOTHING ? STEP_BLOCKED : http_close(services, client);
    http->state = HTTP_AWAIT;
    client_arm(services, client, services->limits.idle_ms);
    return STEP_ON;
}

static enum step http_linger(struct services *services, struct client *client) {
    uint64_t thrown;
    enum look look = client_discard(services, client, UINT64_MAX, &thrown);
    if (look == LOOK_END || look == LOOK_OVER) return http_close(services, client);
    if (thrown > client->http.to_skip) return http_abort(services, client);
    client->http.to_skip -= thrown;
    return STEP_BLOCKED;
}

static void http_serve(struct services *services, struct client *client) {
    static enum step (*const steps[HTTP_STATES])(struct services *, struct client *) = {
        [HTTP_AWAIT] = http_await,
        [HTTP_SEND] = http_send,
        [HTTP_SKIP] = http_skip,
        [HTTP_LINGER] = http_linger,
    };
    for (unsigned i = 0; i < HTTP_TURN_STEPS; i++) {
        if (steps[client->http.state](services, client) != STEP_ON) return;
    }
    client_wait(services, client);
}

static void http_begin(struct services *services, struct client *client) {
    client->http.file.fd = -1;
    client_arm(services, client, services->limits.idle_ms);
}

/* Time is up: for a peer who takes what we send, however slowly, it is not. */
static void http_expired(struct services *services, struct client *client) {
    struct http_client *http = &client->http;
    bool is_in_head = http->state == HTTP_AWAIT && http->scan.seen > 0;
    if (!is_in_head && http->state != HTTP_SKIP && client_has_progressed(services, client)) {
        client_arm(services, client,
                   http->state == HTTP_LINGER ? services->limits.linger_ms
                                              : services->limits.idle_ms);
        return;
    }
    services->counters.timed_out++;
    if (is_in_head) {
        if (response_refuse(services, client, 408) == STEP_ON) http_serve(services, client);
    } else if (http->state == HTTP_SEND) {
        client_abort(services, client);
    } else {
        client_close(services, client);
    }
}

static void http_release(struct services *services, struct client *client) {
    outbox_drop(services, &client->http);
    file_close(&client->http.file);
}

const struct service http_service = {
    .name = "http",
    .receive_buffer_bytes = HTTP_RECEIVE_BUFFER,
    .begin = http_begin,
    .serve = http_serve,
    .expired = http_expired,
    .release = http_release,
};
