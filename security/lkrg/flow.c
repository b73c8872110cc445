// SPDX-License-Identifier: GPL-2.0-only
/*
 * LKRG - Control flow at functions that attackers call
 *
 * Who has taken over the flow of the kernel, and not its data alone, makes it
 * return from gadget to gadget, on a stack of his own or on what he wrote over
 * that of the task, until it returns into a function that gives him privileges.
 * There it is asked whether it was called: whether the stack is one, and each
 * return address on it is behind a call, in text that belongs to somebody.
 *
 * What cannot be told accuses nobody: the end of what the unwinder is sure of is
 * the end of what is judged.
 *
 * No locks.
 */

#include <linux/atomic.h>
#include <linux/capability.h>
#include <linux/compiler.h>
#include <linux/cred.h>
#include <linux/ftrace.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/kprobes.h>
#include <linux/lkrg_flow.h>
#include <linux/module.h>
#include <linux/preempt.h>
#include <linux/rethook.h>
#include <linux/sched.h>
#include <linux/sched/task_stack.h>

#include <asm/sections.h>

#include "execmem.h"
#include "flow.h"
#include "param.h"
#include "sites.h"
#include "task.h"
#include "text.h"
#include "x86.h"

static atomic_long_t uncertain;

static bool is_on_task_stack(void)
{
	return current_stack_pointer - (unsigned long)task_stack_page(current) <
	       THREAD_SIZE;
}

/* Core text, but for the first instructions: there is something before it. */
static __always_inline bool is_core_text(unsigned long addr)
{
	return addr - (unsigned long)_stext - LKRG_CALL_MAX <=
	       (unsigned long)(_etext - _stext) - LKRG_CALL_MAX;
}

/* Without read-only memory there is no inventory of modules. */
static bool is_text(unsigned long addr)
{
	return rodata_enabled ? lkrg_text_is_owned(addr) : kernel_text_address(addr);
}

/*
 * What tracers put in the place of a return address, from where they lead to no
 * other place than the one that was there.
 */
static bool is_trampoline(unsigned long addr)
{
#ifdef CONFIG_FUNCTION_GRAPH_TRACER
	if (addr == (unsigned long)return_to_handler)
		return true;
#endif
#ifdef CONFIG_RETHOOK
	return is_rethook_trampoline(addr);
#else
	return is_kretprobe_trampoline(addr);
#endif
}

/* Behind the last call of a function, which does not return, is another one. */
static const char *judge_slowly(unsigned long addr)
{
	if (is_trampoline(addr))
		return NULL;
	if (!is_text(addr - 1))
		return "in no known text";
	return lkrg_is_behind_call(addr) || lkrg_is_behind_static_call(addr) ?
		NULL : "not after a call";
}

static __always_inline const char *judge(unsigned long addr)
{
	if (likely(is_core_text(addr) && lkrg_insn_ends_call((const u8 *)addr)))
		return NULL;
	return judge_slowly(addr);
}

/* Returns whether to go on. */
static bool judge_frame(unsigned long addr, void *data)
{
	struct lkrg_flow *flow = data;

	flow->from = addr;
	flow->how = judge(addr);
	return !flow->how;
}

static noinline bool is_broken_somewhere(unsigned long caller, bool whole,
					 struct lkrg_flow *flow)
{
	flow->from = caller;
	flow->how = lkrg_is_on_stack() ? judge(caller) :
		    "stack pointer outside of any stack";
	if (!flow->how && whole && !lkrg_unwind(judge_frame, flow))
		atomic_long_inc(&uncertain);
	return flow->how;
}

/**
 * lkrg_flow_is_broken - Was the kernel led to a function instead of calling it?
 * @caller: where the function will return to
 * @depth: how far back it is looked
 * @flow: result, if it was
 *
 * Context: any.  In interrupts nobody is to blame: there it is not looked.
 * Return: whether it was, false with pcfi_validate=0.
 */
