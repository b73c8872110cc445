/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * LKRG - Everything that can be found wrong
 */

#ifndef _SECURITY_LKRG_VIOLATION_H
#define _SECURITY_LKRG_VIOLATION_H

/**
 * enum lkrg_violation - What differs from what is on record
 * @LKRG_NO_VIOLATION: nothing
 * @LKRG_CRED_OVERWRITTEN: a field of a credential that is sealed or has a ticket
 *	was changed in place, or its groups or labels were
 * @LKRG_CRED_REPLACED: a task has, returns to or hands on a credential that is
 *	not on record
 * @LKRG_CRED_REUSED: the credential on record was freed under the task
 * @LKRG_CRED_NOT_GRANTED: a task is about to gain by a credential on which nobody
 *	decided, or to override with init_cred
 * @LKRG_OVERRIDE_LEFT: an override outlives the system call that made it, or
 *	would be handed on to a child
 * @LKRG_NAMESPACES_SWITCHED: a task gives namespaces to another task, or takes
 *	such as others have, or that were not made for it
 * @LKRG_STATE_CHANGED: namespaces, root, working directory, seccomp,
 *	no_new_privs, tracer, flags or dumpable of a task were changed
 * @LKRG_TASK_HIDDEN: a task is missing in a list of the kernel or in the
 *	inventory
 * @LKRG_RECORD_FORGED: a record does not match its tag, or was about to be
 *	updated although the task differed from it
 * @LKRG_FLOW_BROKEN: the kernel was led to a function that attackers call, and did
 *	not call it
 * @LKRG_TEXT_CHANGED: kernel text was changed, other than by a declared poke
 * @LKRG_RODATA_CHANGED: read-only data was changed
 * @LKRG_MAPPING_CHANGED: page tables let somebody write to text or read-only data,
 *	or run the latter
 * @LKRG_MEMORY_FOREIGN: memory of nobody is executable, or code is writable, there or
 *	by another mapping, or read-only data is by another mapping
 * @LKRG_MODULE_HIDDEN: a module is missing where the kernel looks for modules
 * @LKRG_HOOK_FOREIGN: a hook in functions of the kernel leads to what is no text, or
 *	text of nobody
 * @LKRG_CPU_CHANGED: a register of a CPU does not hold what it should
 * @LKRG_CPU_MASK_CHANGED: the kernel seems to have a CPU that did not come, or not
 *	to have one that did not go, or the record of a CPU does not match its tag
 * @LKRG_GATE_CHANGED: an interrupt or exception leads elsewhere
 * @LKRG_PASSES_STOPPED: passes, or what watches over them, do not go on
 * @LKRG_POLICY_CHANGED: a setting was written over
 * @LKRG_HELPER_CHANGED: the name of a program that the kernel starts was written over
 * @LKRG_SWITCH_CHANGED: a switch that turns protection on or off was
 * @LKRG_HELPER_BLOCKED: the kernel was about to start a program that it may not
 * @LKRG_MODULE_BLOCKED: somebody wants to load a module although block_modules is 1
 * @LKRG_INODE_CHANGED: mode or owner of a file were changed in memory, or what is
 *	on record of them was
 * @LKRG_NR_VIOLATIONS: number of enumerators
 *
 * Those of tasks come first: see struct lkrg_report.
 */
enum lkrg_violation {
	LKRG_NO_VIOLATION,
	LKRG_CRED_OVERWRITTEN,
	LKRG_CRED_REPLACED,
	LKRG_CRED_REUSED,
	LKRG_CRED_NOT_GRANTED,
	LKRG_OVERRIDE_LEFT,
	LKRG_NAMESPACES_SWITCHED,
	LKRG_STATE_CHANGED,
	LKRG_TASK_HIDDEN,
	LKRG_RECORD_FORGED,
	LKRG_FLOW_BROKEN,
	LKRG_TEXT_CHANGED,
	LKRG_RODATA_CHANGED,
	LKRG_MAPPING_CHANGED,
	LKRG_MEMORY_FOREIGN,
	LKRG_MODULE_HIDDEN,
	LKRG_HOOK_FOREIGN,
	LKRG_CPU_CHANGED,
	LKRG_CPU_MASK_CHANGED,
	LKRG_GATE_CHANGED,
	LKRG_PASSES_STOPPED,
	LKRG_POLICY_CHANGED,
	LKRG_HELPER_CHANGED,
	LKRG_SWITCH_CHANGED,
	LKRG_HELPER_BLOCKED,
	LKRG_MODULE_BLOCKED,
	LKRG_INODE_CHANGED,
	LKRG_NR_VIOLATIONS
};

#endif /* _SECURITY_LKRG_VIOLATION_H */
