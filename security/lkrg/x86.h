/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * LKRG - What instructions and page tables look like
 */

#ifndef _SECURITY_LKRG_X86_H
#define _SECURITY_LKRG_X86_H

#include <linux/cache.h>
#include <linux/init.h>
#include <linux/limits.h>
#include <linux/types.h>
#include <linux/unaligned.h>

#include <asm/nops.h>
#include <asm/text-patching.h>

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

struct lkrg_mapping lkrg_mapping(unsigned long addr);
struct lkrg_mapping lkrg_linear_mapping(unsigned long frame);

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

bool lkrg_insn_leads_to_text(const u8 *insn, size_t len, const u8 *addr);
bool lkrg_insn_jumps_to_probe(const u8 *insn, size_t len, const u8 *addr);
bool lkrg_insn_is_static_call(const u8 *insn, size_t len, const u8 *addr);
bool lkrg_is_static_call_trampoline(const u8 *addr);
bool lkrg_insn_is_lock(const u8 *insn);
bool lkrg_is_padding(const u8 *addr, size_t len);

#endif /* _SECURITY_LKRG_X86_H */
