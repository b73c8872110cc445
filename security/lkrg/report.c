// SPDX-License-Identifier: GPL-2.0-only
/*
 * LKRG - Reports
 *
 * The only file that prints, panics, counts violations and kills others than
 * current.
 *
 * Violations may be found under any lock and in any context.  So lkrg_report()
 * counts, copies the report into a slot of a lock-free ring and raises an
 * irq_work; that queues a work item, and there everything is allowed.  Slots go
 * FREE -> FILLING (cmpxchg, whoever reports) -> READY -> FREE (the work item);
 * a context that interrupts another while it fills a slot takes the next one.
 * Only before a panic it is printed where it was found.  Who is to be killed is
 * in a list of its own, which is never full.
 *
 * Locking: drain_lock is for one at a time to print and to kill.  No other lock of the
 * guard is taken inside, and a pass only tries to get it.
 */

#include <linux/array_size.h>
#include <linux/atomic.h>
#include <linux/bits.h>
#include <linux/build_bug.h>
#include <linux/cache.h>
#include <linux/cleanup.h>
#include <linux/irq_work.h>
#include <linux/kallsyms.h>
#include <linux/limits.h>
#include <linux/llist.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/panic.h>
#include <linux/pid.h>
#include <linux/preempt.h>
#include <linux/printk.h>
#include <linux/ratelimit.h>
#include <linux/rcupdate.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/seq_buf.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/smp.h>
#include <linux/string.h>
#include <linux/workqueue.h>

#include <asm/sections.h>

#include "common.h"
#include "cpu.h"
#include "fs.h"
#include "module.h"
#include "ns.h"
#include "param.h"
#include "publish.h"
#include "report.h"

enum slot_state {
	FREE,
	FILLING,
	READY,
};

struct slot {
	atomic_t state;
	u32 number;
	struct lkrg_report report;
};

/* A storm drops reports, but neither verdicts nor counts: they come before. */
#define SLOTS 32

static struct slot *ring __ro_after_init;
static atomic_t next_number;

static atomic_long_t violations[LKRG_NR_VIOLATIONS];
static atomic_long_t reports;
static atomic_long_t reports_lost;
static atomic_long_t reports_suppressed;

/* So many lines of one kind may come at once, and again after so long. */
#define LINES_AT_ONCE 100
#define LINES_INTERVAL (5 * HZ)

static struct ratelimit_state limits[LKRG_NR_VIOLATIONS];

/*
 * Names are for programs.  Titles are stable sentences: tests and log watchers
 * match them.
 */
static const struct {
	const char *name;
	const char *title;
} kinds[] = {
	[LKRG_CRED_OVERWRITTEN] = { "cred_overwritten", "credential overwritten" },
	[LKRG_CRED_REPLACED] = { "cred_replaced", "credential replaced" },
	[LKRG_CRED_REUSED] = { "cred_reused", "credential reused" },
	[LKRG_CRED_NOT_GRANTED] = { "cred_not_granted", "credential not granted" },
	[LKRG_OVERRIDE_LEFT] = { "override_left", "override left in place" },
	[LKRG_NAMESPACES_SWITCHED] = { "namespaces_switched", "namespaces switched" },
	[LKRG_STATE_CHANGED] = { "state_changed", "state changed" },
	[LKRG_TASK_HIDDEN] = { "task_hidden", "task hidden" },
	[LKRG_RECORD_FORGED] = { "record_forged", "record forged" },
	[LKRG_FLOW_BROKEN] = { "flow_broken", "control flow broken" },
	[LKRG_TEXT_CHANGED] = { "text_changed", "text changed" },
	[LKRG_RODATA_CHANGED] = { "rodata_changed", "rodata changed" },
	[LKRG_MAPPING_CHANGED] = { "mapping_changed", "mapping changed" },
	[LKRG_MEMORY_FOREIGN] = { "memory_foreign", "memory foreign" },
	[LKRG_MODULE_HIDDEN] = { "module_hidden", "module hidden" },
	[LKRG_HOOK_FOREIGN] = { "hook_foreign", "hook foreign" },
	[LKRG_CPU_CHANGED] = { "cpu_changed", "register changed" },
	[LKRG_CPU_MASK_CHANGED] = { "cpu_mask_changed", "mask changed" },
	[LKRG_GATE_CHANGED] = { "gate_changed", "gate changed" },
	[LKRG_PASSES_STOPPED] = { "passes_stopped", "passes stopped" },
	[LKRG_POLICY_CHANGED] = { "policy_changed", "policy changed" },
	[LKRG_HELPER_CHANGED] = { "helper_changed", "helper changed" },
	[LKRG_SWITCH_CHANGED] = { "switch_changed", "switch changed" },
	[LKRG_HELPER_BLOCKED] = { "helper_blocked", "helper blocked" },
	[LKRG_MODULE_BLOCKED] = { "module_blocked", "module blocked" },
	[LKRG_INODE_CHANGED] = { "inode_changed", "inode changed" },
};

static_assert(ARRAY_SIZE(kinds) == LKRG_NR_VIOLATIONS);

