// SPDX-License-Identifier: GPL-2.0-only
/*
 * LKRG - Modules
 *
 * The inventory of modules.  An entry is made when the loader has made text and
 * read-only data of a module read-only, before any of its code runs, and dropped
 * where the loader frees that memory, not before.  In between each pass verifies
 * text, read-only data and the entry itself, in the order of their addresses, also when
 * an entry was taken off the list.  It looks for the module where the
 * kernel would find it, and for the entries of those that are in sysfs.
 *
 * Locking, outermost first:
 *
 *   module_mutex	the loader's, held by some of the call-outs
 *     text_mutex	protects the inventory, and makes pages and their
 *			description agree, see text.c
 *       list_lock	of the modules in sysfs
 *     stats_lock	when the next pass comes, see scan.c
 */

#include <linux/bits.h>
#include <linux/build_bug.h>
#include <linux/cleanup.h>
#include <linux/compiler.h>
#include <linux/init.h>
#include <linux/kobject.h>
#include <linux/list.h>
#include <linux/lkrg.h>
#include <linux/lkrg_hook.h>
#include <linux/memory.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/overflow.h>
#include <linux/pfn.h>
#include <linux/preempt.h>
#include <linux/rbtree.h>
#include <linux/rbtree_latch.h>
#include <linux/rculist.h>
#include <linux/rcupdate.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>

#include "execmem.h"
#include "image.h"
#include "module.h"
#include "param.h"
#include "report.h"
#include "sites.h"
#include "tag.h"
#include "text.h"
#include "trigger.h"
#include "x86.h"

/* The last one is protected when module init is over. */
static const struct {
	enum mod_mem_type type;
	enum lkrg_violation what;
} kinds[] = {
	{ MOD_TEXT, LKRG_TEXT_CHANGED },
	{ MOD_RODATA, LKRG_RODATA_CHANGED },
	{ MOD_RO_AFTER_INIT, LKRG_RODATA_CHANGED },
};

#define RO_AFTER_INIT (ARRAY_SIZE(kinds) - 1)

/* Where a module has a table, or a part of it when that of init functions is gone. */
struct table {
	u64 start;
	u64 size;
};

enum {
	JUMP_LABELS,
	STATIC_CALLS,
	TRACED,
	TRACEPOINTS,
	EXCEPTIONS,
	NR_TABLES,
};

/*
 * What is on record.  There are no holes but those in sections, which are zero,
 * and the tag covers it in pairs of 64-bit words.  The first one changes: how many
 * sections are read-only, and where the module can be found, see enum
 * lkrg_module_stage.
 */
struct identity {
	u32 sections;
	u32 stage;
	struct module *module;
	/* What it taints the kernel with, which the loader has found out by then */
	u64 taints;
	char name[MODULE_NAME_LEN];
	/* As much of it as there is room for */
	char version[16];
	struct lkrg_sites sites;
	struct table table[NR_TABLES];
	struct lkrg_section section[ARRAY_SIZE(kinds)];
};

static_assert(sizeof(struct identity) % LKRG_PAIR == 0);
static_assert(sizeof(struct identity) / LKRG_PAIR < LKRG_RECORD_PAIRS);

/**
 * struct place - Where a module has memory
 * @node: in a tree for who asks whose an address is, without a lock
 * @is: what is known of it
 * @tag: over the address of the place and @is
 * @linked: it is in the tree; that of init functions is until they have returned
 */
struct place {
	struct latch_tree_node node;
	struct {
		struct lkrg_module *entry;
		struct lkrg_section *section;
		unsigned long start;
		unsigned long size;
		u64 text;
		u64 unused;
	} is;
	struct lkrg_record_tag tag;
	bool linked;
};

#define PLACE_PAIRS (sizeof_field(struct place, is) / LKRG_PAIR)

/**
 * struct lkrg_module - The entry of a module
 * @node: in the inventory
 * @is: what it is
 * @tag: keyed tag over the address of the entry and @is
 * @place: where it is, by type of memory, zero if it has none; of those without a section
 *	no bytes are verified
 * @hidden_from: what it is hidden from, or NULL
 * @reported: a mark of that when it was reported
 * @rcu: who looks for a place may still see it
 * @page: what the pages of all its sections should be
 */
