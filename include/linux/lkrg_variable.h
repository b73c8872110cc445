/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * LKRG - Call-outs about variables that decide, and programs that the kernel starts
 *
 * A header of its own, because nearly everything includes <linux/lkrg.h>.
 */

#ifndef _LINUX_LKRG_VARIABLE_H
#define _LINUX_LKRG_VARIABLE_H

#include <linux/types.h>

struct ctl_table;
struct subprocess_info;

/**
 * enum lkrg_rule - How a variable that decides something may change
 * @LKRG_HELPER: it names a program that the kernel starts; root may change it
 * @LKRG_SWITCH: root may change it
 * @LKRG_RISES: root may make it greater, nobody smaller
 * @LKRG_STAYS_1: root may change it until it is 1
 * @LKRG_STAYS_3: root may change it until it is 3
 * @LKRG_TAINT: it is tainted_mask, which gets more bits and never fewer
 * @LKRG_FTRACE: root may change it; after lkrg_ftrace_killed() it decides nothing
 */
enum lkrg_rule {
	LKRG_HELPER,
	LKRG_SWITCH,
	LKRG_RISES,
	LKRG_STAYS_1,
	LKRG_STAYS_3,
	LKRG_TAINT,
	LKRG_FTRACE,
};

/**
 * struct lkrg_variable - A variable that decides something
 * @name: what reports call it
 * @data: where it is
 * @via: what who changes it begins and ends with, NULL if that is the same
 * @size: in bytes
 * @rule: how it may change
 */
struct lkrg_variable {
	const char *name;
	void *data;
	const void *via;
	unsigned int size;
	enum lkrg_rule rule;
};

/**
 * enum lkrg_umh - What the kernel starts a program for
 * @LKRG_UMH_OTHER: not said
 * @LKRG_UMH_MODULE: to load a module
 * @LKRG_UMH_CORE: to take a core dump
 * @LKRG_UMH_HOTPLUG: to tell of an event of a device
 * @LKRG_UMH_KEY: to construct a key
 * @LKRG_UMH_MCE: to tell of a machine check
 * @LKRG_NR_UMH: number of enumerators
 */
enum lkrg_umh {
	LKRG_UMH_OTHER,
	LKRG_UMH_MODULE,
	LKRG_UMH_CORE,
	LKRG_UMH_HOTPLUG,
	LKRG_UMH_KEY,
	LKRG_UMH_MCE,
	LKRG_NR_UMH
};

#ifdef CONFIG_SECURITY_LKRG

#include <linux/compiler.h>
#include <linux/lkrg.h>

int __lkrg_sysctl_begin(const struct ctl_table *table);
void __lkrg_sysctl_end(const struct ctl_table *table);
int __lkrg_variable_ask(const void *via);
void __lkrg_variable_begin(const void *via);
void __lkrg_variable_end(const void *via);
void __lkrg_tainted(unsigned int flag);
void __lkrg_ftrace_killed(void);
bool __lkrg_helper_is_intact(const void *data);
size_t __lkrg_umh_size(void);
void __lkrg_umh_prepared(struct subprocess_info *info, enum lkrg_umh what);
int __lkrg_umh_start(struct subprocess_info *info);
char **__lkrg_umh_argv(struct subprocess_info *info, char **argv);
void __lkrg_release_agent(const char *path);

