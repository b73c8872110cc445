// SPDX-License-Identifier: GPL-2.0-only
/*
 * LKRG - Who is called where functions of the kernel are hooked
 *
 * Function tracing, what is built on it, kprobes, uprobes, tracepoints and static calls
 * go where a pointer in writable memory leads.  A pass looks whether that is text which
 * belongs to somebody.  What modules may hook is decided when they ask for it.
 *
 * The pointers in tables and lists are in pointer.c, those of timers and work items in
 * deferred.c.
 *
 * Locking: text_mutex protects the inventory of modules; whoever unregisters what
 * leads to a module has done so before its entry is dropped.  Outside of it a pass
 * takes ftrace_lock, as others do, where it looks at tracers; see pointer.c and
 * deferred.c for what it tries to get inside.
 * Kprobes and tracepoints are read under RCU, and uprobes under the lock of their tree,
 * inside of which a pass tries to get that of each.
 */

#include <linux/array_size.h>
#include <linux/atomic.h>
#include <linux/cleanup.h>
#include <linux/compiler.h>
#include <linux/errno.h>
#include <linux/ftrace.h>
#include <linux/fprobe.h>
#include <linux/fs.h>
#include <linux/init.h>
#include <linux/kprobes.h>
#include <linux/list.h>
#include <linux/livepatch.h>
#include <linux/lkrg_hook.h>
#include <linux/memory.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/preempt.h>
#include <linux/rcupdate.h>
#include <linux/rethook.h>
#include <linux/sprintf.h>
#include <linux/string.h>
#include <linux/tracepoint.h>
#include <linux/uprobes.h>

#include "deferred.h"
#include "execmem.h"
#include "hook.h"
#include "image.h"
#include "module.h"
#include "param.h"
#include "pointer.h"
#include "report.h"
#include "sites.h"
#include "tag.h"
#include "text.h"
#include "x86.h"

/* === Where hooks lead =================================================== */

/*
 * Those that were reported and are still there.  Others are reported again, so of more
 * than these only the number is known until some are gone.
 */
static struct known {
	const void *place;
	struct lkrg_hook_report report;
	/* That this is from here, and not from who wants to be known */
	u64 mark;
	bool seen;
} known[16];

/* How many more there are, in the pass under way and in the last one */
static unsigned long more, more_known;

static u64 mark_of(const struct known *k)
{
	return lkrg_record_fold(lkrg_record_head(k, (uintptr_t)k->place) +
				lkrg_record_words(0, k->report.to, 0));
}

static bool was_seen(const void *place)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(known); i++) {
		if (known[i].place == place && known[i].seen &&
		    known[i].mark == mark_of(&known[i]))
			return true;
	}
	return false;
}

static bool is_known(const void *place, const struct lkrg_hook_report *report)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(known); i++) {
		if (known[i].place == place && known[i].report.to == report->to &&
		    known[i].mark == mark_of(&known[i])) {
			known[i].seen = true;
			return true;
		}
	}
	return false;
}

/* Returns whether there is room for it. */
static bool remember(const void *place, const struct lkrg_hook_report *report)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(known); i++) {
		if (known[i].place)
			continue;
		known[i].place = place;
		known[i].report = *report;
		known[i].mark = mark_of(&known[i]);
		known[i].seen = true;
		return true;
	}
	return false;
}

static void forget_others(void)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(known); i++) {
		if (!known[i].seen)
			known[i].place = NULL;
		known[i].seen = false;
	}
	more_known = more;
	more = 0;
}

static unsigned long read_pointer(const void *place)
{
	unsigned long to;

	return lkrg_read(&to, place, sizeof(to)) ? to : 0;
}

/**
 * lkrg_report_hook - A pointer leads to what belongs to nobody
 * @cursor: where the pass is
 * @what: whose pointer it is
 * @pointer: the pointer
 * @to: where it leads
 *
 * Context: text_mutex held.
 */
