/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_SCRIPT_PACKET_MATCH_H
#define TERCET_SCRIPT_PACKET_MATCH_H

#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"
#include "script/mapping.h"
#include "script/packet_view.h"
#include "script/script.h"
#include "script/syntax.h"

/*
 * A packet that the script expects beside one that left: identity first, then its numbers, then its options, then
 * what IP carries.  What the script does not say is not looked at.
 *
 * A segment of the script may leave as several, all of them full but for the last, as hosts hand long ones to their
 * device; PSH and FIN are the last one's.
 */
struct match {
    const struct script_packet *want;
    const struct mapping *mapping;
    uint32_t ts_tolerance; /* by which a TS value may differ from the script's, UINT32_MAX: it is not looked at */
    bool is_strict; /* --strict_segments: one for one */

    uint32_t full_octets; /* of a full segment, options included */
    uint32_t taken;       /* octets of its payload that have left already */
};

/*
 * Compare.  @came: in the wire's numbers; @why: appended to with the first difference
 * Return: NONE when it fits (wholly, or as the next part: match_is_part), FIELD, OPTION or ORDER
 */
enum script_mismatch match_differs(const struct match *match, const struct packet_view *came,
                                   struct text *why);

/* Whether @came, which fits, leaves more to come of what is wanted. */
bool match_is_part(const struct match *match, const struct packet_view *came);

#endif
