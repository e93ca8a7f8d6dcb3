/* SPDX-License-Identifier: BSD-2-Clause */
#include "script/settings.h"

#include "script/personality.h"
#include "script/words.h"
#include "tap.h"

enum { WHY_MAX = 256 };

static void as_it_is(struct tercet_config *config) {
    config->initial_segments = 7;
    config->habits.quick_acks = 2;
}

static const struct personality linux_like = {"linux-like", "", PERSONALITY_LINUX, as_it_is};
static const struct personality freebsd_like = {"freebsd-like", "", PERSONALITY_FREEBSD, as_it_is};

/* Files that commands may name. */
struct shelf {
    const char *name, *text;
};

static const char *shelf_read(void *context, const char *name, size_t *octets) {
    for (const struct shelf *file = context; file->name; file++) {
        if (strcmp(file->name, name) != 0) continue;
        *octets = strlen(file->text);
        return file->text;
    }
    return NULL;
}

struct host {
    struct settings settings;
    struct files files;
    char why[WHY_MAX];
};

static struct host host_of(const struct personality *as, const struct shelf *shelf) {
    struct host host = {
        .files = {shelf_read, (void *)(uintptr_t)shelf}
    };
    static const struct shelf empty[1];

    if (!shelf) host.files.context = (void *)(uintptr_t)empty;
    settings_init(&host.settings, as);
    return host;
}

static bool is_taken(struct host *host, const char *command) {
    struct text why;

    text_init(&why, host->why, sizeof host->why);
    return settings_command(&host->settings, &host->files, word_of(command), &why) == SETTINGS_TAKEN;
}

#define CHECK_TAKEN(host, command)                                                                 \
    (CHECK(is_taken(host, command)) ? true : (CHECK_STR((host)->why, ""), false))

#define CHECK_LACKS(host, command, what)                                                           \
    do {                                                                                           \
        CHECK(!is_taken(host, command));                                                           \
        CHECK_STR((host)->why, what);                                                              \
    } while (0)

TEST(settings_begin_as_the_personality_has_them)
{
    struct host host = host_of(&linux_like, NULL), other = host_of(&freebsd_like, NULL);

    CHECK_EQ(host.settings.config.initial_segments, 7);
    CHECK_EQ(host.settings.config.size, sizeof(struct tercet_config));
    CHECK_EQ(host.settings.receive_buffer_bytes, 0);
    CHECK(!host.settings.keeps_all_alive);
    CHECK(other.settings.keeps_all_alive);
}

TEST(a_number_goes_to_its_field_in_the_fields_unit)
{
    struct host host = host_of(&linux_like, NULL);
    struct settings *s = &host.settings;

    CHECK_TAKEN(&host, "sysctl -q net.ipv4.tcp_syn_retries=3");
    CHECK_EQ(s->config.syn_retries, 3);
    CHECK_TAKEN(&host, "sysctl -w net.ipv4.tcp_invalid_ratelimit=250 net.ipv4.tcp_retries2=0x9");
    CHECK_EQ(s->config.challenge_us, 250000);
    CHECK_EQ(s->config.data_retries, 9);
    CHECK_TAKEN(&host, "sysctl net.inet.tcp.delacktime=100 net.inet.tcp.msl=2500");
    CHECK_EQ(s->config.delayed_ack_us, 100000);
    CHECK_EQ(s->config.msl_ms, 2500);
    CHECK_TAKEN(&host, "sysctl net.inet.tcp.keepidle=7200000 net.inet.tcp.keepintvl=1000");
    CHECK_EQ(s->keep_idle_s, 7200);
    CHECK_EQ(s->keep_interval_s, 1);
    CHECK_TAKEN(&host, "sysctl net.ipv4.tcp_fin_timeout=5");
    CHECK_EQ(s->config.fin_wait_2_us, 5000000);
    CHECK_TAKEN(&host, "sysctl net.ipv4.tcp_notsent_lowat=-1");
    CHECK_EQ(s->notsent_lowat_bytes, UINT32_MAX);
    CHECK_TAKEN(&host, "sysctl net.ipv4.tcp_notsent_lowat=4294967295");
    CHECK_TAKEN(&host, "sysctl net.ipv4.tcp_orphan_retries=0");
    CHECK_EQ(s->config.orphan_retries, 8);
    CHECK_EQ(s->config.initial_segments, 7);
}

