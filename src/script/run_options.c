/* SPDX-License-Identifier: BSD-2-Clause */
#include "script/run_options.h"

#include <stddef.h>

#include "script/address.h"
#include "script/words.h"
#include "wire/ip.h"

enum {
    DEFAULT_PORT = 8080,
    DEFAULT_MTU = 1500,
    DEFAULT_TOLERANCE_US = 4000,
    DEFAULT_TOLERANCE_PERMILLE = 125,
    MTU_MIN = 68, /* RFC 791 */
    MTU_MIN_V6 = 1280,
    MTU_MAX = 65535,
    NS_PER_US = 1000,
    US_MAX = 1000000000,
    PERMILLE_MAX = 1000000,
};

static bool integer_read(struct word value, int64_t least, int64_t most, uint64_t *number) {
    int64_t read;

    if (!word_number(value, &read) || read < least || read > most) return false;
    *number = (uint64_t)read;
    return true;
}

/* The options, each with what it may have as its value.  A flag is on without a value, and with any but 0. */
typedef bool option_reader(struct run_options *options, struct word value);

static bool flag_of(struct word value) {
    return !word_is(value, "0") && !word_is(value, "false");
}

static bool ip_version_read(struct run_options *options, struct word value) {
    options->is_mapped = word_is(value, "ipv4-mapped-ipv6");
    options->is_v6 = options->is_mapped || word_is(value, "ipv6");
    return options->is_v6 || word_is(value, "ipv4");
}

static bool port_read(struct word value, uint16_t *port) {
    uint64_t number;

    if (!integer_read(value, 1, UINT16_MAX, &number)) return false;
    *port = (uint16_t)number;
    return true;
}

static bool bind_port_read(struct run_options *options, struct word value) {
    return port_read(value, &options->local.port);
}

static bool connect_port_read(struct run_options *options, struct word value) {
    return port_read(value, &options->remote.port);
}

static bool local_ip_read(struct run_options *options, struct word value) {
    return address_of_word(value, &options->local.address);
}

static bool remote_ip_read(struct run_options *options, struct word value) {
    return address_of_word(value, &options->remote.address);
}

static bool gateway_ip_read(struct run_options *options, struct word value) {
    return address_of_word(value, &options->gateway);
}

/* Ones, then zeros. */
static bool netmask_ip_read(struct run_options *options, struct word value) {
    struct tercet_address mask;
    uint32_t bits = 0, at;

    if (!address_of_word(value, &mask)) return false;
    at = address_is_v4(&mask) ? 96 : 0;
    for (; at < 128 && mask.octets[at / 8] >> (7 - at % 8) & 1; at++)
        bits++;
    for (; at < 128; at++) {
        if (mask.octets[at / 8] >> (7 - at % 8) & 1) return false;
    }
    options->prefix_bits = bits;
    return true;
}

static bool mtu_read(struct run_options *options, struct word value) {
    uint64_t number;

    if (!integer_read(value, MTU_MIN, MTU_MAX, &number)) return false;
    options->mtu = (uint32_t)number;
    return true;
}

static bool tolerance_usecs_read(struct run_options *options, struct word value) {
    uint64_t number;

    if (!integer_read(value, 0, US_MAX, &number)) return false;
    options->tolerance_ns = number * NS_PER_US;
    return true;
}

static bool tolerance_percent_read(struct run_options *options, struct word value) {
    uint64_t number;

    if (!word_decimal(value, 1, &number) || number > PERMILLE_MAX) return false;
    options->tolerance_permille = (uint32_t)number;
    return true;
}

static bool tick_usecs_read(struct run_options *options, struct word value) {
    uint64_t number;

    if (!integer_read(value, 0, US_MAX, &number)) return false;
    options->ts_tick_us = (uint32_t)number;
    return true;
}

static bool ecr_scaled_read(struct run_options *options, struct word value) {
    options->is_ecr_scaled = flag_of(value);
    return true;
}

static bool strict_segments_read(struct run_options *options, struct word value) {
    options->is_strict = flag_of(value);
    return true;
}

static bool non_fatal_read(struct run_options *options, struct word value) {
    options->packets_may_differ = options->calls_may_differ = false;
    for (struct word item; (item = word_next(&value)).length;) {
        if (word_is(item, "packet"))
            options->packets_may_differ = true;
        else if (word_is(item, "syscall"))
            options->calls_may_differ = true;
        else
            return false;
    }
    return true;
}

static bool init_scripts_read(struct run_options *options, struct word value) {
    for (struct word item; (item = word_next(&value)).length;) {
        if (options->n_init_scripts == OPTIONS_INIT_SCRIPTS_MAX) return false;
        options->init_scripts[options->n_init_scripts++] = item;
    }
    return true;
}

/* Of the machine that the official tool runs on, or of its output: nothing here depends on it. */
static bool nothing_read(struct run_options *options, struct word value) {
    (void)options;
    (void)value;
    return true;
}