#define __LKRG_GUARD(rule, variable, via, id)				\
static const struct lkrg_variable id __used				\
	__section(".lkrg_variables") __aligned(sizeof(void *)) =	\
	{ #variable, (void *)&(variable), via, sizeof(variable), rule }

/**
 * LKRG_GUARD_VIA - Guard a variable that changes together with another one
 * @rule: enum lkrg_rule
 * @variable: its name, of static storage and not read-only
 * @via: the data of the sysctl that changes it, or what lkrg_variable_begin() and
 *	lkrg_variable_end() are called with, in a handler that takes locks
 */
#define LKRG_GUARD_VIA(rule, variable, via) \
	__LKRG_GUARD(rule, variable, via, __UNIQUE_ID(lkrg_variable))

/**
 * LKRG_GUARD - Guard a variable
 * @rule: enum lkrg_rule
 * @variable: its name, of static storage and not read-only
 *
 * From the end of boot on it holds what it held then, and what is written through
 * its sysctl, or between lkrg_variable_begin() and lkrg_variable_end().
 */
#define LKRG_GUARD(rule, variable) LKRG_GUARD_VIA(rule, variable, NULL)

/**
 * lkrg_sysctl_begin - Ask before a sysctl changes something
 * @table: its entry
 * @write: whether it does
 *
 * Context: task context, may sleep.
 * Return: 0, and lkrg_sysctl_end() has to follow, or -EPERM.
 */
static inline int lkrg_sysctl_begin(const struct ctl_table *table, int write)
{
	if (static_branch_unlikely(&lkrg_enabled) && write)
		return __lkrg_sysctl_begin(table);
	return 0;
}

/**
 * lkrg_sysctl_end - Declare that a sysctl has changed something, or has not
 * @table: as in lkrg_sysctl_begin()
 * @write: as there
 */
static inline void lkrg_sysctl_end(const struct ctl_table *table, int write)
{
	if (static_branch_unlikely(&lkrg_enabled) && write)
		__lkrg_sysctl_end(table);
}

/**
 * lkrg_variable_ask - Ask before something changes
 * @via: as in lkrg_variable_begin()
 *
 * For those who change the name of a program otherwise than through its sysctl, where
 * only the mode of a file decides who may.  Who does not ask is not believed, but what
 * he writes is there for a moment.
 *
 * Context: task context.
 * Return: 0, or -EPERM.
 */
static inline int lkrg_variable_ask(const void *via)
{
	if (static_branch_unlikely(&lkrg_enabled))
		return __lkrg_variable_ask(via);
	return 0;
}

/**
 * lkrg_variable_begin - Declare that something is about to change
 * @via: its address, or what LKRG_GUARD_VIA() names
 *
 * For those who change it otherwise than through its sysctl.  Nothing happens if it is
 * not guarded.
 *
 * Context: task context, may sleep.  Takes a mutex that lkrg_variable_end()
 * releases, and does not nest.
 */
static inline void lkrg_variable_begin(const void *via)
{
	if (static_branch_unlikely(&lkrg_enabled))
		__lkrg_variable_begin(via);
}

/**
 * lkrg_variable_end - Declare that it has changed
 * @via: as in lkrg_variable_begin()
 */
static inline void lkrg_variable_end(const void *via)
{
	if (static_branch_unlikely(&lkrg_enabled))
		__lkrg_variable_end(via);
}

/**
 * lkrg_tainted - Declare that the kernel is tainted
 * @flag: number of the bit, which is set
 *
 * Context: any.
 */
static inline void lkrg_tainted(unsigned int flag)
{
	if (static_branch_unlikely(&lkrg_enabled))
		__lkrg_tainted(flag);
}

/**
 * lkrg_ftrace_killed - Declare that function tracing is about to be off for ever
 *
 * Context: any.
 */
static inline void lkrg_ftrace_killed(void)
{
	if (static_branch_unlikely(&lkrg_enabled))
		__lkrg_ftrace_killed();
}

/**
 * lkrg_helper_is_intact - Ask before the name of a program is used
 * @data: address of a variable that is guarded as LKRG_HELPER
 *
 * Context: task context, may sleep.
 * Return: whether it may be used.
 */
static inline bool lkrg_helper_is_intact(const void *data)
{
	if (static_branch_unlikely(&lkrg_enabled))
		return __lkrg_helper_is_intact(data);
	return true;
}

/**
 * lkrg_umh_size - Make room for what is known of a program
 * @size: of struct subprocess_info, which is not changed
 *
 * Return: how much to allocate for it.
 */
static inline size_t lkrg_umh_size(size_t size)
{
	if (static_branch_unlikely(&lkrg_enabled))
		return __lkrg_umh_size();
	return size;
}

/**
 * lkrg_umh_prepared - Declare which program the kernel is going to start
 * @info: complete, or NULL, of lkrg_umh_size(); may be declared again, with another
 *	@what
 * @what: what for
 *
 * Context: any, but may sleep for a core dump.
 */
static inline void lkrg_umh_prepared(struct subprocess_info *info,
				     enum lkrg_umh what)
{
	if (static_branch_unlikely(&lkrg_enabled) && info)
		__lkrg_umh_prepared(info, what);
}

/**
 * lkrg_umh_start - Ask before the kernel starts a program
 * @info: as it was declared; its path becomes the one that was judged
 *
 * Context: task context, of the thread that will execute it; may sleep.
 * Return: 0, -EPERM, or -ENOENT if root has emptied its name meanwhile.
 */
static inline int lkrg_umh_start(struct subprocess_info *info)
{
	if (static_branch_unlikely(&lkrg_enabled))
		return __lkrg_umh_start(info);
	return 0;
}

/**
 * lkrg_umh_argv - The arguments of a program that the kernel starts
 * @info: after lkrg_umh_start()
 * @argv: its arguments
 *
 * Return: the same, with a copy of what was judged in the place of a name that root
 * may change meanwhile.
 */
static inline char **lkrg_umh_argv(struct subprocess_info *info, char **argv)
{
	if (static_branch_unlikely(&lkrg_enabled))
		return __lkrg_umh_argv(info, argv);
	return argv;
}

/**
 * lkrg_release_agent - Declare that root has named a program of a cgroup
 * @path: it is started when a group becomes empty
 *
 * Context: task context.
 */
static inline void lkrg_release_agent(const char *path)
{
	if (static_branch_unlikely(&lkrg_enabled))
		__lkrg_release_agent(path);
}

#else /* !CONFIG_SECURITY_LKRG */

static inline int lkrg_sysctl_begin(const struct ctl_table *table, int write)
{
	return 0;
}

static inline void lkrg_sysctl_end(const struct ctl_table *table, int write) { }

static inline int lkrg_variable_ask(const void *via)
{
	return 0;
}

static inline void lkrg_variable_begin(const void *via) { }
static inline void lkrg_variable_end(const void *via) { }
static inline void lkrg_tainted(unsigned int flag) { }
static inline void lkrg_ftrace_killed(void) { }

static inline bool lkrg_helper_is_intact(const void *data)
{
	return true;
}

static inline size_t lkrg_umh_size(size_t size)
{
	return size;
}

static inline void lkrg_umh_prepared(struct subprocess_info *info,
				     enum lkrg_umh what) { }

static inline int lkrg_umh_start(struct subprocess_info *info)
{
	return 0;
}

static inline char **lkrg_umh_argv(struct subprocess_info *info, char **argv)
{
	return argv;
}

static inline void lkrg_release_agent(const char *path) { }

#define LKRG_GUARD_VIA(...)
#define LKRG_GUARD(...)

#endif /* !CONFIG_SECURITY_LKRG */

#endif /* _LINUX_LKRG_VARIABLE_H */
