// SPDX-License-Identifier: GPL-2.0-only
/*
 * LKRG - What instructions, stacks and page tables look like
 *
 * The only file that knows the architecture.  Instructions that are about to be
 * written are judged where they will be: @insn has the bytes, @addr the place.
 */

#include <linux/bits.h>
#include <linux/build_bug.h>
#include <linux/compiler.h>
#include <linux/cpufeature.h>
#include <linux/execmem.h>
#include <linux/jiffies.h>
#include <linux/kallsyms.h>
#include <linux/kasan.h>
#include <linux/kernel.h>
#include <linux/kgdb.h>
#include <linux/kprobes.h>
#include <linux/memblock.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/pfn.h>
#include <linux/pgtable.h>
#include <linux/preempt.h>
#include <linux/sched.h>
#include <linux/static_call.h>
#include <linux/string.h>
#include <linux/types.h>
#include <linux/uaccess.h>

#include <asm/realmode.h>
#include <asm/sections.h>
#include <asm/stacktrace.h>
#include <asm/unwind.h>
#include <asm/vsyscall.h>

#include "execmem.h"
#include "tag.h"
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
 * also spares the tracer, which sees how it is done.  A tag says which it was, and when:
 * one that is half of another CPU's is none.
 */
static bool is_text(unsigned long addr)
{
	static struct lkrg_record_tag last;
	struct lkrg_record_tag now =
		lkrg_record_close(lkrg_record_head((void *)addr, jiffies));

	if (READ_ONCE(last.low) == now.low && READ_ONCE(last.high) == now.high)
		return true;
	if (!lkrg_text_is_owned(addr))
		return false;
	WRITE_ONCE(last.low, now.low);
	WRITE_ONCE(last.high, now.high);
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

/* See arch/x86/kernel/static_call.c: return 0 in place of a call, return. */
static const u8 zero[] = { 0x2e, 0x2e, 0x2e, 0x31, 0xc0 };
static const u8 ret[] = {
	RET_INSN_OPCODE, INT3_INSN_OPCODE, INT3_INSN_OPCODE,
	INT3_INSN_OPCODE, INT3_INSN_OPCODE
};

static_assert(sizeof(zero) == CALL_INSN_SIZE && sizeof(ret) == CALL_INSN_SIZE);

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
	if (len == JCC32_SIZE)
		return insn[0] == JCC32_ESCAPE && insn[1] == addr[1] &&
		       (insn[1] & 0xf0) == JCC32_OPCODE &&
		       is_text(lkrg_insn_target(insn, len, addr));
	return len == CALL_INSN_SIZE &&
	       (lkrg_insn_is_nop(insn, len) ||
		!memcmp(insn, zero, len) || !memcmp(insn, ret, len) ||
		lkrg_insn_leads_to_text(insn, len, addr));
}

#ifdef CONFIG_HAVE_STATIC_CALL_INLINE
/* See there: where a conditional jump goes when there is nothing to be called. */
extern void __static_call_return(void);

/* Or to what is before it and counts calls. */
static bool leads_to(unsigned long to, unsigned long function)
{
	return to == function ||
	       (IS_ENABLED(CONFIG_CALL_THUNKS) &&
		function - to <= CONFIG_FUNCTION_PADDING_BYTES);
}

/**
 * lkrg_insn_is_static_call_of - Does it call what it should?
 * @insn: the bytes, which may be at the site of a static call
 * @len: how many
 * @addr: where
 * @function: what the static call is to call, or 0
 *
 * Return: whether it does.
 */
bool lkrg_insn_is_static_call_of(const u8 *insn, size_t len, const u8 *addr,
				 unsigned long function)
{
	unsigned long to;

	if (lkrg_insn_is_nop(insn, len) || !memcmp(insn, ret, sizeof(ret)))
		return !function;
	if (!memcmp(insn, zero, sizeof(zero)))
		return function == (unsigned long)__static_call_return0;
	to = lkrg_insn_target(insn, len, addr);
	return function ? leads_to(to, function) :
			  to == (unsigned long)__static_call_return ||
			  to == (unsigned long)x86_return_thunk;
}
#endif

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
	unsigned long slot;

	if (len != JMP32_INSN_SIZE || *insn != JMP32_INSN_OPCODE)
		return false;
	slot = lkrg_insn_target(insn, len, addr);
	/* The list of who uses it can be written. */
	return is_kprobe_optinsn_slot(slot) && lkrg_execmem_is_owned(slot, EXECMEM_KPROBES);
#else
	return false;
#endif
}

static u64 insn_tag(const u8 *addr, const u8 *insn, size_t len)
{
	u64 bytes = 0;

	memcpy(&bytes, insn, len);
	return lkrg_record_fold(lkrg_record_head(addr, bytes));
}

