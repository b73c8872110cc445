/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * LKRG - What every file of the guard shares
 */

#ifndef _SECURITY_LKRG_COMMON_H
#define _SECURITY_LKRG_COMMON_H

#define LKRG_NAME "lkrg"

#ifdef pr_fmt
#undef pr_fmt
#endif

/* The prefix that existing log watchers of this guard's users match. */
#define pr_fmt(fmt) "LKRG: " fmt

#endif /* _SECURITY_LKRG_COMMON_H */