noinline void lkrg_report_hook(struct lkrg_cursor *cursor,
			       const struct lkrg_hooked *what,
			       const struct lkrg_pointer *pointer, unsigned long to)
{
	struct lkrg_report report = {
		.what = LKRG_HOOK_FOREIGN,
		.done = lkrg_image_stops() ? LKRG_DID_PANIC : LKRG_DID_LOG,
		.hook = {
			.how = what->how,
			.function = what->function,
			.pointer = pointer->name,
			.to = to,
		},
	};

	if (what->name)
		strscpy(report.hook.name, what->name);
	else if (what->numbered)
		scnprintf(report.hook.name, sizeof(report.hook.name), "%u",
			  what->number);

	cursor->violations++;
	if (lkrg_image_stops())
		lkrg_report(&report);
	/* A module may call what others call as well. */
	if (was_seen(pointer->place))
		return;
	if (is_known(pointer->place, &report.hook))
		cursor->known++;
	else if (remember(pointer->place, &report.hook))
		lkrg_report(&report);
	else
		more++;
}

/**
 * lkrg_hook_verify - Verify where a pointer leads
 * @cursor: where the pass is
 * @what: whose pointer it is
 * @pointer: the pointer
 *
 * It may have changed since it was read, and what it led to be gone.
 *
 * Context: text_mutex held.
 * Return: the address, or 0 if there is none or not a legal one.
 */
unsigned long lkrg_hook_verify(struct lkrg_cursor *cursor,
			       const struct lkrg_hooked *what,
			       const struct lkrg_pointer *pointer)
{
	unsigned long to = read_pointer(pointer->place);

	if (!to || (pointer->is_legal ? pointer->is_legal(to) : lkrg_text_is_owned(to)))
		return to;
	if (to == read_pointer(pointer->place))
		lkrg_report_hook(cursor, what, pointer, to);
	return 0;
}

/* What is called when a hooked function returns, with what belongs to the hook. */
static __maybe_unused void verify_rethook(struct lkrg_cursor *cursor,
					  const struct lkrg_hooked *what,
					  struct rethook *const *place, const void *owner)
{
	const struct rethook *rethook = (void *)read_pointer(place);
	const struct lkrg_pointer handler = { "rethook_handler", &rethook->handler };
	const struct lkrg_pointer data = { "rethook_data", &rethook->data };
	unsigned long to;

	/* Without a handler it is about to be freed. */
	if (!rethook || !lkrg_hook_verify(cursor, what, &handler))
		return;
	to = read_pointer(data.place);
	if (to != (unsigned long)owner)
		lkrg_report_hook(cursor, what, &data, to);
}

#ifdef CONFIG_FUNCTION_TRACER
static unsigned long traced_function(const struct ftrace_ops *ops)
{
	return IS_ENABLED(CONFIG_DYNAMIC_FTRACE) ? lkrg_traced_function(ops) : 0;
}

#ifdef CONFIG_DYNAMIC_FTRACE
/* One that was made for somebody is what this very pointer says. */
static bool is_trampoline(unsigned long addr)
{
	return lkrg_text_is_core(addr) || lkrg_execmem_is_owned(addr, EXECMEM_FTRACE);
}
#endif

static void verify_fprobe(struct lkrg_cursor *cursor, const struct fprobe *fprobe)
{
	const struct lkrg_pointer entry = { "entry_handler", &fprobe->entry_handler };
	const struct lkrg_pointer exit = { "exit_handler", &fprobe->exit_handler };
	const struct lkrg_hooked what = { "fprobe", traced_function(&fprobe->ops) };

	lkrg_hook_verify(cursor, &what, &entry);
	lkrg_hook_verify(cursor, &what, &exit);
	verify_rethook(cursor, &what, &fprobe->rethook, fprobe);
}

#ifdef CONFIG_LIVEPATCH
static void verify_replacement(const struct klp_func *func, void *cursor)
{
	const struct lkrg_pointer pointer = { "new_func", &func->new_func };
	const struct lkrg_hooked what = { "livepatch", (unsigned long)func->old_func };

	lkrg_hook_verify(cursor, &what, &pointer);
}

static void verify_livepatch(struct lkrg_cursor *cursor, const struct ftrace_ops *ops)
{
	lkrg_visit_livepatch(ops, verify_replacement, cursor);
}
#else
static void verify_livepatch(struct lkrg_cursor *cursor, const struct ftrace_ops *ops) { }
#endif

