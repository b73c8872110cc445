/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * LKRG - Where text of the guard begins
 *
 * The linker keeps the order of objects, so text between here and last.S is the
 * guard's.  Functions that seldom run have a section of their own.
 */

#include <linux/linkage.h>

	.text
SYM_ENTRY(lkrg_text_first, SYM_L_GLOBAL, SYM_A_NONE)

	.section .text.unlikely, "ax"
SYM_ENTRY(lkrg_unlikely_first, SYM_L_GLOBAL, SYM_A_NONE)
