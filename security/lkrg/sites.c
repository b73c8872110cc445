// SPDX-License-Identifier: GPL-2.0-only
/*
 * LKRG - Where the kernel may patch itself, and to what
 *
 * Each instruction that somebody is about to patch is judged once: is this one of
 * the places that the kernel has in its tables, and is it to become what may be
 * there?  Only then the guard accounts for it.  What was not judged, or not found
 * to be legal, differs from its description, whoever wrote it and by which
 * function, and the next pass reports it like any other change.
 *
 * Tables of the kernel are sorted by key or lie in writable memory, so there is an
 * index by address, made once and read-only: 4 bytes a site.  For the tables of a
 * module there is one as well, which is in writable memory: it says where to look in
 * them, and never what is legal.  Where its static calls are is on record under tags.
 *
 * Locking: text_mutex, but for kgdb.
 */

#include <linux/array_size.h>
#include <linux/atomic.h>
#include <linux/bsearch.h>
#include <linux/cleanup.h>
#include <linux/cache.h>
#include <linux/ftrace.h>
#include <linux/init.h>
#include <linux/jump_label.h>
#include <linux/kgdb.h>
#include <linux/kprobes.h>
#include <linux/lkrg.h>
#include <linux/lkrg_execmem.h>
#include <linux/lkrg_hook.h>
#include <linux/math.h>
#include <linux/minmax.h>
#include <linux/module.h>
#include <linux/preempt.h>
#include <linux/set_memory.h>
#include <linux/slab.h>
#include <linux/sort.h>
#include <linux/vmalloc.h>

#include <asm/sections.h>

#include "execmem.h"
#include "image.h"
#include "module.h"
#include "sites.h"
#include "tag.h"
#include "x86.h"

/* Sites by their address. */
struct list {
	u32 *site;
	size_t nr;
};

/* Four lists one behind the other, in pages that are verified like others. */
static struct lkrg_section index __ro_after_init = { .what = LKRG_RODATA_CHANGED };

static bool is_core_text(unsigned long addr)
{
	return addr >= (unsigned long)_text && addr < (unsigned long)_etext;
}

static int compare(unsigned long a, unsigned long b)
{
	return a < b ? -1 : a > b;
}

/* Where is a site, in the kernel itself (NULL) or in a module? */
typedef unsigned long addr_of_site(const struct lkrg_sites *of, u32 site);

struct order {
	const struct lkrg_sites *of;
	addr_of_site *addr_of;
};

static int by_address(const void *a, const void *b, const void *data)
{
	const struct order *order = data;

	return compare(order->addr_of(order->of, *(const u32 *)a),
		       order->addr_of(order->of, *(const u32 *)b));
}

static void put_in_order(const struct list *list, const struct lkrg_sites *of,
			 addr_of_site *addr_of)
{
	const struct order order = { of, addr_of };

	sort_r(list->site, list->nr, sizeof(*list->site), by_address, NULL, &order);
}

/* All of a table, again when it is not as it was. */
static void __maybe_unused number(const struct list *list, const struct lkrg_sites *of,
				  addr_of_site *addr_of)
{
	u32 i;

	for (i = 0; i < list->nr; i++)
		list->site[i] = i;
	put_in_order(list, of, addr_of);
}

#define NO_SITE (-1LL)

/*
 * Most sites are patched in the order of their addresses: the next one, or onwards from
 * where the last search ended in steps that double, and then by halves.  A wrong hint
 * only makes it longer.
 */
static __always_inline s64 search(const struct list *list, const struct lkrg_sites *of,
				  size_t *hint, unsigned long addr,
				  addr_of_site *addr_of)
{
	size_t low = *hint, high, step = 1;
	u32 site;

	if (low + 1 < list->nr) {
		site = READ_ONCE(list->site[low + 1]);
		if (addr_of(of, site) == addr) {
			*hint = low + 1;
			return site;
		}
	}
	if (low < list->nr && addr_of(of, list->site[low]) <= addr) {
		while (low + step < list->nr &&
		       addr_of(of, list->site[low + step]) <= addr) {
			low += step;
			step *= 2;
		}
		high = min(low + step, list->nr);
	} else {
		high = min(low, list->nr);
		low = 0;
	}
	/* What is looked for is at low, between low and high, or nowhere. */
	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if (addr_of(of, list->site[middle]) <= addr)
			low = middle;
		else
			high = middle;
	}
	*hint = low;
	if (low >= list->nr)
		return NO_SITE;
	site = READ_ONCE(list->site[low]);
	return addr_of(of, site) == addr ? site : NO_SITE;
}

