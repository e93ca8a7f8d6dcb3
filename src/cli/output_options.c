/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/output_options.h"

#include <errno.h>

int output_options_take(struct output_options *options, int key, const char *value) {
    switch (key) {
    case KEY_PCAP: options->pcap = value; return 0;
    case KEY_JSON:
        options->has_json = true;
        options->json = value;
        return 0;
    case KEY_QUIET: options->is_quiet = true; return 0;
    default: return EINVAL;
    }
}