struct lkrg_module {
	struct list_head node;
	struct identity is;
	struct lkrg_record_tag tag;
	struct place place[MOD_MEM_NUM_TYPES];
	const char *hidden_from;
	u64 reported;
	struct rcu_head rcu;
	struct lkrg_page page[];
};

static LIST_HEAD(module_inventory);
/* Places, by address.  Changed under text_mutex, read with RCU. */
static struct latch_tree_root module_places;
static unsigned long nr_modules, nr_pages;

/* Where the pass is: what is in this place, and then what has a higher address */
static unsigned long place_under_way;

static struct lkrg_record_tag identity_tag(const struct lkrg_module *entry)
{
	return lkrg_record_tag(entry, 0, &entry->is,
			       sizeof(entry->is) / LKRG_PAIR);
}

static bool is_authentic(const struct lkrg_module *entry)
{
	return lkrg_same_tag(entry->tag, identity_tag(entry));
}

static bool is_below(struct latch_tree_node *a, struct latch_tree_node *b)
{
	return container_of(a, struct place, node)->is.start <
	       container_of(b, struct place, node)->is.start;
}

static int compare(void *key, struct latch_tree_node *node)
{
	const struct place *place = container_of(node, struct place, node);
	unsigned long addr = (unsigned long)key;

	if (addr < place->is.start)
		return -1;
	return addr - place->is.start >= place->is.size;
}

static const struct latch_tree_ops by_address = {
	.less = is_below,
	.comp = compare,
};

static struct lkrg_record_tag place_tag(const struct place *place)
{
	return lkrg_record_tag(place, 0, &place->is, PLACE_PAIRS);
}

/* What was forged is nobody's. */
static bool is_own(const struct place *place)
{
	return lkrg_same_tag(place->tag, place_tag(place));
}

/* With RCU, or under text_mutex. */
static const struct place *find_place(unsigned long addr)
{
	struct latch_tree_node *node =
		latch_tree_find((void *)addr, &module_places, &by_address);
	const struct place *place = node ? container_of(node, struct place, node) : NULL;

	return place && is_own(place) ? place : NULL;
}

/*
 * The first one that ends behind an address: under text_mutex.  By one tree of the two, and
 * always from its root, so who hides one from whoever walks hides it from who looks for it.
 */
static struct place *first_from(unsigned long addr)
{
	struct rb_node *node = module_places.tree[0].rb_node;
	struct place *first = NULL;

	while (node) {
		struct place *place = rb_entry(node, struct place, node.node[0]);

		if (place->is.start + place->is.size > addr) {
			first = place;
			node = node->rb_left;
		} else {
			node = node->rb_right;
		}
	}
	return first;
}

/* The end is behind that of @place, wherever the tree leads. */
static struct place *next(const struct place *place)
{
	return first_from(place->is.start + place->is.size);
}

/* What a pass verifies is found in the same way. */
static const struct place *find_as_walked(unsigned long addr)
{
	const struct place *place = first_from(addr);

	return place && is_own(place) && addr - place->is.start < place->is.size ?
		place : NULL;
}

/* Under text_mutex until there is a baseline: a poke in between belonged to neither. */
static void add_places(struct lkrg_module *entry, const struct module *module)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		if (entry->is.section[i].nr_pages)
			entry->place[kinds[i].type].is.section = &entry->is.section[i];
	}
	for_each_mod_mem_type(type) {
		const struct module_memory *memory = &module->mem[type];
		struct place *place = &entry->place[type];

		if (!memory->size)
			continue;
		place->is.entry = entry;
		place->is.start = (unsigned long)memory->base;
		place->is.size = PAGE_ALIGN(memory->size);
		place->is.text = type == MOD_TEXT || type == MOD_INIT_TEXT;
		place->tag = place_tag(place);
		place->linked = true;
		latch_tree_insert(&place->node, &module_places, &by_address);
		if (place->is.section)
			nr_pages += place->is.section->nr_pages;
		if (type == MOD_TEXT)
			lkrg_execmem_guarded(place->is.start, true);
	}
}

