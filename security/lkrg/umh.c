// SPDX-License-Identifier: GPL-2.0-only
/*
 * LKRG - Programs that the kernel starts
 *
 * They run with all privileges, so who decides which one it is needs no other.  When
 * one is prepared, it is noted what it is: under a tag which is verified by the thread
 * that will execute it.  There it is also verified that it is one of those that the
 * kernel starts for this purpose, which are those that root has named in a variable
 * of the kernel, those that are in the kernel's own code, and those in lkrg.umh_allow.
 * What execve() then has in its own memory has to be the same, to the last argument.
 *
 * Locking: agents_lock protects the list of programs of cgroups.
 */

#include <linux/array_size.h>
#include <linux/binfmts.h>
#include <linux/cache.h>
#include <linux/capability.h>
#include <linux/compiler.h>
#include <linux/container_of.h>
#include <linux/ctype.h>
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/fs_struct.h>
#include <linux/init.h>
#include <linux/jump_label.h>
#include <linux/lkrg.h>
#include <linux/lkrg_variable.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/preempt.h>
#include <linux/random.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/siphash.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/sysctl.h>
#include <linux/uidgid.h>
#include <linux/umh.h>

#include "common.h"
#include "param.h"
#include "report.h"
#include "task.h"
#include "umh.h"
#include "variable.h"

static siphash_key_t key __ro_after_init;

/* Names in lkrg.umh_allow, and how reports go on after "blocked: PATH, " */
static const struct {
	const char *name;
	const char *purpose;
	const char *variable;
} purposes[] = {
	[LKRG_UMH_OTHER] = { "other", "for what is not said", "poweroff_cmd" },
	[LKRG_UMH_MODULE] = { "module", "to load a module", "modprobe_path" },
	[LKRG_UMH_CORE] = { "core", "to take a core dump", "core_pattern" },
	[LKRG_UMH_HOTPLUG] = { "hotplug", "to tell of a device", "uevent_helper" },
	[LKRG_UMH_KEY] = { "key", "to construct a key", "" },
	[LKRG_UMH_MCE] = { "mce", "to tell of a machine check", "mce_helper" },
};

static_assert(ARRAY_SIZE(purposes) == LKRG_NR_UMH);

/* What the code of the kernel names, if it is not in a variable that is guarded */
static const struct {
	enum lkrg_umh what;
	const char *path;
} known[] = {
	{ LKRG_UMH_KEY, "/sbin/request-key" },
#ifdef CONFIG_STATIC_USERMODEHELPER
	{ LKRG_UMH_OTHER, "linuxrc" },
#else
	{ LKRG_UMH_OTHER, "/linuxrc" },
#endif
	{ LKRG_UMH_OTHER, "/sbin/bridge-stp" },
	{ LKRG_UMH_OTHER, "/sbin/drbdadm" },
	{ LKRG_UMH_OTHER, "/sbin/nfs_cache_getent" },
	{ LKRG_UMH_OTHER, "/sbin/nfsd-recall-failed" },
	{ LKRG_UMH_OTHER, "/sbin/nfsdcltrack" },
	{ LKRG_UMH_OTHER, "/sbin/ocfs2_hb_ctl" },
	{ LKRG_UMH_OTHER, "/sbin/reboot" },
	{ LKRG_UMH_OTHER, "/sbin/tomoyo-init" },
	{ LKRG_UMH_OTHER, "/sbin/v86d" },
};

/* === What root allows beside ============================================ */

/* lkrg.umh_allow: [PURPOSE:]PATH, with commas in between */
static char umh_allow[512];
LKRG_GUARD(LKRG_HELPER, umh_allow);

/* Sets @path and @len to the path of the first entry, and returns the next one. */
static const char *next_entry(const char *entry, enum lkrg_umh *what,
			      const char **path, size_t *len)
{
	const char *end = strchrnul(entry, ',');
	size_t prefix;

	*path = entry;
	for (*what = 0; *what < LKRG_NR_UMH; (*what)++) {
		prefix = str_has_prefix(entry, purposes[*what].name);
		if (prefix && entry[prefix] == ':') {
			*path = entry + prefix + 1;
			break;
		}
	}
	*len = end - *path;
	return *end ? end + 1 : end;
}

/**
 * lkrg_umh_lists - Is a program in a list?
 * @list: [PURPOSE:]PATH, with commas in between
 * @what: what it is started for
 * @path: its name
 *
 * Return: whether it is, for this purpose or for all.
 */
