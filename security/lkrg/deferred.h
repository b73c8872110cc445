/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * LKRG - Functions that are called later
 */

#ifndef _SECURITY_LKRG_DEFERRED_H
#define _SECURITY_LKRG_DEFERRED_H

#include "scan.h"

enum lkrg_step lkrg_walk_timers(struct lkrg_cursor *cursor);
enum lkrg_step lkrg_walk_hrtimers(struct lkrg_cursor *cursor);
enum lkrg_step lkrg_walk_works(struct lkrg_cursor *cursor);

#endif /* _SECURITY_LKRG_DEFERRED_H */