bool lkrg_flow_is_broken(unsigned long caller, enum lkrg_depth depth,
			 struct lkrg_flow *flow)
{
	int validate = lkrg_knob(pcfi_validate);
	bool whole = depth == LKRG_FLOW_WHOLE && validate == 2;

	if (!validate || !in_task())
		return false;
	if (likely(!whole && is_on_task_stack() && !judge(caller)))
		return false;
	return is_broken_somewhere(caller, whole, flow);
}

static int check(enum lkrg_place at, unsigned long caller, enum lkrg_depth depth)
{
	struct lkrg_flow flow;

	return unlikely(lkrg_flow_is_broken(caller, depth, &flow)) ?
		lkrg_task_flow_broken(at, &flow) : 0;
}

int __lkrg_sensitive_call(enum lkrg_sensitive what, unsigned long caller)
{
	static const struct {
		enum lkrg_place at;
		enum lkrg_depth depth;
	} calls[] = {
		[LKRG_PREPARE_KERNEL_CRED] = {
			LKRG_AT_prepare_kernel_cred, LKRG_FLOW_WHOLE
		},
		[LKRG_RUN_HELPER] = {
			LKRG_AT_call_usermodehelper_exec, LKRG_FLOW_WHOLE
		},
		[LKRG_SET_MEMORY_RW] = { LKRG_AT_set_memory_rw, LKRG_FLOW_WHOLE },
		[LKRG_SET_MEMORY_X] = { LKRG_AT_set_memory_x, LKRG_FLOW_WHOLE },
		[LKRG_SWITCH_NAMESPACES] = {
			LKRG_AT_switch_task_namespaces, LKRG_FLOW_WHOLE
		},
		[LKRG_SET_FS_ROOT] = { LKRG_AT_set_fs_root, LKRG_FLOW_WHOLE },
		/* With each chdir() */
		[LKRG_SET_FS_PWD] = { LKRG_AT_set_fs_pwd, LKRG_FLOW_CALLER },
		/* For each batch of instructions that are patched */
		[LKRG_TEXT_POKE] = { LKRG_AT_text_poke, LKRG_FLOW_CALLER },
	};

	return check(calls[what].at, caller, calls[what].depth);
}

/*
 * What was allocated for code is to become read-only and executable: whose memory it is
 * says more than who asks for that.
 */
int __lkrg_sensitive_rox(unsigned long addr, int pages, unsigned long caller)
{
	return check(LKRG_AT_set_memory_rox, caller,
		     lkrg_execmem_is_for_code(addr, pages) ?
		     LKRG_FLOW_CALLER : LKRG_FLOW_WHOLE);
}

/*
 * Is that worth the whole way back, which takes thousands of instructions?  Who changes
 * ids among those that he has does that often, and gains nothing.
 */
static enum lkrg_depth depth_of_commit(const struct cred *new)
{
	const struct cred *old = current_cred();

	return new->user_ns == old->user_ns &&
	       cap_issubset(new->cap_permitted, old->cap_permitted) ?
		LKRG_FLOW_CALLER : LKRG_FLOW_WHOLE;
}

int __lkrg_called_commit_creds(const struct cred *new, unsigned long caller)
{
	return check(LKRG_AT_commit_creds, caller, depth_of_commit(new));
}

/*
 * access() does that all the time.  Of nested ones the outermost gives most; who
 * does not return to user mode, does nothing else.
 */
const struct cred *__lkrg_called_override_creds(const struct cred *new,
						unsigned long caller)
{
	if (lkrg_task(current)->top ||
	    current->flags & (PF_KTHREAD | PF_USER_WORKER) ||
	    !check(LKRG_AT_override_creds, caller, LKRG_FLOW_CALLER))
		return new;
	return current_cred();
}

/**
 * lkrg_flow_uncertain - Number of times that the way could not be told to its end
 *
 * Return: the number.
 */
unsigned long lkrg_flow_uncertain(void)
{
	return atomic_long_read(&uncertain);
}
