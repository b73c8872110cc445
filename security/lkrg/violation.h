/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * LKRG - Everything that can be found wrong
 */

#ifndef _SECURITY_LKRG_VIOLATION_H
#define _SECURITY_LKRG_VIOLATION_H

/**
 * enum lkrg_violation - What differs from what is on record
 * @LKRG_NO_VIOLATION: nothing
 * @LKRG_CRED_OVERWRITTEN: a field of a sealed credential was changed in place
 * @LKRG_CRED_REPLACED: a task uses a credential that nobody gave it
 * @LKRG_CRED_REUSED: a credential was freed under a task and its slot used anew
 * @LKRG_CRED_NOT_GRANTED: a task takes a credential that nobody decided on
 * @LKRG_OVERRIDE_LEFT: an override of the credential outlived its system call
 * @LKRG_NAMESPACES_SWITCHED: a task gives namespaces to another task, or takes
 *	those of others
 * @LKRG_STATE_CHANGED: namespaces, root, seccomp, tracer or flags of a task were
 *	changed
 * @LKRG_TASK_HIDDEN: a task is missing in a list of the kernel
 * @LKRG_RECORD_FORGED: a record does not match its tag
 * @LKRG_TEXT_CHANGED: kernel text, other than by a declared poke
 * @LKRG_RODATA_CHANGED: read-only data
 * @LKRG_MODULE_HIDDEN: a module is missing where the kernel looks for modules
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
	LKRG_TEXT_CHANGED,
	LKRG_RODATA_CHANGED,
	LKRG_MODULE_HIDDEN,
	LKRG_NR_VIOLATIONS
};

#endif /* _SECURITY_LKRG_VIOLATION_H */
