/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * LKRG - Who is called where functions of the kernel are hooked
 */

#ifndef _SECURITY_LKRG_HOOK_H
#define _SECURITY_LKRG_HOOK_H

#include <linux/mutex.h>
#include <linux/tracepoint-defs.h>
#include <linux/types.h>

#include "scan.h"

struct seq_file;

/* Of others, see kernel/tracepoint.c and kernel/trace/ftrace.c */
extern tracepoint_ptr_t __start___tracepoints_ptrs[];
extern tracepoint_ptr_t __stop___tracepoints_ptrs[];
extern struct mutex ftrace_lock;

/**
 * struct lkrg_pointer - What the kernel calls, or where it looks for that
 * @name: of the field
 * @place: where it is, or NULL
 * @is_legal: may it lead there? NULL: to text that belongs to somebody
 */
struct lkrg_pointer {
	const char *name;
	const void *place;
	bool (*is_legal)(unsigned long addr);
};

/**
 * struct lkrg_hooked - Whose pointer it is
 * @how: which kind of hook
 * @function: address of a function or object that says which one
 * @name: says it instead, untrusted
 * @numbered: @number says it instead
 * @number: of the object
 */
struct lkrg_hooked {
	const char *how;
	unsigned long function;
	const char *name;
	bool numbered;
	unsigned int number;
};

unsigned long lkrg_hook_verify(struct lkrg_cursor *cursor,
			       const struct lkrg_hooked *what,
			       const struct lkrg_pointer *pointer);
void lkrg_report_hook(struct lkrg_cursor *cursor, const struct lkrg_hooked *what,
		      const struct lkrg_pointer *pointer, unsigned long to);
enum lkrg_step lkrg_hook_step(struct lkrg_cursor *cursor);
void lkrg_hook_show(struct seq_file *m);
unsigned long lkrg_hooks_by_modules(void);

#endif /* _SECURITY_LKRG_HOOK_H */
