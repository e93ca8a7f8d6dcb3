/* SPDX-License-Identifier: BSD-2-Clause */
#define _GNU_SOURCE
#include "host/scrape.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

/*
 *     free -> ASKS (its request is read) -> HEARS (the answer is written) -> free
 *
 * Level-triggered.  The listener's events carry LISTENER in place of a client's number.
 */
enum { LISTENER = SCRAPE_CLIENTS_MAX, HEAD_MAX = 256, EVENTS_MAX = SCRAPE_CLIENTS_MAX + 1 };

struct scrape_client {
    int fd; /* -1: free */
    uint64_t order;
    char request[SCRAPE_REQUEST_MAX];
    size_t asked;
    char answer[HEAD_MAX + SCRAPE_PAGE_MAX];
    size_t length, told; /* of the answer; length 0: not yet */
};

struct scrape {
    int epoll, listener;
    scrape_page *page;
    void *user;
    uint64_t accepted;
    struct scrape_client clients[SCRAPE_CLIENTS_MAX];
};

static int watch(struct scrape *scrape, int operation, int fd, uint32_t number, uint32_t events) {
    struct epoll_event event = {.events = events, .data.u32 = number};

    return epoll_ctl(scrape->epoll, operation, fd, &event) == 0 ? 0 : -errno;
}

static void client_end(struct scrape_client *client) {
    if (client->fd >= 0) close(client->fd);
    client->fd = -1;
}

/* A free place, or that of the oldest. */
static struct scrape_client *place_find(struct scrape *scrape) {
    struct scrape_client *found = &scrape->clients[0];

    for (unsigned i = 0; i < SCRAPE_CLIENTS_MAX; i++) {
        struct scrape_client *client = &scrape->clients[i];
        if (client->fd < 0) return client;
        if (client->order < found->order) found = client;
    }
    client_end(found);
    return found;
}

static void client_accept(struct scrape *scrape) {
    int fd = accept4(scrape->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0) return;

    struct scrape_client *client = place_find(scrape);
    client->fd = fd;
    client->order = ++scrape->accepted;
    client->asked = client->length = client->told = 0;
    uint32_t number = (uint32_t)(client - scrape->clients);
    if (watch(scrape, EPOLL_CTL_ADD, fd, number, EPOLLIN) != 0) client_end(client);
}

static bool is_asked_for(const struct scrape_client *client, const char *method) {
    static const char path[] = "/metrics";
    size_t n = strlen(method);

    if (strncmp(client->request, method, n) != 0) return false;
    if (strncmp(client->request + n, path, sizeof path - 1) != 0) return false;
    return strchr(" ?", client->request[n + sizeof path - 1]) != NULL;
}

static void answer_put(struct scrape_client *client, const char *status, const char *page,
                       size_t octets, bool has_body) {
    int n = snprintf(client->answer, HEAD_MAX,
                     "HTTP/1.1 %s\r\nContent-Type: text/plain; version=0.0.4; charset=utf-8\r\n"
                     "Content-Length: %zu\r\nConnection: close\r\n\r\n",
                     status, octets);

    if (has_body) memcpy(client->answer + n, page, octets);
    client->length = (size_t)n + (has_body ? octets : 0);
}

static void answer_make(struct scrape *scrape, struct scrape_client *client) {
    static const char hint[] = "ask for /metrics\n";
    static char page[SCRAPE_PAGE_MAX];
    bool is_head = is_asked_for(client, "HEAD ");

    if (is_head || is_asked_for(client, "GET ")) {
        size_t n = scrape->page(scrape->user, page, sizeof page);
        answer_put(client, "200 OK", page, n, !is_head);
    } else {
        answer_put(client, "404 Not Found", hint, sizeof hint - 1, true);
    }
}

/* Read the request as far as it has come.  Return: false when the client is to end. */
static bool request_read(struct scrape_client *client) {
    size_t room = SCRAPE_REQUEST_MAX - 1 - client->asked;
    ssize_t n = recv(client->fd, client->request + client->asked, room, 0);

    if (n < 0) return errno == EAGAIN || errno == EINTR;
    if (n == 0) return false;
    client->asked += (size_t)n;
    client->request[client->asked] = '\0';
    return true;
}

static bool request_is_whole(const struct scrape_client *client) {
    return memmem(client->request, client->asked, "\r\n\r\n", 4) != NULL ||
           memmem(client->request, client->asked, "\n\n", 2) != NULL;
}

/* Return: false when the client is to end. */
static bool client_asks(struct scrape *scrape, struct scrape_client *client) {
    if (!request_read(client)) return false;
    if (!request_is_whole(client)) return client->asked < SCRAPE_REQUEST_MAX - 1;
    answer_make(scrape, client);
    uint32_t number = (uint32_t)(client - scrape->clients);
    return watch(scrape, EPOLL_CTL_MOD, client->fd, number, EPOLLOUT) == 0;
}

static bool client_hears(struct scrape_client *client) {
    ssize_t n = send(client->fd, client->answer + client->told, client->length - client->told,
                     MSG_NOSIGNAL);

    if (n < 0) return errno == EAGAIN || errno == EINTR;
    client->told += (size_t)n;
    return client->told < client->length;
}

static void client_ready(struct scrape *scrape, struct scrape_client *client) {
    if (client->fd < 0) return;
    bool goes_on = client->length ? client_hears(client) : client_asks(scrape, client);
    if (!goes_on) client_end(client);
}

int scrape_open(struct scrape **scrape, int listener, scrape_page *page, void *user) {
    struct scrape *made = calloc(1, sizeof *made);
    int error = 0;

    if (!made) {
        close(listener);
        return -ENOMEM;
    }
    *made = (struct scrape){.listener = listener, .page = page, .user = user};
    for (unsigned i = 0; i < SCRAPE_CLIENTS_MAX; i++)
        made->clients[i].fd = -1;
    made->epoll = epoll_create1(EPOLL_CLOEXEC);
    if (made->epoll < 0) error = -errno;
    if (!error) error = watch(made, EPOLL_CTL_ADD, listener, LISTENER, EPOLLIN);
    if (error)
        scrape_close(made);
    else
        *scrape = made;
    return error;
}

int scrape_descriptor(const struct scrape *scrape) {
    return scrape->epoll;
}

void scrape_ready(struct scrape *scrape) {
    struct epoll_event events[EVENTS_MAX];
    int n = epoll_wait(scrape->epoll, events, EVENTS_MAX, 0);
    bool has_new = false;

    for (int i = 0; i < n; i++) {
        if (events[i].data.u32 == LISTENER)
            has_new = true;
        else
            client_ready(scrape, &scrape->clients[events[i].data.u32]);
    }
    if (has_new) client_accept(scrape); /* last: it may take the place of one that was ready */
}

void scrape_close(struct scrape *scrape) {
    if (!scrape) return;
    for (unsigned i = 0; i < SCRAPE_CLIENTS_MAX; i++)
        client_end(&scrape->clients[i]);
    close(scrape->listener);
    if (scrape->epoll >= 0) close(scrape->epoll);
    free(scrape);
}