/* === Jump labels: a site is its number in the table === */

#ifdef CONFIG_JUMP_LABEL
static struct list jumps __ro_after_init;

static unsigned long jump_addr(const struct lkrg_sites *unused, u32 site)
{
	return jump_entry_code(&__start___jump_table[site]);
}

static size_t room_for_jumps(void)
{
	return __stop___jump_table - __start___jump_table;
}

static void __init index_jumps(u32 *site)
{
	u32 i;

	jumps.site = site;
	for (i = 0; i < room_for_jumps(); i++) {
		if (is_core_text(jump_addr(NULL, i)))
			site[jumps.nr++] = i;
	}
	put_in_order(&jumps, NULL, jump_addr);
}

/* Those of one key are one behind the other, and patched in this order. */
static const struct jump_entry *core_jump(const u8 *addr)
{
	static size_t hint, next;
	s64 site = READ_ONCE(next);

	if (site < 0 || site >= room_for_jumps() ||
	    jump_addr(NULL, site) != (unsigned long)addr ||
	    !is_core_text((unsigned long)addr))
		site = search(&jumps, NULL, &hint, (unsigned long)addr, jump_addr);
	if (site == NO_SITE)
		return NULL;
	next = site + 1;
	return &__start___jump_table[site];
}

static unsigned long __maybe_unused jump_addr_of(const struct lkrg_sites *of, u32 site)
{
	return site < of->nr_jumps ? jump_entry_code(&of->jumps[site]) : 0;
}

static const struct jump_entry *look_for_jump(const struct jump_entry *entry, size_t nr,
					      const u8 *addr)
{
	for (; nr; nr--, entry++) {
		if (jump_entry_code(entry) == (unsigned long)addr)
			return entry;
	}
	return NULL;
}

/* Of a module: not inlined, for the registers of who patches the kernel itself. */
static noinline const struct jump_entry *jump_of(const struct lkrg_sites *of,
						 const u8 *addr)
{
	const struct list list = { of->order, of->nr_jumps };
	const struct jump_entry *entry;
	static size_t hint;
	s64 site;

	site = search(&list, of, &hint, (unsigned long)addr, jump_addr_of);
	if (site != NO_SITE)
		return &of->jumps[site];
	/* The table is put in order by key when the module is coming. */
	entry = look_for_jump(of->jumps, of->nr_jumps, addr);
	if (entry)
		number(&list, of, jump_addr_of);
	return entry;
}

/* A branch, or the nop in its place, as long as what is there now. */
static bool is_jump_label(const struct lkrg_sites *of, const u8 *addr, const u8 *new,
			  size_t len)
{
	const struct jump_entry *entry;
	bool on = lkrg_insn_is_jump(new);
	unsigned long target;

	if (!on && !(lkrg_insn_is_jump(addr) && lkrg_insn_is_nop(new, len)))
		return false;
	entry = of ? jump_of(of, addr) : core_jump(addr);
	if (!entry)
		return false;
	/* Its key says which of them. */
	if (on != (static_key_enabled(jump_entry_key(entry)) ^ jump_entry_is_branch(entry)))
		return false;
	target = jump_entry_target(entry);
	return on ? lkrg_insn_jumps_to(target, new, len, addr) &&
		    lkrg_insn_is_nop(addr, len) :
		    lkrg_insn_jumps_to(target, addr, len, addr);
}
#else
static size_t __init room_for_jumps(void)
{
	return 0;
}

static void __init index_jumps(u32 *site) { }