/* Under text_mutex. */
static void remove_place(struct place *place)
{
	if (place->linked)
		latch_tree_erase(&place->node, &module_places, &by_address);
	place->linked = false;
	/* What comes to the same address is another one. */
	if (place->is.start == place_under_way)
		place_under_way++;
}

static void free_entry(struct lkrg_module *entry)
{
	lkrg_sites_free(&entry->is.sites);
	kvfree_rcu(entry, rcu);
}

/* Under text_mutex. */
static void remove_entry(struct lkrg_module *entry)
{
	size_t i;

	lkrg_execmem_guarded(entry->place[MOD_TEXT].is.start, false);
	for_each_mod_mem_type(type)
		remove_place(&entry->place[type]);
	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		lkrg_section_forget(&entry->is.section[i]);
		nr_pages -= entry->is.section[i].nr_pages;
	}
	list_del(&entry->node);
	nr_modules--;
}

static void take_tables(struct table table[NR_TABLES], const struct module *module)
{
	memset(table, 0, NR_TABLES * sizeof(*table));
#ifdef CONFIG_JUMP_LABEL
	table[JUMP_LABELS].start = (unsigned long)module->jump_entries;
	table[JUMP_LABELS].size = module->num_jump_entries * sizeof(*module->jump_entries);
#endif
#ifdef CONFIG_HAVE_STATIC_CALL_INLINE
	table[STATIC_CALLS].start = (unsigned long)module->static_call_sites;
	table[STATIC_CALLS].size =
		module->num_static_call_sites * sizeof(*module->static_call_sites);
#endif
#ifdef CONFIG_DYNAMIC_FTRACE
	table[TRACED].start = (unsigned long)module->ftrace_callsites;
	table[TRACED].size =
		module->num_ftrace_callsites * sizeof(*module->ftrace_callsites);
#endif
#ifdef CONFIG_TRACEPOINTS
	table[TRACEPOINTS].start = (unsigned long)module->tracepoints_ptrs;
	table[TRACEPOINTS].size =
		module->num_tracepoints * sizeof(*module->tracepoints_ptrs);
#endif
	table[EXCEPTIONS].start = (unsigned long)module->extable;
	table[EXCEPTIONS].size = module->num_exentries * sizeof(*module->extable);
}

static bool is_within(const struct table *part, const struct table *whole)
{
	return !part->size || (part->size <= whole->size && part->start >= whole->start &&
			       part->start - whole->start <= whole->size - part->size);
}

/* Nobody can tell the module that its tables are elsewhere. */
static bool has_own_tables(const struct lkrg_module *entry)
{
	struct table table[NR_TABLES];
	size_t i;

	take_tables(table, entry->is.module);
	for (i = 0; i < NR_TABLES; i++) {
		if (!is_within(&table[i], &entry->is.table[i]))
			return false;
	}
	return true;
}

/* In one piece, with room for what its pages should be. */
static struct lkrg_module *new_entry(const struct module *module)
{
	struct lkrg_module *entry;
	size_t i, pages = 0;

	for (i = 0; i < ARRAY_SIZE(kinds); i++)
		pages += PFN_UP(module->mem[kinds[i].type].size);
	entry = kvzalloc(struct_size(entry, page, pages), GFP_KERNEL);
	if (!entry)
		return NULL;
	pages = 0;
	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		const struct module_memory *memory = &module->mem[kinds[i].type];
		struct lkrg_section *section = &entry->is.section[i];

		section->what = kinds[i].what;
		if (!memory->size)
			continue;
		lkrg_section_set(section, memory->base, memory->base + memory->size,
				 &entry->page[pages]);
		pages += section->nr_pages;
	}
	return entry;
}

