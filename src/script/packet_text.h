/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_SCRIPT_PACKET_TEXT_H
#define TERCET_SCRIPT_PACKET_TEXT_H

#include <stdint.h>

#include "base/text.h"
#include "script/packet_view.h"
#include "script/syntax.h"

/*
 * Packets in the notation of the language, so that what came can be compared with what was written, and pasted into
 * a script: "> S. 0:0(0) ack 1 win 65535 <mss 1460,nop,wscale 6>".
 */

/* A packet of a script, its words brought into one form.  @version: 4 or 6, of the connection */
void packet_text(struct text *text, const struct script_packet *packet, uint8_t version);

/* A packet that was seen, in the script's numbers.  @is_inbound: it went to the subject */
void packet_view_text(struct text *text, const struct packet_view *view, bool is_inbound);

/* "SEW." and the like; `-` for none. */
void packet_flags_text(struct text *text, uint16_t flags);

#endif