static bool is_jump_label(const struct lkrg_sites *of, const u8 *addr, const u8 *new,
			  size_t len)
{
	return false;
}
#endif

/* === Static calls: the same, and trampolines === */

#ifdef CONFIG_HAVE_STATIC_CALL_INLINE
static struct list calls __ro_after_init;

static unsigned long call_site(const struct static_call_site *call)
{
	return (unsigned long)&call->addr + call->addr;
}

static unsigned long call_addr(const struct lkrg_sites *unused, u32 site)
{
	return call_site(&__start_static_call_sites[site]);
}

static size_t __init room_for_calls(void)
{
	return __stop_static_call_sites - __start_static_call_sites;
}

static void __init index_calls(u32 *site)
{
	u32 i;

	calls.site = site;
	for (i = 0; i < room_for_calls(); i++) {
		if (is_core_text(call_addr(NULL, i)))
			site[calls.nr++] = i;
	}
	put_in_order(&calls, NULL, call_addr);
}

static const struct static_call_site *core_call(const u8 *addr)
{
	static size_t hint;
	s64 site = search(&calls, NULL, &hint, (unsigned long)addr, call_addr);

	return site != NO_SITE ? &__start_static_call_sites[site] : NULL;
}

static unsigned long call_addr_of(const struct lkrg_sites *of, u32 site)
{
	return site < of->nr_calls ? call_site(&of->calls[site]) : 0;
}

static const struct static_call_site *look_for_call(const struct static_call_site *call,
						    size_t nr, const u8 *addr)
{
	for (; nr; nr--, call++) {
		if (call_site(call) == (unsigned long)addr)
			return call;
	}
	return NULL;
}

static struct lkrg_record_tag block_tag(const struct lkrg_call_block *block)
{
	return lkrg_record_tag(block, 0, block->place, sizeof(block->place) / LKRG_PAIR);
}

static size_t nr_blocks(const struct lkrg_sites *of)
{
	return DIV_ROUND_UP(of->nr_calls, LKRG_CALL_PLACES);
}

static bool has_call_at(const struct lkrg_sites *of, const u8 *addr)
{
	const unsigned long place = (unsigned long)addr - of->lowest;
	size_t low = 0, high = nr_blocks(of), i;
	const struct lkrg_call_block *block;

	if (!high)
		return false;
	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if (of->blocks[middle].place[0] <= place)
			low = middle;
		else
			high = middle;
	}
	block = &of->blocks[low];
	for (i = 0; i < LKRG_CALL_PLACES; i++) {
		if (block->place[i] == place)
			return lkrg_same_tag(block->tag, block_tag(block));
	}
	return false;
}

static noinline const struct static_call_site *call_of(const struct lkrg_sites *of,
						       const u8 *addr)
{
	const struct list list = { of->order + of->nr_jumps, of->nr_calls };
	const struct static_call_site *call;
	static size_t hint;
	s64 site;

	if (!has_call_at(of, addr))
		return NULL;
	site = search(&list, of, &hint, (unsigned long)addr, call_addr_of);
	if (site != NO_SITE)
		return &of->calls[site];
	/* See jump_of(). */
	call = look_for_call(of->calls, of->nr_calls, addr);
	if (call)
		number(&list, of, call_addr_of);
	return call;
}

/* The key knows where it is to lead, or the trampoline, which has none beside it. */
static noinline bool is_static_call(const struct lkrg_sites *of, const u8 *addr,
				    const u8 *new, size_t len)
{
	const struct static_call_site *call;
	const struct static_call_key *key;
	unsigned long function;

	if (!lkrg_insn_is_static_call(new, len, addr))
		return false;
	call = of ? call_of(of, addr) : core_call(addr);
	if (!call)
		return lkrg_is_static_call_trampoline(addr);
	key = (void *)(((unsigned long)&call->key + call->key) & ~STATIC_CALL_SITE_FLAGS);
	return lkrg_read(&function, &key->func, sizeof(function)) &&
	       lkrg_insn_is_static_call_of(new, len, addr, function);
}
#else
static size_t __init room_for_calls(void)
{
	return 0;
}

