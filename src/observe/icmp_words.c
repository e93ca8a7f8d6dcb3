/* SPDX-License-Identifier: BSD-2-Clause */
#include "observe/icmp_words.h"

#include <stddef.h>

struct icmp_row {
    uint8_t version, type, code;
    const char *words;
};

static const struct icmp_row rows[] = {
    {4, 3,  0,  "network unreachable"                         },
    {4, 3,  1,  "host unreachable"                            },
    {4, 3,  2,  "protocol unreachable"                        },
    {4, 3,  3,  "port unreachable"                            },
    {4, 3,  4,  "packet too big"                              },
    {4, 3,  5,  "source route failed"                         },
    {4, 3,  6,  "network unknown"                             },
    {4, 3,  7,  "host unknown"                                },
    {4, 3,  8,  "source host isolated"                        },
    {4, 3,  9,  "network administratively prohibited"         },
    {4, 3,  10, "host administratively prohibited"            },
    {4, 3,  11, "network unreachable for this type of service"},
    {4, 3,  12, "host unreachable for this type of service"   },
    {4, 3,  13, "communication administratively prohibited"   },
    {4, 3,  14, "host precedence violation"                   },
    {4, 3,  15, "precedence cutoff in effect"                 },
    {4, 11, 0,  "hop limit exceeded"                          },
    {4, 11, 1,  "reassembly time exceeded"                    },
    {4, 12, 0,  "parameter problem"                           },
    {4, 12, 1,  "a required option is missing"                },
    {4, 12, 2,  "bad header length"                           },
    {6, 1,  0,  "no route to destination"                     },
    {6, 1,  1,  "communication administratively prohibited"   },
    {6, 1,  2,  "beyond scope of source address"              },
    {6, 1,  3,  "address unreachable"                         },
    {6, 1,  4,  "port unreachable"                            },
    {6, 1,  5,  "source address failed policy"                },
    {6, 1,  6,  "route rejected"                              },
    {6, 1,  7,  "source routing header rejected"              },
    {6, 2,  0,  "packet too big"                              },
    {6, 3,  0,  "hop limit exceeded"                          },
    {6, 3,  1,  "reassembly time exceeded"                    },
    {6, 4,  0,  "erroneous header field"                      },
    {6, 4,  1,  "unrecognised next header"                    },
    {6, 4,  2,  "unrecognised option"                         },
};

const char *icmp_words(uint8_t version, uint8_t type, uint8_t code) {
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct icmp_row *row = &rows[i];

        if (row->version == version && row->type == type && row->code == code) return row->words;
    }
    return "error";
}

bool icmp_is_hard(uint8_t version, uint8_t type, uint8_t code) {
    if (version == 4) return type == 3 && (code == 2 || code == 3);
    return version == 6 && type == 1 && code == 4;
}
