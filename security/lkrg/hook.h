/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * LKRG - Who is called where functions of the kernel are hooked
 */

#ifndef _SECURITY_LKRG_HOOK_H
#define _SECURITY_LKRG_HOOK_H

#include <linux/mutex.h>
#include <linux/tracepoint-defs.h>

#include "scan.h"

/* Of others, see kernel/tracepoint.c and kernel/trace/ftrace.c */
extern tracepoint_ptr_t __start___tracepoints_ptrs[];
extern tracepoint_ptr_t __stop___tracepoints_ptrs[];
extern struct mutex ftrace_lock;

enum lkrg_step lkrg_hook_step(struct lkrg_cursor *cursor);
unsigned long lkrg_hooks_by_modules(void);

#endif /* _SECURITY_LKRG_HOOK_H */