static void __init index_calls(u32 *site) { }

static bool is_static_call(const struct lkrg_sites *of, const u8 *addr, const u8 *new,
			   size_t len)
{
	return lkrg_insn_is_static_call(new, len, addr) &&
	       lkrg_is_static_call_trampoline(addr);
}
#endif

/**
 * lkrg_is_behind_static_call - Is there the site of a static call before an address?
 * @addr: the address, in text
 *
 * Nothing may be left of the call when it returns.  Of modules, whose tables need
 * a lock, what may be left there will do.
 *
 * Context: any.
 * Return: whether there is, or may be.
 */
bool lkrg_is_behind_static_call(unsigned long addr)
{
	const u8 *insn = (const u8 *)addr - CALL_INSN_SIZE;
#ifdef CONFIG_HAVE_STATIC_CALL_INLINE
	size_t hint = 0;

	if (is_core_text(addr))
		return search(&calls, NULL, &hint, (unsigned long)insn, call_addr) != NO_SITE;
#endif
	return !is_core_text(addr) &&
	       (*insn == LKRG_BREAKPOINT ||
		lkrg_insn_is_static_call(insn, CALL_INSN_SIZE, insn));
}

/* === Functions that can be traced: a site is its offset in text === */

static unsigned long __maybe_unused addr_of_offset(const struct lkrg_sites *unused,
						   u32 site)
{
	return (unsigned long)_text + site;
}

#ifdef CONFIG_DYNAMIC_FTRACE
static struct list traced __ro_after_init;

/* The linker's list: that of ftrace belongs to who holds its lock. */
static size_t __init room_for_traced(void)
{
	return __stop_mcount_loc - __start_mcount_loc;
}

static void __init index_traced(u32 *site)
{
	const unsigned long *addr;

	traced.site = site;
	for (addr = __start_mcount_loc; addr < __stop_mcount_loc; addr++) {
		if (is_core_text(*addr))
			site[traced.nr++] = ftrace_call_adjust(*addr) -
					    (unsigned long)_text;
	}
	put_in_order(&traced, NULL, addr_of_offset);
}

static bool is_core_traced(const u8 *addr)
{
	static size_t hint;

	return search(&traced, NULL, &hint, (unsigned long)addr, addr_of_offset) != NO_SITE;
}

#ifdef CONFIG_MODULES
static int find_callsite(const void *addr, const void *site)
{
	return compare((unsigned long)addr, *(const unsigned long *)site);
}

/* ftrace has sorted them. */
static bool is_module_traced(const struct module *module, const u8 *addr)
{
	return __inline_bsearch(addr, module->ftrace_callsites,
				module->num_ftrace_callsites,
				sizeof(*module->ftrace_callsites),
				find_callsite);
}
#else
static bool is_module_traced(const struct module *module, const u8 *addr)
{
	return false;
}
#endif

/* What all functions call while they are traced, and calls from there to anybody. */
static bool is_in_tracer(const u8 *addr)
{
	return addr == (const u8 *)ftrace_call ||
	       addr == (const u8 *)ftrace_regs_call;
}

static bool is_traced_call(const struct module *module, const u8 *addr,
			   const u8 *new, size_t len)
{
	bool on = lkrg_insn_is_call(new);

	if (on ? !lkrg_insn_leads_to_text(new, len, addr) :
		 !(lkrg_insn_is_call(addr) && lkrg_insn_is_nop(new, len)))
		return false;
	if (!module && is_in_tracer(addr))
		return true;
	if (on && !lkrg_is_tracer((unsigned long)addr, lkrg_insn_target(new, len, addr)))
		return false;
	return module ? is_module_traced(module, addr) : is_core_traced(addr);
}
#else
static size_t __init room_for_traced(void)
{
	return 0;
}

static void __init index_traced(u32 *site) { }

static bool is_traced_call(const struct module *module, const u8 *addr,
			   const u8 *new, size_t len)
{
	return false;
}
#endif