bool lkrg_umh_lists(const char *list, enum lkrg_umh what, const char *path)
{
	enum lkrg_umh purpose;
	const char *entry;
	size_t len;

	while (*list) {
		list = next_entry(list, &purpose, &entry, &len);
		if ((purpose == what || purpose == LKRG_NR_UMH) &&
		    strlen(path) == len && !memcmp(path, entry, len))
			return true;
	}
	return false;
}

/**
 * lkrg_umh_is_list - Is a text what lkrg_umh_lists() takes?
 * @list: the text
 *
 * Return: whether it is, with an absolute path in each entry.
 */
bool lkrg_umh_is_list(const char *list)
{
	enum lkrg_umh purpose;
	const char *entry;
	size_t len, i;

	while (*list) {
		list = next_entry(list, &purpose, &entry, &len);
		if (len < 2 || *entry != '/')
			return false;
		for (i = 0; i < len; i++) {
			if (!isascii(entry[i]) || !isgraph(entry[i]))
				return false;
		}
	}
	return true;
}

/* Whether each of @list is in what is allowed already */
static bool is_part(const char *list)
{
	char path[sizeof(umh_allow)];
	enum lkrg_umh purpose;
	const char *entry;
	size_t len;

	while (*list) {
		list = next_entry(list, &purpose, &entry, &len);
		memcpy(path, entry, len);
		path[len] = '\0';
		if (!lkrg_umh_lists(umh_allow, purpose, path))
			return false;
	}
	return true;
}

/**
 * lkrg_umh_allow - Set lkrg.umh_allow
 * @list: the text
 *
 * Context: boot, or the handler of the sysctl, which are one at a time.
 * Return: 0, -EINVAL or, with the lock, -EPERM, after a line in the log.
 */
int lkrg_umh_allow(const char *list)
{
	if (!list || strlen(list) >= sizeof(umh_allow) || !lkrg_umh_is_list(list)) {
		lkrg_say_bad_list("umh_allow", sizeof(umh_allow) - 1);
		return -EINVAL;
	}
	if (lkrg_param_is_locked() && !is_part(list)) {
		lkrg_say_locked("umh_allow", "umh_allow");
		return -EPERM;
	}
	strscpy_pad(umh_allow, list, sizeof(umh_allow));
	return 0;
}

static int handle_allow(const struct ctl_table *table, int write, void *buffer,
			size_t *lenp, loff_t *ppos)
{
	char *text = buffer;
	size_t len = *lenp;
	int err;

	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	if (!write)
		return proc_dostring(table, write, buffer, lenp, ppos);
	if (*ppos || memchr(text, '\0', len)) {
		lkrg_say_bad_list("umh_allow", sizeof(umh_allow) - 1);
		return -EINVAL;
	}
	/* There is room for the end behind the text. */
	if (len && text[len - 1] == '\n')
		text[len - 1] = '\0';
	err = lkrg_umh_allow(text);
	if (err)
		return err;
	lkrg_say_set_list("umh_allow", text);
	*ppos += len;
	return 0;
}

static struct ctl_table sysctls[] = {
	{
		.procname = "umh_allow",
		.data = umh_allow,
		.maxlen = sizeof(umh_allow),
		.mode = 0600,
		.proc_handler = handle_allow,
	},
};

static int __init lkrg_init_umh_sysctl(void)
{
	if (!static_key_enabled(&lkrg_enabled) || !IS_ENABLED(CONFIG_SYSCTL))
		return 0;
	return register_sysctl(LKRG_NAME, sysctls) ? 0 : -ENOMEM;
}
fs_initcall(lkrg_init_umh_sysctl);

/* === Texts ============================================================== */

/* More than the name of any program that may be started, but for those of cgroups */
#define HELPER_SIZE 512

static_assert(sizeof(umh_allow) <= HELPER_SIZE);

/**
 * struct texts - A keyed hash of texts, each of which is read once
 * @name: that of the program
 * @copy: what is read instead of it, and will be executed: if it is a variable, root may
 *	change it meanwhile
 * @sum: of the texts up to now
 * @last: of the last of them alone
 * @program: of the name alone
 * @count: how many
 * @loads_libraries: whether one begins with LD_, that is no argument
 * @begun: of the blocks up to now of the next one
 * @len: how much there is of a block
 * @block: what there is
 */
struct texts {
	const char *name;
	const char *copy;
	u64 sum;
	u64 last;
	u64 program;
	u64 count;
	bool loads_libraries;
	u64 begun;
	size_t len;
	char block[64];
};