static void verify_ops(struct lkrg_cursor *cursor, const struct ftrace_ops *ops)
{
	const struct lkrg_pointer pointers[] = {
		{ "func", &ops->func },
		{ "saved_func", &ops->saved_func },
#ifdef CONFIG_DYNAMIC_FTRACE
		{ "trampoline", &ops->trampoline, is_trampoline },
#endif
#ifdef CONFIG_DYNAMIC_FTRACE_WITH_DIRECT_CALLS
		{ "direct_call", &ops->direct_call },
#endif
	};
	const struct lkrg_hooked what = { "ftrace", traced_function(ops) };
	const struct fprobe *fprobe = IS_ENABLED(CONFIG_FPROBE) ? lkrg_fprobe(ops) : NULL;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(pointers); i++)
		lkrg_hook_verify(cursor, &what, &pointers[i]);
	if (fprobe)
		verify_fprobe(cursor, fprobe);
	verify_livepatch(cursor, ops);
}

/* Those that come or go meanwhile may move one out of sight, until the next pass. */
static enum lkrg_step walk_ftrace(struct lkrg_cursor *cursor)
{
	enum lkrg_step step = LKRG_STEP_DONE;
	unsigned long left = cursor->position;
	const struct ftrace_ops *ops;

	for (ops = rcu_dereference_raw(ftrace_ops_list); ops != &ftrace_list_end;
	     ops = rcu_dereference_raw(ops->next)) {
		if (left) {
			left--;
			continue;
		}
		verify_ops(cursor, ops);
		cursor->position++;
		/* Behind the first of them: to come here takes time as well. */
		if (lkrg_piece_is_over(cursor)) {
			step = LKRG_STEP_MORE;
			break;
		}
	}
	return step;
}
#else
static enum lkrg_step walk_ftrace(struct lkrg_cursor *cursor)
{
	return LKRG_STEP_DONE;
}
#endif

#ifdef CONFIG_FUNCTION_GRAPH_TRACER
static void verify_graph(const struct fgraph_ops *gops, void *cursor)
{
	const struct lkrg_pointer pointers[] = {
		{ "entryfunc", &gops->entryfunc },
		{ "retfunc", &gops->retfunc },
		{ "saved_func", &gops->saved_func },
	};
	const struct lkrg_hooked what = {
		"function graph", traced_function(&gops->ops)
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(pointers); i++)
		lkrg_hook_verify(cursor, &what, &pointers[i]);
}

/* There is room for a few only. */
static enum lkrg_step walk_graph(struct lkrg_cursor *cursor)
{
	lkrg_visit_fgraph(verify_graph, cursor);
	return LKRG_STEP_DONE;
}
#else
static enum lkrg_step walk_graph(struct lkrg_cursor *cursor)
{
	return LKRG_STEP_DONE;
}
#endif

#ifdef CONFIG_KPROBES
static void verify_kprobe(struct kprobe *p, void *arg)
{
	const struct kretprobe *rp = lkrg_kretprobe(p);
	const struct lkrg_hooked what = {
		rp ? "kretprobe" : "kprobe", (unsigned long)p->addr
	};
	const struct lkrg_pointer pointers[] = {
		{ "pre_handler", &p->pre_handler },
		{ "post_handler", &p->post_handler },
		{ "handler", rp ? &rp->handler : NULL },
		{ "entry_handler", rp ? &rp->entry_handler : NULL },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(pointers) && pointers[i].place; i++)
		lkrg_hook_verify(arg, &what, &pointers[i]);
#ifdef CONFIG_KRETPROBE_ON_RETHOOK
	if (rp)
		verify_rethook(arg, &what, &rp->rh, rp);
#endif
}

static enum lkrg_step walk_kprobes(struct lkrg_cursor *cursor)
{
	while (lkrg_visit_kprobes(cursor->position, verify_kprobe, cursor)) {
		cursor->position++;
		if (lkrg_piece_is_over(cursor))
			return LKRG_STEP_MORE;
	}
	return LKRG_STEP_DONE;
}
#else
static enum lkrg_step walk_kprobes(struct lkrg_cursor *cursor)
{
	return LKRG_STEP_DONE;
}
#endif

