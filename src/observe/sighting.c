/* SPDX-License-Identifier: BSD-2-Clause */
#include "observe/sighting.h"

bool verdict_is_taken(enum tercet_verdict verdict) {
    switch (verdict) {
    case TERCET_TAKEN:
    case TERCET_IP_FRAGMENT_KEPT:
    case TERCET_ICMP_SOFT:
    case TERCET_ICMP_HARD:
    case TERCET_ICMP_MTU:
    case TERCET_CLOSED_RESET:
    case TERCET_SYN_ADMITTED:
    case TERCET_HALF_OPEN_SYN_AGAIN:
    case TERCET_HALF_OPEN_RESET:
    case TERCET_HALF_OPEN_DEFERRED:
    case TERCET_ESTABLISHED:
    case TERCET_SYN_SENT_REFUSED:
    case TERCET_SYN_SENT_SIMULTANEOUS:
    case TERCET_RST_TAKEN:
    case TERCET_DATA_OUT_OF_ORDER: /* kept: a FIN in it will count */
    case TERCET_TIME_WAIT_REUSED: return true;
    default: return false;
    }
}

void sighting_weigh(struct sighting *sighting) {
    sighting->is_taken = verdict_is_taken(sighting->at.verdict);
    sighting->is_believed = sighting->is_taken && sighting->at.direction == OBSERVE_IN &&
                            sighting->at.verdict != TERCET_TAKEN &&
                            sighting->at.verdict != TERCET_CLOSED_RESET;
}
