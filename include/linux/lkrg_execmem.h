/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * LKRG - Call-outs from those who allocate memory for code and write to it
 */

#ifndef _LINUX_LKRG_EXECMEM_H
#define _LINUX_LKRG_EXECMEM_H

#include <linux/execmem.h>
#include <linux/init.h>
#include <linux/types.h>

#ifdef CONFIG_SECURITY_LKRG

#include <linux/lkrg.h>

void *__lkrg_execmem_allocated(enum execmem_type type, void *start, size_t size,
			       unsigned long caller);
void __lkrg_execmem_readonly(const void *start);
void __lkrg_execmem_free_begin(const void *start);
void __lkrg_execmem_free_end(void);
void __lkrg_copy_code(const void *addr, const void *new, size_t len);
void __lkrg_fill_code(const void *addr, u8 with, size_t len);

/**
 * lkrg_execmem_allocated - Memory is there that code will be in
 * @type: whose code
 * @start: the memory, or NULL
 * @size: how much was asked for, in bytes
 * @caller: to where execmem_alloc() returns
 *
 * What is not allocated by the kernel itself belongs to nobody.
 *
 * Context: task context, may sleep.  The memory is not executable yet.
 * Return: @start, or NULL when the guard has freed it because there was no memory
 * for its record.
 */
static inline void *lkrg_execmem_allocated(enum execmem_type type, void *start,
					   size_t size, unsigned long caller)
{
	if (static_branch_unlikely(&lkrg_enabled))
		return __lkrg_execmem_allocated(type, start, size, caller);
	return start;
}

/**
 * lkrg_execmem_readonly - All of it is read-only from now on
 * @start: the memory
 *
 * Whoever writes to it has to declare that with lkrg_patch_text(), or one of those below.
 *
 * Context: task context, may sleep, perhaps with text_mutex held.
 */
static inline void lkrg_execmem_readonly(const void *start)
{
	if (static_branch_unlikely(&lkrg_enabled))
		__lkrg_execmem_readonly(start);
}

/**
 * lkrg_copy_code - Declare what BPF is about to copy to its memory
 * @addr: the first byte
 * @new: what will be there
 * @len: number of bytes
 *
 * Context: text_mutex held from here until it is there.
 */
static inline void lkrg_copy_code(const void *addr, const void *new, size_t len)
{
	if (static_branch_unlikely(&lkrg_enabled))
		__lkrg_copy_code(addr, new, len);
}

/**
 * lkrg_fill_code - Declare that each byte of what BPF frees will be the same
 * @addr: the first one
 * @with: what they will be
 * @len: number of bytes
 *
 * Context: as lkrg_copy_code().
 */
static inline void lkrg_fill_code(const void *addr, u8 with, size_t len)
{
	if (static_branch_unlikely(&lkrg_enabled))
		__lkrg_fill_code(addr, with, len);
}

/**
 * lkrg_execmem_free_begin - Such memory is about to be freed
 * @start: the memory, or NULL
 *
 * Until lkrg_execmem_free_end() nobody looks for what is executable.
 *
 * Context: task context, may sleep.
 */
static inline void lkrg_execmem_free_begin(const void *start)
{
	if (static_branch_unlikely(&lkrg_enabled))
		__lkrg_execmem_free_begin(start);
}

/**
 * lkrg_execmem_free_end - It is not mapped any more
 *
 * Context: task context.
 */
static inline void lkrg_execmem_free_end(void)
{
	if (static_branch_unlikely(&lkrg_enabled))
		__lkrg_execmem_free_end();
}

/* What the core kernel has for the guard: see there. */
size_t __init lkrg_smp_locks(const s32 **locks);

#else /* !CONFIG_SECURITY_LKRG */

static inline void *lkrg_execmem_allocated(enum execmem_type type, void *start,
					   size_t size, unsigned long caller)
{
	return start;
}

static inline void lkrg_execmem_readonly(const void *start) { }

static inline void lkrg_copy_code(const void *addr, const void *new, size_t len) { }

static inline void lkrg_fill_code(const void *addr, u8 with, size_t len) { }

static inline void lkrg_execmem_free_begin(const void *start) { }

static inline void lkrg_execmem_free_end(void) { }

#endif /* !CONFIG_SECURITY_LKRG */

#endif /* _LINUX_LKRG_EXECMEM_H */
