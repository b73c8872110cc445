/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * LKRG - Reports
 */

#ifndef _SECURITY_LKRG_REPORT_H
#define _SECURITY_LKRG_REPORT_H

#include <linux/compiler_attributes.h>
#include <linux/init.h>
#include <linux/module.h>
#include <linux/sched.h>
#include <linux/types.h>

#include "cred.h"
#include "flow.h"
#include "ns.h"
#include "tag.h"
#include "task.h"
#include "violation.h"
#include "x86.h"

struct seq_buf;
struct seq_file;

/**
 * enum lkrg_done - What was done about a violation
 * @LKRG_DID_LOG: nothing but this report
 * @LKRG_DID_REFUSE: the operation was refused
 * @LKRG_DID_KILL: as well, and the process with all sharers of its memory dies
 * @LKRG_DID_RESTORE: what should be there was put there again
 * @LKRG_DID_PANIC: the machine stops, after the report
 */
enum lkrg_done {
	LKRG_DID_LOG,
	LKRG_DID_REFUSE,
	LKRG_DID_KILL,
	LKRG_DID_RESTORE,
	LKRG_DID_PANIC,
};

/**
 * struct lkrg_task_name - What a report calls a task
 * @pid: thread, in the initial namespace
 * @tgid: process, in the initial namespace
 * @auid: who logged in, in the initial namespace
 * @session: in which session
 * @comm: name, untrusted
 */
struct lkrg_task_name {
	pid_t pid;
	pid_t tgid;
	u32 auid;
	u32 session;
	char comm[TASK_COMM_LEN];
};

/**
 * struct lkrg_task_report - A violation by a task
 * @at: where it was found
 * @name: the task
 * @other: of LKRG_NAMESPACES_SWITCHED: whose
 * @hidden_from: of LKRG_TASK_HIDDEN: which list
 * @expected_known: @cred.expected is valid
 * @found_readable: @cred.found is valid
 * @found_init_cred: what was found is init_cred
 * @cred: fields on record, and those that are there
 * @state: the same of LKRG_STATE_CHANGED
 * @flow: of LKRG_FLOW_BROKEN
 * @namespaces: the same of LKRG_STATE_CHANGED, if @namespaces_changed
 * @namespaces_changed: of LKRG_STATE_CHANGED: one of the namespaces
 * @root_changed: of LKRG_STATE_CHANGED: LKRG_ROOT_CHANGED, LKRG_PWD_CHANGED
 * @dumpable_changed: of LKRG_STATE_CHANGED: whether it may be dumped
 */
struct lkrg_task_report {
	enum lkrg_place at;
	struct lkrg_task_name name;
	struct lkrg_task_name other;
	bool expected_known;
	bool found_readable;
	bool found_init_cred;
	const char *hidden_from;
	union {
		struct {
			struct lkrg_shadow expected;
			struct lkrg_shadow found;
		} cred;
		struct {
			struct {
				struct lkrg_state expected;
				struct lkrg_state found;
			} state;
			struct {
				struct lkrg_namespaces expected;
				struct lkrg_namespaces found;
			} namespaces;
		};
		struct lkrg_flow flow;
	};
	bool namespaces_changed;
	unsigned int root_changed;
	bool dumpable_changed;
};

/* More words were changed than can be located. */
#define LKRG_CHANGES_MANY	(-1)
/* The page was changed before a pass has looked at it: nothing is known but its tag. */
#define LKRG_CHANGES_UNKNOWN	(-2)

/**
 * struct lkrg_image_report - A violation in one page of the kernel image
 * @page: address of the page
 * @start: where its section starts
 * @changes: number of valid entries in @change, or LKRG_CHANGES_*
 * @certain: the tag says so as well: @change is all that differs
 * @moved: another page frame is there than should be
 * @change: the changed words
 * @site: of each, which mechanism of the kernel may patch there, or NULL
 * @mapped_as: of LKRG_MAPPING_CHANGED, how it should not be mapped
 * @nr_pages: the same, and how many pages from @page on
 */
