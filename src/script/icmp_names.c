/* SPDX-License-Identifier: BSD-2-Clause */
#include "script/icmp_names.h"

#include <stddef.h>

#include "script/words.h"
#include "wire/icmp.h"

enum {
    ICMPV4_REDIRECT = 5,
    ICMPV6_ERRORS_END = 128, /* types below are errors, RFC 4443 section 2.1 */
};

struct icmp_name {
    uint8_t number;
    const char *name;
};

struct icmp_code_name {
    uint8_t type, code;
    const char *name;
};

/* The first name of a number is the one that is shown. */
static const struct icmp_name types4[] = {
    {0,  "echo_reply"          },
    {0,  "echoreply"           },
    {3,  "unreachable"         },
    {3,  "dest_unreachable"    },
    {4,  "source_quench"       },
    {5,  "redirect"            },
    {8,  "echo_request"        },
    {8,  "echo"                },
    {9,  "router_advertisement"},
    {10, "router_solicitation" },
    {11, "time_exceeded"       },
    {12, "parameter_problem"   },
    {13, "timestamp_request"   },
    {13, "timestamp"           },
    {14, "timestamp_reply"     },
    {15, "information_request" },
    {16, "information_reply"   },
    {17, "address_mask_request"},
    {18, "address_mask_reply"  },
    {0,  NULL                  },
};

static const struct icmp_name types6[] = {
    {1,   "unreachable"      },
    {1,   "dest_unreachable" },
    {2,   "packet_too_big"   },
    {3,   "time_exceeded"    },
    {4,   "parameter_problem"},
    {128, "echo_request"     },
    {129, "echo_reply"       },
    {0,   NULL               },
};

static const struct icmp_code_name codes4[] = {
    {3,  0,  "net_unreachable"          },
    {3,  1,  "host_unreachable"         },
    {3,  2,  "protocol_unreachable"     },
    {3,  3,  "port_unreachable"         },
    {3,  4,  "frag_needed"              },
    {3,  4,  "fragmentation_needed"     },
    {3,  5,  "source_route_failed"      },
    {3,  6,  "net_unknown"              },
    {3,  7,  "host_unknown"             },
    {3,  8,  "source_host_isolated"     },
    {3,  9,  "net_prohibited"           },
    {3,  10, "host_prohibited"          },
    {3,  11, "net_unreachable_for_tos"  },
    {3,  11, "bad_tos_for_net"          },
    {3,  12, "host_unreachable_for_tos" },
    {3,  12, "bad_tos_for_host"         },
    {3,  13, "communication_prohibited" },
    {3,  13, "packet_filtered"          },
    {3,  13, "admin_prohibited"         },
    {3,  14, "host_precedence_violation"},
    {3,  14, "precedence_violation"     },
    {3,  15, "precedence_cutoff"        },
    {5,  0,  "net_redirect"             },
    {5,  1,  "host_redirect"            },
    {5,  2,  "net_redirect_for_tos"     },
    {5,  3,  "host_redirect_for_tos"    },
    {11, 0,  "ttl_exceeded"             },
    {11, 1,  "reassembly_exceeded"      },
    {12, 0,  "pointer"                  },
    {12, 1,  "missing_option"           },
    {12, 2,  "bad_length"               },
    {0,  0,  NULL                       },
};

static const struct icmp_code_name codes6[] = {
    {1, 0, "no_route"           },
    {1, 0, "noroute"            },
    {1, 1, "adm_prohibited"     },
    {1, 1, "admin_prohibited"   },
    {1, 2, "beyond_scope"       },
    {1, 2, "not_neighbour"      },
    {1, 3, "addr_unreachable"   },
    {1, 3, "address_unreachable"},
    {1, 4, "port_unreachable"   },
    {1, 5, "policy_fail"        },
    {1, 6, "reject_route"       },
    {3, 0, "hop_limit_exceeded" },
    {3, 1, "reassembly_exceeded"},
    {4, 0, "bad_header_field"   },
    {4, 1, "bad_next_header"    },
    {4, 2, "bad_option"         },
    {0, 0, NULL                 },
};

static bool type_find(struct word name, uint8_t version, uint8_t *type) {
    for (const struct icmp_name *row = version == 4 ? types4 : types6; row->name; row++) {
        if (!word_is(name, row->name)) continue;
        *type = row->number;
        return true;
    }
    return false;
}

static bool code_find(struct word name, uint8_t version, uint8_t type, uint8_t *code) {
    for (const struct icmp_code_name *row = version == 4 ? codes4 : codes6; row->name; row++) {
        if (row->type != type || !word_is(name, row->name)) continue;
        *code = row->code;
        return true;
    }
    return false;
}

bool icmp_of_packet(const struct script_packet *packet, uint8_t version, uint8_t *type,
                    uint8_t *code) {
    *type = packet->icmp_type;
    *code = packet->icmp_code;
    if (packet->icmp_name.length && !type_find(packet->icmp_name, version, type)) return false;
    return !packet->icmp_code_name.length || code_find(packet->icmp_code_name, version, *type, code);
}

void icmp_type_text(struct text *text, uint8_t version, uint8_t type) {
    for (const struct icmp_name *row = version == 4 ? types4 : types6; row->name; row++) {
        if (row->number != type) continue;
        text_put(text, row->name);
        return;
    }
    text_put(text, "type ");
    text_u64(text, type);
}

void icmp_code_text(struct text *text, uint8_t version, uint8_t type, uint8_t code) {
    for (const struct icmp_code_name *row = version == 4 ? codes4 : codes6; row->name; row++) {
        if (row->type != type || row->code != code) continue;
        text_char(text, ' ');
        text_put(text, row->name);
        return;
    }
    if (code == 0) return;
    text_put(text, " code ");
    text_u64(text, code);
}

bool icmp_has_mtu(uint8_t version, uint8_t type, uint8_t code) {
    if (version == 6) return type == ICMPV6_TOO_BIG;
    return type == ICMPV4_UNREACHABLE && code == ICMPV4_CODE_TOO_BIG;
}

bool icmp_is_error(uint8_t version, uint8_t type) {
    if (version == 6) return type < ICMPV6_ERRORS_END;
    return type == ICMPV4_UNREACHABLE || type == ICMPV4_SOURCE_QUENCH || type == ICMPV4_REDIRECT ||
           type == ICMPV4_TIME_EXCEEDED || type == ICMPV4_PARAMETER_PROBLEM;
}