/* === Lock prefixes: a site is its offset in text === */

#ifdef CONFIG_SMP
static struct list locks __ro_after_init;

static size_t __init room_for_locks(void)
{
	const s32 *lock;

	return lkrg_smp_locks(&lock);
}

static void __init index_locks(u32 *site)
{
	const s32 *lock;
	size_t nr = lkrg_smp_locks(&lock);

	locks.site = site;
	for (; nr; nr--, lock++) {
		unsigned long addr = (unsigned long)lock + *lock;

		if (*lock && is_core_text(addr))
			site[locks.nr++] = addr - (unsigned long)_text;
	}
	put_in_order(&locks, NULL, addr_of_offset);
}

static bool is_at_lock(const u8 *addr)
{
	static size_t hint;

	return search(&locks, NULL, &hint, (unsigned long)addr, addr_of_offset) != NO_SITE;
}
#else
static size_t __init room_for_locks(void)
{
	return 0;
}

static void __init index_locks(u32 *site) { }

static bool is_at_lock(const u8 *addr)
{
	return false;
}
#endif

/* Nobody but alternatives knows where a module has them. */
static bool is_lock(const struct module *module, const u8 *addr, const u8 *new,
		    size_t len)
{
	return len == 1 && lkrg_insn_is_lock(addr) && lkrg_insn_is_lock(new) &&
	       (module || is_at_lock(addr));
}

/* === The rest === */

/* In the table from before it is armed until it is disarmed. */
static bool is_of_probe(const u8 *addr, const u8 *new, size_t len)
{
	struct kprobe *probe;

	guard(preempt)();
	probe = get_kprobe((void *)addr);
	return probe && lkrg_probe_may_write(probe, addr, new, len);
}

/* The jump to what an optimized probe runs. */
static bool is_optimized_probe(const u8 *addr, const u8 *new, size_t len)
{
	struct kprobe *probe;

	if (*addr != LKRG_BREAKPOINT || !lkrg_insn_jumps_to_probe(new, len, addr))
		return false;
	guard(preempt)();
	probe = get_kprobe((void *)addr);
	if (probe)
		lkrg_probe_jumps(probe, addr);
	return probe;
}

#ifdef CONFIG_KGDB
/*
 * What was where a debugger has set breakpoints: what a tag owes to address and byte, or
 * 0.  Who says in memory that there is a debugger, which takes a word or two, may set
 * breakpoints, and put back what was there.
 */
static u64 debugged[KGDB_MAX_BREAKPOINTS];

static u64 *find_debugged(u64 what)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(debugged); i++) {
		if (debugged[i] == what)
			return &debugged[i];
	}
	return NULL;
}

static bool is_of_debugger(const u8 *addr, const u8 *new, size_t len)
{
	const bool set = *new == LKRG_BREAKPOINT;
	const u64 what = lkrg_record_fold(lkrg_record_head(addr, set ? *addr : *new));
	u64 *place;

	/*
	 * The number of a CPU that is in the debugger.  It may have handed that on to another
	 * one, and kdb is not connected when it begins and ends.
	 */
	if (len != 1 || atomic_read(&kgdb_active) == -1)
		return false;
	/* It stays what it is. */
	if (set && *addr == LKRG_BREAKPOINT)
		return true;
	place = find_debugged(what);
	if (!set) {
		if (place)
			*place = 0;
		return place;
	}
	/* There are as many as the debugger can have, so this is for what went another way. */
	place = place ?: find_debugged(0) ?: &debugged[0];
	*place = what;
	return true;
}
#else
static bool is_of_debugger(const u8 *addr, const u8 *new, size_t len)
{
	return false;
}
#endif

/**
 * lkrg_patch_is_legal - Is an instruction about to become what it may?
 * @who: who patches
 * @module: whose text it is, NULL for the kernel itself
 * @sites: where @module may be patched
 * @addr: first byte
 * @new: what will be there
 * @len: number of bytes
 *
 * Context: text_mutex held, or kgdb has stopped all other CPUs.
 * Return: whether it is.
 */