TEST(a_number_out_of_range_is_unsupported_and_changes_nothing)
{
    struct host host = host_of(&linux_like, NULL);
    uint8_t before = host.settings.config.syn_retries;

    CHECK_LACKS(&host, "sysctl net.ipv4.tcp_syn_retries=300", "sysctl net.ipv4.tcp_syn_retries=300");
    CHECK_LACKS(&host, "sysctl net.ipv4.tcp_syn_retries=x", "sysctl net.ipv4.tcp_syn_retries=x");
    CHECK_LACKS(&host, "sysctl net.ipv4.tcp_syn_retries=", "sysctl net.ipv4.tcp_syn_retries=");
    CHECK_LACKS(&host, "sysctl net.ipv4.tcp_syn_retries=99999999999999999999",
                "sysctl net.ipv4.tcp_syn_retries=99999999999999999999");
    CHECK_LACKS(&host, "sysctl net.inet.tcp.keepidle=1500", "sysctl net.inet.tcp.keepidle=1500");
    CHECK_LACKS(&host, "sysctl net.inet.tcp.delacktime=500", "sysctl net.inet.tcp.delacktime=500");
    CHECK_EQ(host.settings.config.syn_retries, before);
}

TEST(the_least_timeout_never_passes_the_longest)
{
    struct host host = host_of(&linux_like, NULL);

    CHECK_TAKEN(&host, "sysctl net.inet.tcp.rexmit_max=100 net.inet.tcp.rexmit_min=3600000");
    CHECK(host.settings.config.rto_min_us <= host.settings.config.rto_max_us);
}

TEST(switches_are_on_for_any_value_but_0)
{
    struct host host = host_of(&linux_like, NULL);
    struct tercet_config *config = &host.settings.config;

    CHECK_TAKEN(
        &host, "sysctl net.ipv4.tcp_timestamps=0 net.ipv4.tcp_sack=0 net.ipv4.tcp_window_scaling=0");
    CHECK(!config->timestamps && !config->sack && !config->window_scale);
    CHECK_TAKEN(&host, "sysctl net.ipv4.tcp_timestamps=2 net.inet.tcp.sack.enable=1");
    CHECK(config->timestamps && config->sack && !config->window_scale);
    CHECK_TAKEN(&host, "sysctl net.inet.tcp.rfc1323=2");
    CHECK(!config->timestamps && config->window_scale);
    CHECK_TAKEN(&host, "sysctl net.inet.tcp.rfc1323=3");
    CHECK(config->timestamps && !config->window_scale);
    CHECK_TAKEN(&host, "sysctl net.inet.tcp.rfc1323=0");
    CHECK(!config->timestamps && !config->window_scale);
    CHECK_TAKEN(&host, "sysctl net.inet.tcp.rfc1323=1");
    CHECK(config->timestamps && config->window_scale);
}