static void add_char(struct texts *texts, char c)
{
	texts->block[texts->len++] = c;
	if (texts->len == 3 && !texts->begun && !memcmp(texts->block, "LD_", 3))
		texts->loads_libraries = true;
	if (c && texts->len < sizeof(texts->block))
		return;
	texts->begun = siphash_2u64(texts->begun,
				    siphash(texts->block, texts->len, &key), &key);
	texts->len = 0;
	if (c)
		return;
	texts->last = texts->begun;
	texts->sum = siphash_2u64(texts->sum, texts->last, &key);
	texts->count++;
	texts->begun = 0;
}

/* What follows are no arguments any more. */
static void end_arguments(struct texts *texts)
{
	texts->sum = siphash_1u64(texts->sum, &key);
	texts->loads_libraries = false;
}

/* Returns what the tag knows of it, which of a variable is where it is. */
static u64 add_text(struct texts *texts, const char *text)
{
	const char *from = texts->copy && text == texts->name ? texts->copy : text;
	char c;

	do {
		c = READ_ONCE(*from++);
		add_char(texts, c);
	} while (c);
	if (text == texts->name)
		texts->program = texts->last;
	return lkrg_is_variable(text) ? (uintptr_t)text : texts->last;
}

static u64 add_list(struct texts *texts, u64 hash, char *const *list)
{
	hash = siphash_2u64(hash, (uintptr_t)list, &key);
	while (list && *list)
		hash = siphash_2u64(hash, add_text(texts, *list++), &key);
	return siphash_1u64(hash, &key);
}

static u64 hash_text(const char *text)
{
	struct texts texts = { };

	add_text(&texts, text);
	return texts.last;
}

/* === Programs of cgroups ================================================ */

/*
 * There may be one for each hierarchy of version 1.  What root names goes here as a
 * keyed hash, so the memory where it is kept does not matter.  Of more than that
 * the oldest ones are forgotten.
 */
static u64 agents[32];
static unsigned int next_agent;
static DEFINE_SPINLOCK(agents_lock);

static bool is_agent(u64 hash)
{
	bool found = false;
	size_t i;

	spin_lock(&agents_lock);
	for (i = 0; i < ARRAY_SIZE(agents); i++)
		found |= agents[i] == hash;
	spin_unlock(&agents_lock);
	return hash && found;
}

void __lkrg_release_agent(const char *path)
{
	const u64 hash = hash_text(path);

	if (!*path || is_agent(hash) || !lkrg_is_root() ||
	    lkrg_task_check_full(LKRG_AT_variable))
		return;
	spin_lock(&agents_lock);
	agents[next_agent++ % ARRAY_SIZE(agents)] = hash;
	spin_unlock(&agents_lock);
}

/* === What was prepared ================================================== */

/* More than what a program gets whose name is a variable */
#define HELPER_ARGS 8

/**
 * struct prepared - A program that is going to be started
 * @info: what the kernel knows of it
 * @what: what for
 * @is_known: whether it was one for that when it was prepared
 * @tag: over these, and the texts
 * @path: of a name that is a variable what was judged
 * @argv: then the arguments, with @path in its place
 */
struct prepared {
	struct subprocess_info info;
	enum lkrg_umh what;
	bool is_known;
	u64 tag;
	char path[HELPER_SIZE];
	char *argv[HELPER_ARGS];
};

/* @texts are as execve() puts them into memory, and then the name. */
static u64 tag_of(const struct prepared *p, struct texts *texts)
{
	const struct subprocess_info *info = &p->info;
	u64 hash;

	hash = siphash_4u64((uintptr_t)p, p->what, p->is_known, (uintptr_t)info->init,
			    &key);
	hash = siphash_3u64(hash, (uintptr_t)info->cleanup, (uintptr_t)info->data,
			    &key);
	hash = add_list(texts, hash, info->argv);
	end_arguments(texts);
	hash = add_list(texts, hash, info->envp);
	/* No tag is zero. */
	return siphash_2u64(hash, add_text(texts, info->path), &key) | 1;
}

size_t __lkrg_umh_size(void)
{
	return sizeof(struct prepared);
}

/* === What is started ==================================================== */

/* As much as the longest of the variables has that name a program */
#define VARIABLE_SIZE 256

/*
 * Is it the program in a variable of the kernel?  Arguments may follow, and what
 * begins with % is filled in when it is used.
 */
static bool is_in_variable(const char *path, enum lkrg_umh what)
{
	char text[VARIABLE_SIZE], *program = text;
	size_t len;

	lkrg_variable_read(purposes[what].variable, text, sizeof(text));
	/* Else it is the name of a file. */
	if (what == LKRG_UMH_CORE && *program++ != '|')
		return false;
	program = skip_spaces(program);
	program[strcspn(program, " \t\n")] = '\0';
	len = strcspn(program, "%");
	if (!program[len])
		return *program && !strcmp(path, program);
	/* Nothing that is filled in leads to another directory. */
	return !strncmp(path, program, len) &&
	       (!strchr(path + len, '/') || strchr(program + len, '/'));
}

