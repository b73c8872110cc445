/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * LKRG - What instructions, page tables and CPUs look like
 */

#ifndef _SECURITY_LKRG_X86_H
#define _SECURITY_LKRG_X86_H

#include <linux/cache.h>
#include <linux/init.h>
#include <linux/limits.h>
#include <linux/types.h>
#include <linux/unaligned.h>

#include <asm/nops.h>
#include <asm/page.h>
#include <asm/special_insns.h>
#include <asm/text-patching.h>

struct kprobe;

/**
 * struct lkrg_mapping - How the kernel reaches an address
 * @frame: the page frame, or LKRG_NOT_MAPPED
 * @writable: whether page tables let it write there
 * @executable: whether they let it run what is there
 */
struct lkrg_mapping {
	unsigned long frame;
	bool writable;
	bool executable;
};

#define LKRG_NOT_MAPPED ULONG_MAX

/* The instruction that is where another one is about to be written. */
#define LKRG_BREAKPOINT 0xcc

bool lkrg_read(void *to, const void *from, size_t size);
struct lkrg_mapping lkrg_mapping(unsigned long addr);
struct lkrg_mapping lkrg_linear_mapping(unsigned long frame);

/**
 * struct lkrg_leaf - An entry of page tables that maps memory
 * @start: the first address
 * @size: how much, in bytes
 * @frame: the first page frame
 * @writable: whether the kernel can write there
 * @executable: whether it can run what is there
 */
struct lkrg_leaf {
	unsigned long start;
	unsigned long size;
	unsigned long frame;
	bool writable;
	bool executable;
};

/* The page frame at @addr, which is in @leaf */
static inline unsigned long lkrg_leaf_frame(const struct lkrg_leaf *leaf,
					    unsigned long addr)
{
	return leaf->frame + ((addr - leaf->start) >> PAGE_SHIFT);
}

/* What lkrg_visit_mappings() calls */
typedef void (*lkrg_leaf_visitor)(const struct lkrg_leaf *leaf, void *data);

unsigned long lkrg_visit_mappings(unsigned long addr, lkrg_leaf_visitor visit,
				  void *data);
bool lkrg_other_code(unsigned int index, unsigned long *start,
		     unsigned long *size);
bool lkrg_is_linear(unsigned long addr);
unsigned long lkrg_image_address(unsigned long frame);

/* Most that is patched is as long as a call. */
#define LKRG_USUAL_INSN CALL_INSN_SIZE

/* Is it a jump without a condition? */
static inline bool lkrg_insn_is_jump(const u8 *insn)
{
	return *insn == JMP32_INSN_OPCODE || *insn == JMP8_INSN_OPCODE;
}

/* Is it a direct call? */
static inline bool lkrg_insn_is_call(const u8 *insn)
{
	return *insn == CALL_INSN_OPCODE;
}

/* Is it what stands for a branch or a call?  Of each length there is one nop. */
static inline bool lkrg_insn_is_nop(const u8 *insn, size_t len)
{
	const u8 *nop;

	if (len > JMP32_INSN_SIZE)
		return false;
	nop = x86_nops[len];
	/* Twice for each function that is to be traced: no loops. */
	if (len == JMP32_INSN_SIZE)
		return get_unaligned((const u32 *)insn) ==
		       get_unaligned((const u32 *)nop) && insn[4] == nop[4];
	return len == JMP8_INSN_SIZE && insn[0] == nop[0] && insn[1] == nop[1];
}

/* Where it leads.  The displacement is the last part of the instruction. */
static inline unsigned long lkrg_insn_target(const u8 *insn, size_t len,
					     const u8 *addr)
{
	return (long)addr + len + (s32)get_unaligned_le32(insn + len - sizeof(s32));
}

/* Is it a jump to @target? */
static inline bool lkrg_insn_jumps_to(unsigned long target, const u8 *insn,
				      size_t len, const u8 *addr)
{
	if (len == JMP32_INSN_SIZE && *insn == JMP32_INSN_OPCODE)
		return lkrg_insn_target(insn, len, addr) == target;
	return len == JMP8_INSN_SIZE && *insn == JMP8_INSN_OPCODE &&
	       (unsigned long)addr + len + (s8)insn[1] == target;
}

/*
 * The longest call is an indirect one: opcode, ModRM, SIB, displacement.  Prefixes
 * come before it, and do not matter.
 */
#define LKRG_CALL_MAX 7

