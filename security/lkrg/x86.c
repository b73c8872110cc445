// SPDX-License-Identifier: GPL-2.0-only
/*
 * LKRG - What instructions, stacks and page tables look like
 *
 * The only file that knows the architecture.  Instructions that are about to be
 * written are judged where they will be: @insn has the bytes, @addr the place.
 */

#include <linux/build_bug.h>
#include <linux/compiler.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/kgdb.h>
#include <linux/kprobes.h>
#include <linux/mm.h>
#include <linux/pfn.h>
#include <linux/pgtable.h>
#include <linux/preempt.h>
#include <linux/sched.h>
#include <linux/string.h>
#include <linux/types.h>
#include <linux/uaccess.h>

#include <asm/stacktrace.h>
#include <asm/unwind.h>

#include "text.h"
#include "x86.h"

static_assert(LKRG_BREAKPOINT == INT3_INSN_OPCODE);

#define LOCK_PREFIX_BYTE	0xf0
/* What stands for it on one CPU: the prefix of a segment that is not used. */
#define NO_LOCK_PREFIX_BYTE	0x3e

/* One-byte nops */
#define PADDING_BYTE		0x90

/* Of a conditional jump with a 32-bit displacement, without the condition. */
#define JCC32_ESCAPE		0x0f
#define JCC32_OPCODE		0x80
#define JCC32_SIZE		6

/*
 * All functions that are traced call the same one.  To look it up once in a tick
 * also spares the tracer, which sees how it is done.
 */
static bool is_text(unsigned long addr)
{
	static unsigned long last, then;

	if (addr == READ_ONCE(last) && !time_after(jiffies, READ_ONCE(then)))
		return true;
	if (!lkrg_text_is_owned(addr))
		return false;
	WRITE_ONCE(last, addr);
	WRITE_ONCE(then, jiffies);
	return true;
}

/**
 * lkrg_insn_leads_to_text - Does it call or jump to what belongs to somebody?
 * @insn: the bytes
 * @len: how many
 * @addr: where
 *
 * Return: whether its target is text of the kernel or of a module, a BPF image, a
 * trampoline of ftrace or a slot of kprobes.
 */
bool lkrg_insn_leads_to_text(const u8 *insn, size_t len, const u8 *addr)
{
	return len == JMP32_INSN_SIZE &&
	       (insn[0] == JMP32_INSN_OPCODE || insn[0] == CALL_INSN_OPCODE) &&
	       is_text(lkrg_insn_target(insn, len, addr));
}

/**
 * lkrg_insn_is_static_call - Is it what may be at the site of a static call?
 * @insn: the bytes
 * @len: how many
 * @addr: where
 *
 * Whether a site is called or jumped to does not change, nor does the condition
 * of a conditional jump.
 *
 * Return: whether it is.
 */
bool lkrg_insn_is_static_call(const u8 *insn, size_t len, const u8 *addr)
{
	/* See arch/x86/kernel/static_call.c: return 0 in place of a call, return. */
	static const u8 zero[] = { 0x2e, 0x2e, 0x2e, 0x31, 0xc0 };
	static const u8 ret[] = {
		RET_INSN_OPCODE, INT3_INSN_OPCODE, INT3_INSN_OPCODE,
		INT3_INSN_OPCODE, INT3_INSN_OPCODE
	};

	if (len == JCC32_SIZE)
		return insn[0] == JCC32_ESCAPE && insn[1] == addr[1] &&
		       (insn[1] & 0xf0) == JCC32_OPCODE &&
		       is_text(lkrg_insn_target(insn, len, addr));
	return len == CALL_INSN_SIZE &&
	       (lkrg_insn_is_nop(insn, len) ||
		!memcmp(insn, zero, len) || !memcmp(insn, ret, len) ||
		lkrg_insn_leads_to_text(insn, len, addr));
}

/**
 * lkrg_is_static_call_trampoline - Is this where a static call can always go?
 * @addr: the place, in text
 *
 * Return: whether it is.
 */
bool lkrg_is_static_call_trampoline(const u8 *addr)
{
	/* See arch/x86/kernel/static_call.c: nothing else has this behind it. */
	static const u8 mark[] = { 0x0f, 0xb9, 0xcc };
	const size_t size = JMP32_INSN_SIZE + sizeof(mark);

	/* Behind the last instruction of a module there may be nothing. */
	if (offset_in_page(addr) + size > PAGE_SIZE &&
	    !kernel_text_address((unsigned long)addr + size - 1))
		return false;
	return !memcmp(addr + JMP32_INSN_SIZE, mark, sizeof(mark));
}

/**
 * lkrg_insn_is_lock - Is it a lock prefix, or what stands for it on one CPU?
 * @insn: the byte
 *
 * Return: whether it is.
 */
bool lkrg_insn_is_lock(const u8 *insn)
{
	return insn[0] == LOCK_PREFIX_BYTE || insn[0] == NO_LOCK_PREFIX_BYTE;
}

/**
 * lkrg_insn_jumps_to_probe - Is it a jump to what an optimized kprobe runs?
 * @insn: the bytes
 * @len: how many
 * @addr: where
 *
 * Return: whether it is.
 */
bool lkrg_insn_jumps_to_probe(const u8 *insn, size_t len, const u8 *addr)
{
#ifdef CONFIG_OPTPROBES
	return len == JMP32_INSN_SIZE && *insn == JMP32_INSN_OPCODE &&
	       is_kprobe_optinsn_slot(lkrg_insn_target(insn, len, addr));
#else
	return false;
#endif
}

