/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * LKRG - CPUs
 */

#ifndef _SECURITY_LKRG_CPU_H
#define _SECURITY_LKRG_CPU_H

#include <linux/compiler.h>
#include <linux/init.h>
#include <linux/percpu.h>
#include <linux/types.h>

#include "scan.h"
#include "x86.h"

/**
 * enum lkrg_value - How a report shows a value
 * @LKRG_BIT: as it is: 0 or 1
 * @LKRG_HEX: hexadecimal
 * @LKRG_ADDRESS: as symbol and offset
 * @LKRG_SECRET: an address without a symbol: not at all
 */
enum lkrg_value {
	LKRG_BIT,
	LKRG_HEX,
	LKRG_ADDRESS,
	LKRG_SECRET,
};

/**
 * enum lkrg_group - Which knobs say whether it is verified, and what is done
 * @LKRG_KINT: kint_validate and kint_enforce
 * @LKRG_MSR: msr_validate as well
 * @LKRG_WP: the same, but 1 restores
 * @LKRG_SMEP: smep_validate and smep_enforce, 1 restores
 * @LKRG_SMAP: smap_validate and smap_enforce, 1 restores
 */
enum lkrg_group {
	LKRG_KINT,
	LKRG_MSR,
	LKRG_WP,
	LKRG_SMEP,
	LKRG_SMAP,
};

/**
 * struct lkrg_register_row - One thing a CPU is verified for
 * @name: what reports call it
 * @shown: how they show its value
 * @group: which knobs it has
 */
struct lkrg_register_row {
	const char *name;
	enum lkrg_value shown;
	enum lkrg_group group;
};

extern const struct lkrg_register_row lkrg_registers[];
extern unsigned int lkrg_nr_cpus;

/**
 * struct lkrg_cpu_summary - What one look at a CPU found
 * @again: something differs, and whether it stays so takes another look
 * @violations: how much differs for good
 * @known: how much of that was reported before
 * @restored: how much of it is right again
 */
struct lkrg_cpu_summary {
	bool again;
	unsigned int violations;
	unsigned int restored;
	unsigned int known;
};

/**
 * struct lkrg_finding - What was found where something else should be
 * @found: the value
 * @state: how often, see lkrg_judge()
 */
struct lkrg_finding {
	u64 found;
	u8 state;
};

struct seq_file;

DECLARE_PER_CPU(bool, lkrg_cpu_is_due);

int lkrg_judge(struct lkrg_finding *finding, u64 expected, u64 found, bool at_once);
void lkrg_cpu_look(void);
void lkrg_cpu_look_at_bits(void);
enum lkrg_step lkrg_cpu_step(struct lkrg_cursor *cursor);
void lkrg_cpu_sleeps(void);
void lkrg_cpu_show(struct seq_file *m);

/**
 * lkrg_cpu_glance - Verify this CPU, at a hook where privileges are used
 *
 * The bits that keep the kernel from running or writing what it must not, which
 * costs a few instructions.  Everything, where no pass may interrupt the CPU.
 *
 * Context: any.
 */
static __always_inline void lkrg_cpu_glance(void)
{
	if (unlikely(!lkrg_bits_are_set()))
		lkrg_cpu_look_at_bits();
	if (unlikely(this_cpu_read(lkrg_cpu_is_due)))
		lkrg_cpu_look();
}

#endif /* _SECURITY_LKRG_CPU_H */
