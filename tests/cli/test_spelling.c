/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/spelling.h"
#include "tap.h"

static const char *nearest(const char *word) {
    static const char *const names[] = {"serve", "help",    "http", "quiet", "publish",
                                        "pcap",  "address", "mtu",  "echo"};
    struct spelling spelling;

    spelling_begin(&spelling, word);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        spelling_try(&spelling, names[i]);
    return spelling.nearest;
}

TEST(a_slip_of_the_finger_is_understood)
{
    static const struct {
        const char *word, *meant;
    } rows[] = {
        {"serv",                                                              "serve"  },
        {"sevre",                                                             "serve"  },
        {"server",                                                            "serve"  },
        {"hlep",                                                              NULL     }, /* two edits in four letters: could be anything */
        {"htp",                                                               "http"   },
        {"queit",                                                             "quiet"  },
        {"publihs",                                                           "publish"},
        {"adress",                                                            "address"},
        {"mut",                                                               NULL     },
        {"mt",                                                                "mtu"    },
        {"pu",                                                                "publish"},
        {"frobnicate",                                                        NULL     },
        {"",                                                                  NULL     },
        {"s",                                                                 NULL     },
        {"an unreasonably long word that no name of an option could ever be", NULL     },
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        TEST_ROW ("\"%s\" means %s", rows[i].word, rows[i].meant ? rows[i].meant : "nothing") {
            CHECK_STR(nearest(rows[i].word), rows[i].meant);
        }
    }
}
