/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/serve_options.h"

#include <errno.h>
#include <string.h>

#include "cli/complaint.h"
#include "cli/place.h"
#include "wire/ip.h"

enum {
    KEY_SERVICE = 0x100, /* and the kind */
    KEY_HTTP = KEY_SERVICE + SERVICES_HTTP,
    KEY_ECHO = KEY_SERVICE + SERVICES_ECHO,
    KEY_DISCARD = KEY_SERVICE + SERVICES_DISCARD,
    KEY_CHARGEN = KEY_SERVICE + SERVICES_CHARGEN,
    KEY_PUBLISH = 0x200,
    KEY_ANYWHERE,
    KEY_METRICS,
};

const struct argp_option serve_option_table[] = {
    OPTION("publish", KEY_PUBLISH, "[ADDR:]PORT:PORT",
           "relay a port of the host to a port of tercet"),
    OPTION("publish-anywhere", KEY_ANYWHERE, NULL, "let ADDR be one that other machines can reach"),
    OPTION("http", KEY_HTTP, "PORT[=DIR]", "serve the files of DIR, or a built-in page"),
    OPTION("echo", KEY_ECHO, "PORT", "send back what comes"),
    OPTION("discard", KEY_DISCARD, "PORT", "throw away what comes"),
    OPTION("chargen", KEY_CHARGEN, "PORT", "send lines of text for ever"),
    OPTION("metrics", KEY_METRICS, "[ADDR:]PORT", "counters for Prometheus, by HTTP on the host"),
    NETWORK_OPTIONS,
    OUTPUT_OPTIONS,
    OPTION_HELP,
    {0},
};

static const struct serve_service usual_services[] = {
    {.kind = SERVICES_HTTP,    .port = 80},
    {.kind = SERVICES_ECHO,    .port = 7 },
    {.kind = SERVICES_DISCARD, .port = 9 },
    {.kind = SERVICES_CHARGEN, .port = 19},
};

static const struct serve_publish usual_publish = {
    .text = "127.0.0.1:8080:80",
    .address = {{[10] = 0xff, [11] = 0xff, [12] = 127, [15] = 1}},
    .outer_port = 8080,
    .inner_port = 80,
};

static const struct serve_service *service_on(const struct serve_options *options, uint16_t port) {
    for (unsigned i = 0; i < options->service_count; i++)
        if (options->services[i].port == port) return &options->services[i];
    return NULL;
}

/* PORT, or for http PORT=DIR. */
static int take_service(struct serve_options *options, enum services_kind kind, char *value) {
    struct serve_service service = {.kind = kind};
    char *folder = kind == SERVICES_HTTP ? strchr(value, '=') : NULL;
    const char *name = services_kind_name(kind);

    if (folder) {
        *folder = '\0';
        service.folder = folder + 1;
    }
    if (!port_read(value, &service.port)) {
        complain("--%s %s: not a port (a number from 1 to 65535)", name, value);
        return -1;
    }
    if (folder && !*service.folder) {
        complain("--%s %s=: the name of a folder is missing (leave out the = for the built-in page)",
                 name, value);
        return -1;
    }
    if (service_on(options, service.port)) {
        complain("--%s %s: this port has a service already (name another port)", name, value);
        return -1;
    }
    if (options->service_count == SERVE_SERVICES_MAX) {
        complain("--%s %s: too many services (%d at most)", name, value, SERVE_SERVICES_MAX);
        return -1;
    }
    options->services[options->service_count++] = service;
    return 0;
}

/* Read `[ADDR:]PORT`, ADDR of IPv6 in brackets; @text is cut in place.  False: not of this form. */
static bool place_read(char *text, struct tercet_address *address, uint16_t *port) {
    char *colon = strrchr(text, ':');
    uint32_t number;

    if (!number_read(colon ? colon + 1 : text, 0, UINT16_MAX, &number)) return false;
    *port = (uint16_t)number;
    *address = usual_publish.address;
    if (!colon) return true;
    *colon = '\0';
    size_t n = strlen(text);
    bool is_bracketed = n > 2 && text[0] == '[' && text[n - 1] == ']';
    if (!is_bracketed && strchr(text, ':')) return false;
    return is_bracketed ? address_read(text + 1, n - 2, address) : address_read(text, n, address);
}

