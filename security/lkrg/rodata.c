// SPDX-License-Identifier: GPL-2.0-only
/*
 * LKRG - Read-only data
 *
 * From __start_rodata to __end_rodata: constants, ro_after_init, exception,
 * jump and static-call tables.  After mark_readonly() nobody writes there, so
 * there is nothing to declare and nothing to lock.
 */

#include <linux/cache.h>
#include <linux/init.h>

#include <asm/sections.h>

#include "image.h"
#include "param.h"
#include "rodata.h"

static struct lkrg_section rodata __ro_after_init = { .what = LKRG_RODATA_CHANGED };

/**
 * lkrg_rodata_init - Get the memory for what is to be known of read-only data
 *
 * Return: 0 or -ENOMEM.
 */
int __init lkrg_rodata_init(void)
{
	return lkrg_section_init(&rodata, __start_rodata, __end_rodata);
}

/**
 * lkrg_rodata_baseline - Take the baseline of read-only data
 *
 * Context: kernel_init(), the data is read-only, PID 1 not started.
 */
void lkrg_rodata_baseline(void)
{
	if (lkrg_is_booted())
		return;
	lkrg_section_take_all(&rodata);
}

/**
 * lkrg_rodata_step - One piece of the rodata part of a pass
 * @cursor: where the pass is
 *
 * Return: as lkrg_section_step().
 */
enum lkrg_step lkrg_rodata_step(struct lkrg_cursor *cursor)
{
	return cursor->of_kernel ?
		lkrg_section_step(&rodata, cursor) : LKRG_STEP_DONE;
}

/**
 * lkrg_rodata_show - Write which pages of read-only data are not as they should be
 * @m: where
 */
void lkrg_rodata_show(struct seq_file *m)
{
	lkrg_section_show(&rodata, m);
}

/**
 * lkrg_rodata_pages - Size of what is guarded
 *
 * Return: number of pages.
 */
unsigned long lkrg_rodata_pages(void)
{
	return rodata.nr_pages;
}
