/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_OBSERVE_CLOSING_H
#define TERCET_OBSERVE_CLOSING_H

#include <stdbool.h>

#include "observe/attempt.h"
#include "observe/sighting.h"

/*
 * A FIN or a reset on an attempt that is open.  Sequence numbers are not judged: the data
 * between the opening and here was not looked at.  What the stack did not take changes nothing.
 * Return: whether the connection is over: both sides have sent their FIN, or one a reset.
 */
bool closing_segment(struct attempt *attempt, const struct sighting *sighting);

/*
 * The same for the packet that completed the opening: the server's FIN may have come with its SYN-ACK.
 */
bool closing_opened(struct attempt *attempt, const struct sighting *sighting);

#endif