/* What is missing later must not fail, so all is allocated here. */
int __lkrg_module_formed(struct module *module)
{
	struct lkrg_module *entry;
	size_t i;
	int err;

	/* Then the loader protects nothing. */
	if (!rodata_enabled)
		return 0;
	entry = new_entry(module);
	if (!entry)
		return -ENOMEM;
	entry->is.module = module;
	entry->is.taints = module->taints;
	strscpy_pad(entry->is.name, module->name);
	if (module->version)
		strscpy_pad(entry->is.version, module->version);
	entry->is.sections = RO_AFTER_INIT;
	take_tables(entry->is.table, module);
	err = lkrg_sites_take(&entry->is.sites, module);
	if (err) {
		free_entry(entry);
		return err;
	}

	entry->tag = identity_tag(entry);
	mutex_lock(&text_mutex);
	add_places(entry, module);
	for (i = 0; i < RO_AFTER_INIT; i++)
		lkrg_section_take_all(&entry->is.section[i]);
	list_add_tail(&entry->node, &module_inventory);
	nr_modules++;
	mutex_unlock(&text_mutex);
	return 0;
}

/*
 * Under text_mutex.  Only the loader adds entries and drops them, one for each module.  One
 * that was taken off the list is found by where its memory is.
 */
static struct lkrg_module *lookup(const struct module *module)
{
	struct lkrg_module *entry;

	list_for_each_entry(entry, &module_inventory, node) {
		if (entry->is.module == module)
			return entry;
	}
	for_class_mod_mem_type(type, core) {
		const struct place *place =
			find_as_walked((unsigned long)module->mem[type].base);

		if (place && place->is.entry->is.module == module)
			return place->is.entry;
	}
	return NULL;
}

/* Under text_mutex.  A forged entry stays forged. */
static void set_stage(struct lkrg_module *entry, enum lkrg_stage stage,
		      u32 sections)
{
	u128 sum = lkrg_record_sum(entry->tag) - lkrg_record_pair(&entry->is, 0);

	entry->is.stage = stage;
	entry->is.sections = sections;
	entry->tag = lkrg_record_close(sum + lkrg_record_pair(&entry->is, 0));
}

/* Under text_mutex. */
static void initialised(struct lkrg_module *entry, bool readonly)
{
	/* What is still writable is written to, and a forged entry leads anywhere. */
	if (readonly && is_authentic(entry))
		lkrg_section_take_all(&entry->is.section[RO_AFTER_INIT]);
	/* Who forces it away may have been faster. */
	set_stage(entry, entry->is.stage == LKRG_MODULE_COMING ? LKRG_MODULE_LIVE :
								  entry->is.stage,
		  readonly ? ARRAY_SIZE(kinds) : RO_AFTER_INIT);
	for_class_mod_mem_type(type, init)
		remove_place(&entry->place[type]);
}

void __lkrg_module_initialised(struct module *module, bool readonly)
{
	struct lkrg_module *entry;

	mutex_lock(&text_mutex);
	entry = lookup(module);
	if (entry)
		initialised(entry, readonly);
	mutex_unlock(&text_mutex);
	if (entry)
		lkrg_trigger(LKRG_TRIGGER_MODULE);
}

void __lkrg_module_stage(struct module *module, enum lkrg_stage stage)
{
	struct lkrg_module *entry;

	guard(mutex)(&text_mutex);
	entry = lookup(module);
	if (entry)
		set_stage(entry, stage, entry->is.sections);
}

void __lkrg_module_freed(struct module *module)
{
	struct lkrg_module *entry;

	mutex_lock(&text_mutex);
	entry = lookup(module);
	if (entry)
		remove_entry(entry);
	mutex_unlock(&text_mutex);
	if (!entry)
		return;
	/* A forged one leads anywhere. */
	if (is_authentic(entry))
		free_entry(entry);
	lkrg_trigger(LKRG_TRIGGER_MODULE);
}

static bool is_livepatch(const struct lkrg_module *entry)
{
	return entry->is.taints & BIT(TAINT_LIVEPATCH);
}

/**
 * lkrg_module_patch - Account for a declared patch of a module, if it is legal
 * @who: who patches
 * @addr: first byte that will be written
 * @new: what will be written there
 * @len: number of bytes
 *
 * Livepatch writes to read-only data as well.
 *
 * Context: as lkrg_patch_is_legal().
 * Return: false if it is not legal.
 */
