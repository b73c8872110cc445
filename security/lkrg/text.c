// SPDX-License-Identifier: GPL-2.0-only
/*
 * LKRG - Core kernel text
 *
 * After mark_readonly() __text_poke() is the only legitimate writer.  It
 * declares each write before it makes it.
 *
 * Locking, outermost first:
 *
 *   each patcher's own mutex, cpu_hotplug_lock, module_mutex
 *     text_mutex		held around a poke and around each piece of a
 *				pass; makes pages and their description agree
 *       lkrg_text_poke()	lockless, in whatever context kgdb pokes
 *
 * kgdb pokes without text_mutex, while all other CPUs are stopped, but only
 * when nobody holds it.
 */

#include <linux/cache.h>
#include <linux/init.h>
#include <linux/lkrg.h>
#include <linux/memory.h>
#include <linux/mutex.h>
#include <linux/sched.h>

#include <asm/sections.h>

#include "image.h"
#include "module.h"
#include "text.h"

static struct lkrg_section text __ro_after_init = { .what = LKRG_TEXT_CHANGED };
/* Written under text_mutex, or by kgdb alone. */
static unsigned long pokes;

/**
 * lkrg_text_init - Get the memory for what is to be known of core kernel text
 *
 * Return: 0 or -ENOMEM.
 */
int __init lkrg_text_init(void)
{
	return lkrg_section_init(&text, _text, _etext);
}

/**
 * lkrg_text_take - Take the baseline of a section that pokes change
 * @section: an initialised section
 *
 * Context: may sleep, text_mutex not held.
 */
void lkrg_text_take(struct lkrg_section *section)
{
	unsigned long index;

	for (index = 0; index < section->nr_pages; index++) {
		mutex_lock(&text_mutex);
		lkrg_section_take(section, index);
		mutex_unlock(&text_mutex);
		cond_resched();
	}
}

/**
 * lkrg_text_baseline - Take the baseline of core kernel text
 *
 * Context: kernel_init(), text is read-only, PID 1 not started.
 */
void lkrg_text_baseline(void)
{
	lkrg_text_take(&text);
}

void __lkrg_text_poke(const void *addr, const void *src, size_t len, bool fill)
{
	unsigned long start = (unsigned long)addr;

	WRITE_ONCE(pokes, pokes + 1);
	/* Trampolines and JIT images are poked by the same function. */
	if (start < (unsigned long)_text || start + len > (unsigned long)_etext)
		lkrg_module_poke(addr, src, len, fill);
	else if (text.pages)
		lkrg_section_poke(addr, src, len, fill, &text);
}

/**
 * lkrg_text_step - One piece of the text part of a pass
 * @cursor: where the pass is
 *
 * Return: LKRG_STEP_BUSY while somebody patches, else as lkrg_section_step().
 */
enum lkrg_step lkrg_text_step(struct lkrg_cursor *cursor)
{
	enum lkrg_step step;

	if (!lkrg_image_is_wanted(cursor))
		return LKRG_STEP_DONE;
	/* The kprobe optimizer holds it across a grace period: come back. */
	if (!mutex_trylock(&text_mutex))
		return LKRG_STEP_BUSY;
	step = lkrg_section_step(&text, cursor);
	mutex_unlock(&text_mutex);
	return step;
}

/**
 * lkrg_text_pages - Size of what is guarded
 *
 * Return: number of pages.
 */
unsigned long lkrg_text_pages(void)
{
	return text.nr_pages;
}

/**
 * lkrg_text_pokes - Number of declared pokes since boot
 *
 * Return: the number.
 */
unsigned long lkrg_text_pokes(void)
{
	return READ_ONCE(pokes);
}