TEST(what_hosts_differ_in_is_set_by_their_own_names)
{
    struct host host = host_of(&linux_like, NULL);
    struct settings *s = &host.settings;

    CHECK_TAKEN(
        &host,
        "sysctl net.ipv4.tcp_rfc1337=0 net.inet.tcp.drop_synfin=0 net.inet.tcp.tolerate_missing_ts=1");
    CHECK(s->config.habits.time_wait_resets && s->config.habits.syn_fin_opens &&
          s->config.habits.timestamps_lenient);
    CHECK_TAKEN(
        &host,
        "sysctl net.ipv4.tcp_rfc1337=1 net.inet.tcp.drop_synfin=1 net.inet.tcp.tolerate_missing_ts=0");
    CHECK(!s->config.habits.time_wait_resets && !s->config.habits.syn_fin_opens &&
          !s->config.habits.timestamps_lenient);
    CHECK_TAKEN(
        &host,
        "sysctl net.inet.tcp.rexmit_drop_options=1 net.inet.tcp.rexmit_slop=20 net.inet.tcp.keepinit=5000");
    CHECK_EQ(s->config.habits.syn_options_retries, 3);
    CHECK_EQ(s->config.habits.rto_slop_us, 20000);
    CHECK_EQ(s->config.habits.open_timeout_us, 5000000);
    CHECK_TAKEN(
        &host,
        "sysctl net.inet.tcp.rexmit_drop_options=0 net.inet.tcp.delayed_ack=0 net.inet.tcp.persmin=1000");
    CHECK_EQ(s->config.habits.syn_options_retries, 255);
    CHECK_EQ(s->config.habits.quick_acks, 255);
    CHECK_EQ(s->config.habits.persist_min_us, 1000000);
    CHECK_TAKEN(&host, "sysctl net.inet.tcp.delayed_ack=1");
    CHECK_EQ(s->config.habits.quick_acks, 2);
    CHECK_EQ(s->config.habits.rto_variance_min_us, 0);
    CHECK_TAKEN(&host, "sysctl net.ipv4.tcp_rto_min_us=5000");
    CHECK_EQ(s->config.habits.rto_variance_min_us, 0);
    s->config.habits.rto_variance_min_us = 1;
    CHECK_TAKEN(&host, "sysctl net.ipv4.tcp_rto_min_us=6000");
    CHECK_EQ(s->config.habits.rto_variance_min_us, 6000);
}

TEST(the_window_scale_is_enough_for_the_largest_buffer)
{
    struct host host = host_of(&linux_like, NULL);
    struct tercet_config *config = &host.settings.config;

    CHECK_TAKEN(&host, "sysctl net.core.rmem_max=212992 net.ipv4.tcp_rmem='4096 131072 6291456'");
    CHECK_EQ(config->habits.window_scale_bytes, 6291456);
    CHECK_TAKEN(&host, "sysctl net.ipv4.tcp_rmem='4096 131072 65536'");
    CHECK_EQ(config->habits.window_scale_bytes, 212992);
    CHECK_TAKEN(&host, "sysctl net.core.rmem_max=16777216");
    CHECK_EQ(config->habits.window_scale_bytes, 16777216);
    CHECK_TAKEN(&host, "sysctl kern.ipc.maxsockbuf=2097152");
    CHECK_EQ(config->habits.window_scale_bytes, 2097152);
    CHECK_EQ(host.settings.sndbuf_limit_bytes, 2097152);
}

TEST(buffers_have_a_default_and_a_most)
{
    struct host host = host_of(&linux_like, NULL);
    struct settings *s = &host.settings;

    CHECK_TAKEN(&host, "sysctl -w net.ipv4.tcp_rmem=\"4096 131072 6291456\"");
    CHECK_EQ(s->receive_buffer_bytes, 131072);
    CHECK_EQ(s->config.receive_buffer_bytes, 65536);
    CHECK_EQ(s->receive_most_bytes, 6291456);
    CHECK_TAKEN(&host, "sysctl -q 'net.ipv4.tcp_wmem=4096\t16384 4194304'");
    CHECK_EQ(s->send_buffer_bytes, 16384);
    CHECK_EQ(s->send_most_bytes, 4194304);
    CHECK_TAKEN(&host, "sysctl net.ipv4.tcp_rmem=4096,20000");
    CHECK_EQ(s->receive_buffer_bytes, 20000);
    CHECK_EQ(s->receive_most_bytes, 6291456);
    CHECK_LACKS(&host, "sysctl net.ipv4.tcp_rmem='1 2 3 4'", "sysctl net.ipv4.tcp_rmem=1 2 3 4");
    CHECK_TAKEN(
        &host,
        "sysctl net.inet.tcp.recvspace=65536 net.inet.tcp.sendspace=32768 kern.ipc.maxsockbuf=2097152");
    CHECK_EQ(s->receive_buffer_bytes, 65536);
    CHECK_EQ(s->config.receive_buffer_bytes, 32768);
    CHECK_TAKEN(&host, "sysctl net.ipv4.tcp_rmem='1 1 1'");
    CHECK_EQ(s->config.receive_buffer_bytes, 4096);
    CHECK_TAKEN(&host, "sysctl net.ipv4.tcp_rmem='1 2147483647 1'");
    CHECK_EQ(s->config.receive_buffer_bytes, 4 << 20);
    host = host_of(&freebsd_like, NULL);
    CHECK_TAKEN(
        &host,
        "sysctl net.inet.tcp.recvspace=65536 net.inet.tcp.sendspace=32768 kern.ipc.maxsockbuf=2097152");
    CHECK_EQ(s->config.receive_buffer_bytes, 65536);
    CHECK_EQ(s->send_buffer_bytes, 32768);
    CHECK_EQ(s->rcvbuf_limit_bytes, 2097152);
}

