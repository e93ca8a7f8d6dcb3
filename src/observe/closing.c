/* SPDX-License-Identifier: BSD-2-Clause */
#include "observe/closing.h"

static bool closing_reset(struct attempt *attempt, enum attempt_side from) {
    attempt->close = from == ATTEMPT_CLIENT ? ATTEMPT_CLOSE_RST_BY_CLIENT
                                            : ATTEMPT_CLOSE_RST_BY_SERVER;
    return true;
}

static bool closing_fin(struct attempt *attempt, enum attempt_side from) {
    attempt->side[from].has_fin = true;
    if (attempt->side[attempt_peer(from)].has_fin)
        attempt->close = ATTEMPT_CLOSE_FIN;
    else
        attempt->close = ATTEMPT_CLOSE_HALF_CLOSE;
    return attempt->close == ATTEMPT_CLOSE_FIN;
}

bool closing_segment(struct attempt *attempt, const struct sighting *sighting) {
    enum attempt_side from = attempt_side_of(attempt, &sighting->way.from);
    const struct segment *seg = &sighting->seg;

    if (!sighting->is_taken || !segment_has(seg, TCP_FIN | TCP_RST)) return false;
    if (attempt->first_closer == ATTEMPT_NOBODY) attempt->first_closer = (uint8_t)from;
    return segment_has(seg, TCP_RST) ? closing_reset(attempt, from) : closing_fin(attempt, from);
}

bool closing_opened(struct attempt *attempt, const struct sighting *sighting) {
    const struct attempt_end *server = &attempt->side[ATTEMPT_SERVER];

    if (server->has_iss && server->syn_flags & TCP_FIN) {
        attempt->first_closer = ATTEMPT_SERVER;
        closing_fin(attempt, ATTEMPT_SERVER);
    }
    return closing_segment(attempt, sighting);
}