bool lkrg_patch_is_legal(enum lkrg_patcher who, const struct module *module,
			 const struct lkrg_sites *sites, const u8 *addr,
			 const u8 *new, size_t len)
{
	switch (who) {
	case LKRG_PATCH_INSN:
		return is_traced_call(module, addr, new, len) ||
		       is_jump_label(sites, addr, new, len) ||
		       is_static_call(sites, addr, new, len) ||
		       is_optimized_probe(addr, new, len);
	case LKRG_PATCH_PROBE:
		return is_of_probe(addr, new, len);
	case LKRG_PATCH_LOCK:
		return is_lock(module, addr, new, len);
	case LKRG_PATCH_PADDING:
		return lkrg_is_padding(addr, len);
	case LKRG_PATCH_LIVEPATCH:
		return module;
	case LKRG_PATCH_DEBUGGER:
		return is_of_debugger(addr, new, len);
	}
	return false;
}

/* What is there was changed: it does not tell any more how long it is. */
static bool is_at_jump_label(const struct module *module, const u8 *addr)
{
#if defined(CONFIG_JUMP_LABEL) && defined(CONFIG_MODULES)
	if (module)
		return look_for_jump(module->jump_entries, module->num_jump_entries, addr);
#endif
#ifdef CONFIG_JUMP_LABEL
	return core_jump(addr);
#else
	return false;
#endif
}

static bool is_at_static_call(const struct module *module, const u8 *addr)
{
#if defined(CONFIG_HAVE_STATIC_CALL_INLINE) && defined(CONFIG_MODULES)
	if (module && look_for_call(module->static_call_sites,
				    module->num_static_call_sites, addr))
		return true;
#endif
#ifdef CONFIG_HAVE_STATIC_CALL_INLINE
	if (!module && core_call(addr))
		return true;
#endif
	return lkrg_is_static_call_trampoline(addr);
}

static bool is_at_traced(const struct module *module, const u8 *addr)
{
#ifdef CONFIG_DYNAMIC_FTRACE
	return module ? is_module_traced(module, addr) :
			is_core_traced(addr) || is_in_tracer(addr);
#else
	return false;
#endif
}

static bool is_at_probe(const u8 *addr)
{
	guard(preempt)();
	return get_kprobe((void *)addr);
}

/**
 * lkrg_site_at - Which mechanism of the kernel may patch there?
 * @addr: a byte of text
 *
 * Context: text_mutex held.
 * Return: its name, NULL if there is none.
 */
const char *lkrg_site_at(const u8 *addr)
{
	const struct module *module = lkrg_module_at((unsigned long)addr);
	size_t into;

	for (into = 0; into < CALL_INSN_SIZE; into++) {
		const u8 *first = addr - into;

		if (is_at_jump_label(module, first))
			return "jump label";
		if (is_at_static_call(module, first))
			return "static call";
		if (is_at_traced(module, first))
			return "ftrace";
		if (is_at_probe(first))
			return "kprobe";
	}
	/* Of modules, see is_lock(). */
	if (is_at_lock(addr))
		return "lock prefix";
	if (lkrg_is_thunk((unsigned long)addr))
		return "call thunk";
	return lkrg_execmem_owner((unsigned long)addr);
}

#if defined(CONFIG_MODULES) && defined(CONFIG_HAVE_STATIC_CALL_INLINE)
static unsigned long place_itself(const struct lkrg_sites *unused, u32 place)
{
	return place;
}