/* Of the program itself: all of them may be started by one that decides. */
static const char *name_of(const struct subprocess_info *info)
{
#ifdef CONFIG_STATIC_USERMODEHELPER
	return info->argv && info->argv[0] &&
	       !strcmp(info->path, CONFIG_STATIC_USERMODEHELPER_PATH) ? info->argv[0] : "";
#else
	return info->path;
#endif
}

/* Root may change what the name was made of before it is started. */
static noinline_for_stack u64 tag_of_core(struct prepared *p)
{
	struct texts texts = { .name = name_of(&p->info) };
	char copy[HELPER_SIZE];

	if (strscpy(copy, texts.name) >= 0) {
		texts.copy = copy;
		p->is_known = is_in_variable(copy, p->what);
	}
	return tag_of(p, &texts);
}

void __lkrg_umh_prepared(struct subprocess_info *info, enum lkrg_umh what)
{
	struct prepared *p = container_of(info, struct prepared, info);
	struct texts texts = { };

	p->what = what;
	p->is_known = false;
	/* Who may not do this gets no tag, and what he prepares is not started. */
	if (info->path && !(in_task() && lkrg_task_check(LKRG_AT_usermodehelper)))
		p->tag = what == LKRG_UMH_CORE ? tag_of_core(p) : tag_of(p, &texts);
}

static noinline_for_stack bool is_known(enum lkrg_umh what, const char *path)
{
	char list[sizeof(umh_allow)];
	size_t i;

	if (is_in_variable(path, what))
		return true;
	for (i = 0; i < ARRAY_SIZE(known); i++) {
		if (known[i].what == what && !strcmp(known[i].path, path))
			return true;
	}
	lkrg_variable_read("umh_allow", list, sizeof(list));
	return lkrg_umh_lists(list, what, path);
}

/* Whether what will be executed, which is in @texts, is what was prepared */
static bool is_as_prepared(const struct prepared *p, struct texts *texts)
{
	return p->tag && p->tag == tag_of(p, texts) && p->what < LKRG_NR_UMH;
}

/* Then: why may it not be started for that? */
static const char *objection(const struct prepared *p, const struct texts *texts,
			     const char *variable)
{
	if (lkrg_knob(umh_validate) == 2)
		return "umh_validate is 2";
	if (texts->loads_libraries)
		return "its environment has LD_ in it";
	if (p->is_known || (*variable && !strcmp(variable, purposes[p->what].variable)) ||
	    (p->what == LKRG_UMH_OTHER && is_agent(texts->program)) ||
	    (texts->copy && is_known(p->what, texts->copy)))
		return NULL;
	return "not what the kernel starts for this";
}

static int block(const char *path, enum lkrg_umh what, const char *why)
{
	const int enforce = lkrg_knob(umh_enforce);
	struct lkrg_report report = {
		.what = LKRG_HELPER_BLOCKED,
		.done = !enforce ? LKRG_DID_LOG :
			enforce == 1 ? LKRG_DID_REFUSE : LKRG_DID_PANIC,
		.umh = {
			.why = why,
			.purpose = purposes[what < LKRG_NR_UMH ? what : 0].purpose,
		},
	};

	lkrg_take_name(&report.umh.by, current);
	strscpy(report.umh.path, path, sizeof(report.umh.path));
	lkrg_report(&report);
	return enforce ? -EPERM : 0;
}

/* Instead of the variable, which may change, the program gets what was judged. */
static void take_copies(struct prepared *p, const char *name, const char *copy)
{
	struct subprocess_info *info = &p->info;
	size_t n;

	strscpy(p->path, copy);
	if (info->path == name)
		info->path = p->path;
	for (n = 0; info->argv && info->argv[n]; n++) {
		if (n == HELPER_ARGS - 1) {
			p->argv[0] = NULL;
			return;
		}
		p->argv[n] = info->argv[n] == name ? p->path : info->argv[n];
	}
}

char **__lkrg_umh_argv(struct subprocess_info *info, char **argv)
{
	struct prepared *p = container_of(info, struct prepared, info);

	/* Else it is not known what is behind @info. */
	return p->argv[0] == p->path ? p->argv : argv;
}

/* What execve() will have to be about, in the current thread */
static u64 helper_of(const struct texts *texts)
{
	return siphash_2u64((uintptr_t)current, texts->sum, &key);
}