bool lkrg_module_patch(enum lkrg_patcher who, const u8 *addr, const u8 *new,
		       size_t len)
{
	const struct place *place = find_place((unsigned long)addr);

	if (!place || !place->is.section)
		return true;
	if (!is_authentic(place->is.entry) || !has_own_tables(place->is.entry) ||
	    (who == LKRG_PATCH_LIVEPATCH && !is_livepatch(place->is.entry)) ||
	    (unsigned long)addr + len > place->is.start + place->is.size ||
	    !lkrg_patch_is_legal(who, place->is.entry->is.module,
				 &place->is.entry->is.sites, addr, new, len))
		return false;
	lkrg_section_poke(place->is.section, addr, new, len);
	return true;
}

/**
 * lkrg_module_has_text - Is it text of a module in the inventory?
 * @addr: an address
 *
 * Context: any.
 * Return: whether it is.
 */
bool lkrg_module_has_text(unsigned long addr)
{
	const struct place *place;

	guard(rcu)();
	place = find_place(addr);
	return place && place->is.text;
}

/**
 * lkrg_module_has_data - Is it data of a module in the inventory?
 * @addr: an address
 *
 * Context: any.
 * Return: whether it is.
 */
bool lkrg_module_has_data(unsigned long addr)
{
	const struct place *place;

	guard(rcu)();
	place = find_place(addr);
	return place && !place->is.text;
}

/**
 * lkrg_module_name - Whose code or data is it?
 * @addr: an address
 * @name: is set, if it is of a module in the inventory
 *
 * Context: any.
 * Return: whether it is.
 */
bool lkrg_module_name(unsigned long addr, char name[MODULE_NAME_LEN])
{
	const struct module *module;
	const struct place *place;

	guard(rcu)();
	place = find_place(addr);
	if (place) {
		memcpy(name, place->is.entry->is.name, MODULE_NAME_LEN);
		return true;
	}
	/* Without read-only memory there is no inventory. */
	module = rodata_enabled ? NULL : __module_address(addr);
	if (module)
		strscpy(name, module->name, MODULE_NAME_LEN);
	return module;
}

/**
 * lkrg_module_is_livepatch - Is it text of a livepatch?
 * @addr: an address
 *
 * Context: any.
 * Return: whether it is.
 */
bool lkrg_module_is_livepatch(unsigned long addr)
{
	const struct place *place;

	guard(rcu)();
	place = find_place(addr);
	return place && place->is.text && is_authentic(place->is.entry) &&
	       is_livepatch(place->is.entry);
}

/**
 * lkrg_module_at - Whose text or data is it?
 * @addr: an address
 *
 * Context: text_mutex held.
 * Return: the module, NULL if it is of none in the inventory that has its own tables.
 */
const struct module *lkrg_module_at(unsigned long addr)
{
	const struct place *place = find_place(addr);

	return place && is_authentic(place->is.entry) && has_own_tables(place->is.entry) ?
		place->is.entry->is.module : NULL;
}

/**
 * lkrg_module_number - The modules that are live, one after the other
 * @number: from 0 on
 *
 * Before that and afterwards their static calls may have no key.
 *
 * Context: text_mutex held.
 * Return: that module, which has its own tables, NULL if there are not so many.
 */
const struct module *lkrg_module_number(unsigned long number)
{
	const struct lkrg_module *entry;

	list_for_each_entry(entry, &module_inventory, node) {
		/* Of one that is not to be followed the next one takes the place. */
		if (!number && is_authentic(entry) && has_own_tables(entry) &&
		    entry->is.stage == LKRG_MODULE_LIVE)
			return entry->is.module;
		if (number)
			number--;
	}
	return NULL;
}

/* What is read-only after init is so then. */
static bool is_readonly(const struct place *place)
{
	return place->is.section &&
	       place->is.section - place->is.entry->is.section <
	       place->is.entry->is.sections;
}

/**
 * lkrg_module_guards_until - Is it in a section of a module?
 * @addr: an address
 *
 * Context: text_mutex held.
 * Return: the end of the section, 0 if it is in none.
 */
unsigned long lkrg_module_guards_until(unsigned long addr)
{
	const struct place *place = find_as_walked(addr);

	return place && is_readonly(place) ? place->is.start + place->is.size : 0;
}