static int take_calls(struct lkrg_sites *sites, const struct module *module)
{
	const struct static_call_site *calls = module->static_call_sites;
	const size_t nr = module->num_static_call_sites;
	/* Until there are numbers in it */
	u32 *place = sites->order + sites->nr_jumps;
	const struct list list = { place, nr };
	size_t i;

	sites->calls = calls;
	sites->nr_calls = nr;
	sites->blocks = kvcalloc(nr_blocks(sites), sizeof(*sites->blocks), GFP_KERNEL);
	if (!sites->blocks)
		return -ENOMEM;
	sites->lowest = ULONG_MAX;
	for (i = 0; i < nr; i++)
		sites->lowest = min(sites->lowest, call_site(&calls[i]));
	for (i = 0; i < nr; i++)
		place[i] = call_site(&calls[i]) - sites->lowest;
	put_in_order(&list, NULL, place_itself);
	for (i = 0; i < nr_blocks(sites) * LKRG_CALL_PLACES; i++)
		sites->blocks[i / LKRG_CALL_PLACES].place[i % LKRG_CALL_PLACES] =
			place[min(i, nr - 1)];
	for (i = 0; i < nr_blocks(sites); i++)
		sites->blocks[i].tag = block_tag(&sites->blocks[i]);
	return 0;
}

static size_t calls_in(const struct module *module)
{
	return module->num_static_call_sites;
}
#elif defined(CONFIG_MODULES)
static int take_calls(struct lkrg_sites *sites, const struct module *module)
{
	return 0;
}

static size_t calls_in(const struct module *module)
{
	return 0;
}
#endif

#ifdef CONFIG_MODULES
/**
 * lkrg_sites_take - Put on record where a module may be patched
 * @sites: is filled in, but for the order, which comes with the first patch
 * @module: its tables are as the linker has made them
 *
 * Return: 0 or -ENOMEM, and then there may be something for lkrg_sites_free().
 */
int lkrg_sites_take(struct lkrg_sites *sites, const struct module *module)
{
	const size_t calls = calls_in(module);
	size_t jumps = 0;

	*sites = (struct lkrg_sites){ };
#ifdef CONFIG_JUMP_LABEL
	jumps = module->num_jump_entries;
	sites->jumps = module->jump_entries;
	sites->nr_jumps = jumps;
#endif
	if (!jumps && !calls)
		return 0;
	sites->order = kvcalloc(jumps + calls, sizeof(*sites->order), GFP_KERNEL);
	if (!sites->order)
		return -ENOMEM;
	return calls ? take_calls(sites, module) : 0;
}

/**
 * lkrg_sites_free - Give the memory back
 * @sites: what lkrg_sites_take() has filled in
 */
void lkrg_sites_free(const struct lkrg_sites *sites)
{
	kvfree(sites->order);
	kvfree(sites->blocks);
}
#endif

/**
 * lkrg_sites_init - Make the index
 *
 * Context: tables are sorted, text is still writable.
 * Return: 0, -ENOMEM, or an error of set_memory_ro().
 */
int __init lkrg_sites_init(void)
{
	size_t nr_jumps = room_for_jumps(), nr_calls = room_for_calls();
	size_t nr_traced = room_for_traced();
	size_t nr = max(nr_jumps + nr_calls + nr_traced + room_for_locks(), 1);
	u32 *site = vcalloc(nr, sizeof(*site));
	int err;

	if (!site)
		return -ENOMEM;
	index_jumps(site);
	index_calls(site + nr_jumps);
	index_traced(site + nr_jumps + nr_calls);
	index_locks(site + nr_jumps + nr_calls + nr_traced);
	err = lkrg_section_init(&index, site, site + nr) ?:
	      set_memory_ro(index.start, index.nr_pages);
	if (err)
		return err;
	lkrg_section_take_all(&index);
	return 0;
}

/**
 * lkrg_sites_step - One piece of the index part of a pass
 * @cursor: where the pass is
 *
 * Return: as lkrg_section_step().
 */
enum lkrg_step lkrg_sites_step(struct lkrg_cursor *cursor)
{
	return cursor->of_kernel ?
		lkrg_section_step(&index, cursor) : LKRG_STEP_DONE;
}

/**
 * lkrg_sites_show - Write which pages of the index are not as they should be
 * @m: where
 */
void lkrg_sites_show(struct seq_file *m)
{
	lkrg_section_show(&index, m);
}

/**
 * lkrg_sites_pages - Size of the index
 *
 * Return: number of pages.
 */
unsigned long lkrg_sites_pages(void)
{
	return index.nr_pages;
}
