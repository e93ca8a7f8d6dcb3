/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_HOST_SCRAPE_H
#define TERCET_HOST_SCRAPE_H

#include <stddef.h>

/*
 * One page of text by HTTP on a socket of the host's network, for Prometheus and its like: whoever asks for /metrics gets
 * the page as it is at that moment, and is closed.
 *
 * A client has one request of at most SCRAPE_REQUEST_MAX octets; beyond SCRAPE_CLIENTS_MAX at once, a new one takes the place of
 * the oldest.  It has one descriptor for all of its own; scrape_ready does a bounded amount of work.
 */
#define SCRAPE_CLIENTS_MAX 8
#define SCRAPE_REQUEST_MAX 4096
#define SCRAPE_PAGE_MAX    32768

/* Makes the page.  Return: octets, at most @capacity. */
typedef size_t scrape_page(void *user, char *into, size_t capacity);

struct scrape;

/*
 * @listener: a listening socket (relay_bind), taken
 * Return: 0 and *@scrape, or -errno; the listener is closed then, too.
 */
int scrape_open(struct scrape **scrape, int listener, scrape_page *page, void *user);

/* To be watched for reading. */
int scrape_descriptor(const struct scrape *scrape);

/* Do what is ready, without waiting. */
void scrape_ready(struct scrape *scrape);

/* @scrape: or NULL */
void scrape_close(struct scrape *scrape);

#endif
