/* SPDX-License-Identifier: BSD-2-Clause */
#include "bench.h"

#include <stddef.h>

#ifndef BENCH_HAS_LWIP
const char *lwip_missing(void) {
    return "this was built without liblwip-dev";
}

const char *tun_lwip_missing(void) {
    return lwip_missing();
}

#define handshake_rst_lwip        NULL
#define handshake_echo_close_lwip NULL
#define tun_conn_cpu_lwip         NULL
#endif

/* The names are fixed; tercet's row is the last of its name. */
const struct figure figures[] = {
    {"handshake-rst",         "ns", "lwip",   lwip_missing,     handshake_rst_lwip,        "lwIP as packaged"                    },
    {"handshake-rst",         "ns", NULL,     NULL,             handshake_rst,             "handshake + RST, both ends in memory"},
    {"handshake-rst-v6",      "ns", NULL,     NULL,             handshake_rst_v6,          "the same over IPv6"                  },
    {"handshake-rst-idle-1m", "ns", NULL,     NULL,             handshake_rst_idle_1m,
     "the same beside 1,000,000 idle connections"                                                                                },
    {"handshake-echo-close",  "ns", "lwip",   lwip_missing,     handshake_echo_close_lwip,
     "lwIP as packaged"                                                                                                          },
    {"handshake-echo-close",  "ns", NULL,     NULL,             handshake_echo_close,
     "handshake, 100 B each way, close; in memory"                                                                               },
    {"tun-conn-cpu",          "us", "kernel", net_missing,      tun_conn_cpu_kernel,       "the kernel, over a veth"             },
    {"tun-conn-cpu",          "us", "lwip",   tun_lwip_missing, tun_conn_cpu_lwip,
     "lwIP as packaged, over a TUN"                                                                                              },
    {"tun-conn-cpu",          "us", NULL,     tun_missing,      tun_conn_cpu,
     "connect, 100 B echoed, close: server's processor time"                                                                     },
    {"idle-bytes",            "B",  NULL,     NULL,             idle_bytes,                "an idle established connection"      },
    {"idle-bytes-v6",         "B",  NULL,     NULL,             idle_bytes_v6,             "the same over IPv6"                  },
    {"timewait-bytes",        "B",  NULL,     NULL,             timewait_bytes,            "a TIME-WAIT"                         },
    {"timewait-bytes-v6",     "B",  NULL,     NULL,             timewait_bytes_v6,         "the same over IPv6"                  },
    {"halfopen-bytes",        "B",  NULL,     NULL,             halfopen_bytes,            "a half-open"                         },
    {"halfopen-bytes-v6",     "B",  NULL,     NULL,             halfopen_bytes_v6,         "the same over IPv6"                  },
};
const unsigned n_figures = sizeof figures / sizeof figures[0];