static unsigned long address_in(const struct lkrg_module *entry, unsigned long frame)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		const struct lkrg_section *section = &entry->is.section[i];
		unsigned long page;

		for (page = 0; page < section->nr_pages; page++) {
			unsigned long addr = section->start + page * PAGE_SIZE;

			if (lkrg_mapping(addr).frame == frame)
				return addr;
		}
	}
	return 0;
}

/**
 * lkrg_module_address - Where a section of a module has a page frame
 * @frame: the page frame
 *
 * Looks at each page of each section: for reports only.
 *
 * Context: text_mutex held.
 * Return: the address, 0 if no section has it.
 */
unsigned long lkrg_module_address(unsigned long frame)
{
	const struct lkrg_module *entry;

	list_for_each_entry(entry, &module_inventory, node) {
		unsigned long addr = address_in(entry, frame);

		if (addr)
			return addr;
	}
	return 0;
}

static bool is_in_sysfs(struct module *module)
{
#ifdef CONFIG_SYSFS
	const struct kobject *kobj;
	bool is_in = false;

	/* A reference might be the last one, which waits for readers. */
	spin_lock(&module_kset->list_lock);
	list_for_each_entry(kobj, &module_kset->list, entry) {
		if (kobj == &module->mkobj.kobj) {
			is_in = kobj->state_in_sysfs;
			break;
		}
	}
	spin_unlock(&module_kset->list_lock);
	return is_in;
#else
	return true;
#endif
}

/* By its address: to compare names, as find_module() does, would take most of a pass. */
static bool is_in_list(const struct lkrg_module *entry)
{
	const struct module *module;

	list_for_each_entry_rcu(module, &modules, list) {
		if (module == entry->is.module)
			return !strcmp(module->name, entry->is.name);
	}
	return false;
}

/* By each range of addresses; what is unformed is left out. */
static bool is_in_tree(const struct lkrg_module *entry)
{
	/* Then there is nothing but the list. */
	if (!IS_ENABLED(CONFIG_MODULES_TREE_LOOKUP))
		return true;
	for_class_mod_mem_type(type, core) {
		const struct place *place = &entry->place[type];

		if (place->linked &&
		    lkrg_module_in_tree(place->is.start) != entry->is.module)
			return false;
	}
	return true;
}

static const char *unlinked_from(const struct lkrg_module *entry)
{
	guard(preempt)();
	if (!is_in_list(entry))
		return "the list of modules";
	return entry->is.stage < LKRG_MODULE_COMING || is_in_tree(entry) ?
		NULL : "the address tree";
}

/* The kernel's own ways to find it, and what it says there. */
static const char *hidden_from(const struct lkrg_module *entry)
{
	struct module *const module = entry->is.module;
	const u32 stage = entry->is.stage;
	const char *from;

	if (stage < LKRG_MODULE_GOING)
		return NULL;
	from = unlinked_from(entry);
	if (from)
		return from;
	if (stage >= LKRG_MODULE_STOPPED && !is_in_sysfs(module))
		return "sysfs";
	if (stage >= LKRG_MODULE_LIVE && module->state != MODULE_STATE_LIVE)
		return "those that are live";
	if (READ_ONCE(module->taints) != entry->is.taints)
		return "its taints";
	return has_own_tables(entry) ? NULL : "its own tables";
}

static struct lkrg_report describe(const char *name, const char *from)
{
	struct lkrg_report report = {
		.what = LKRG_MODULE_HIDDEN,
		.done = lkrg_image_stops() ? LKRG_DID_PANIC : LKRG_DID_LOG,
		.module.from = from,
	};

	strscpy(report.module.name, name);
	return report;
}

static noinline struct lkrg_report describe_entry(const struct lkrg_module *entry,
						  const char *from)
{
	struct lkrg_report report = describe(entry->is.name, from);
	const struct lkrg_section *section = entry->is.section;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(kinds); i++)
		report.module.size += section[i].nr_pages * PAGE_SIZE;
	report.module.start = section[0].start;
	report.module.end = section[0].start + section[0].nr_pages * PAGE_SIZE;
	return report;
}

/* Else the pass would not come by its sections. */
static bool has_its_places(const struct lkrg_module *entry)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		const struct lkrg_section *section = &entry->is.section[i];
		const struct place *place;

		if (!section->nr_pages)
			continue;
		place = find_as_walked(section->start);
		if (!place || place->is.section != section)
			return false;
	}
	return true;
}

