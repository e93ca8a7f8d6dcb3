/* SPDX-License-Identifier: BSD-2-Clause */
#include "app/page.h"

#include <string.h>

#include "wire/address_text.h"

/*
 * The built-in page: two templates, in which [[name]] stands for a value of the visitor's
 * connection. Nothing in it comes from the request, so nothing has to be escaped.
 */
static const char html[] =
    "<!doctype html>\n"
    "<html lang=\"en\">\n"
    "<meta charset=\"utf-8\">\n"
    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
    "<meta name=\"color-scheme\" content=\"light dark\">\n"
    "<title>tercet</title>\n"
    "<link rel=\"icon\" href=\"data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E"
    "%3Cpath d='M2 4h9M5 8h9M2 12h9' stroke='%23d9622b' stroke-width='2.4' stroke-linecap='round'/%3E%3C/svg%3E\">\n"
    "<style>\n"
    ":root { --paper: #fbfaf7; --ink: #1d2228; --faint: #69727d; --line: #e2dfd6; --card: #fff;\n"
    "  --there: #d9622b; --back: #2a6f97; }\n"
    "@media (prefers-color-scheme: dark) { :root { --paper: #14171b; --ink: #e8e6e1; --faint: #949da8;\n"
    "  --line: #2b3138; --card: #1b1f25; --there: #f08a56; --back: #6cb4dc; } }\n"
    "* { box-sizing: border-box; }\n"
    "body { margin: 0; background: var(--paper); color: var(--ink); line-height: 1.55;\n"
    "  font-family: system-ui, -apple-system, \"Segoe UI\", Roboto, sans-serif; }\n"
    "main { max-width: 44rem; margin: 0 auto; padding: 2.5rem 1.25rem 3rem; }\n"
    "h1 { margin: 0; font-size: 2.1rem; letter-spacing: -0.02em; }\n"
    "h1 svg { width: 1.7rem; height: 1.7rem; margin-right: 0.5rem; vertical-align: -0.22rem; }\n"
    "h2 { margin: 2.2rem 0 0.7rem; font-size: 0.8rem; font-weight: 600; letter-spacing: 0.09em;\n"
    "  text-transform: uppercase; color: var(--faint); }\n"
    ".lead { margin: 0.6rem 0 0; font-size: 1.12rem; }\n"
    ".card { background: var(--card); border: 1px solid var(--line); border-radius: 0.8rem; }\n"
    "figure { margin: 0; padding: 1rem; }\n"
    "figure svg { display: block; width: 100%; max-width: 34rem; margin: 0 auto; }\n"
    "svg text { font-family: inherit; font-size: 15px; fill: var(--ink); }\n"
    "svg .end { font-weight: 600; }\n"
    "svg .options { font-size: 13px; fill: var(--faint); }\n"
    "svg .time { stroke: var(--line); stroke-width: 2; }\n"
    "svg .there { stroke: var(--there); } svg .back { stroke: var(--back); }\n"
    "svg .there, svg .back { stroke-width: 2; fill: none; stroke-linecap: round; stroke-linejoin: round; }\n"
    "dl { margin: 0; padding: 0.3rem 1rem; }\n"
    "dl div { display: flex; flex-wrap: wrap; gap: 0 1rem; padding: 0.5rem 0; border-top: 1px solid var(--line); }\n"
    "dl div:first-child { border-top: 0; }\n"
    "dt { flex: 0 0 11rem; color: var(--faint); }\n"
    "dd { flex: 1 1 14rem; margin: 0; font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }\n"
    "ul { margin: 0; padding: 0.7rem 1rem 0.7rem 2.1rem; }\n"
    "li { padding: 0.15rem 0; }\n"
    "a { color: var(--back); }\n"
    "code { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; font-size: 0.9em; }\n"
    "footer { margin-top: 2.2rem; font-size: 0.9rem; color: var(--faint); }\n"
    "</style>\n"
    "<main>\n"
    "<h1><svg viewBox=\"0 0 16 16\" aria-hidden=\"true\"><path class=\"there\" d=\"M2 4h9M2 12h9\"/>"
    "<path class=\"back\" d=\"M5 8h9\"/></svg>tercet</h1>\n"
    "<p class=\"lead\">This page came from tercet, a TCP in user space, over this very connection. "
    "The kernel only carried its packets; everything above IP was done by one small program.</p>\n"
    "\n"
    "<h2>How it was opened</h2>\n"
    "<figure class=\"card\">\n"
    "<svg viewBox=\"0 0 400 236\" role=\"img\" aria-label=\"SYN from you, SYN-ACK from tercet, ACK from you\">\n"
    "<text class=\"end\" x=\"30\" y=\"18\" text-anchor=\"middle\">you</text>\n"
    "<text class=\"end\" x=\"370\" y=\"18\" text-anchor=\"middle\">tercet</text>\n"
    "<path class=\"time\" d=\"M30 28V230M370 28V230\"/>\n"
    "<path class=\"there\" d=\"M34 66L364 80M355 74.5L364 80L354 84.500\"/>\n"
    "<text x=\"200\" y=\"44\" text-anchor=\"middle\">SYN</text>\n"
    "<text class=\"options\" x=\"200\" y=\"62\" text-anchor=\"middle\">[[syn]]</text>\n"
    "<path class=\"back\" d=\"M366 134L36 148M45 142.5L36 148L46 152.500\"/>\n"
    "<text x=\"200\" y=\"112\" text-anchor=\"middle\">SYN, ACK</text>\n"
    "<text class=\"options\" x=\"200\" y=\"130\" text-anchor=\"middle\">[[syn-ack]]</text>\n"
    "<path class=\"there\" d=\"M34 202L364 216M355 210.5L364 216L354 220.500\"/>\n"
    "<text x=\"200\" y=\"180\" text-anchor=\"middle\">ACK</text>\n"
    "<text class=\"options\" x=\"200\" y=\"198\" text-anchor=\"middle\">and then your request</text>\n"
    "</svg>\n"
    "</figure>\n"
    "\n"
    "<h2>This connection</h2>\n"
    "<dl class=\"card\">\n"
    "<div><dt>You</dt><dd>[[remote]]</dd></div>\n"
    "<div><dt>tercet</dt><dd>[[local]]</dd></div>\n"
    "<div><dt>Round trip</dt><dd>[[rtt]]</dd></div>\n"
    "<div><dt>Congestion window</dt><dd>[[cwnd]]</dd></div>\n"
    "<div><dt>Segments</dt><dd>[[mss]]</dd></div>\n"
    "<div><dt>Window scale</dt><dd>[[scale]]</dd></div>\n"
    "<div><dt>Windows now</dt><dd>[[windows]]</dd></div>\n"
    "<div><dt>Timestamps</dt><dd>[[timestamps]]</dd></div>\n"
    "<div><dt>Selective ACK</dt><dd>[[sack]]</dd></div>\n"
    "<div><dt>Sent again</dt><dd>[[retransmits]]</dd></div>\n"
    "</dl>\n"
    "\n"
    "<h2>More of it</h2>\n"
    "<ul class=\"card\">\n"
    "<li><a href=\"/plain\">/plain</a>: the same as text, for <code>curl</code></li>\n"
    "<li><a href=\"/bytes/1048576\">/bytes/1048576</a>: so many octets; up to <code>/bytes/1073741824</code>, "
    "for a speed test</li>\n"
    "</ul>\n"
    "<footer>Reload: the port changes when your browser opens a new connection, and stays while it keeps this "
    "one.</footer>\n"
    "</main>\n"
    "</html>\n";