#ifdef CONFIG_UPROBES
static bool verify_uprobe(const struct list_head *consumers, const struct inode *inode,
			  void *arg)
{
	const struct uprobe_consumer *consumer;
	struct lkrg_cursor *cursor = arg;
	size_t i;

	list_for_each_entry(consumer, consumers, cons_node) {
		/* Without consumers nobody keeps the inode. */
		const struct lkrg_hooked what = {
			.how = "uprobe in file", .numbered = true, .number = inode->i_ino
		};
		const struct lkrg_pointer pointers[] = {
			{ "handler", &consumer->handler },
			{ "ret_handler", &consumer->ret_handler },
			{ "filter", &consumer->filter },
		};

		for (i = 0; i < ARRAY_SIZE(pointers); i++)
			lkrg_hook_verify(cursor, &what, &pointers[i]);
	}
	return !lkrg_piece_is_over(cursor);
}

static enum lkrg_step walk_uprobes(struct lkrg_cursor *cursor)
{
	switch (lkrg_visit_uprobes(&cursor->position, &cursor->index, verify_uprobe,
				   cursor)) {
	case 0:
		return LKRG_STEP_DONE;
	case -EBUSY:
		return LKRG_STEP_BUSY;
	default:
		return LKRG_STEP_MORE;
	}
}
#else
static enum lkrg_step walk_uprobes(struct lkrg_cursor *cursor)
{
	return LKRG_STEP_DONE;
}
#endif

#ifdef CONFIG_TRACEPOINTS
static void verify_tracepoint(struct lkrg_cursor *cursor,
			      const struct tracepoint *tp)
{
	/* Its iterator has its name. */
	const struct lkrg_hooked what = { "tracepoint", (unsigned long)tp->iterator };
	const struct tracepoint_func *func;

	guard(rcu)();
	for (func = rcu_dereference_raw(tp->funcs);
	     func && read_pointer(&func->func); func++) {
		const struct lkrg_pointer pointer = { "probe", &func->func };

		lkrg_hook_verify(cursor, &what, &pointer);
	}
}

static enum lkrg_step walk_tracepoints(struct lkrg_cursor *cursor)
{
	const unsigned long count =
		__stop___tracepoints_ptrs - __start___tracepoints_ptrs;

	while (cursor->position < count) {
		tracepoint_ptr_t *tp = &__start___tracepoints_ptrs[cursor->position];

		verify_tracepoint(cursor, tracepoint_ptr_deref(tp));
		cursor->position++;
		if (lkrg_piece_is_over(cursor))
			return LKRG_STEP_MORE;
	}
	return LKRG_STEP_DONE;
}

#ifdef CONFIG_MODULES
/* The table is read-only; that it is this one is verified with the module. */
static bool verify_tracepoint_of(struct lkrg_cursor *cursor,
				 const struct module *module, unsigned long index)
{
	if (index >= module->num_tracepoints)
		return false;
	verify_tracepoint(cursor, tracepoint_ptr_deref(&module->tracepoints_ptrs[index]));
	return true;
}
#endif
#else
static __maybe_unused bool verify_tracepoint_of(struct lkrg_cursor *cursor,
						const struct module *module,
						unsigned long index)
{
	return false;
}

static enum lkrg_step walk_tracepoints(struct lkrg_cursor *cursor)
{
	return LKRG_STEP_DONE;
}
#endif

#ifdef CONFIG_HAVE_STATIC_CALL_INLINE
static const struct static_call_key *key_of(const struct static_call_site *site)
{
	return (void *)(((unsigned long)&site->key + site->key) &
			~STATIC_CALL_SITE_FLAGS);
}

/* A table is sorted by key. */
static void verify_static_call(struct lkrg_cursor *cursor,
			       const struct static_call_site *table, unsigned long index)
{
	const struct static_call_site *site = &table[index];
	const struct lkrg_pointer pointer = { "func", &key_of(site)->func };
	const struct lkrg_hooked what = {
		"static call", (unsigned long)&site->addr + site->addr
	};

	if (!index || key_of(site) != key_of(site - 1))
		lkrg_hook_verify(cursor, &what, &pointer);
}