struct lkrg_image_report {
	unsigned long page;
	unsigned long start;
	int changes;
	bool certain;
	bool moved;
	struct lkrg_change change[LKRG_LOCATE_MAX];
	const char *site[LKRG_LOCATE_MAX];
	const char *mapped_as;
	unsigned long nr_pages;
};

/**
 * struct lkrg_memory_report - Memory that should not be mapped as it is
 * @start: address of the first page
 * @nr_pages: how many pages from there on
 * @how: what is wrong
 * @is_linear: it is where all memory is mapped
 * @frame: the page frame that is at @start
 * @caller: who has allocated the area around it, 0 if there is none
 * @size: of that area, in bytes
 * @offset: of @start in that area
 * @same_as: where the kernel has the page that is at @start, 0 if it is there alone
 */
struct lkrg_memory_report {
	unsigned long start;
	unsigned long nr_pages;
	const char *how;
	bool is_linear;
	unsigned long frame;
	unsigned long caller;
	unsigned long size;
	unsigned long offset;
	unsigned long same_as;
};

/**
 * struct lkrg_module_report - A module that is hidden
 * @name: its name
 * @size: of its text and read-only data, in bytes
 * @start: where its text begins
 * @end: behind the end of its text
 * @from: where it is missing
 */
struct lkrg_module_report {
	char name[MODULE_NAME_LEN];
	unsigned long size;
	unsigned long start;
	unsigned long end;
	const char *from;
};

/* A longer name is cut. */
#define LKRG_HOOKED_SIZE 32

/**
 * struct lkrg_hook_report - A hook that leads to what belongs to nobody
 * @how: which kind of hook
 * @name: whose it is, untrusted; if it is empty, @function tells
 * @function: the one that is hooked, 0 if all are
 * @pointer: name of the pointer
 * @to: where it leads
 */
struct lkrg_hook_report {
	const char *how;
	char name[LKRG_HOOKED_SIZE];
	unsigned long function;
	const char *pointer;
	unsigned long to;
};

/**
 * struct lkrg_cpu_report - A register of a CPU, a bit of a mask, or a gate
 * @which: of them
 * @index: number of the CPU or gate
 * @expected: what should be there
 * @found: what is there
 */
struct lkrg_cpu_report {
	enum lkrg_register which;
	unsigned int index;
	u64 expected;
	u64 found;
};

/**
 * struct lkrg_passes_report - Passes that do not go on
 * @number: of the last pass that started
 * @how: what is wrong
 */
struct lkrg_passes_report {
	unsigned long number;
	const char *how;
};

/**
 * struct lkrg_policy_report - A setting that was written over
 * @name: the knob
 * @expected: what it is set to
 * @found: what is there
 */
struct lkrg_policy_report {
	const char *name;
	u32 expected;
	u32 found;
};

/* So much is shown of a variable. */
#define LKRG_SHOWN 64u

/**
 * struct lkrg_variable_report - A variable that was written over
 * @by: who was about to change it and may not; without a name it was changed
 * @name: what it is called
 * @size: how much of it there is to show, in bytes
 * @is_text: it is a text, untrusted; otherwise a number
 * @known: @expected is valid
 * @expected: what should be there
 * @found: what is there
 */
struct lkrg_variable_report {
	struct lkrg_task_name by;
	const char *name;
	unsigned int size;
	bool is_text;
	bool known;
	u8 expected[LKRG_SHOWN];
	u8 found[LKRG_SHOWN];
};

/**
 * struct lkrg_umh_report - A program that the kernel does not start
 * @by: who was under way when it was to be started
 * @path: its name, untrusted
 * @purpose: what it was to be started for
 * @why: what is wrong
 */
struct lkrg_umh_report {
	struct lkrg_task_name by;
	char path[LKRG_SHOWN];
	const char *purpose;
	const char *why;
};

/**
 * struct lkrg_block_report - A module that is not loaded
 * @by: who wants to load it, or needs it
 * @name: of the file, or of what is needed; empty if it has none; untrusted
 */
struct lkrg_block_report {
	struct lkrg_task_name by;
	char name[MODULE_NAME_LEN];
};

