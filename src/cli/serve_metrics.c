/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/serve_metrics.h"

#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/must.h"
#include "cli/complaint.h"
#include "cli/metrics_text.h"
#include "host/relay.h"

void serve_metrics_init(struct serve_metrics *metrics) {
    *metrics = (struct serve_metrics){.listener = -1};
}

int serve_metrics_bind(struct serve_metrics *metrics, const struct serve_options *options) {
    const struct serve_page *page = &options->metrics;

    if (!page->text) return 0;
    int fd = relay_bind(&page->address, page->port);
    if (fd < 0) {
        complain("--metrics %s: %s (%s)", page->text, strerror(-fd),
                 advice_against(fd, relay_advice(fd)));
        return -1;
    }
    metrics->listener = fd;
    metrics->port = relay_port(fd);
    return 0;
}

static size_t page_make(void *user, char *into, size_t capacity) {
    const struct session *session = user;
    struct text text;

    text_init(&text, into, capacity);
    metrics_text(&text, session->stack);
    must(!text.cut);
    return text.used;
}

static void on_scrape(void *user, uint32_t events) {
    struct serve_metrics *metrics = user;
    (void)events;

    scrape_ready(metrics->scrape);
}

int serve_metrics_open(struct serve_metrics *metrics, struct session *session) {
    if (metrics->listener < 0) return 0;
    int error = scrape_open(&metrics->scrape, metrics->listener, page_make, session);
    metrics->listener = -1;
    if (!error)
        return session_watch(session, scrape_descriptor(metrics->scrape), EPOLLIN, on_scrape,
                             metrics, "--metrics");
    complain("--metrics: %s (%s)", strerror(-error), advice_against(error, "start again"));
    return -1;
}

void serve_metrics_close(struct serve_metrics *metrics) {
    scrape_close(metrics->scrape);
    if (metrics->listener >= 0) close(metrics->listener);
    serve_metrics_init(metrics);
}
