/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * LKRG - The second clock
 */

#ifndef _SECURITY_LKRG_WATCH_H
#define _SECURITY_LKRG_WATCH_H

void lkrg_watch_start(void);
void lkrg_watch_stop(void);
void lkrg_watch_verify(void);
unsigned long lkrg_watch_ticks(void);

#endif /* _SECURITY_LKRG_WATCH_H */
