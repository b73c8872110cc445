/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * LKRG - Whether a process may be dumped
 */

#ifndef _SECURITY_LKRG_MM_H
#define _SECURITY_LKRG_MM_H

#include <linux/types.h>

struct mm_struct;

bool lkrg_mm_verify(const struct mm_struct *mm);

#endif /* _SECURITY_LKRG_MM_H */