enum { PLACE_MAX = 128 }; /* octets of such a text, its terminator included */

/* Read `[ADDR:]PORT:PORT`.  False: not of this form. */
static bool publish_read(const char *text, struct serve_publish *publish) {
    char copy[PLACE_MAX];
    size_t length = strlen(text);

    if (length >= sizeof copy) return false;
    memcpy(copy, text, length + 1);
    char *inner = strrchr(copy, ':');
    if (!inner || !port_read(inner + 1, &publish->inner_port)) return false;
    *inner = '\0';
    return place_read(copy, &publish->address, &publish->outer_port);
}

static int take_metrics(struct serve_options *options, const char *value) {
    struct serve_page *page = &options->metrics;
    char copy[PLACE_MAX];
    size_t length = strlen(value);

    page->text = value;
    if (length < sizeof copy) {
        memcpy(copy, value, length + 1);
        if (place_read(copy, &page->address, &page->port)) return 0;
    }
    complain("--metrics %s: not [ADDR:]PORT (such as 127.0.0.1:9100 or [::1]:9100)", value);
    return -1;
}

static int take_publish(struct serve_options *options, const char *value) {
    struct serve_publish publish = {.text = value};

    if (!publish_read(value, &publish)) {
        complain("--publish %s: not [ADDR:]PORT:PORT (such as 127.0.0.1:8080:80 or [::1]:8080:80)",
                 value);
        return -1;
    }
    if (options->publish_count == SERVE_PUBLISHES_MAX) {
        complain("--publish %s: too many of them (%d at most)", value, SERVE_PUBLISHES_MAX);
        return -1;
    }
    options->publishes[options->publish_count++] = publish;
    return 0;
}

int serve_options_take(int key, char *value, struct argp_state *state, void *into) {
    struct serve_options *options = into;
    int result = network_options_take(&options->network, key, value);

    if (result == EINVAL) result = output_options_take(&options->output, key, value);
    if (result != EINVAL) return result;
    switch (key) {
    case KEY_HTTP:
    case KEY_ECHO:
    case KEY_DISCARD:
    case KEY_CHARGEN: return take_service(options, (enum services_kind)(key - KEY_SERVICE), value);
    case KEY_PUBLISH: return take_publish(options, value);
    case KEY_ANYWHERE: options->may_publish_anywhere = true; return 0;
    case KEY_METRICS: return take_metrics(options, value);
    case ARGP_KEY_ARG: return options_take_command(&options->command, value, state);
    default: return EINVAL;
    }
}

static int check_metrics(const struct serve_options *options) {
    const struct serve_page *page = &options->metrics;

    if (!page->text || options->may_publish_anywhere || address_is_loopback(&page->address))
        return 0;
    complain("--metrics %s: other machines could reach it (add --publish-anywhere if they may)",
             page->text);
    return -1;
}

static int check_publishes(const struct serve_options *options) {
    for (unsigned i = 0; i < options->publish_count; i++) {
        const struct serve_publish *publish = &options->publishes[i];
        if (!address_is_loopback(&publish->address) && !options->may_publish_anywhere) {
            complain(
                "--publish %s: other machines could reach it (add --publish-anywhere if they may)",
                publish->text);
            return -1;
        }
        if (!service_on(options, publish->inner_port)) {
            complain("--publish %s: no service on port %u (add one, such as --http %u)",
                     publish->text, publish->inner_port, publish->inner_port);
            return -1;
        }
    }
    return 0;
}

int serve_options_finish(struct serve_options *options) {
    if (!options->service_count) {
        memcpy(options->services, usual_services, sizeof usual_services);
        options->service_count = sizeof usual_services / sizeof *usual_services;
    }
    if (!options->publish_count && !options->command && !options->network.tun &&
        service_on(options, usual_publish.inner_port))
        options->publishes[options->publish_count++] = usual_publish;
    if (network_options_finish(&options->network, options->command) != 0) return -1;
    if (check_metrics(options) != 0) return -1;
    return check_publishes(options);
}