/**
 * lkrg_probe_may_write - May a kprobe write that where it is?
 * @probe: the kprobe
 * @addr: where it is
 * @new: what it is about to write
 * @len: number of bytes
 *
 * A breakpoint; or what was there before, which it keeps in memory that others may
 * have written to, so that is under a tag.
 *
 * Context: text_mutex held.
 * Return: whether it may.
 */
bool lkrg_probe_may_write(struct kprobe *probe, const u8 *addr, const u8 *new,
			  size_t len)
{
#ifdef CONFIG_KPROBES
	struct arch_specific_insn *insn = &probe->ainsn;

	if (len == INT3_INSN_SIZE && *new == INT3_INSN_OPCODE) {
		/* Or there is what an optimized one has left, which is about to go. */
		if (*addr != INT3_INSN_OPCODE &&
		    !lkrg_insn_jumps_to_probe(addr, JMP32_INSN_SIZE, addr))
			insn->lkrg_opcode_tag = insn_tag(addr, addr, len);
		return true;
	}
	if (len == INT3_INSN_SIZE)
		return insn->lkrg_opcode_tag == insn_tag(addr, new, len);
	return len == JMP32_INSN_SIZE && *new == INT3_INSN_OPCODE &&
	       insn->lkrg_rest_tag == insn_tag(addr + 1, new + 1, len - 1);
#else
	return false;
#endif
}

/**
 * lkrg_probe_jumps - A kprobe is about to be optimized: remember what it writes over
 * @probe: the kprobe
 * @addr: where its breakpoint is
 *
 * Context: text_mutex held.
 */
void lkrg_probe_jumps(struct kprobe *probe, const u8 *addr)
{
#ifdef CONFIG_KPROBES
	probe->ainsn.lkrg_rest_tag = insn_tag(addr + 1, addr + 1, JMP32_INSN_SIZE - 1);
#endif
}

/**
 * lkrg_is_padding - Is it what is before a function that nobody has patched?
 * @addr: first byte
 * @len: number of bytes
 *
 * Return: whether it is, and CPUs want it to be patched.
 */
bool lkrg_is_padding(const u8 *addr, size_t len)
{
	return cpu_feature_enabled(X86_FEATURE_CALL_DEPTH) &&
	       !memchr_inv(addr, PADDING_BYTE, len);
}

/**
 * lkrg_is_thunk - Is it where calls are counted on the way to a function?
 * @addr: an address
 *
 * That is what padding becomes on CPUs that need it, and nothing in it says so.
 *
 * Context: any that kallsyms is for.
 * Return: whether it is, by the functions that have a name.
 */