static const char plain[] = "This page came from tercet, a TCP in user space, over this very connection.\n"
                            "\n"
                            "  you                                         tercet\n"
                            "   |---- SYN ---------------------------------->|   [[syn]]\n"
                            "   |<--- SYN, ACK ------------------------------|   [[syn-ack]]\n"
                            "   |---- ACK ---------------------------------->|\n"
                            "\n"
                            "you                [[remote]]\n"
                            "tercet             [[local]]\n"
                            "round trip         [[rtt]]\n"
                            "congestion window  [[cwnd]]\n"
                            "segments           [[mss]]\n"
                            "window scale       [[scale]]\n"
                            "windows now        [[windows]]\n"
                            "timestamps         [[timestamps]]\n"
                            "selective ACK      [[sack]]\n"
                            "sent again         [[retransmits]]\n";

static void put_endpoint(const struct tercet_endpoint *endpoint, struct text *text) {
    endpoint_text(text, &endpoint->address, endpoint->port);
}

static void put_remote(const struct tercet_conn_info *info, struct text *text) {
    put_endpoint(&info->remote, text);
}

static void put_local(const struct tercet_conn_info *info, struct text *text) {
    put_endpoint(&info->local, text);
}

/* "12,345 octets". */
static void put_octets(uint64_t n, struct text *text) {
    uint64_t unit = 1;
    while (unit <= n / 1000)
        unit *= 1000;
    text_u64(text, n / unit);
    for (; unit >= 1000; unit /= 1000) {
        uint64_t group = n % unit / (unit / 1000);
        text_char(text, ',');
        text_char(text, (char)('0' + group / 100));
        text_char(text, (char)('0' + group / 10 % 10));
        text_char(text, (char)('0' + group % 10));
    }
    text_put(text, n == 1 ? " octet" : " octets");
}