TEST(duplicates_are_told_where_it_is_asked_for)
{
    struct host host = host_of(&linux_like, NULL);

    CHECK_TAKEN(&host, "sysctl net.ipv4.tcp_dsack=1");
    CHECK_EQ(host.settings.config.habits.duplicates_told, true);
    CHECK_TAKEN(&host, "sysctl net.ipv4.tcp_dsack=0");
    CHECK_EQ(host.settings.config.habits.duplicates_told, false);
}

TEST(what_the_stack_lacks_is_told_by_its_name_and_only_where_it_is_asked_for)
{
    static const struct {
        const char *fine, *lacking, *what;
    } rows[] = {
        {"net.ipv4.tcp_syncookies=1",             "net.ipv4.tcp_syncookies=2",
         "SYN cookies (net.ipv4.tcp_syncookies=2)"                                },
        {"net.ipv4.tcp_congestion_control=cubic", "net.ipv4.tcp_congestion_control=bbr",
         "another congestion control (net.ipv4.tcp_congestion_control=bbr)"       },
        {"net.inet.tcp.syncookies_only=0",        "net.inet.tcp.syncookies_only=1",
         "SYN cookies (net.inet.tcp.syncookies_only=1)"                           },
        {"net.inet.tcp.cc.algorithm=newreno",     "net.inet.tcp.cc.algorithm=cdg",
         "another congestion control (net.inet.tcp.cc.algorithm=cdg)"             },
        {"net.ipv4.tcp_mtu_probing=0x0",          "net.ipv4.tcp_mtu_probing=1",
         "packetization layer path MTU discovery (net.ipv4.tcp_mtu_probing=1)"    },
        {"net.inet.tcp.insecure_ack=0",           "net.inet.tcp.insecure_ack=1",
         "ACKs believed without a check of RFC 5961 (net.inet.tcp.insecure_ack=1)"},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        TEST_ROW ("only one value of %s is what we do", rows[i].fine) {
            struct host host = host_of(&linux_like, NULL);
            struct tercet_config before = host.settings.config;
            char command[128];

            snprintf(command, sizeof command, "sysctl %s", rows[i].fine);
            CHECK_TAKEN(&host, command);
            snprintf(command, sizeof command, "sysctl -w %s", rows[i].lacking);
            CHECK_LACKS(&host, command, rows[i].what);
            CHECK(memcmp(&before, &host.settings.config, sizeof before) == 0);
        }
    }
}

TEST(a_name_that_nobody_knows_is_unsupported_by_name)
{
    struct host host = host_of(&linux_like, NULL);

    CHECK_LACKS(&host, "sysctl net.ipv4.tcp_quantum=1", "sysctl net.ipv4.tcp_quantum");
    CHECK_LACKS(&host, "sysctl net.ipv4.tcp_ec=0", "sysctl net.ipv4.tcp_ec");
    CHECK_LACKS(&host, "sysctl net.ipv4.tcp_ecnx=0", "sysctl net.ipv4.tcp_ecnx");
    CHECK_LACKS(&host, "sysctl =1", "sysctl ");
}