/* 0 if it is no indirect call, or a longer one than there is room for */
static inline size_t lkrg_insn_indirect_call(const u8 *insn, size_t room)
{
	u8 mod = insn[1] >> 6, rm = insn[1] & 7;
	size_t len = 2;

	if (insn[0] != 0xff || (insn[1] & 0x38) != 0x10)
		return 0;
	if (mod != 3 && rm == 4) {
		if (room < ++len)
			return 0;
		/* Without a base there is a displacement. */
		if (!mod && (insn[2] & 7) == 5)
			len += 4;
	} else if (!mod && rm == 5) {
		len += 4;
	}
	if (mod == 1)
		len += 1;
	else if (mod == 2)
		len += 4;
	return len > room ? 0 : len;
}

/* Is that what ends before @end a call? */
static inline bool lkrg_insn_ends_call(const u8 *end)
{
	size_t len;

	if (likely(lkrg_insn_is_call(end - CALL_INSN_SIZE)))
		return true;
	for (len = 2; len <= LKRG_CALL_MAX; len++) {
		if (lkrg_insn_indirect_call(end - len, len) == len)
			return true;
	}
	return false;
}

bool lkrg_is_behind_call(unsigned long addr);
bool lkrg_is_on_stack(void);
bool lkrg_unwind(bool (*judge)(unsigned long addr, void *data), void *data);

bool lkrg_insn_leads_to_text(const u8 *insn, size_t len, const u8 *addr);
bool lkrg_insn_jumps_to_probe(const u8 *insn, size_t len, const u8 *addr);
bool lkrg_insn_is_static_call(const u8 *insn, size_t len, const u8 *addr);
bool lkrg_insn_is_static_call_of(const u8 *insn, size_t len, const u8 *addr,
				 unsigned long function);
bool lkrg_probe_may_write(struct kprobe *probe, const u8 *addr, const u8 *new,
			  size_t len);
void lkrg_probe_jumps(struct kprobe *probe, const u8 *addr);
bool lkrg_is_static_call_trampoline(const u8 *addr);
bool lkrg_insn_is_lock(const u8 *insn);
bool lkrg_is_padding(const u8 *addr, size_t len);
bool lkrg_is_thunk(unsigned long addr);

/* What a CPU is verified for */
#define LKRG_REGISTER(name, ...) \
	LKRG_REG_##name,
enum lkrg_register {
#include "register_defs.h"
	LKRG_NR_REGISTERS
};

#undef LKRG_REGISTER

/* Model specific registers that a virtual machine may have meanwhile */
enum lkrg_lent {
	LKRG_LENT_LSTAR,
	LKRG_LENT_CSTAR,
	LKRG_LENT_STAR,
	LKRG_LENT_SFMASK,
	LKRG_LENT_EFER,
	LKRG_NR_LENT
};

#define LKRG_BREAKPOINTS 4
#define LKRG_GATES 256

/**
 * struct lkrg_cpu_claims - What others have said about a CPU
 * @breakpoint: addresses that perf watches, or 0
 * @lent: where KVM keeps the values that it is to put back, or NULL
 */
struct lkrg_cpu_claims {
	u64 breakpoint[LKRG_BREAKPOINTS];
	const u64 *lent[LKRG_NR_LENT];
};

/**
 * struct lkrg_gate - Where an interrupt leads
 * @offset: to which address
 * @attributes: segment, stack, type and privilege
 */
struct lkrg_gate {
	u64 offset;
	u64 attributes;
};

extern unsigned long lkrg_cr0_wanted, lkrg_cr4_wanted, lkrg_cr4_at_hooks;

/*
 * Are the bits set that have to be set on each CPU?  Where a hypervisor has to be
 * asked for CR4, which costs a thousand times as much, it is left to passes.
 */
static __always_inline bool lkrg_bits_are_set(void)
{
	return !(~read_cr0() & lkrg_cr0_wanted) &&
	       !(lkrg_cr4_at_hooks && ~__read_cr4() & lkrg_cr4_at_hooks);
}

bool __init lkrg_registers_init(void);
void lkrg_registers_look_at_bits(u64 *expected, u64 *found);
void lkrg_registers_look(unsigned int cpu, const struct lkrg_cpu_claims *claims,
			 bool msrs, u64 *expected, u64 *found);
u64 lkrg_s_cet_wanted(u64 found, bool lost);
void lkrg_registers_slept(void);
void lkrg_register_restore(enum lkrg_register which);
int lkrg_lent_index(u32 msr);
bool lkrg_gates_look(unsigned int index, struct lkrg_gate *expected,
		     struct lkrg_gate *found);

#endif /* _SECURITY_LKRG_X86_H */
