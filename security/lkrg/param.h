/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * LKRG - Knobs
 */

#ifndef _SECURITY_LKRG_PARAM_H
#define _SECURITY_LKRG_PARAM_H

#include <linux/init.h>
#include <linux/types.h>

/**
 * struct lkrg_knob - The present settings
 * @interval: seconds from the end of a pass to the next one
 * @kint_validate: the kernel is verified 0 never, 1 in passes that were asked
 *	for, 2 in each pass, 3 with passes that the machine asks for at random
 * @kint_enforce: a changed kernel is 0 reported once, 1 reported once and
 *	mentioned by each pass, 2 stopped
 * @msr_validate: 1 model specific registers are verified with the kernel
 * @smep_validate: 1 SMEP is verified, at hooks as well
 * @smep_enforce: a CPU without SMEP is 0 reported once, 1 given it back, 2 a reason
 *	to panic
 * @smap_validate: 1 SMAP is verified, at hooks as well
 * @smap_enforce: the same of SMAP
 * @pint_validate: 0 tasks are not verified, but their records are kept; 1 they
 *	are, at hooks and in each pass; 2 as 1; 3 each check at a hook asks for a
 *	pass as well
 * @pint_enforce: a task that differs is 0 reported once, 1 refused and killed,
 *	2 a reason to panic
 * @heartbeat: 1 says so after each clean pass
 * @trigger: always 0; writing 1 asks for a pass
 *
 * Read with READ_ONCE() at each use.
 */
struct lkrg_knob {
	int interval;
	int kint_validate;
	int kint_enforce;
	int msr_validate;
	int smep_validate;
	int smep_enforce;
	int smap_validate;
	int smap_enforce;
	int pint_validate;
	int pint_enforce;
	int heartbeat;
	int trigger;
};

extern struct lkrg_knob lkrg_knob;

/**
 * struct lkrg_knob_row - One knob: boot parameter and sysctl lkrg.<name>
 * @name: name
 * @value: where it is
 * @min: smallest value
 * @max: largest value
 * @initial: value unless the boot parameter says otherwise
 * @changed: called after each write with what was written, or NULL
 */
struct lkrg_knob_row {
	const char *name;
	int *value;
	int min;
	int max;
	int initial;
	void (*changed)(int value);
};

/* All settings as text */
#define LKRG_SETTINGS_SIZE 256

void __init lkrg_param_init(void);
int lkrg_param_set(const struct lkrg_knob_row *row, const char *text);
void lkrg_param_format(char *buffer, size_t size);

#endif /* _SECURITY_LKRG_PARAM_H */
