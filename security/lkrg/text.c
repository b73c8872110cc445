// SPDX-License-Identifier: GPL-2.0-only
/*
 * LKRG - Core kernel text
 *
 * After mark_readonly() __text_poke() is the only legitimate writer.  Who patches
 * by it declares each instruction before that.
 *
 * Locking, outermost first:
 *
 *   each patcher's own mutex (ftrace_lock among them), cpu_hotplug_lock, module_mutex
 *     text_mutex		held around a poke, around each piece of a pass, or
 *				some 20 ms of it when it had to wait for long, and
 *				around the baseline of a section; makes pages and
 *				their description agree
 *       owned_mutex		of the inventory of code, see execmem.c
 *       lkrg_patch_text()	lockless, in whatever context kgdb pokes
 *
 * kgdb pokes without text_mutex, while all other CPUs are stopped, but only
 * when nobody holds it.
 */

#include <linux/cache.h>
#include <linux/cleanup.h>
#include <linux/filter.h>
#include <linux/ftrace.h>
#include <linux/init.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/kprobes.h>
#include <linux/lkrg.h>
#include <linux/lkrg_execmem.h>
#include <linux/lkrg_hook.h>
#include <linux/memory.h>
#include <linux/minmax.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/string.h>

#include <asm/sections.h>

#include "execmem.h"
#include "image.h"
#include "module.h"
#include "param.h"
#include "sites.h"
#include "tag.h"
#include "text.h"
#include "x86.h"

static struct lkrg_section text __ro_after_init = { .what = LKRG_TEXT_CHANGED };
/* Written under text_mutex, or by kgdb alone. */
static unsigned long pokes, refused;

/**
 * lkrg_text_init - Get the memory for what is to be known of core kernel text
 *
 * Return: 0 or -ENOMEM.
 */
int __init lkrg_text_init(void)
{
	return lkrg_sites_init() ?: lkrg_section_init(&text, _text, _etext);
}

/**
 * lkrg_text_baseline - Take the baseline of core kernel text
 *
 * Context: kernel_init(), text is read-only, PID 1 not started.
 */
void lkrg_text_baseline(void)
{
	if (lkrg_is_booted())
		return;
	guard(mutex)(&text_mutex);
	lkrg_section_take_all(&text);
}

/* It is written nevertheless, and a pass finds it, if it comes soon. */
static noinline void refuse(void)
{
	WRITE_ONCE(refused, refused + 1);
	lkrg_scan_trigger_from_hook();
}

static __always_inline void patch(enum lkrg_patcher who, const u8 *addr,
				  const u8 *new, size_t len)
{
	unsigned long start = (unsigned long)addr;
	bool accounted;

	/* Trampolines and JIT images are patched by the same functions. */
	if (start < (unsigned long)_text || start + len > (unsigned long)_etext) {
		accounted = lkrg_module_patch(who, addr, new, len) &&
			    lkrg_execmem_patch(who, addr, new, len);
	} else if (text.pages) {
		accounted = lkrg_patch_is_legal(who, NULL, NULL, addr, new, len);
		if (accounted)
			lkrg_section_poke(&text, addr, new, len);
	} else {
		/* There is nothing to account for; of a kprobe it is remembered. */
		lkrg_patch_is_legal(who, NULL, NULL, addr, new, len);
		return;
	}
	if (unlikely(!accounted))
		refuse();
}

/* Of LKRG_PATCH_INSN: see there. */
#define INSN_MAX 6

static noinline void patch_longest(const void *addr, const void *new)
{
	u8 insn[INSN_MAX] = { 0x0f };

	memcpy(insn + 1, new, INSN_MAX - 1);
	patch(LKRG_PATCH_INSN, addr, insn, INSN_MAX);
}

void __lkrg_patch_text(enum lkrg_patcher who, const void *addr, const void *new,
		       size_t len)
{
	WRITE_ONCE(pokes, pokes + 1);
	if (unlikely(who == LKRG_PATCH_INSN && len == INSN_MAX))
		patch_longest(addr, new);
	else
		patch(who, addr, new, len);
}

static void copy(const u8 *addr, const u8 *new, size_t len)
{
	if (unlikely(!lkrg_execmem_copy(EXECMEM_BPF, addr, new, len)))
		refuse();
}

void __lkrg_copy_code(const void *addr, const void *new, size_t len)
{
	WRITE_ONCE(pokes, pokes + 1);
	copy(addr, new, len);
}