static void put_ms(uint32_t us, struct text *text) {
    text_fixed(text, us, 3, us < 10000 ? 3 : 1);
    text_put(text, " ms");
}

static void put_rtt(const struct tercet_conn_info *info, struct text *text) {
    if (info->srtt_us == 0) {
        text_put(text, "not measured yet");
        return;
    }
    put_ms(info->srtt_us, text);
    text_put(text, ", give or take ");
    put_ms(info->rttvar_us, text);
    text_put(text, "; timeout ");
    put_ms(info->rto_us, text);
}

static void put_cwnd(const struct tercet_conn_info *info, struct text *text) {
    put_octets(info->cwnd_bytes, text);
    if (info->send_mss_bytes == 0) return;
    text_put(text, ", ");
    text_u64(text, info->cwnd_bytes / info->send_mss_bytes);
    text_put(text, " segments");
}

static void put_mss(const struct tercet_conn_info *info, struct text *text) {
    text_put(text, "at most ");
    put_octets(info->send_mss_bytes, text);
    text_put(text, " to you, ");
    put_octets(info->receive_mss_bytes, text);
    text_put(text, " from you");
}

static void put_scale(const struct tercet_conn_info *info, struct text *text) {
    if (!info->has_window_scale) {
        text_put(text, "not agreed");
        return;
    }
    text_put(text, "yours ");
    text_u64(text, info->send_scale);
    text_put(text, ", ours ");
    text_u64(text, info->receive_scale);
}

static void put_windows(const struct tercet_conn_info *info, struct text *text) {
    text_put(text, "yours ");
    put_octets(info->send_window_bytes, text);
    text_put(text, ", ours ");
    put_octets(info->receive_window_bytes, text);
}

static void put_agreed(bool is_agreed, struct text *text) {
    text_put(text, is_agreed ? "agreed" : "not agreed");
}

static void put_timestamps(const struct tercet_conn_info *info, struct text *text) {
    put_agreed(info->has_timestamps, text);
}

static void put_sack(const struct tercet_conn_info *info, struct text *text) {
    put_agreed(info->has_sack, text);
}

static void put_retransmits(const struct tercet_conn_info *info, struct text *text) {
    text_u64(text, info->retransmits);
    text_put(text, info->retransmits == 1 ? " segment" : " segments");
}

/* What both sides agreed on, as far as one SYN said it. */
static void put_options(const struct tercet_conn_info *info, uint8_t scale, const char *join,
                        struct text *text) {
    if (info->has_window_scale) {
        text_put(text, join);
        text_put(text, "window scale ");
        text_u64(text, scale);
        join = ", ";
    }
    if (info->has_timestamps) {
        text_put(text, join);
        text_put(text, "timestamps");
        join = ", ";
    }
    if (info->has_sack) {
        text_put(text, join);
        text_put(text, "selective ACK");
    }
}

static void put_syn(const struct tercet_conn_info *info, struct text *text) {
    put_options(info, info->send_scale, "", text);
}

static void put_syn_ack(const struct tercet_conn_info *info, struct text *text) {
    text_put(text, "MSS ");
    text_u64(text, info->receive_mss_bytes);
    put_options(info, info->receive_scale, ", ", text);
}

static const struct value {
    const char *name;
    void (*put)(const struct tercet_conn_info *info, struct text *text);
} values[] = {
    {"remote",      put_remote     },
    {"local",       put_local      },
    {"rtt",         put_rtt        },
    {"cwnd",        put_cwnd       },
    {"mss",         put_mss        },
    {"scale",       put_scale      },
    {"windows",     put_windows    },
    {"timestamps",  put_timestamps },
    {"sack",        put_sack       },
    {"retransmits", put_retransmits},
    {"syn",         put_syn        },
    {"syn-ack",     put_syn_ack    },
};

static void put_value(const char *name, size_t n, const struct tercet_conn_info *info,
                      struct text *text) {
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        if (strlen(values[i].name) == n && memcmp(values[i].name, name, n) == 0)
            values[i].put(info, text);
    }
}

static void put_template(const char *at, const struct tercet_conn_info *info, struct text *text) {
    for (const char *name; (name = strstr(at, "[[")) != NULL;) {
        const char *end = strstr(name, "]]");
        text_bytes(text, at, (size_t)(name - at));
        put_value(name + 2, (size_t)(end - name) - 2, info, text);
        at = end + 2;
    }
    text_put(text, at);
}

void page_put_html(const struct tercet_conn_info *info, struct text *text) {
    put_template(html, info, text);
}

void page_put_plain(const struct tercet_conn_info *info, struct text *text) {
    put_template(plain, info, text);
}