int __lkrg_umh_start(struct subprocess_info *info)
{
	struct prepared *p = container_of(info, struct prepared, info);
	const bool validate = lkrg_knob(umh_validate);
	struct texts texts = { .name = name_of(info) };
	const bool is_variable = lkrg_is_variable(texts.name);
	const char *variable = "", *why = NULL;
	char copy[HELPER_SIZE];
	bool same;
	int err;

	/* It is reported there.  Whatever was forged for good hides nothing else. */
	if (validate && !lkrg_helpers_are_intact() && lkrg_knob(umh_enforce))
		return -EPERM;

	if (is_variable)
		variable = lkrg_variable_copy(texts.name, copy, sizeof(copy));
	/* What is too long for that is at most the program of a cgroup. */
	if (is_variable || strscpy_pad(copy, texts.name, sizeof(copy)) >= 0)
		texts.copy = copy;
	same = is_as_prepared(p, &texts);
	if (validate)
		why = !p->tag ? "not prepared as it should be" :
			!same ? "changed after it was prepared" :
				objection(p, &texts, variable);
	if (why) {
		/* There is no file without a name. */
		if (same && texts.program && texts.copy && !*copy)
			return -ENOENT;
		err = block(texts.copy && *copy ? copy : info->path, p->what, why);
		if (err)
			return err;
	}

	if (same && is_variable)
		take_copies(p, texts.name, copy);
	if (!same) {
		/* Who is let pass runs what is there. */
		texts = (struct texts){ };
		tag_of(p, &texts);
	}
	lkrg_task(current)->helper = helper_of(&texts);
	return 0;
}

/* === What execve() has copied =========================================== */

/* Only who comes from the kernel has no memory yet, and is not process 1. */
static bool is_helper(void)
{
	return unlikely(!current->mm) && !is_global_init(current) && lkrg_knob(umh_validate);
}

/* Returns whether what is on the new stack could be read. */
static bool add_copied(struct texts *texts, const struct linux_binprm *bprm)
{
	unsigned long at = bprm->p;
	char part[64];
	int len, i;

	for (; at < bprm->exec; at += len) {
		len = access_remote_vm(bprm->mm, at, part,
				       min(sizeof(part), bprm->exec - at), 0);
		if (len <= 0)
			return false;
		for (i = 0; i < len; i++) {
			add_char(texts, part[i]);
			if (!part[i] && texts->count == bprm->argc)
				end_arguments(texts);
		}
	}
	return true;
}

/**
 * lkrg_umh_check_exec - Is it what the kernel wanted to start?
 * @bprm: what execve(), by anybody, has copied: name, arguments and environment
 *
 * Where they were copied from they may have been changed since lkrg_umh_start().
 *
 * Context: task context, may sleep.
 * Return: 0, -EPERM if it is something else, or -EINTR or -EFAULT if that cannot be found
 * out.
 */
int lkrg_umh_check_exec(const struct linux_binprm *bprm)
{
	struct texts texts = { };

	if (!is_helper())
		return 0;
	/* Who was killed meanwhile reads nothing any more, and has done nothing. */
	if (!add_copied(&texts, bprm))
		return fatal_signal_pending(current) ? -EINTR : -EFAULT;
	add_text(&texts, bprm->filename);
	if (lkrg_task(current)->helper == helper_of(&texts))
		return 0;
	return block(bprm->filename, LKRG_UMH_OTHER, "changed after it was verified");
}

/* As far as the kernel is concerned: there may be a file system where root is not 0. */
static bool is_of_root(const struct inode *inode)
{
	const struct path *root = &current->fs->root;

	return !(inode->i_mode & 0002) &&
	       (!(inode->i_mode & 0020) || gid_eq(inode->i_gid, GLOBAL_ROOT_GID)) &&
	       (uid_eq(inode->i_uid, GLOBAL_ROOT_UID) ||
		uid_eq(inode->i_uid, d_inode(root->dentry)->i_uid));
}

/**
 * lkrg_umh_check_file - May the kernel start the program in this file?
 * @file: opened by execve(), by anybody: a program, or its interpreter
 *
 * Where a name leads is in memory as well: in links, and in what is known of
 * directories.
 *
 * Context: task context, may sleep.
 * Return: 0, or -EPERM if it may not.
 */
int lkrg_umh_check_file(struct file *file)
{
	char path[sizeof_field(struct lkrg_umh_report, path)], *name;

	if (!is_helper() || is_of_root(file_inode(file)))
		return 0;
	name = file_path(file, path, sizeof(path));
	return block(IS_ERR(name) ? "?" : name, LKRG_UMH_OTHER,
		     "a file that others may write to");
}

/**
 * lkrg_umh_init - Draw the key
 */
void __init lkrg_umh_init(void)
{
	get_random_bytes(&key, sizeof(key));
}
