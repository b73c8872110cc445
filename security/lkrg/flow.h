/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * LKRG - Control flow at functions that attackers call
 */

#ifndef _SECURITY_LKRG_FLOW_H
#define _SECURITY_LKRG_FLOW_H

#include <linux/types.h>

/**
 * struct lkrg_flow - What is wrong with how the kernel came to a function
 * @how: in words, NULL if nothing is
 * @from: the return address that is wrong, or that of the function
 */
struct lkrg_flow {
	const char *how;
	unsigned long from;
};

/**
 * enum lkrg_depth - How far back it is looked
 * @LKRG_FLOW_CALLER: stack pointer and immediate caller, where time matters
 * @LKRG_FLOW_WHOLE: the whole way, with pcfi_validate=2
 */
enum lkrg_depth {
	LKRG_FLOW_CALLER,
	LKRG_FLOW_WHOLE,
};

bool lkrg_flow_is_broken(unsigned long caller, enum lkrg_depth depth,
			 struct lkrg_flow *flow);
unsigned long lkrg_flow_uncertain(void);

#endif /* _SECURITY_LKRG_FLOW_H */