/* This table is read-only. */
static enum lkrg_step walk_static_calls(struct lkrg_cursor *cursor)
{
	const unsigned long count =
		__stop_static_call_sites - __start_static_call_sites;

	while (cursor->position < count) {
		verify_static_call(cursor, __start_static_call_sites, cursor->position);
		cursor->position++;
		if (lkrg_piece_is_over(cursor))
			return LKRG_STEP_MORE;
	}
	return LKRG_STEP_DONE;
}

#ifdef CONFIG_MODULES
/* That of a module is not, nor is what says where it is. */
static bool verify_static_call_of(struct lkrg_cursor *cursor,
				  const struct module *module, unsigned long index)
{
	const struct static_call_site *table = READ_ONCE(module->static_call_sites);

	if (index >= module->num_static_call_sites ||
	    lkrg_module_at((unsigned long)&table[index]) != module)
		return false;
	verify_static_call(cursor, table, index);
	return true;
}
#endif
#else
static __maybe_unused bool verify_static_call_of(struct lkrg_cursor *cursor,
						 const struct module *module,
						 unsigned long index)
{
	return false;
}

static enum lkrg_step walk_static_calls(struct lkrg_cursor *cursor)
{
	return LKRG_STEP_DONE;
}
#endif

#ifdef CONFIG_MODULES
/* Verifies one entry of a table of a module; returns whether there is one. */
typedef bool verify_one_t(struct lkrg_cursor *cursor, const struct module *module,
			  unsigned long index);

/* Returns whether it is done with the module. */
static bool walk_module(struct lkrg_cursor *cursor, const struct module *module,
			verify_one_t *verify_one)
{
	while (verify_one(cursor, module, cursor->index)) {
		cursor->index++;
		if (lkrg_piece_is_over(cursor))
			return false;
	}
	cursor->index = 0;
	return true;
}

/* Those that come or go meanwhile may move one out of sight, until the next pass. */
static enum lkrg_step walk_modules(struct lkrg_cursor *cursor, verify_one_t *verify_one)
{
	const struct module *module;

	while ((module = lkrg_module_number(cursor->position))) {
		if (!walk_module(cursor, module, verify_one))
			return LKRG_STEP_MORE;
		cursor->position++;
		if (lkrg_piece_is_over(cursor))
			return LKRG_STEP_MORE;
	}
	return LKRG_STEP_DONE;
}

static enum lkrg_step walk_tracepoints_of_modules(struct lkrg_cursor *cursor)
{
	return walk_modules(cursor, verify_tracepoint_of);
}

static enum lkrg_step walk_static_calls_of_modules(struct lkrg_cursor *cursor)
{
	return walk_modules(cursor, verify_static_call_of);
}
#endif

/* By the stage of the cursor; the first two with ftrace_lock */
static enum lkrg_step (*const walks[])(struct lkrg_cursor *cursor) = {
	walk_ftrace,
	walk_graph,
	walk_kprobes,
	walk_uprobes,
	walk_tracepoints,
	walk_static_calls,
#ifdef CONFIG_MODULES
	walk_tracepoints_of_modules,
	walk_static_calls_of_modules,
#endif
	lkrg_walk_pointers,
	lkrg_walk_proc,
	lkrg_walk_supers,
	lkrg_walk_ttys,
	lkrg_walk_protocols,
	lkrg_walk_packets,
	lkrg_walk_net_entries,
	lkrg_walk_netfilter,
	lkrg_walk_devices,
	lkrg_walk_timers,
	lkrg_walk_hrtimers,
	lkrg_walk_works,
};

static enum lkrg_step walk(struct lkrg_cursor *cursor)
{
	enum lkrg_step step = walks[cursor->stage](cursor);

	if (step != LKRG_STEP_DONE)
		return step;
	cursor->position = 0;
	cursor->index = 0;
	if (++cursor->stage < ARRAY_SIZE(walks))
		return LKRG_STEP_MORE;
	forget_others();
	return LKRG_STEP_DONE;
}

#ifdef CONFIG_FUNCTION_TRACER
#define OF_FTRACE 2

/* Who unregisters a tracer holds the lock for grace periods, too. */
static enum lkrg_step exclude_others(struct lkrg_cursor *cursor)
{
	enum lkrg_step step;

