/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_BASE_RARE_H
#define TERCET_BASE_RARE_H

/*
 * A function on the packet path that few packets need.  It stays out of line and out of the way: what nearly all of
 * them need is then one straight run, which needs fewer registers to be saved.
 */
#define RARE __attribute__((cold, noinline))

#endif
