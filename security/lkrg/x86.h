/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * LKRG - What instructions and page tables look like
 */

#ifndef _SECURITY_LKRG_X86_H
#define _SECURITY_LKRG_X86_H

#include <linux/limits.h>
#include <linux/types.h>

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

bool lkrg_insn_is_jump(const u8 *insn);
bool lkrg_insn_is_call(const u8 *insn);
bool lkrg_insn_is_nop(const u8 *insn, size_t len);
bool lkrg_insn_jumps_to(unsigned long target, const u8 *insn, size_t len,
			const u8 *addr);
bool lkrg_insn_leads_to_text(const u8 *insn, size_t len, const u8 *addr);
bool lkrg_insn_is_static_call(const u8 *insn, size_t len, const u8 *addr);
bool lkrg_is_static_call_trampoline(const u8 *addr);
bool lkrg_insn_is_lock(const u8 *insn);
bool lkrg_is_padding(const u8 *addr, size_t len);

#endif /* _SECURITY_LKRG_X86_H */