#define LKRG_PLACE(name) \
	[LKRG_AT_##name] = #name,
static const char *const places[] = {
#include "place_defs.h"
};

#undef LKRG_PLACE

static_assert(ARRAY_SIZE(places) == LKRG_NR_PLACES);

/* Names are for programs, texts end the line. */
static const struct {
	const char *name;
	const char *text;
} reactions[] = {
	[LKRG_DID_LOG] = { "log", "logged" },
	[LKRG_DID_REFUSE] = { "refuse", "refused" },
	[LKRG_DID_KILL] = { "kill", "refused, process killed" },
	[LKRG_DID_RESTORE] = { "restore", "restored" },
	[LKRG_DID_PANIC] = { "panic", "panic" },
};

/*
 * What is shown, in this order.  Of pointers only that they changed: addresses
 * are not printed.
 */
enum field_kind {
	ID,
	BITS,
	FLAGS,
	POINTER,
};

struct field {
	const char *name;
	enum field_kind kind;
	size_t offset;
};

#define FIELD(kind, member) \
	{ #member, kind, offsetof(struct lkrg_shadow, member) }

static const struct field cred_fields[] = {
	FIELD(ID, uid),
	FIELD(ID, gid),
	FIELD(ID, suid),
	FIELD(ID, sgid),
	FIELD(ID, euid),
	FIELD(ID, egid),
	FIELD(ID, fsuid),
	FIELD(ID, fsgid),
	FIELD(FLAGS, securebits),
	FIELD(BITS, cap_inheritable),
	FIELD(BITS, cap_permitted),
	FIELD(BITS, cap_effective),
	FIELD(BITS, cap_bset),
	FIELD(BITS, cap_ambient),
	FIELD(POINTER, user),
	FIELD(POINTER, user_ns),
	FIELD(POINTER, ucounts),
	FIELD(POINTER, group_info),
	FIELD(POINTER, groups),
	FIELD(POINTER, session_keyring),
	FIELD(POINTER, process_keyring),
	FIELD(POINTER, thread_keyring),
	FIELD(POINTER, request_key_auth),
	FIELD(ID, jit_keyring),
	FIELD(POINTER, label),
};

#undef FIELD
#define FIELD(kind, member) \
	{ #member, kind, offsetof(struct lkrg_state, member) }

static const struct field state_fields[] = {
	FIELD(POINTER, nsproxy),
	FIELD(POINTER, fs),
	FIELD(POINTER, ptracer_cred),
	FIELD(POINTER, seccomp_filter),
	FIELD(ID, seccomp_mode),
	FIELD(ID, seccomp_work),
	FIELD(ID, no_new_privs),
	FIELD(FLAGS, flags),
};

#undef FIELD
#define FIELD(kind, member) \
	{ #member, kind, offsetof(struct lkrg_namespaces, member) }

static const struct field namespace_fields[] = {
	FIELD(POINTER, uts_ns),
	FIELD(POINTER, ipc_ns),
	FIELD(POINTER, mnt_ns),
	FIELD(POINTER, pid_ns_for_children),
	FIELD(POINTER, net_ns),
	FIELD(POINTER, time_ns),
	FIELD(POINTER, time_ns_for_children),
	FIELD(POINTER, cgroup_ns),
};

#undef FIELD

static u64 field_value(const void *fields, const struct field *field)
{
	const void *member = fields + field->offset;

	if (field->kind == ID || field->kind == FLAGS)
		return *(const u32 *)member;
	return *(const u64 *)member;
}

/* Returns what comes before the next difference. */
static const char *format_fields(struct seq_buf *s, const char *separator,
				 const struct field *fields, size_t count,
				 const void *expected, const void *found)
{
	const struct field *field;

	for (field = fields; field < fields + count; field++) {
		u64 old = field_value(expected, field);
		u64 new = field_value(found, field);

		if (old == new)
			continue;
		seq_buf_printf(s, "%s%s ", separator, field->name);
		separator = ", ";
		switch (field->kind) {
		case ID:
			seq_buf_printf(s, "%llu -> %llu", old, new);
			break;
		case BITS:
		case FLAGS:
			seq_buf_printf(s, "0x%llx -> 0x%llx", old, new);
			break;
		case POINTER:
			seq_buf_puts(s, "changed");
			break;
		}
	}
	return separator;
}

static void format_state(struct seq_buf *s, const struct lkrg_task_report *r)
{
	const struct {
		bool changed;
		const char *name;
	} shared[] = {
		{ r->root_changed & LKRG_ROOT_CHANGED, "root" },
		{ r->root_changed & LKRG_PWD_CHANGED, "pwd" },
		{ r->dumpable_changed, "dumpable" },
	};
	const char *separator = "";
	size_t i;

	separator = format_fields(s, separator, state_fields,
				  ARRAY_SIZE(state_fields), &r->state.expected,
				  &r->state.found);
	if (r->namespaces_changed)
		separator = format_fields(s, separator, namespace_fields,
					  ARRAY_SIZE(namespace_fields),
					  &r->namespaces.expected,
					  &r->namespaces.found);
	for (i = 0; i < ARRAY_SIZE(shared); i++) {
		if (!shared[i].changed)
			continue;
		seq_buf_printf(s, "%s%s changed", separator, shared[i].name);
		separator = ", ";
	}
	if (!*separator)
		seq_buf_puts(s, "changed back");
}

static void format_creds(struct seq_buf *s, const struct lkrg_task_report *r)
{
	if (!*format_fields(s, "", cred_fields, ARRAY_SIZE(cred_fields),
			    &r->cred.expected, &r->cred.found))
		seq_buf_puts(s, "same fields");
}

/* Symbol and offset.  Without a symbol %pS prints the address: take that back. */
static bool format_symbol(struct seq_buf *s, unsigned long address)
{
	size_t len = s->len;

	seq_buf_printf(s, "%pS", (void *)address);
	if (len >= s->size || s->buffer[len] != '0')
		return true;
	s->len = len;
	return false;
}

/* The same, or no more than that there is none. */
static void format_pointer(struct seq_buf *s, u64 address)
{
	if (!address)
		seq_buf_puts(s, "0");
	else if (!format_symbol(s, address))
		seq_buf_puts(s, "an address without a name");
}

static void format_name(struct seq_buf *s, const struct lkrg_task_name *name)
{
	seq_buf_printf(s, "%*pE[%d/%d]",
		       (int)strnlen(name->comm, sizeof(name->comm)), name->comm,
		       name->pid, name->tgid);
}

static void format_task(struct seq_buf *s, const struct lkrg_report *report)
{
	const struct lkrg_task_report *r = &report->task;

	seq_buf_puts(s, "Task: ");
	format_name(s, &r->name);
	seq_buf_printf(s, ": %s: ", kinds[report->what].title);
	if (report->what == LKRG_NAMESPACES_SWITCHED) {
		seq_buf_puts(s, "of ");
		format_name(s, &r->other);
	} else if (report->what == LKRG_TASK_HIDDEN) {
		seq_buf_printf(s, "from %s", r->hidden_from);
	} else if (report->what == LKRG_STATE_CHANGED) {
		format_state(s, r);
	} else if (report->what == LKRG_FLOW_BROKEN) {
		seq_buf_puts(s, "from ");
		format_pointer(s, r->flow.from);
		seq_buf_printf(s, ": %s", r->flow.how);
	} else if (r->expected_known && r->found_readable) {
		format_creds(s, r);
	} else {
		seq_buf_puts(s, "fields unknown");
	}
	if (r->found_init_cred)
		seq_buf_puts(s, " (init_cred)");
	seq_buf_printf(s, "; at %s", places[r->at]);
}

/* Without a symbol, where in its section it is. */
static void format_address(struct seq_buf *s, unsigned long address,
			   unsigned long start, const char *section)
{
	char module[MODULE_NAME_LEN];

	if (format_symbol(s, address))
		return;
	seq_buf_printf(s, "%s+%#lx", section, address - start);
	if (lkrg_module_name(address, module))
		seq_buf_printf(s, " [%*pE]", (int)strnlen(module, sizeof(module)), module);
}

/*
 * One run of adjacent changed words, from the first changed byte to the last.
 * Returns the number of words.
 */
static int format_run(struct seq_buf *s, const struct lkrg_image_report *r,
		      int first, const char *section)
{
	u32 expected[LKRG_LOCATE_MAX], found[LKRG_LOCATE_MAX];
	const u8 *old = (const u8 *)expected, *new = (const u8 *)found;
	int words = 0, from, to, i;

	do {
		expected[words] = r->change[first + words].expected;
		found[words] = r->change[first + words].found;
		words++;
	} while (first + words < r->changes &&
		 r->change[first + words].index ==
		 r->change[first + words - 1].index + 1);

	to = words * sizeof(u32);
	for (from = 0; from < to - 1 && old[from] == new[from]; from++)
		;
	for (; to > from + 1 && old[to - 1] == new[to - 1]; to--)
		;

	format_address(s, r->page + r->change[first].index * sizeof(u32) + from,
		       r->start, section);
	seq_buf_putc(s, ':');
	for (i = from; i < to; i++)
		seq_buf_printf(s, " %02x", old[i]);
	seq_buf_puts(s, " ->");
	for (i = from; i < to; i++)
		seq_buf_printf(s, " %02x", new[i]);
	if (r->site[first])
		seq_buf_printf(s, " (%s)", r->site[first]);
	return words;
}

static void format_image(struct seq_buf *s, const struct lkrg_report *report)
{
	const struct lkrg_image_report *r = &report->image;
	const char *section = report->what == LKRG_TEXT_CHANGED ? "text" : "rodata";
	int i;

	seq_buf_printf(s, "Kernel: %s: ", kinds[report->what].title);
	for (i = 0; i < r->changes; ) {
		if (i)
			seq_buf_puts(s, ", ");
		i += format_run(s, r, i, section);
	}
	if (!i)
		format_address(s, r->page, r->start, section);
	if (r->changes == LKRG_CHANGES_UNKNOWN)
		seq_buf_puts(s, ": this page, before the first pass");
	else if (r->changes == LKRG_CHANGES_MANY)
		seq_buf_printf(s, ": more than %d words of this page",
			       LKRG_LOCATE_MAX);
	else if (!r->changes && r->moved && r->certain)
		seq_buf_puts(s, ": the same bytes");
	else if (!r->changes)
		seq_buf_puts(s, ": overwritten, the right bytes are back");
	if (r->moved)
		seq_buf_puts(s, ", in another page frame");
	if (r->changes >= 0 && !r->certain)
		seq_buf_puts(s, ", by its sums");
}

static void format_mapping(struct seq_buf *s, const struct lkrg_report *report)
{
	const struct lkrg_image_report *r = &report->image;

	seq_buf_printf(s, "Kernel: %s: ", kinds[report->what].title);
	format_address(s, r->page, r->start, "section");
	seq_buf_printf(s, ", %lu pages: %s", r->nr_pages, r->mapped_as);
}

/* By its symbol, or by who has allocated it. */
static void format_memory(struct seq_buf *s, const struct lkrg_report *report)
{
	const struct lkrg_memory_report *r = &report->memory;

	seq_buf_printf(s, "Kernel: %s: ", kinds[report->what].title);
	if (r->is_linear) {
		seq_buf_printf(s, "page frame 0x%lx", r->frame);
	} else if (!r->caller) {
		format_pointer(s, r->start);
	} else if (!format_symbol(s, r->start)) {
		seq_buf_printf(s, "0x%lx of %lu bytes from ", r->offset, r->size);
		format_pointer(s, r->caller);
	}
	seq_buf_printf(s, ", %lu pages: %s", r->nr_pages, r->how);
	if (r->same_as) {
		seq_buf_puts(s, ", the same as ");
		format_pointer(s, r->same_as);
	}
}

static void format_module(struct seq_buf *s, const struct lkrg_report *report)
{
	const struct lkrg_module_report *r = &report->module;

	/* The name may be an attacker's.  Its own symbols are hidden, too. */
	seq_buf_printf(s, "Kernel: %s: %*pE, %lu bytes, text from _text+%#lx to +%#lx: from %s",
		       kinds[report->what].title,
		       (int)strnlen(r->name, sizeof(r->name)), r->name, r->size,
		       r->start - (unsigned long)_text, r->end - (unsigned long)_text,
		       r->from);
}

static void format_hooked(struct seq_buf *s, const char *how,
			  unsigned long function)
{
	seq_buf_printf(s, "%s of ", how);
	if (function)
		format_pointer(s, function);
	else
		seq_buf_puts(s, "functions");
}

static void format_hook(struct seq_buf *s, const struct lkrg_report *report)
{
	const struct lkrg_hook_report *r = &report->hook;

	seq_buf_printf(s, "Kernel: %s: ", kinds[report->what].title);
	if (r->name[0])
		seq_buf_printf(s, "%s %*pE", r->how,
			       (int)strnlen(r->name, sizeof(r->name)), r->name);
	else
		format_hooked(s, r->how, r->function);
	seq_buf_printf(s, ": %s -> ", r->pointer);
	format_pointer(s, r->to);
}

static void format_cpu(struct seq_buf *s, const struct lkrg_report *report)
{
	const struct lkrg_cpu_report *r = &report->cpu;

	seq_buf_printf(s, "CPU: %s: ", kinds[report->what].title);
	if (report->what == LKRG_GATE_CHANGED)
		seq_buf_printf(s, "%s %u: ", lkrg_registers[r->which].name, r->index);
	else
		seq_buf_printf(s, "CPU %u: %s: ", r->index,
			       lkrg_registers[r->which].name);
	switch (lkrg_registers[r->which].shown) {
	case LKRG_BIT:
		seq_buf_printf(s, "%llu -> %llu", r->expected, r->found);
		break;
	case LKRG_HEX:
		seq_buf_printf(s, "0x%llx -> 0x%llx", r->expected, r->found);
		break;
	case LKRG_ADDRESS:
		format_pointer(s, r->expected);
		seq_buf_puts(s, " -> ");
		format_pointer(s, r->found);
		break;
	case LKRG_SECRET:
		seq_buf_puts(s, "changed");
		break;
	}
}

static void format_passes(struct seq_buf *s, const struct lkrg_report *report)
{
	seq_buf_printf(s, "Kernel: %s: %s, the last one is number %lu",
		       kinds[report->what].title, report->passes.how,
		       report->passes.number);
}

static void format_policy(struct seq_buf *s, const struct lkrg_report *report)
{
	seq_buf_printf(s, "Kernel: %s: lkrg.%s: %u -> %u",
		       kinds[report->what].title, report->policy.name,
		       report->policy.expected, report->policy.found);
}

static void format_value(struct seq_buf *s, const struct lkrg_variable_report *r,
			 const u8 *bytes)
{
	u64 number = 0;

	if (r->is_text) {
		seq_buf_printf(s, "\"%*pE\"", (int)strnlen(bytes, r->size), bytes);
	} else if (r->size <= sizeof(number)) {
		memcpy(&number, bytes, r->size);
		seq_buf_printf(s, "%llu", number);
	} else {
		seq_buf_printf(s, "%u bytes", r->size);
	}
}

static void format_variable(struct seq_buf *s, const struct lkrg_report *report)
{
	const struct lkrg_variable_report *r = &report->variable;

	seq_buf_printf(s, "Kernel: %s: %s: ", kinds[report->what].title, r->name);
	if (r->by.pid) {
		seq_buf_puts(s, "by ");
		format_name(s, &r->by);
		seq_buf_puts(s, ", who may not");
		return;
	}
	if (r->known)
		format_value(s, r, r->expected);
	else
		seq_buf_puts(s, "unknown");
	seq_buf_puts(s, " -> ");
	format_value(s, r, r->found);
}

static void format_umh(struct seq_buf *s, const struct lkrg_report *report)
{
	const struct lkrg_umh_report *r = &report->umh;

	seq_buf_printf(s, "UMH: %s: %*pE, %s: %s", kinds[report->what].title,
		       (int)strnlen(r->path, sizeof(r->path)), r->path,
		       r->purpose, r->why);
}

static void format_block(struct seq_buf *s, const struct lkrg_report *report)
{
	const struct lkrg_block_report *r = &report->block;

	seq_buf_puts(s, "Module: ");
	format_name(s, &r->by);
	seq_buf_printf(s, ": %s: ", kinds[report->what].title);
	if (*r->name)
		seq_buf_printf(s, "%*pE", (int)strnlen(r->name, sizeof(r->name)),
			       r->name);
	else
		seq_buf_puts(s, "from memory");
}

static void format_inode(struct seq_buf *s, const struct lkrg_report *report)
{
	const struct lkrg_inode_report *r = &report->inode;
	const struct lkrg_attributes *old = &r->expected, *new = &r->found;
	const char *separator = "";

	seq_buf_printf(s, "Kernel: %s: %*pE (%s, %lu): ", kinds[report->what].title,
		       (int)strnlen(r->name, sizeof(r->name)), r->name,
		       r->file_system, r->number);
	if (!r->expected_known) {
		seq_buf_puts(s, "what is known of it was changed");
		return;
	}
	if (old->mode != new->mode) {
		seq_buf_printf(s, "mode 0%o -> 0%o", old->mode, new->mode);
		separator = ", ";
	}
	if (old->uid != new->uid) {
		seq_buf_printf(s, "%suid %u -> %u", separator, old->uid, new->uid);
		separator = ", ";
	}
	if (old->gid != new->gid)
		seq_buf_printf(s, "%sgid %u -> %u", separator, old->gid, new->gid);
}

static bool is_about_task(enum lkrg_violation what)
{
	return what < LKRG_TEXT_CHANGED;
}

/* Somebody may have good reasons, and is told that it is not allowed. */
static bool is_block(enum lkrg_violation what)
{
	return what == LKRG_MODULE_BLOCKED || what == LKRG_HELPER_BLOCKED;
}

/* A busy machine is no reason to call the kernel tampered with. */
static bool taints(const struct lkrg_report *report)
{
	if (report->what == LKRG_PASSES_STOPPED)
		return report->done != LKRG_DID_LOG;
	return !is_about_task(report->what) && !is_block(report->what);
}

static void format_what(struct seq_buf *s, const struct lkrg_report *report)
{
	switch (report->what) {
	case LKRG_MEMORY_FOREIGN:
		format_memory(s, report);
		break;
	case LKRG_MODULE_HIDDEN:
		format_module(s, report);
		break;
	case LKRG_HOOK_FOREIGN:
		format_hook(s, report);
		break;
	case LKRG_MAPPING_CHANGED:
		format_mapping(s, report);
		break;
	case LKRG_CPU_CHANGED:
	case LKRG_CPU_MASK_CHANGED:
	case LKRG_GATE_CHANGED:
		format_cpu(s, report);
		break;
	case LKRG_PASSES_STOPPED:
		format_passes(s, report);
		break;
	case LKRG_POLICY_CHANGED:
		format_policy(s, report);
		break;
	case LKRG_HELPER_CHANGED:
	case LKRG_SWITCH_CHANGED:
		format_variable(s, report);
		break;
	case LKRG_HELPER_BLOCKED:
		format_umh(s, report);
		break;
	case LKRG_MODULE_BLOCKED:
		format_block(s, report);
		break;
	case LKRG_INODE_CHANGED:
		format_inode(s, report);
		break;
	default:
		format_image(s, report);
		break;
	}
}

/**
 * lkrg_report_format - Write the line of a report
 * @s: where
 * @report: what
 *
 * Context: any; takes no lock.
 */
void lkrg_report_format(struct seq_buf *s, const struct lkrg_report *report)
{
	seq_buf_printf(s, "ALERT: %s: ",
		       !is_block(report->what) ? "DETECT" :
		       report->done == LKRG_DID_LOG ? "ALLOW" : "BLOCK");
	if (is_about_task(report->what)) {
		format_task(s, report);
		/* Beside an operation nothing is refused. */
		if (report->done == LKRG_DID_KILL &&
		    report->task.at == LKRG_AT_pass)
			seq_buf_puts(s, ": process killed");
		else
			seq_buf_printf(s, ": %s", reactions[report->done].text);
	} else {
		format_what(s, report);
		seq_buf_printf(s, "; %s", reactions[report->done].text);
	}
}

/**
 * lkrg_report_show - Write what was reported and is still so
 * @m: where
 * @report: what, no task
 *
 * Context: any.
 */
void lkrg_report_show(struct seq_file *m, const struct lkrg_report *report)
{
	struct seq_buf s;
	char *buffer;
	size_t size;

	seq_puts(m, "Still there: ");
	if (seq_has_overflowed(m))
		return;
	size = seq_get_buf(m, &buffer);
	seq_buf_init(&s, buffer, size);
	format_what(&s, report);
	seq_commit(m, seq_buf_has_overflowed(&s) ? -1 : (int)seq_buf_used(&s));
	seq_putc(m, '\n');
}

/**
 * lkrg_report_show_more - Write how many were left out
 * @m: where
 * @more: how many, perhaps none
 */
void lkrg_report_show_more(struct seq_file *m, unsigned long more)
{
	if (more)
		seq_printf(m, "Still there: and %lu more\n", more);
}

/*
 * Each thread on its own: one that is missing in their list, and ended before,
 * leaves the others to a group exit that never reaches them.
 */
static void kill_threads(struct task_struct *task)
{
	struct sighand_struct *sighand;
	struct task_struct *thread;
	unsigned long flags;

	sighand = lock_task_sighand(task, &flags);
	if (!sighand)
		return;
	for_each_thread(task, thread) {
		if (thread->exit_state)
			continue;
		sigaddset(&thread->pending.signal, SIGKILL);
		signal_wake_up(thread, true);
	}
	spin_unlock_irqrestore(&sighand->siglock, flags);
}

/* The whole process, and whoever shares its memory, as the OOM killer does. */
static void kill_one(struct lkrg_task *doomed)
{
	struct task_struct *p;

	rcu_read_lock();
	kill_pid(task_tgid(doomed->task), SIGKILL, 1);
	/* A hidden one has no pid. */
	do_send_sig_info(SIGKILL, SEND_SIG_PRIV, doomed->task, PIDTYPE_TGID);
	kill_threads(doomed->task);
	if (doomed->mm) {
		for_each_process(p) {
			if ((p->flags & PF_KTHREAD) || is_global_init(p) ||
			    !process_shares_mm(p, doomed->mm))
				continue;
			do_send_sig_info(SIGKILL, SEND_SIG_PRIV, p, PIDTYPE_TGID);
		}
	}
	rcu_read_unlock();
	if (doomed->mm)
		mmdrop(doomed->mm);
	/* The last access to it: perhaps its blob goes with this. */
	put_task_struct(doomed->task);
}

static LLIST_HEAD(doomed_list);

static void kill_doomed(void)
{
	struct llist_node *list = llist_del_all(&doomed_list);
	struct lkrg_task *doomed, *next;

	llist_for_each_entry_safe(doomed, next, list, doomed)
		kill_one(doomed);
}

static struct slot *oldest_ready(void)
{
	struct slot *oldest = NULL;
	int i;

	for (i = 0; i < SLOTS; i++) {
		struct slot *slot = &ring[i];

		/* Pairs with the release in lkrg_report(). */
		if (atomic_read_acquire(&slot->state) != READY)
			continue;
		if (!oldest || (s32)(slot->number - oldest->number) < 0)
			oldest = slot;
	}
	return oldest;
}

/* Whose doing it is, as far as that is known. */
static const struct lkrg_task_name *subject(const struct lkrg_report *report)
{
	switch (report->what) {
	case LKRG_MODULE_BLOCKED:
		return &report->block.by;
	case LKRG_HELPER_BLOCKED:
		return &report->umh.by;
	case LKRG_INODE_CHANGED:
		return &report->inode.by;
	case LKRG_HELPER_CHANGED:
	case LKRG_SWITCH_CHANGED:
		return report->variable.by.pid ? &report->variable.by : NULL;
	default:
		return is_about_task(report->what) ? &report->task.name : NULL;
	}
}

static void publish(const struct lkrg_report *report, const char *line)
{
	const bool of_cpu = report->what == LKRG_CPU_CHANGED ||
			    report->what == LKRG_CPU_MASK_CHANGED;
	const struct lkrg_news news = {
		.kind = kinds[report->what].name,
		.reaction = reactions[report->done].name,
		.at = is_about_task(report->what) ? places[report->task.at] : "",
		.task = subject(report),
		.cpu = of_cpu ? report->cpu.index : -1,
		.line = line,
		.refused = report->done == LKRG_DID_REFUSE ||
			   report->done == LKRG_DID_KILL,
		.measured = report->what != LKRG_MODULE_BLOCKED,
	};

	lkrg_publish(&news);
}

/* One at a time: the work item, and passes, should somebody have stopped that. */
static DEFINE_MUTEX(drain_lock);

static void drain(int most)
{
	static char line[1024];
	static DEFINE_RATELIMIT_STATE(lost_limit, LINES_INTERVAL, 1);
	static DEFINE_RATELIMIT_STATE(suppressed_limit, LINES_INTERVAL, 1);
	static unsigned long lost_said, suppressed_said;
	struct slot *slot;
	unsigned long lost, suppressed;

	kill_doomed();
	while (most-- && (slot = oldest_ready())) {
		struct seq_buf s;

		seq_buf_init(&s, line, sizeof(line));
		lkrg_report_format(&s, &slot->report);
		publish(&slot->report, seq_buf_str(&s));
		if (__ratelimit(&limits[slot->report.what]))
			pr_crit("%s\n", seq_buf_str(&s));
		else
			atomic_long_inc(&reports_suppressed);
		/* Pairs with the cmpxchg in lkrg_report(). */
		atomic_set_release(&slot->state, FREE);
		kill_doomed();
	}

	lost = lkrg_reports_lost();
	if (lost != lost_said && __ratelimit(&lost_limit)) {
		pr_crit("ALERT: DETECT: %lu reports did not fit, see stats\n",
			lost - lost_said);
		lost_said = lost;
	}
	suppressed = lkrg_reports_suppressed();
	if (suppressed != suppressed_said && __ratelimit(&suppressed_limit)) {
		pr_crit("ALERT: DETECT: %lu reports were too many for the log, see stats\n",
			suppressed - suppressed_said);
		suppressed_said = suppressed;
	}
}

static void drain_ring(struct work_struct *work)
{
	guard(mutex)(&drain_lock);
	drain(INT_MAX);
}

static DECLARE_WORK(drain_work, drain_ring);

/**
 * lkrg_report_flush - Do what there is to be reported and to be killed
 *
 * Who takes the work item away that does so, or keeps it from being queued, does not
 * take away the passes, over which there is another clock.  Who reports all the time does
 * not keep a pass from its end.
 *
 * Context: task context, may sleep.
 */
void lkrg_report_flush(void)
{
	if (!mutex_trylock(&drain_lock))
		return;
	drain(SLOTS);
	mutex_unlock(&drain_lock);
}

static void raise(struct irq_work *work)
{
	queue_work(system_unbound_wq, &drain_work);
}

static DEFINE_IRQ_WORK(raise_work, raise);

static void __noreturn report_and_panic(const struct lkrg_report *report)
{
	static atomic_t owner = ATOMIC_INIT(-1);
	static char line[1024];
	int cpu = raw_smp_processor_id(), other;
	static struct lkrg_report last;
	struct seq_buf s;

	/* One line, one panic: another CPU waits to be stopped by it. */
	preempt_disable();
	other = atomic_cmpxchg(&owner, -1, cpu);
	if (other >= 0 && other != cpu)
		panic_smp_self_stop();
	if (other == cpu)
		panic("LKRG: %s", kinds[report->what].title);
	seq_buf_init(&s, line, sizeof(line));
	/* What else was to be done about it does not happen any more. */
	last = *report;
	last.done = LKRG_DID_PANIC;
	lkrg_report_format(&s, &last);
	/* Who has silenced the log would silence what is left of a panic as well. */
	WRITE_ONCE(suppress_printk, 0);
	pr_crit("%s\n", seq_buf_str(&s));
	panic("LKRG: %s", seq_buf_str(&s));
}

/**
 * lkrg_report - Report a violation
 * @report: copied
 *
 * Context: any, NMI included.  Takes no lock, allocates nothing.  Does not
 * return from LKRG_DID_PANIC.
 */
void lkrg_report(const struct lkrg_report *report)
{
	int i;

	atomic_long_inc(&violations[report->what]);
	if (!is_block(report->what))
		atomic_long_inc(&reports);
	/* Who wants a panic for the taint is told why first. */
	if (report->done == LKRG_DID_PANIC ||
	    (taints(report) && panic_on_taint & BIT(TAINT_WARN)))
		report_and_panic(report);
	if (taints(report))
		add_taint(TAINT_WARN, LOCKDEP_STILL_OK);

	/* Anybody can cause blocks: those leave room for violations. */
	for (i = is_block(report->what) ? SLOTS / 2 : 0; i < SLOTS; i++) {
		struct slot *slot = &ring[i];

		if (atomic_cmpxchg(&slot->state, FREE, FILLING) != FREE)
			continue;
		slot->report = *report;
		slot->number = atomic_inc_return(&next_number);
		/* Pairs with the acquire in oldest_ready(). */
		atomic_set_release(&slot->state, READY);
		irq_work_queue(&raise_work);
		return;
	}

	atomic_long_inc(&reports_lost);
	irq_work_queue(&raise_work);
}

/**
 * lkrg_count_block - Count a module that is not loaded, without a report
 *
 * Context: any.
 */
void lkrg_count_block(void)
{
	atomic_long_inc(&violations[LKRG_MODULE_BLOCKED]);
}

/**
 * lkrg_kill - Have a process killed, and who shares its memory
 * @leader: its leader, who is there for as long as one of its threads is
 * @task: the thread that was found: current, or by a pass; once for a process
 *
 * Context: task context.  For the current task it takes no lock; it does not
 * sleep and allocates nothing.
 */
void lkrg_kill(struct task_struct *leader, struct task_struct *task)
{
	struct lkrg_task *record = lkrg_task(leader);
	bool other = task != current;
	struct mm_struct *mm = other ? get_task_mm(task) : task->mm;

	/* It may have been written, and another one would die. */
	record->task = get_task_struct(leader);
	record->mm = mm;
	if (mm)
		mmgrab(mm);
	if (other && mm)
		mmput_async(mm);
	llist_add(&record->doomed, &doomed_list);
	irq_work_queue(&raise_work);
}

/**
 * lkrg_panic_no_memory - The guard cannot come up
 * @what: there is no memory for
 */
void __noreturn lkrg_panic_no_memory(const char *what)
{
	panic("LKRG: no memory for %s, boot with nolkrg or more memory", what);
}

/**
 * lkrg_report_init - Allocate the ring
 *
 * Return: 0 or -ENOMEM.
 */
int __init lkrg_report_init(void)
{
	int what;

	for (what = 0; what < LKRG_NR_VIOLATIONS; what++) {
		ratelimit_state_init(&limits[what], LINES_INTERVAL, LINES_AT_ONCE);
		ratelimit_set_flags(&limits[what], RATELIMIT_MSG_ON_RELEASE);
	}
	ring = kcalloc(SLOTS, sizeof(*ring), GFP_KERNEL);
	return ring ? 0 : -ENOMEM;
}

/* Lines that are no reports: of each category from which log_level on. */
enum {
	ALIVE_LEVEL = 1,
	STATE_LEVEL = 1,
	ISSUE_LEVEL = 3,
};

static bool is_wanted(int level)
{
	return lkrg_knob(log_level) >= level;
}

/**
 * lkrg_say_alive - The one line at boot
 * @settings: what is guarded and with which settings
 */
void lkrg_say_alive(const char *settings)
{
	if (is_wanted(ALIVE_LEVEL))
		pr_notice("ALIVE: up, %s\n", settings);
}

/**
 * lkrg_say_no_image - The kernel image cannot be guarded
 */
void lkrg_say_no_image(void)
{
	if (is_wanted(ISSUE_LEVEL))
		pr_warn("ISSUE: rodata=off: the kernel image is not guarded, tasks are\n");
}

/**
 * lkrg_say_no_registers - What CPUs hold is not theirs
 */
void __init lkrg_say_no_registers(void)
{
	if (is_wanted(ISSUE_LEVEL))
		pr_warn("ISSUE: Xen PV guest: registers of CPUs are the hypervisor's and not guarded\n");
}

/**
 * lkrg_say_still_changed - What was reported before is still there
 * @known: number of pages and registers that differ and modules that are hidden
 */
void lkrg_say_still_changed(unsigned long known)
{
	pr_crit("ALERT: DETECT: Kernel: still changed: reported before: %lu; logged\n",
		known);
}

/**
 * lkrg_say_clean - Heartbeat
 * @pass: number of the pass that found nothing
 */
void lkrg_say_clean(unsigned long pass)
{
	if (is_wanted(ALIVE_LEVEL))
		pr_notice("ALIVE: System is clean, pass %lu\n", pass);
}

/**
 * lkrg_say_set - A knob was set to something else
 * @name: knob
 * @old: its value until now
 * @new: its value from now on
 *
 * Context: task context, may sleep.
 */
void lkrg_say_set(const char *name, int old, int new)
{
	/* Who wants no lines any more is told of in the last one. */
	if (is_wanted(STATE_LEVEL) || !strcmp(name, "log_level"))
		pr_notice("STATE: lkrg.%s: %d -> %d, by %*pE[%d/%d]\n", name, old, new,
			  (int)strnlen(current->comm, sizeof(current->comm)),
			  current->comm, task_pid_nr(current), task_tgid_nr(current));
	lkrg_publish_set(name, old, new);
}

/**
 * lkrg_say_set_list - A list was set to something else
 * @name: its name
 * @list: what it is from now on
 *
 * Context: task context, may sleep.
 */
void lkrg_say_set_list(const char *name, const char *list)
{
	if (is_wanted(STATE_LEVEL))
		pr_notice("STATE: lkrg.%s: \"%*pE\", by %*pE[%d/%d]\n", name,
			  (int)strlen(list), list,
			  (int)strnlen(current->comm, sizeof(current->comm)),
			  current->comm, task_pid_nr(current), task_tgid_nr(current));
	lkrg_publish_set_list(name, list);
}

/**
 * lkrg_say_bad_value - A knob was given a value that it does not take
 * @name: knob
 * @min: smallest value
 * @max: largest value
 */
void lkrg_say_bad_value(const char *name, int min, int max)
{
	if (is_wanted(ISSUE_LEVEL))
		pr_warn("ISSUE: lkrg.%s: not a whole number from %d to %d, nothing changed\n",
			name, min, max);
}

/**
 * lkrg_say_bad_list - A list of programs is none
 * @name: what was written to
 * @size: how long it may be
 */
void lkrg_say_bad_list(const char *name, size_t size)
{
	if (is_wanted(ISSUE_LEVEL))
		pr_warn("ISSUE: lkrg.%s: not a list of absolute paths with commas in between, of %zu bytes at most, nothing changed\n",
			name, size);
}

/**
 * lkrg_say_locked - A knob was to become weaker, and may not
 * @name: what was written to
 * @knob: what would be weaker, perhaps the same
 */
void lkrg_say_locked(const char *name, const char *knob)
{
	if (is_wanted(ISSUE_LEVEL))
		pr_warn("ISSUE: lkrg.%s: lkrg.%s is locked and cannot be weakened until reboot, nothing changed\n",
			name, knob);
}

/**
 * lkrg_say_hook - A module hooks functions of the kernel
 * @how: which kind of hook
 * @function: one of the functions, 0 if it is not known
 * @module: the name of the module
 * @refused: it may not
 *
 * Context: task context.
 */
void lkrg_say_hook(const char *how, unsigned long function, const char *module,
		   bool refused)
{
	static DEFINE_RATELIMIT_STATE(limit, LINES_INTERVAL, LINES_AT_ONCE);
	char line[KSYM_SYMBOL_LEN + 32];
	struct seq_buf s;

	if (!is_wanted(ISSUE_LEVEL) || !__ratelimit(&limit))
		return;
	seq_buf_init(&s, line, sizeof(line));
	format_hooked(&s, how, function);
	pr_warn("ISSUE: lkrg.patch: module %s: %s: %s\n", module, seq_buf_str(&s),
		refused ? "refused" : "allowed");
}

/**
 * lkrg_say_instead - A name of the module that has no meaning here
 * @name: the name
 * @instead: what to use
 */
void lkrg_say_instead(const char *name, const char *instead)
{
	if (is_wanted(ISSUE_LEVEL))
		pr_warn("ISSUE: lkrg.%s: has no meaning in tree, use %s, nothing changed\n",
			name, instead);
}

/**
 * lkrg_say_unknown_parameter - The command line names a knob that is none
 * @name: what it says after lkrg.
 */
void __init lkrg_say_unknown_parameter(const char *name)
{
	if (is_wanted(ISSUE_LEVEL))
		pr_warn("ISSUE: lkrg.%s: no such parameter, ignored\n", name);
}

/**
 * lkrg_violations - Number of violations of one kind since boot
 * @what: kind
 *
 * Return: the number.
 */
unsigned long lkrg_violations(enum lkrg_violation what)
{
	return atomic_long_read(&violations[what]);
}

/**
 * lkrg_reports - Number of violations of all kinds since boot
 *
 * What is only not allowed is none.
 *
 * Return: the number.
 */
unsigned long lkrg_reports(void)
{
	return atomic_long_read(&reports);
}

/**
 * lkrg_reports_lost - Number of those that found no slot in the ring
 *
 * Return: the number.
 */
unsigned long lkrg_reports_lost(void)
{
	return atomic_long_read(&reports_lost);
}

/**
 * lkrg_reports_suppressed - Number of those that the log was spared
 *
 * They are published elsewhere.
 *
 * Return: the number.
 */
unsigned long lkrg_reports_suppressed(void)
{
	return atomic_long_read(&reports_suppressed);
}

/**
 * lkrg_violation_name - Name of a kind for programs
 * @what: kind
 *
 * Return: the name.
 */
const char *lkrg_violation_name(enum lkrg_violation what)
{
	return kinds[what].name;
}