/* Or what is looked for in all modules would not be found there. */
static bool is_listed(const struct lkrg_module *entry)
{
	const struct list_head *node = &module_inventory;
	unsigned long left;

	for (left = nr_modules; left; left--) {
		node = node->next;
		if (node == &entry->node)
			return true;
	}
	return false;
}

/* Of all places of a module, the one with which it is verified itself */
static bool is_first(const struct place *place)
{
	const struct lkrg_section *section = place->is.entry->is.section;

	while (section < place->is.section && !section->nr_pages)
		section++;
	return section == place->is.section;
}

/* That it was reported, which others cannot say.  No mark is zero. */
static u64 mark_of(const void *object, const char *from)
{
	return lkrg_record_fold(lkrg_record_head(object, (uintptr_t)from)) | 1;
}

static void verify_entry(struct lkrg_module *entry, struct lkrg_cursor *cursor)
{
	struct lkrg_report report;
	const char *from;

	if (!is_authentic(entry) || !has_its_places(entry) || !is_listed(entry))
		from = "the inventory";
	else
		from = hidden_from(entry);
	entry->hidden_from = from;
	if (!from) {
		entry->reported = 0;
		return;
	}
	cursor->violations++;
	if (entry->reported == mark_of(entry, from) && !lkrg_image_stops()) {
		cursor->known++;
		return;
	}
	entry->reported = mark_of(entry, from);
	report = describe_entry(entry, from);
	lkrg_report(&report);
}

/* Returns whether the end was reached. */
static bool walk_places(struct lkrg_cursor *cursor)
{
	struct place *place;

	for (place = first_from(place_under_way); place; place = next(place)) {
		const unsigned long end = place->is.start + place->is.size;

		/* A forged one may also have led back to what was verified before. */
		if (!is_own(place) || !place->is.section || end <= place_under_way)
			continue;
		if (place->is.start != place_under_way) {
			place_under_way = place->is.start;
			cursor->position = 0;
			if (is_first(place))
				verify_entry(place->is.entry, cursor);
		}
		/* A forged entry leads anywhere. */
		if (is_authentic(place->is.entry) && is_readonly(place) &&
		    lkrg_section_step(place->is.section, cursor) != LKRG_STEP_DONE)
			return false;
		place_under_way = end;
		cursor->position = 0;
		if (lkrg_piece_is_over(cursor))
			return false;
	}
	return true;
}

/* The last one that is in sysfs and has no entry to remember it in */
static struct {
	u64 reported;
	struct lkrg_report report;
	bool seen;
} missing;

#ifdef CONFIG_SYSFS
static void verify_listed(const struct kobject *kobj, struct lkrg_cursor *cursor)
{
	const struct module *module =
		container_of(kobj, struct module_kobject, kobj)->mod;
	const struct module_memory *text;
	size_t i;

	/* Drivers that are built in are in sysfs, too. */
	if (!module || lookup(module))
		return;
	cursor->violations++;
	missing.seen = true;
	if (missing.reported == mark_of(module, NULL) && !lkrg_image_stops()) {
		cursor->known++;
		return;
	}
	missing.reported = mark_of(module, NULL);
	missing.report = describe(module->name, "the inventory");
	for (i = 0; i < ARRAY_SIZE(kinds); i++)
		missing.report.module.size += module->mem[kinds[i].type].size;
	text = &module->mem[MOD_TEXT];
	missing.report.module.start = (unsigned long)text->base;
	missing.report.module.end = (unsigned long)text->base + text->size;
	lkrg_report(&missing.report);
}

/*
 * The other way round: who is in sysfs has an entry from before until after.
 * Those that come or go meanwhile may move one out of sight, until the next pass.
 */
static bool walk_sysfs(struct lkrg_cursor *cursor)
{
	do {
		const struct kobject *kobj, *found = NULL;
		unsigned long left = cursor->position++;

		spin_lock(&module_kset->list_lock);
		list_for_each_entry(kobj, &module_kset->list, entry) {
			if (!left--) {
				found = kobj;
				break;
			}
		}
		if (found)
			verify_listed(found, cursor);
		spin_unlock(&module_kset->list_lock);
		if (!found)
			return true;
	} while (!lkrg_piece_is_over(cursor));
	return false;
}
#else
static bool walk_sysfs(struct lkrg_cursor *cursor)
{
	return true;
}
#endif

