/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/connect_options.h"

#include <errno.h>

#include "cli/complaint.h"
#include "cli/place.h"

enum { KEY_WAIT = 0x200, KEY_TIMEOUT };

const struct argp_option connect_option_table[] = {
    OPTION("wait", KEY_WAIT, "SECONDS", "give COMMAND so long to listen on PORT (5), 0: none"),
    OPTION("timeout", KEY_TIMEOUT, "SECONDS", "give up the opening after so long (about 127)"),
    NETWORK_OPTIONS,
    OUTPUT_OPTIONS,
    OPTION_HELP,
    {0},
};

static int take_seconds(const char *option, const char *value, uint32_t least, uint32_t *seconds) {
    if (number_read(value, least, CONNECT_SECONDS_MOST, seconds)) return 0;
    complain("--%s %s: not a number of seconds (%u to %d)", option, value, least,
             CONNECT_SECONDS_MOST);
    return -1;
}

/* HOST, PORT, and behind `--` COMMAND. */
static int take_word(struct connect_options *options, char *value, struct argp_state *state) {
    if (state->quoted || options->port_text)
        return options_take_command(&options->command, value, state);
    if (!options->host)
        options->host = value;
    else
        options->port_text = value;
    return 0;
}

int connect_options_take(int key, char *value, struct argp_state *state, void *into) {
    struct connect_options *options = into;
    int result = network_options_take(&options->network, key, value);

    if (result == EINVAL) result = output_options_take(&options->output, key, value);
    if (result != EINVAL) return result;
    switch (key) {
    case KEY_WAIT:
        options->has_wait = true;
        return take_seconds("wait", value, 0, &options->wait_s);
    case KEY_TIMEOUT: return take_seconds("timeout", value, 1, &options->timeout_s);
    case ARGP_KEY_ARG: return take_word(options, value, state);
    default: return EINVAL;
    }
}

static int check_place(struct connect_options *options) {
    if (!options->host || !options->port_text) {
        complain("connect: %s missing (`tercet connect HOST PORT -- COMMAND...`)",
                 options->host ? "PORT is" : "HOST and PORT are");
        return -1;
    }
    if (port_read(options->port_text, &options->port)) return 0;
    complain("%s: not a port (a number from 1 to 65535)", options->port_text);
    return -1;
}

int connect_options_finish(struct connect_options *options) {
    if (check_place(options) != 0) return -1;
    if (!options->has_wait) options->wait_s = CONNECT_WAIT_USUAL_S;
    if (network_options_finish(&options->network, options->command) != 0) return -1;
    if (options->command || options->network.tun) return 0;
    complain("connect %s %s: nothing else is in the private network (add -- COMMAND, a server to "
             "start there, or leave it by --tun NAME --address ADDR/BITS)",
             options->host, options->port_text);
    return -1;
}
