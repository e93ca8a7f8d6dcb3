/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_DOOR_SIGNALS_H
#define TERCET_DOOR_SIGNALS_H

/*
 * Signals as something to read: blocked for the whole process and told by a descriptor.
 * To be called before any thread is started, so that all inherit the mask.
 */

/*
 * Take over @signals.  One that the process was started with ignored (nohup, a background job of a script) stays ignored.
 * SIGPIPE is ignored from now on, SIGTTOU blocked: whoever writes meets an error, never an end or a stop.
 * Return: a descriptor, readable when a signal waits; or -errno.
 */
int signals_open(const int *signals, unsigned n);

/* The next signal that waits at @descriptor.  Return: its number, or 0: none. */
int signals_next(int descriptor);

#endif