TEST(names_are_unique_and_none_hides_behind_a_wider_one)
{
    struct setting_shown early, late;

    for (uint32_t i = 0; settings_show(i, &early); i++) {
        CHECK(early.words && *early.words);
        for (uint32_t j = i + 1; settings_show(j, &late); j++) {
            bool is_wide = early.name.at[early.name.length - 1] == '*';
            uint32_t n = is_wide ? early.name.length - 1 : early.name.length;
            bool hides = late.name.length >= n && memcmp(early.name.at, late.name.at, n) == 0 &&
                         (is_wide || late.name.length == n);
            if (!CHECK(!hides)) fprintf(stdout, "# %s hides %s\n", early.name.at, late.name.at);
        }
    }
}

TEST(commands_of_a_shell_are_read_as_a_shell_would)
{
    static const struct {
        const char *command, *what;
    } rows[] = {
        {"sysctl -q net.ipv4.tcp_syn_retries=5\nsysctl -q net.ipv4.tcp_synack_retries=4\n",                         "lines"},
        {"sysctl -q net.ipv4.tcp_syn_retries=5; sysctl -q net.ipv4.tcp_synack_retries=4",
         "semicolons"                                                                                                      },
        {"sysctl -q net.ipv4.tcp_syn_retries=5 && /sbin/sysctl net.ipv4.tcp_synack_retries=4",                      "and"  },
        {"sysctl -q net.ipv4.tcp_syn_retries=5 \\\n  net.ipv4.tcp_synack_retries=4",
         "a line that goes on"                                                                                             },
        {"sysctl -q net.ipv4.tcp_syn_retries=5 \\\r\n  net.ipv4.tcp_synack_retries=4\r\n",
         "lines of another system"                                                                                         },
        {"# a comment; sysctl net.none=1\nsysctl net.ipv4.tcp_syn_retries=5 net.ipv4.tcp_synack_retries=4 # so",
         "comments"                                                                                                        },
        {"sysctl net.ipv4.tcp_syn_retries=5 net.ipv4.tcp_synack_retries=4 >/dev/null 2>&1",
         "redirections"                                                                                                    },
        {"sysctl net.ipv4.tcp_syn_retries=5 net.ipv4.tcp_synack_retries=4 &> /dev/null < /dev/null",
         "more of them"                                                                                                    },
        {"echo 5 > /proc/sys/net/ipv4/tcp_syn_retries; echo -n \"4\">/proc/sys/net/ipv4/tcp_synack_retries",
         "echo"                                                                                                            },
        {"LC_ALL=C sudo sysctl net.ipv4.tcp_syn_retries=5 net/ipv4/tcp_synack_retries=4 || exit 1",
         "variables, sudo, slashes and or"                                                                                 },
        {"./set.py /proc/sys/net/ipv4/tcp_syn_retries=5 /proc/sys/net/ipv4/tcp_synack_retries=4",
         "a helper"                                                                                                        },
        {"python3 ../common/set.py /proc/sys/net/ipv4/tcp_syn_retries=5 '/proc/sys/net/ipv4/tcp_synack_retries=4'",
         "a helper's interpreter"                                                                                          },
        {"bash -c 'sysctl net.ipv4.tcp_syn_retries=5; sysctl net.ipv4.tcp_synack_retries=\"4\"'",
         "a shell in the shell"                                                                                            },
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        TEST_ROW ("settings are read: %s", rows[i].what) {
            struct host host = host_of(&linux_like, NULL);

            CHECK_TAKEN(&host, rows[i].command);
            CHECK_EQ(host.settings.config.syn_retries, 5);
            CHECK_EQ(host.settings.config.syn_ack_retries, 4);
        }
    }
}

TEST(a_value_of_several_words_may_be_echoed)
{
    struct host host = host_of(&linux_like, NULL);

    CHECK_TAKEN(&host, "echo 4096 87380 6291456 > /proc/sys/net/ipv4/tcp_rmem");
    CHECK_EQ(host.settings.receive_buffer_bytes, 87380);
    CHECK_LACKS(&host, "cat x > /proc/sys/net/ipv4/tcp_rmem",
                "what is written to /proc/sys/net/ipv4/tcp_rmem");
}

