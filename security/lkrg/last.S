/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * LKRG - Where text of the guard ends, see first.S
 */

#include <linux/linkage.h>

	.text
SYM_ENTRY(lkrg_text_last, SYM_L_GLOBAL, SYM_A_NONE)

	.section .text.unlikely, "ax"
SYM_ENTRY(lkrg_unlikely_last, SYM_L_GLOBAL, SYM_A_NONE)
