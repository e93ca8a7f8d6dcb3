/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_SCRIPT_PACKET_OPTIONS_H
#define TERCET_SCRIPT_PACKET_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"
#include "script/packet_view.h"
#include "script/script.h"
#include "script/syntax.h"
#include "twin/options.h"

/*
 * TCP options, from a script's words to octets and back to words.  A list stands on the wire exactly as written:
 * nothing is put in order, padded or aligned but for zeros behind the last up to a multiple of four.
 * Source: RFC 9293 section 3.2, RFC 7323, RFC 2018, RFC 2385, RFC 7413, RFC 6994.
 */
#define TCP_EXPERIMENT_FO 0xf989u

/* Write one option to @at.  Its numbers are taken as they are.  Return: octets, 0: it has more than 40 */
uint32_t packet_option_build(const struct packet_option *option, unsigned char at[TCP_OPTIONS_MAX]);

/* @option in the language: "mss 1460". */
void packet_option_text(struct text *text, const struct packet_option *option);
void option_view_text(struct text *text, const struct option_view *option);

/* All @n octets of options: "mss 1460,sackOK,TS val 1 ecr 0,nop,wscale 7". */
void options_view_text(struct text *text, const unsigned char *options, uint32_t n);

/*
 * Compare the options of @want with the octets of @came, both in the script's numbers.
 * @ts_tolerance: by how much a TS value may differ, UINT32_MAX: it is not looked at
 * Return: NONE, OPTION or ORDER; @why is appended to with what differs
 */
enum script_mismatch packet_options_differ(const struct packet_option *want,
                                           const struct packet_view *came, uint32_t ts_tolerance,
                                           struct text *why);

#endif