TEST(both_systems_number_their_ecn_alike)
{
    static const char *const names[] = {"net.ipv4.tcp_ecn", "net.inet.tcp.ecn.enable"};
    static const uint8_t ecn[] = {TERCET_ECN_OFF, TERCET_ECN_ASKED, TERCET_ECN_GRANTED};

    for (size_t i = 0; i < 2 * sizeof ecn; i++) {
        struct host host = host_of(&linux_like, NULL);
        char command[60];

        snprintf(command, sizeof command, "sysctl %s=%zu", names[i / sizeof ecn], i % sizeof ecn);
        CHECK_TAKEN(&host, command);
        CHECK_EQ(host.settings.config.ecn, ecn[i % sizeof ecn]);
    }
    struct host host = host_of(&linux_like, NULL);
    CHECK_LACKS(&host, "sysctl net.ipv4.tcp_ecn=3", "sysctl net.ipv4.tcp_ecn=3");
}

TEST(sums_are_done)
{
    struct host host = host_of(&linux_like, NULL);

    CHECK_TAKEN(&host, "sysctl -q net.ipv4.tcp_rmem=\"4096 540000 $((15*1024*1024))\"");
    CHECK_EQ(host.settings.receive_most_bytes, 15u << 20);
    CHECK_TAKEN(&host, "sysctl -q net.ipv4.tcp_syn_retries=$(( (2 + 4) * 3 / 2 - 7 % 4 ))");
    CHECK_EQ(host.settings.config.syn_retries, 6);
    CHECK_LACKS(&host, "sysctl -q net.ipv4.tcp_syn_retries=$((1 / 0))", "shell: $((...))");
    CHECK_LACKS(&host, "sysctl -q net.ipv4.tcp_syn_retries=$((x))", "shell: $((...))");
    CHECK_LACKS(&host, "sysctl -q net.ipv4.tcp_syn_retries=$((3)", "shell: $((...))");
    CHECK_LACKS(&host, "sysctl -q net.ipv4.tcp_syn_retries=$((9223372036854775807 + 1))",
                "shell: $((...))");
}

TEST(what_stands_behind_or_is_not_done)
{
    struct host host = host_of(&linux_like, NULL);

    CHECK_TAKEN(
        &host,
        "true || sysctl net.ipv4.tcp_syn_retries=5 | false && sysctl net.ipv4.tcp_synack_retries=4");
    CHECK(host.settings.config.syn_retries != 5);
    CHECK_EQ(host.settings.config.syn_ack_retries, 4);
    CHECK_TAKEN(&host, "true || false || false");
}

TEST(files_of_settings_are_followed)
{
    static const struct shelf shelf[] = {
        {"./defaults.sh",
         "#!/bin/bash\n#\n# what they share\nsysctl -q net.ipv4.tcp_syn_retries=5 \\\n  net.ipv4.tcp_sack=0\n"
         ". ../common/more.sh\nexit 0\nsysctl net.none=1\n"                             },
        {"../common/more.sh", "sysctl -q net.ipv4.tcp_synack_retries=4\nreturn\nnever\n"},
        {"tool",              "#!/usr/bin/env python3\nprint()\n"                       },
        {NULL,                NULL                                                      },
    };
    static const char *const ways[] = {"./defaults.sh", "source ./defaults.sh", ". ./defaults.sh",
                                       "sh ./defaults.sh", "bash -e ./defaults.sh"};

    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
        TEST_ROW ("a file is run by %s", ways[i]) {
            struct host host = host_of(&linux_like, shelf);
            char command[128];

            snprintf(command, sizeof command, "%s && sysctl net.ipv4.tcp_retries2=9", ways[i]);
            CHECK_TAKEN(&host, command);
            CHECK_EQ(host.settings.config.syn_retries, 5);
            CHECK_EQ(host.settings.config.syn_ack_retries, 4);
            CHECK_EQ(host.settings.config.data_retries, 9);
            CHECK(!host.settings.config.sack);
        }
    }
    TEST_ROW ("a file that is not there, or is no shell script, is unsupported") {
        struct host host = host_of(&linux_like, shelf);
        CHECK_LACKS(&host, "./absent.sh", "no such file to run: ./absent.sh");
        CHECK_LACKS(&host, ". tool", "a program that is no shell script: tool");
    }
    TEST_ROW ("a file is named without a shell's words") {
        static const struct shelf odd[] = {
            {"a file", "sysctl net.ipv4.tcp_syn_retries=5"},
            {NULL,     NULL                               }
        };
        struct host host = host_of(&linux_like, odd);
        struct text why;
        text_init(&why, host.why, sizeof host.why);
        CHECK_EQ(settings_file(&host.settings, &host.files, word_of("a file"), &why),
                 SETTINGS_TAKEN);
        CHECK_EQ(host.settings.config.syn_retries, 5);
        CHECK_EQ(settings_file(&host.settings, &host.files, word_of("b"), &why),
                 SETTINGS_UNSUPPORTED);
        CHECK_STR(host.why, "no such file to run: b");
    }
}