bool lkrg_is_thunk(unsigned long addr)
{
#ifdef CONFIG_CALL_THUNKS
	const unsigned long end = addr + CONFIG_FUNCTION_PADDING_BYTES;
	unsigned long offset;

	return cpu_feature_enabled(X86_FEATURE_CALL_DEPTH) &&
	       kallsyms_lookup_size_offset(end, NULL, &offset) &&
	       offset < CONFIG_FUNCTION_PADDING_BYTES;
#else
	return false;
#endif
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

/* The lower half is user space's, and what is in between makes another exception. */
static bool may_be_read(unsigned long addr)
{
	return (long)addr < 0 && __is_canonical_address(addr, __VIRTUAL_MASK_SHIFT + 1) &&
	       !is_vsyscall_vaddr(addr);
}

/**
 * lkrg_read - Read memory of the kernel's that may not be there
 * @to: where to
 * @from: the memory
 * @size: how much, in bytes
 *
 * As copy_from_kernel_nofault(), which others may hook.
 *
 * Context: any.
 * Return: whether it is there.
 */
bool lkrg_read(void *to, const void *from, size_t size)
{
	if (!may_be_read((unsigned long)from) ||
	    !may_be_read((unsigned long)from + size - 1))
		return false;
	for (; size >= sizeof(u64); size -= sizeof(u64)) {
		__get_kernel_nofault(to, from, u64, gone);
		to += sizeof(u64);
		from += sizeof(u64);
	}
	/* It may look at its arguments more than once. */
	for (; size; size--) {
		__get_kernel_nofault(to, from, u8, gone);
		to++;
		from++;
	}
	return true;

gone:
	return false;
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
		if (!lkrg_read(bytes, start, sizeof(bytes)))
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

/* === All that is mapped ================================================= */

/* So many bits of an address choose an entry of a table. */
#define INDEX_BITS (PAGE_SHIFT - 3)

/**
 * struct table - A page table, as it was found on the way to an address
 * @at: its entries, NULL if there is none
 * @addr: the address
 * @shift: log2 of how much one of them maps
 * @writable: whether the levels above let somebody write
 * @executable: whether they let somebody run what is there
 */
struct table {
	const u64 *at;
	unsigned long addr;
	unsigned int shift;
	bool writable;
	bool executable;
};

static size_t index_in(const struct table *table, unsigned long addr)
{
	return (addr >> table->shift) & (BIT(INDEX_BITS) - 1);
}

/* Where nobody can read a table, it may map anything. */
#define UNREADABLE (_PAGE_PRESENT | _PAGE_RW | _PAGE_PSE)

/* Returns 0 where nothing is mapped.  Nobody keeps the table from being freed. */
static __always_inline u64 read_entry(const struct table *table,
				      unsigned long addr)
{
	u64 entry;

	__get_kernel_nofault(&entry, &table->at[index_in(table, addr)], u64, gone);
	/* A guest of Xen (PV) has frames of the machine in there. */
	entry = pte_val(native_make_pte(entry));
	return entry & _PAGE_PRESENT ? entry : 0;

gone:
	return UNREADABLE;
}

static __always_inline bool is_table(const struct table *table, u64 entry)
{
	/* Tables are in memory; who takes something else for one finds others. */
	return table->shift > PAGE_SHIFT && entry && !(entry & _PAGE_PSE) &&
	       PHYS_PFN(entry & PTE_PFN_MASK) < max_pfn;
}

/* The table with the entry that maps an address, or says that nothing does. */
static struct table find_table(unsigned long addr, u64 *entry)
{
	struct table table = {
		.at = (u64 *)init_mm.pgd,
		.addr = addr,
		.shift = PGDIR_SHIFT,
		.writable = true,
		.executable = __supported_pte_mask & _PAGE_NX,
	};

	while (is_table(&table, *entry = read_entry(&table, addr))) {
		table.writable &= !!(*entry & _PAGE_RW);
		table.executable &= !(*entry & _PAGE_NX);
		table.at = __va(*entry & PTE_PFN_MASK);
		table.shift -= INDEX_BITS;
	}
	return table;
}

/**
 * lkrg_mapping - Look up how the kernel reaches an address
 * @addr: an address of the kernel's
 *
 * Of all levels the strictest counts, as for the CPU.  By nothing that a module may
 * hook.
 *
 * Context: any; who frees page tables meanwhile makes it find something else.
 * Return: what was found.
 */
struct lkrg_mapping lkrg_mapping(unsigned long addr)
{
	u64 entry;
	const struct table table = find_table(addr, &entry);

	if (!entry)
		return (struct lkrg_mapping){ .frame = LKRG_NOT_MAPPED };
	return (struct lkrg_mapping){
		.frame = PHYS_PFN((entry & PTE_PFN_MASK & ~(BIT(table.shift) - 1)) |
				  (addr & (BIT(table.shift) - 1))),
		.writable = table.writable && entry & _PAGE_RW,
		.executable = table.executable && !(entry & _PAGE_NX),
	};
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

/**
 * lkrg_is_linear - Is it where all memory is mapped?
 * @addr: an address of the kernel's
 *
 * Return: whether it is.
 */
bool lkrg_is_linear(unsigned long addr)
{
	return addr - PAGE_OFFSET < PFN_PHYS(max_pfn);
}

/* Is it where the kernel always has this memory? */
static bool is_at_home(unsigned long addr, unsigned long frame)
{
	return (lkrg_is_linear(addr) ||
		(addr >= ((unsigned long)_text & PMD_MASK) &&
		 addr < round_up((unsigned long)_end, PMD_SIZE))) &&
	       __phys_addr_nodebug(addr) == PFN_PHYS(frame);
}

/**
 * struct visit - What lkrg_visit_mappings() is about
 * @linear: the table that was looked at last, of where all memory is mapped
 * @cost: what was done, in entries of which there is nothing to say
 * @visit: what was asked for
 * @data: for @visit
 */
struct visit {
	struct table linear;
	unsigned int cost;
	lkrg_leaf_visitor visit;
	void *data;
};

/* So much is enough for once; what it costs to look further, and to be told of it. */
#define COST_MAX 256
#define COST_OF_LOOK 4
#define COST_OF_VISIT 16

/* Most frames are near to the one before. */
static u64 linear_entry(struct table *table, unsigned long addr)
{
	u64 entry;

	if (table->at && !((addr ^ table->addr) >> (table->shift + INDEX_BITS))) {
		entry = read_entry(table, addr);
		if (!is_table(table, entry))
			return entry;
	}
	*table = find_table(addr, &entry);
	return entry;
}

/*
 * Is one of them read-only where all memory is mapped?  Then it is so everywhere:
 * set_memory_ro() sees to that, and image.c to that it stays so.
 */
static bool is_readonly(struct visit *visit, unsigned long frame,
			unsigned long count)
{
	const unsigned long end = min(frame + count, max_pfn);
	struct table *table = &visit->linear;

	while (frame < end) {
		u64 entry = linear_entry(table, (unsigned long)__va(PFN_PHYS(frame)));
		unsigned long step = BIT(table->shift - PAGE_SHIFT);

		visit->cost += COST_OF_LOOK;
		if (entry && !(table->writable && entry & _PAGE_RW))
			return true;
		frame = (frame | (step - 1)) + 1;
	}
	return false;
}

static void look_at(struct visit *visit, const struct table *table,
		    unsigned long addr, u64 entry)
{
	const unsigned long size = BIT(table->shift);
	const struct lkrg_leaf leaf = {
		.start = addr & ~(size - 1),
		.size = size,
		.frame = PHYS_PFN(entry & PTE_PFN_MASK & ~(size - 1)),
		.writable = table->writable && entry & _PAGE_RW,
		.executable = table->executable && !(entry & _PAGE_NX),
	};

	if (leaf.executable ||
	    (leaf.writable && !is_at_home(leaf.start, leaf.frame) &&
	     is_readonly(visit, leaf.frame, PFN_DOWN(size)))) {
		visit->cost += COST_OF_VISIT;
		visit->visit(&leaf, visit->data);
	}
}

/* Where that begins in the uppermost page table */
#define KERNEL_HALF (-1UL << (PGDIR_SHIFT + INDEX_BITS - 1))

/*
 * Nothing is to be found in the shadow of all memory that KASAN has, which is
 * mapped to one page again and again, and where each stack is mapped 65536 times.
 */
static unsigned long skip(unsigned long addr)
{
#ifdef CONFIG_KASAN
	/* With five levels it takes the whole entry that it begins in. */
	if (addr >= (KASAN_SHADOW_START & PGDIR_MASK) && addr < KASAN_SHADOW_END)
		return KASAN_SHADOW_END;
#endif
	if (addr >= ESPFIX_BASE_ADDR && addr < ESPFIX_BASE_ADDR + BIT(P4D_SHIFT))
		return ESPFIX_BASE_ADDR + BIT(P4D_SHIFT);
	return addr;
}

/**
 * lkrg_visit_mappings - Look for code, and for other mappings of what is read-only
 * @addr: from where on, 0 for the first time
 * @visit: what is called with each entry that maps executable memory, or that
 *	maps what is read-only where all memory is mapped, but is writable
 * @data: for @visit
 *
 * Looks at one table of the kernel's, or at a part of it.  It may be freed meanwhile
 * and hold what is none, so whatever is found is to be looked for again.
 *
 * Context: any but NMI.
 * Return: from where on to go on, 0 when this was the end.
 */
unsigned long lkrg_visit_mappings(unsigned long addr, lkrg_leaf_visitor visit,
				  void *data)
{
	struct visit visiting = { .visit = visit, .data = data };
	struct table table;
	u64 entry;

	/* Its page tables are those of a hypervisor as well. */
	if (cpu_feature_enabled(X86_FEATURE_XENPV))
		return 0;
	if (!addr)
		addr = KERNEL_HALF;
	pagefault_disable();
	table = find_table(addr, &entry);
	do {
		if (entry)
			look_at(&visiting, &table, addr, entry);
		addr = (addr | (BIT(table.shift) - 1)) + 1;
		visiting.cost++;
		if (!index_in(&table, addr))
			break;
		entry = read_entry(&table, addr);
	} while (!is_table(&table, entry) && visiting.cost < COST_MAX);
	pagefault_enable();
	return skip(addr);
}

/**
 * lkrg_other_code - Memory that the boot has made executable by itself
 * @index: which, from 0 on
 * @start: result, its first byte
 * @size: result, how much, 0 if there is none
 *
 * Return: false if there are not so many.
 */
bool lkrg_other_code(unsigned int index, unsigned long *start,
		     unsigned long *size)
{
	*size = 0;
	switch (index) {
	case 0:
		/* What CPUs begin with, see set_real_mode_permissions() */
		if (!real_mode_header)
			return true;
		*start = (unsigned long)__va(real_mode_header->text_start);
		*size = PAGE_ALIGN(real_mode_header->ro_end) -
			real_mode_header->text_start;
		return true;
	case 1:
		/* Of user space */
		if (IS_ENABLED(CONFIG_X86_VSYSCALL_EMULATION)) {
			*start = VSYSCALL_ADDR;
			*size = PAGE_SIZE;
		}
		return true;
	default:
		return false;
	}
}

/**
 * lkrg_image_address - Where the kernel image has a page frame
 * @frame: the page frame
 *
 * Return: the address, 0 if it is not in the image.
 */
unsigned long lkrg_image_address(unsigned long frame)
{
	unsigned long addr = __START_KERNEL_map + PFN_PHYS(frame) - phys_base;

	return addr >= (unsigned long)_text && addr < (unsigned long)_end ? addr : 0;
}