void __lkrg_fill_code(const void *addr, u8 with, size_t len)
{
	u8 fill[64];
	size_t here;

	WRITE_ONCE(pokes, pokes + 1);
	/* That is what BPF leaves behind, and nothing else. */
	if (with != LKRG_BREAKPOINT) {
		refuse();
		return;
	}
	memset(fill, with, sizeof(fill));
	for (; len; len -= here, addr += here) {
		/* A pair of words is declared as a whole. */
		here = min(len, sizeof(fill) - (unsigned long)addr % LKRG_PAIR);
		copy(addr, fill, here);
	}
}

/* How long a pass that had to wait for its turn keeps it: most of it is done then. */
#define TURN msecs_to_jiffies(20)

/**
 * lkrg_text_exclude_patches - Let a check work while nobody patches
 * @step: the check
 * @cursor: where the pass is
 *
 * The optimizer of kprobes holds text_mutex for grace periods, and those who wait for it
 * make it do so again at once: see lkrg_scan_lock().
 *
 * Return: LKRG_STEP_BUSY while somebody patches, else as @step.
 */
enum lkrg_step
lkrg_text_exclude_patches(enum lkrg_step (*step)(struct lkrg_cursor *cursor),
			  struct lkrg_cursor *cursor)
{
	bool advanced = false;
	enum lkrg_step what;
	unsigned long end;

	if (!lkrg_scan_lock(cursor, &text_mutex))
		return LKRG_STEP_BUSY;
	end = jiffies + TURN;
	for (;;) {
		what = step(cursor);
		if (what != LKRG_STEP_MORE || !cursor->queues || time_after(jiffies, end))
			break;
		advanced = true;
		lkrg_scan_advance();
		cond_resched_tasks_rcu_qs();
		lkrg_piece_begin(cursor);
	}
	mutex_unlock(&text_mutex);
	return what == LKRG_STEP_BUSY && advanced ? LKRG_STEP_MORE : what;
}

static enum lkrg_step step_text(struct lkrg_cursor *cursor)
{
	return lkrg_section_step(&text, cursor);
}

/**
 * lkrg_text_step - One piece of the text part of a pass
 * @cursor: where the pass is
 *
 * Return: LKRG_STEP_BUSY while somebody patches, else as lkrg_section_step().
 */
enum lkrg_step lkrg_text_step(struct lkrg_cursor *cursor)
{
	return cursor->of_kernel ? lkrg_text_exclude_patches(step_text, cursor) :
				   LKRG_STEP_DONE;
}

/**
 * lkrg_text_is_owned - Is it text that belongs to somebody?
 * @addr: where something leads
 *
 * Context: any.
 * Return: whether it is text of the kernel or of a module in the inventory, a BPF
 * image, a trampoline of ftrace or a slot of kprobes.
 */
bool lkrg_text_is_owned(unsigned long addr)
{
	if (lkrg_text_is_core(addr) || lkrg_module_has_text(addr))
		return true;
	/* Both who uses it and who has given it know: lists of the first can be written. */
	return (is_ftrace_trampoline(addr) && lkrg_execmem_is_owned(addr, EXECMEM_FTRACE)) ||
	       ((is_kprobe_insn_slot(addr) || is_kprobe_optinsn_slot(addr)) &&
		lkrg_execmem_is_owned(addr, EXECMEM_KPROBES)) ||
	       (is_bpf_text_address(addr) && lkrg_execmem_is_owned(addr, EXECMEM_BPF));
}

bool __lkrg_is_own_text(unsigned long addr)
{
	return (addr >= (unsigned long)lkrg_text_first &&
		addr < (unsigned long)lkrg_text_last) ||
	       (addr >= (unsigned long)lkrg_unlikely_first &&
		addr < (unsigned long)lkrg_unlikely_last);
}

/**
 * lkrg_text_show - Write which pages of text are not as they should be
 * @m: where
 *
 * Context: task context, may sleep.
 */
void lkrg_text_show(struct seq_file *m)
{
	guard(mutex)(&text_mutex);
	lkrg_section_show(&text, m);
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
 * lkrg_text_refused - Number of patches since boot that were not legal
 *
 * Return: the number.
 */
unsigned long lkrg_text_refused(void)
{
	return READ_ONCE(refused);
}

/**
 * lkrg_text_pokes - Number of declared patches since boot
 *
 * Return: the number.
 */
unsigned long lkrg_text_pokes(void)
{
	return READ_ONCE(pokes);
}