TEST(files_in_files_end)
{
    static const struct shelf shelf[] = {
        {"./self.sh",   "./self.sh\n./self.sh\n./self.sh\n./self.sh\n"                                     },
        {"./wide.sh",
         "true\ntrue\ntrue\ntrue\ntrue\ntrue\ntrue\ntrue\n./wider.sh\n./wider.sh\n./wider.sh\n./wider.sh\n"},
        {"./wider.sh",
         "./widest.sh\n./widest.sh\n./widest.sh\n./widest.sh\n./widest.sh\n./widest.sh\n./widest.sh\n"     },
        {"./widest.sh",
         "./leaf.sh\n./leaf.sh\n./leaf.sh\n./leaf.sh\n./leaf.sh\n./leaf.sh\n./leaf.sh\n./leaf.sh\n"        },
        {"./leaf.sh",
         ":;:;:;:;:;:;:;:;:;:;:;:;:;:;:;:;:;:;:;:;:;:;:;:;:;:;:;:;:;:;:;:;:;:;:;:;:;:;:;:;:;:;:;:;:;:;:;:" },
        {NULL,          NULL                                                                               },
    };
    struct host host = host_of(&linux_like, shelf);

    CHECK_LACKS(&host, "./self.sh", "too many files in files: ./self.sh");
    CHECK_LACKS(&host, "./wide.sh", "shell: very many commands");
}

TEST(what_undoes_settings_behind_a_script_is_not_looked_for)
{
    struct host host = host_of(&linux_like, NULL);

    CHECK_TAKEN(&host, "/tmp/sysctl_restore_${PPID}.sh");
    CHECK_TAKEN(&host, "sh /tmp/sysctl_restore_12.sh; rm -f /tmp/sysctl_restore_12.sh");
}

TEST(a_shell_is_asked_for_no_more_than_it_knows)
{
    static const struct {
        const char *command, *what;
    } rows[] = {
        {"if true; then true; fi",                            "command if"                        },
        {"x=$(uname)",                                        "shell: $(...)"                     },
        {"echo `uname`",                                      "shell: $(...)"                     },
        {"cat <<END\nEND",                                    "shell: <<"                         },
        {"(true)",                                            "shell: ( )"                        },
        {"echo 'open",                                        "shell: a quote without its end"    },
        {"sockstat -4 | grep 8080",                           "command sockstat"                  },
        {"sysctl -n net.ipv4.tcp_ecn | grep 1",               "command grep"                      },
        {"tcpdrop -a",                                        "command tcpdrop"                   },
        {"sysctl -p /etc/sysctl.conf",                        "sysctl -p"                         },
        {"sysctl net.ipv4.tcp_syn_retries=$N",                "sysctl net.ipv4.tcp_syn_retries=$N"},
        {"false",                                             "command false"                     },
        {"iptables -A INPUT -j DROP",                         "command iptables"                  },
        {"tc qdisc add dev tun0 root netem delay 10ms",       "tc netem"                          },
        {"ip route change 192.0.2.0/24 dev tun0 advmss 1000", "ip route advmss 1000"              },
        {"ip route add unreachable 192.0.2.0/24",             "ip route unreachable 192.0.2.0/24" },
        {"ip route change default features ecn",              "ip route features ecn"             },
        {"ip rule add from all table 5",                      "ip rule"                           },
        {"ip link set dev tun0 down",                         "a link that is down"               },
        {"ifconfig tun0 down",                                "a link that is down"               },
        {"sleep forever",                                     "sleep forever"                     },
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        TEST_ROW ("unsupported: %s", rows[i].command) {
            struct host host = host_of(&linux_like, NULL);
            CHECK_LACKS(&host, rows[i].command, rows[i].what);
        }
    }
}