	if (cursor->stage >= OF_FTRACE)
		return lkrg_text_exclude_patches(walk, cursor);
	if (!lkrg_scan_lock(cursor, &ftrace_lock))
		return LKRG_STEP_BUSY;
	step = lkrg_text_exclude_patches(walk, cursor);
	mutex_unlock(&ftrace_lock);
	return step;
}
#else
static enum lkrg_step exclude_others(struct lkrg_cursor *cursor)
{
	return lkrg_text_exclude_patches(walk, cursor);
}
#endif

/**
 * lkrg_hook_step - One piece of the hooks' part of a pass
 * @cursor: where the pass is
 *
 * Return: LKRG_STEP_BUSY while somebody patches or registers, else LKRG_STEP_MORE
 * or LKRG_STEP_DONE.
 */
enum lkrg_step lkrg_hook_step(struct lkrg_cursor *cursor)
{
	/* Without read-only memory there is no inventory of modules. */
	return rodata_enabled && cursor->of_kernel ? exclude_others(cursor) :
						     LKRG_STEP_DONE;
}

/**
 * lkrg_hook_show - Write which hooks lead to what belongs to nobody
 * @m: where
 *
 * Context: task context, may sleep.
 */
void lkrg_hook_show(struct seq_file *m)
{
	struct lkrg_report report = { .what = LKRG_HOOK_FOREIGN };
	size_t i;

	guard(mutex)(&text_mutex);
	for (i = 0; i < ARRAY_SIZE(known); i++) {
		if (!known[i].place)
			continue;
		report.hook = known[i].report;
		lkrg_report_show(m, &report);
	}
	lkrg_report_show_more(m, more_known);
}

/* === What modules hook ================================================== */

/* Values of the knob */
enum {
	ALLOW,
	LOG,
	DENY,
};

static atomic_long_t by_modules;

static __maybe_unused int judge(const char *how, unsigned long function,
				const char *module)
{
	const int patch = lkrg_knob(patch);

	atomic_long_inc(&by_modules);
	if (patch >= LOG)
		lkrg_say_hook(how, function, module, patch == DENY);
	return patch == DENY ? -EPERM : 0;
}

#ifdef CONFIG_KPROBES
int __lkrg_register_kprobe(struct kprobe *p, const void *addr,
			   unsigned long caller)
{
	const struct kretprobe *rp = lkrg_kretprobe(p);
	const unsigned long by[] = {
		caller,
		(unsigned long)p,
		(unsigned long)p->pre_handler,
		(unsigned long)p->post_handler,
		rp ? (unsigned long)rp->handler : 0,
		rp ? (unsigned long)rp->entry_handler : 0,
	};
	char module[MODULE_NAME_LEN];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(by); i++) {
		if (lkrg_module_name(by[i], module))
			return judge("kprobe", (unsigned long)addr, module);
	}
	return 0;
}
#endif

#ifdef CONFIG_FUNCTION_TRACER
/* Also who says that he only looks on: whoever is called can change where it goes on. */
int __lkrg_register_ftrace(const struct ftrace_ops *ops, unsigned long direct,
			   unsigned long caller)
{
	const struct fprobe *fprobe = IS_ENABLED(CONFIG_FPROBE) ? lkrg_fprobe(ops) : NULL;
	const unsigned long by[] = {
		caller,
		(unsigned long)ops,
		(unsigned long)ops->func,
		direct,
		fprobe ? (unsigned long)fprobe->entry_handler : 0,
		fprobe ? (unsigned long)fprobe->exit_handler : 0,
	};
	char module[MODULE_NAME_LEN];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(by); i++) {
		if (lkrg_module_name(by[i], module))
			return judge("ftrace", traced_function(ops), module);
	}
	return 0;
}
#endif

#ifdef CONFIG_LIVEPATCH
int __lkrg_enable_livepatch(const struct module *module)
{
	return judge("livepatch", 0, module->name);
}
#endif

/**
 * lkrg_hooks_by_modules - How often a module wanted to hook functions
 *
 * Return: the number since boot.
 */
unsigned long lkrg_hooks_by_modules(void)
{
	return atomic_long_read(&by_modules);
}
