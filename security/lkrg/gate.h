/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * LKRG - Where a task is verified
 */

#ifndef _SECURITY_LKRG_GATE_H
#define _SECURITY_LKRG_GATE_H

#include <linux/init.h>

void __init lkrg_add_gate_hooks(void);

#endif /* _SECURITY_LKRG_GATE_H */