/**
 * struct lkrg_attributes - What decides who may do what with a file
 * @uid: owner, in the initial namespace
 * @gid: group, the same
 * @mode: mode
 */
struct lkrg_attributes {
	u32 uid;
	u32 gid;
	umode_t mode;
};

/* A longer path is shown by its last component. */
#define LKRG_PATH_SIZE 160

/**
 * struct lkrg_inode_report - A file whose mode or owner were changed
 * @by: who opens or executes it
 * @name: path, or name alone if that is too long; untrusted
 * @file_system: type of its file system
 * @number: of the inode
 * @expected_known: @expected is valid
 * @expected: what is on record
 * @found: what is there
 */
struct lkrg_inode_report {
	struct lkrg_task_name by;
	char name[LKRG_PATH_SIZE];
	char file_system[16];
	unsigned long number;
	bool expected_known;
	struct lkrg_attributes expected;
	struct lkrg_attributes found;
};

/**
 * struct lkrg_report - One violation
 * @what: kind; selects the member of the union
 * @done: the reaction
 * @task: of the kinds before LKRG_TEXT_CHANGED
 * @image: of LKRG_TEXT_CHANGED, LKRG_RODATA_CHANGED and LKRG_MAPPING_CHANGED
 * @memory: of LKRG_MEMORY_FOREIGN
 * @module: of LKRG_MODULE_HIDDEN
 * @hook: of LKRG_HOOK_FOREIGN
 * @cpu: of LKRG_CPU_CHANGED, LKRG_CPU_MASK_CHANGED and LKRG_GATE_CHANGED
 * @passes: of LKRG_PASSES_STOPPED
 * @policy: of LKRG_POLICY_CHANGED
 * @variable: of LKRG_HELPER_CHANGED and LKRG_SWITCH_CHANGED
 * @umh: of LKRG_HELPER_BLOCKED
 * @block: of LKRG_MODULE_BLOCKED
 * @inode: of LKRG_INODE_CHANGED
 */
struct lkrg_report {
	enum lkrg_violation what;
	enum lkrg_done done;
	union {
		struct lkrg_task_report task;
		struct lkrg_image_report image;
		struct lkrg_memory_report memory;
		struct lkrg_module_report module;
		struct lkrg_hook_report hook;
		struct lkrg_cpu_report cpu;
		struct lkrg_passes_report passes;
		struct lkrg_policy_report policy;
		struct lkrg_variable_report variable;
		struct lkrg_umh_report umh;
		struct lkrg_block_report block;
		struct lkrg_inode_report inode;
	};
};

int __init lkrg_report_init(void);
void lkrg_report(const struct lkrg_report *report);
void lkrg_report_flush(void);
void lkrg_report_show(struct seq_file *m, const struct lkrg_report *report);
void lkrg_report_show_more(struct seq_file *m, unsigned long more);
void lkrg_count_block(void);
void lkrg_kill(struct task_struct *leader, struct task_struct *task);
void lkrg_report_format(struct seq_buf *s, const struct lkrg_report *report);

void __noreturn lkrg_panic_no_memory(const char *what);
void lkrg_say_alive(const char *settings);
void lkrg_say_no_image(void);
void __init lkrg_say_no_registers(void);
void lkrg_say_still_changed(unsigned long known);
void lkrg_say_clean(unsigned long pass);
void lkrg_say_set(const char *name, int old, int new);
void lkrg_say_set_list(const char *name, const char *list);
void lkrg_say_bad_value(const char *name, int min, int max);
void lkrg_say_bad_list(const char *name, size_t size);
void lkrg_say_locked(const char *name, const char *knob);
void lkrg_say_hook(const char *how, unsigned long function, const char *module,
		   bool refused);
void lkrg_say_instead(const char *name, const char *instead);
void __init lkrg_say_unknown_parameter(const char *name);

unsigned long lkrg_violations(enum lkrg_violation what);
unsigned long lkrg_reports(void);
unsigned long lkrg_reports_lost(void);
unsigned long lkrg_reports_suppressed(void);
const char *lkrg_violation_name(enum lkrg_violation what);

#endif /* _SECURITY_LKRG_REPORT_H */