/**
 * lkrg_is_padding - Is it what is before a function that nobody has patched?
 * @addr: first byte
 * @len: number of bytes
 *
 * Return: whether it is.
 */
bool lkrg_is_padding(const u8 *addr, size_t len)
{
	return !memchr_inv(addr, PADDING_BYTE, len);
}

/* What is there, but for breakpoints.  Returns whether there were any. */
static bool remove_probes(u8 *bytes, unsigned long addr)
{
	const struct kprobe *probe;
	bool found = false;
	int i;

	preempt_disable();
	for (i = 0; i < LKRG_CALL_MAX; i++) {
		if (bytes[i] != INT3_INSN_OPCODE)
			continue;
		found = true;
		probe = get_kprobe((void *)addr + i);
		if (probe)
			bytes[i] = probe->opcode;
	}
	preempt_enable();
	return found;
}

/**
 * lkrg_is_behind_call - Is there a call before an address?
 * @addr: the address
 *
 * Perhaps with a breakpoint, which comes and goes while it is looked.
 *
 * Return: whether there is, or may be: while kgdb is connected a breakpoint may be
 * anything.
 */
bool lkrg_is_behind_call(unsigned long addr)
{
	const void *start = (void *)addr - LKRG_CALL_MAX;
	u8 bytes[LKRG_CALL_MAX];
	int looks;

	for (looks = 0; looks < 2; looks++) {
		/* The first instruction of a section has none before it. */
		if (copy_from_kernel_nofault(bytes, start, sizeof(bytes)))
			return false;
		if (lkrg_insn_ends_call(bytes + LKRG_CALL_MAX))
			return true;
		if (!remove_probes(bytes, (unsigned long)start))
			return false;
#ifdef CONFIG_KGDB
		if (kgdb_connected)
			return true;
#endif
		if (lkrg_insn_ends_call(bytes + LKRG_CALL_MAX))
			return true;
	}
	return false;
}

/**
 * lkrg_is_on_stack - Does the stack pointer point to a stack?
 *
 * Return: whether it is in the stack of the current task or in one of this CPU
 * for interrupts and exceptions.
 */
bool lkrg_is_on_stack(void)
{
	struct stack_info info;
	bool is_on;

	preempt_disable();
	is_on = get_stack_info_noinstr((void *)current_stack_pointer, current,
				       &info);
	preempt_enable();
	return is_on;
}

/**
 * lkrg_unwind - Go back through those who have called
 * @judge: called with each return address and @data until it returns false
 * @data: for @judge
 *
 * Return: false if it is not certain what came before the last one, true if that
 * was user mode or the start of a thread, or if @judge ended it.
 */
bool lkrg_unwind(bool (*judge)(unsigned long addr, void *data), void *data)
{
	struct unwind_state state;

	/* Others guess, and say so nowhere. */
	if (!IS_ENABLED(CONFIG_HAVE_RELIABLE_STACKTRACE))
		return false;
	for (unwind_start(&state, current, NULL, NULL);
	     !unwind_done(&state) && !unwind_error(&state);
	     unwind_next_frame(&state)) {
		struct pt_regs *regs = unwind_get_entry_regs(&state, NULL);
		unsigned long addr;

		/* What was interrupted has not called. */
		if (regs)
			return user_mode(regs);
		/* None if it is not known to be text: then as it stands there. */
		addr = unwind_get_return_address(&state) ?:
		       READ_ONCE_NOCHECK(*unwind_get_return_address_ptr(&state));
		if (!judge(addr, data))
			return true;
	}
	return !unwind_error(&state);
}

/**
 * lkrg_mapping - Look up how the kernel reaches an address
 * @addr: an address of the kernel's
 *
 * Of all levels the strictest counts, as for the CPU.
 *
 * Context: somebody keeps the page tables of @addr from being freed.
 * Return: what was found.
 */
struct lkrg_mapping lkrg_mapping(unsigned long addr)
{
	struct lkrg_mapping mapping = { .frame = LKRG_NOT_MAPPED };
	unsigned int level;
	pte_t *at, entry;
	bool nx, rw;

	/* A large page may be split just now: then there is more to walk. */
	do {
		at = lookup_address_in_pgd_attr(pgd_offset_k(addr), addr, &level,
						&nx, &rw);
		if (!at)
			return mapping;
		entry = READ_ONCE(*at);
		if (!pte_present(entry))
			return mapping;
	} while (level != PG_LEVEL_4K && !(pte_flags(entry) & _PAGE_PSE));

	/* A large page has its frame where it has its flags, but for one bit. */
	mapping.frame = level == PG_LEVEL_4K ? pte_pfn(entry) :
			level == PG_LEVEL_2M ? pmd_pfn(__pmd(pte_val(entry))) :
					       pud_pfn(__pud(pte_val(entry)));
	mapping.frame += PFN_DOWN(addr & ~page_level_mask(level));
	mapping.writable = rw && pte_flags(entry) & _PAGE_RW;
	/* Without the feature everything is executable, and nobody's fault. */
	mapping.executable = __supported_pte_mask & _PAGE_NX &&
			     !nx && !(pte_flags(entry) & _PAGE_NX);
	return mapping;
}

/**
 * lkrg_linear_mapping - The same, for the mapping of all memory
 * @frame: a page frame of the kernel's
 *
 * Return: what was found.
 */
struct lkrg_mapping lkrg_linear_mapping(unsigned long frame)
{
	return lkrg_mapping((unsigned long)__va(PFN_PHYS(frame)));
}