/* Stages of the cursor: before, in the inventory, in sysfs. */
#define START		0
#define IN_PLACES	1
#define IN_SYSFS	2

static enum lkrg_step step(struct lkrg_cursor *cursor)
{
	if (cursor->stage == START) {
		missing.seen = false;
		place_under_way = 0;
		cursor->stage = IN_PLACES;
	}
	if (cursor->stage == IN_PLACES) {
		if (walk_places(cursor)) {
			cursor->stage = IN_SYSFS;
			cursor->position = 0;
		}
		return LKRG_STEP_MORE;
	}
	if (!walk_sysfs(cursor))
		return LKRG_STEP_MORE;
	if (!missing.seen)
		missing.reported = 0;
	return LKRG_STEP_DONE;
}

/**
 * lkrg_module_step - One piece of the modules' part of a pass
 * @cursor: where the pass is
 *
 * Return: LKRG_STEP_BUSY while somebody patches, else LKRG_STEP_MORE or
 * LKRG_STEP_DONE.
 */
enum lkrg_step lkrg_module_step(struct lkrg_cursor *cursor)
{
	/* Without read-only memory no entries are made. */
	return rodata_enabled && cursor->of_kernel ?
		lkrg_text_exclude_patches(step, cursor) : LKRG_STEP_DONE;
}

/**
 * lkrg_modules - Number of modules in the inventory
 *
 * Return: the number.
 */
unsigned long lkrg_modules(void)
{
	return READ_ONCE(nr_modules);
}

/**
 * lkrg_module_pages - Size of what is guarded of modules
 *
 * Return: number of pages.
 */
unsigned long lkrg_module_pages(void)
{
	return READ_ONCE(nr_pages);
}

/**
 * lkrg_module_memory - Size of the inventory of modules
 *
 * Return: number of bytes, without what says where modules may be patched.
 */
unsigned long lkrg_module_memory(void)
{
	return lkrg_modules() * sizeof(struct lkrg_module) +
	       lkrg_module_pages() * sizeof(struct lkrg_page);
}

/**
 * lkrg_module_show - Write the inventory of modules
 * @m: where
 *
 * Context: task context, may sleep.
 */
void lkrg_module_show(struct seq_file *m)
{
	const struct lkrg_module *entry;
	unsigned long pages;
	size_t i;

	mutex_lock(&text_mutex);
	list_for_each_entry(entry, &module_inventory, node) {
		const char *version = *entry->is.version ? entry->is.version : "-";

		pages = 0;
		for (i = 0; i < entry->is.sections; i++)
			pages += entry->is.section[i].nr_pages;
		seq_printf(m, "%*pE %lu %s%s %*pE\n",
			   (int)strnlen(entry->is.name, sizeof(entry->is.name)),
			   entry->is.name, pages,
			   entry->is.stage == LKRG_MODULE_LIVE ? "live" : "coming-or-going",
			   entry->hidden_from ? " reported" : "",
			   (int)strnlen(version, sizeof(entry->is.version)), version);
	}
	mutex_unlock(&text_mutex);
}

/**
 * lkrg_module_show_changes - Write which modules are not as they should be
 * @m: where
 *
 * Context: task context, may sleep.
 */
void lkrg_module_show_changes(struct seq_file *m)
{
	struct place *place;

	guard(mutex)(&text_mutex);
	if (missing.reported)
		lkrg_report_show(m, &missing.report);
	/* As a pass does */
	for (place = first_from(0); place; place = next(place)) {
		const struct lkrg_module *entry = place->is.entry;

		if (!is_own(place) || !place->is.section)
			continue;
		if (is_first(place) && entry->hidden_from) {
			const struct lkrg_report report =
				describe_entry(entry, entry->hidden_from);

			lkrg_report_show(m, &report);
		}
		if (is_authentic(entry) && is_readonly(place))
			lkrg_section_show(place->is.section, m);
	}
}