static const struct option_row {
    const char *name;
    option_reader *read; /* NULL: unsupported */
} rows[] = {
    {"ip_version",         ip_version_read       },
    {"bind_port",          bind_port_read        },
    {"connect_port",       connect_port_read     },
    {"local_ip",           local_ip_read         },
    {"remote_ip",          remote_ip_read        },
    {"gateway_ip",         gateway_ip_read       },
    {"netmask_ip",         netmask_ip_read       },
    {"mtu",                mtu_read              },
    {"tolerance_usecs",    tolerance_usecs_read  },
    {"tolerance_percent",  tolerance_percent_read},
    {"tcp_ts_tick_usecs",  tick_usecs_read       },
    {"tcp_ts_ecr_scaled",  ecr_scaled_read       },
    {"strict_segments",    strict_segments_read  },
    {"non_fatal",          non_fatal_read        },
    {"init_scripts",       init_scripts_read     },
    {"define",             nothing_read          }, /* the parser's */
    {"send_omit_free",     nothing_read          },
    {"code",               nothing_read          },
    {"code_command",       nothing_read          },
    {"code_format",        nothing_read          },
    {"code_sockopt",       nothing_read          },
    {"speed",              nothing_read          },
    {"mss",                nothing_read          }, /* of the tool's device: packets here are never larger */
    {"tun_dev",            nothing_read          },
    {"persistent_tun_dev", nothing_read          },
    {"local_linkaddr",     nothing_read          },
    {"so_filename",        nothing_read          },
    {"so_flags",           nothing_read          },
    {"verbose",            nothing_read          },
    {"debug",              nothing_read          },
    {"dry_run",            nothing_read          },
    {"udp_encaps",         NULL                  },
    {"wire_client",        NULL                  },
    {"wire_client_dev",    NULL                  },
    {"wire_server",        NULL                  },
    {"wire_server_at",     NULL                  },
    {"wire_server_dev",    NULL                  },
    {"wire_server_ip",     NULL                  },
    {"wire_server_port",   NULL                  },
};

static const struct option_row *row_find(struct word name) {
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (word_is(name, rows[i].name)) return &rows[i];
    }
    return NULL;
}

static void option_text(struct text *why, const char *before, const struct script_option *option,
                        const char *after) {
    text_put(why, before);
    text_put(why, "--");
    text_bytes(why, option->name.at, option->name.length);
    if (option->value.at) text_char(why, '=');
    if (option->value.at) text_bytes(why, option->value.at, option->value.length);
    text_put(why, after);
}

static enum script_verdict option_take(struct run_options *options,
                                       const struct script_option *option, struct text *why) {
    const struct option_row *row = row_find(option->name);
    struct word value = option->value.at ? option->value : word_of("");

    if (!row) {
        option_text(why, "there is no option ", option, "");
        return SCRIPT_BROKEN;
    }
    if (!row->read) {
        option_text(why, "the option ", option, "");
        return SCRIPT_UNSUPPORTED;
    }
    if (row->read(options, value)) return SCRIPT_PASSED;
    option_text(why, "", option, ": a value that this option cannot have");
    return SCRIPT_BROKEN;
}

static enum script_verdict options_take(struct run_options *options,
                                        const struct script_option *option, struct place *place,
                                        struct text *why) {
    for (; option; option = option->next) {
        enum script_verdict verdict = option_take(options, option, why);

        *place = option->place;
        if (verdict != SCRIPT_PASSED) return verdict;
    }
    return SCRIPT_PASSED;
}

static bool is_nothing(const struct tercet_address *address) {
    static const struct tercet_address nothing;

    return address_eq(address, &nothing);
}

static void address_default(struct tercet_address *address, const char *text) {
    if (is_nothing(address)) address_of_word(word_of(text), address);
}

static bool address_fits(const struct tercet_address *address, bool is_v4, const char *name,
                         struct text *why) {
    if (address_is_v4(address) == is_v4) return true;
    text_put(why, name);
    text_put(why, is_v4 ? " is no IPv4 address" : " is no IPv6 address");
    return false;
}

/* What was not said, once the family is known.  Return: whether all fits together */
static bool options_complete(struct run_options *options, struct text *why) {
    bool is_v4 = !options->is_v6 || options->is_mapped;

    address_default(&options->local.address, is_v4 ? "192.168.0.1" : "fd3d:0a0b:17d6::1");
    address_default(&options->remote.address, is_v4 ? "192.0.2.1" : "2001:db8::1");
    address_default(&options->gateway, is_v4 ? "192.168.0.2" : "fd3d:0a0b:17d6:8888::1");
    if (options->prefix_bits == UINT32_MAX) options->prefix_bits = is_v4 ? 16 : 64;
    if (is_v4 && options->prefix_bits > 32) options->prefix_bits = 32;
    if (!is_v4 && options->mtu < MTU_MIN_V6) {
        text_put(why, "--mtu is less than the 1280 octets that IPv6 asks for");
        return false;
    }
    return address_fits(&options->local.address, is_v4, "--local_ip", why) &&
           address_fits(&options->remote.address, is_v4, "--remote_ip", why);
}

enum script_verdict run_options_read(struct run_options *options, const struct script *script,
                                     const struct script_job *job, struct place *place,
                                     struct text *why) {
    enum script_verdict verdict;

    *options = (struct run_options){
        .local.port = DEFAULT_PORT,
        .remote.port = DEFAULT_PORT,
        .prefix_bits = UINT32_MAX,
        .mtu = DEFAULT_MTU,
        .tolerance_ns = (uint64_t)DEFAULT_TOLERANCE_US * NS_PER_US,
        .tolerance_permille = DEFAULT_TOLERANCE_PERMILLE,
    };
    *place = (struct place){0};
    verdict = options_take(options, script->options, place, why);
    if (verdict != SCRIPT_PASSED) return verdict;
    verdict = options_take(options, job->options, place, why);
    if (verdict != SCRIPT_PASSED) return verdict;
    return options_complete(options, why) ? SCRIPT_PASSED : SCRIPT_BROKEN;
}