TEST(commands_about_what_is_not_here_are_taken)
{
    static const char *const commands[] = {
        "ip tcp_metrics flush all > /dev/null 2>&1",
        "tc qdisc replace dev tun0 root fq",
        "ethtool -K tun0 tso off gso off",
        "kldload tcp_rack",
        "true",
        ":",
        "rm -rf /tmp/x",
        "",
        "  \n \n",
        "sysctl -n net.ipv4.tcp_ecn",
        "sysctl net.inet.tcp.hostcache.purgenow=1",
        "ip route flush cache",
        "ip -4 addr show",
    };

    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        TEST_ROW ("taken without effect: %s", commands[i]) {
            struct host host = host_of(&linux_like, NULL);
            struct settings before = host.settings;

            CHECK_TAKEN(&host, commands[i]);
            CHECK(memcmp(&before, &host.settings, sizeof before) == 0);
        }
    }
}

TEST(routes_and_links_bring_what_they_say_of_connections)
{
    struct host host = host_of(&linux_like, NULL);
    struct settings *s = &host.settings;

    CHECK_TAKEN(
        &host,
        "ip route replace 192.0.2.0/24 dev tun0 initcwnd 20 rto_min 10ms mtu lock 1400 hoplimit 7");
    CHECK_EQ(s->config.initial_segments, 20);
    CHECK_EQ(s->config.rto_min_us, 10000);
    CHECK_EQ(s->mtu, 1400);
    CHECK_EQ(s->config.hop_limit, 7);
    CHECK_TAKEN(&host, "ip link set dev tun0 mtu 9000");
    CHECK_EQ(s->mtu, 9000);
    CHECK_TAKEN(&host, "ifconfig tun0 mtu 1280");
    CHECK_EQ(s->mtu, 1280);
    CHECK_TAKEN(&host, "ip -6 route change default quickack 1 rto_min 5");
    CHECK_EQ(s->config.habits.quick_acks, 255);
    CHECK_EQ(s->config.rto_min_us, 5000);
    CHECK_LACKS(&host, "ip link set tun0 mtu 10", "mtu 10");
}

TEST(sleep_is_left_to_whoever_has_the_time)
{
    struct host host = host_of(&linux_like, NULL);

    CHECK_TAKEN(&host, "sleep 1; sleep .25 2s");
    CHECK_EQ(host.settings.sleep_us, 3250000);
}

TEST(very_long_commands_are_refused)
{
    static char command[65536];
    struct host host = host_of(&linux_like, NULL);

    memset(command, 'a', sizeof command - 1);
    CHECK_LACKS(&host, command, "shell: a very long command");
    for (size_t i = 1; i < sizeof command; i += 2)
        command[i] = ' ';
    command[sizeof command - 1] = 0;
    CHECK_LACKS(&host, command, "shell: a command of very many words");
}

TEST(numbers_are_read_whole_or_not_at_all)
{
    static const struct {
        const char *text;
        bool is_number;
        int64_t number;
    } rows[] = {
        {"0",                   true,  0        },
        {"-5",                  true,  -5       },
        {"+5",                  true,  5        },
        {"0x1F",                true,  31       },
        {"",                    false, 0        },
        {"-",                   false, 0        },
        {"0x",                  false, 0        },
        {"1a",                  false, 0        },
        {"1 ",                  false, 0        },
        {"9223372036854775807", true,  INT64_MAX},
        {"9223372036854775808", false, 0        },
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        TEST_ROW ("a number: '%s'", rows[i].text) {
            int64_t number = 0;
            CHECK_EQ(word_number(word_of(rows[i].text), &number), rows[i].is_number);
            CHECK_EQ(number, rows[i].number);
        }
    }
}
