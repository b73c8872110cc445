/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * LKRG - Where tables and lists of functions lead
 */

#ifndef _SECURITY_LKRG_POINTER_H
#define _SECURITY_LKRG_POINTER_H

#include <linux/lkrg_pointer.h>

#include "scan.h"

/* See LKRG_POINTERS() and the script of the linker. */
extern const struct lkrg_pointers __start_lkrg_pointers[];
extern const struct lkrg_pointers __stop_lkrg_pointers[];

enum lkrg_step lkrg_walk_pointers(struct lkrg_cursor *cursor);
enum lkrg_step lkrg_walk_proc(struct lkrg_cursor *cursor);
enum lkrg_step lkrg_walk_supers(struct lkrg_cursor *cursor);
enum lkrg_step lkrg_walk_ttys(struct lkrg_cursor *cursor);
enum lkrg_step lkrg_walk_protocols(struct lkrg_cursor *cursor);
enum lkrg_step lkrg_walk_packets(struct lkrg_cursor *cursor);
enum lkrg_step lkrg_walk_net_entries(struct lkrg_cursor *cursor);
enum lkrg_step lkrg_walk_netfilter(struct lkrg_cursor *cursor);
enum lkrg_step lkrg_walk_devices(struct lkrg_cursor *cursor);

#endif /* _SECURITY_LKRG_POINTER_H */
