// SPDX-License-Identifier: GPL-2.0-only
/*
 * LKRG - Unit tests of where the kernel may patch itself, and to what
 *
 * Judged are the kernel's own tables and text, nothing is patched.
 */

#include <kunit/test.h>
#include <linux/array_size.h>
#include <linux/atomic.h>
#include <linux/compiler.h>
#include <linux/cpumask.h>
#include <linux/ftrace.h>
#include <linux/init.h>
#include <linux/irqflags.h>
#include <linux/jump_label.h>
#include <linux/kgdb.h>
#include <linux/limits.h>
#include <linux/lkrg.h>
#include <linux/lkrg_hook.h>
#include <linux/memory.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/random.h>
#include <linux/slab.h>
#include <linux/smp.h>
#include <linux/static_call.h>
#include <linux/string.h>

#include <asm/nops.h>
#include <asm/sections.h>
#include <asm/text-patching.h>

#include "../sites.h"
#include "../text.h"
#include "../x86.h"

#define RANDOM_PLACES 2000

static int sites_init(struct kunit *test)
{
	if (!static_key_enabled(&lkrg_enabled))
		kunit_skip(test, "no index: lkrg is not listed in lsm=");
	if (!rodata_enabled)
		kunit_skip(test, "no index: rodata=off");
	return 0;
}

static bool is_legal_for(enum lkrg_patcher who, const void *addr, const void *new,
			 size_t len)
{
	bool is;

	mutex_lock(&text_mutex);
	is = lkrg_patch_is_legal(who, NULL, NULL, addr, new, len);
	mutex_unlock(&text_mutex);
	return is;
}

static bool is_legal(const void *addr, const void *new, size_t len)
{
	return is_legal_for(LKRG_PATCH_INSN, addr, new, len);
}

/* An instruction of five bytes that leads to @to. */
static const u8 *leads(u8 opcode, const void *from, const void *to)
{
	static u8 insn[JMP32_INSN_SIZE];

	__text_gen_insn(insn, opcode, from, to, sizeof(insn));
	return insn;
}

static bool is_core_text(unsigned long addr)
{
	return addr >= (unsigned long)_text && addr < (unsigned long)_etext;
}

/* What the other state of a jump label is, NULL if there is a third one. */
static const u8 *other_state(struct jump_entry *entry, size_t *len)
{
	const u8 *addr = (const u8 *)jump_entry_code(entry);
	static u8 jump[JMP32_INSN_SIZE];
	u8 opcode;

	*len = arch_jump_entry_size(entry);
	opcode = *len == JMP8_INSN_SIZE ? JMP8_INSN_OPCODE : JMP32_INSN_OPCODE;
	__text_gen_insn(jump, opcode, addr, (void *)jump_entry_target(entry), *len);
	if (!memcmp(addr, x86_nops[*len], *len))
		return jump;
	return memcmp(addr, jump, *len) ? NULL : x86_nops[*len];
}

static DEFINE_STATIC_KEY_FALSE(own_key);

static noinline int ask_own_key(void)
{
	return static_branch_unlikely(&own_key);
}

static struct jump_entry *site_of(const struct static_key *key)
{
	struct jump_entry *entry;

	for (entry = __start___jump_table; entry < __stop___jump_table; entry++) {
		if (jump_entry_key(entry) == key)
			return entry;
	}
	return NULL;
}

static void a_jump_label_follows_its_key(struct kunit *test)
{
	struct jump_entry *entry = site_of(&own_key.key);
	const u8 *addr, *other;
	size_t len;

	KUNIT_ASSERT_NOT_NULL(test, entry);
	KUNIT_EXPECT_EQ(test, 0, ask_own_key());
	addr = (const u8 *)jump_entry_code(entry);
	other = other_state(entry, &len);
	KUNIT_ASSERT_NOT_NULL(test, other);
	KUNIT_EXPECT_FALSE(test, is_legal(addr, other, len));
	atomic_set(&own_key.key.enabled, 1);
	KUNIT_EXPECT_TRUE(test, is_legal(addr, other, len));
	atomic_set(&own_key.key.enabled, 0);
}

#ifdef CONFIG_MODULES
static bool is_legal_in(const struct module *module, const struct lkrg_sites *sites,
			const void *addr, const void *new, size_t len)
{
	bool is;

	mutex_lock(&text_mutex);
	is = lkrg_patch_is_legal(LKRG_PATCH_INSN, module, sites, addr, new, len);
	mutex_unlock(&text_mutex);
	return is;
}

static bool is_in_order(const struct module *module, const struct lkrg_sites *sites)
{
	u32 i;

	for (i = 1; i < sites->nr_jumps; i++) {
		const u32 *order = &sites->order[i];

		if (order[0] >= sites->nr_jumps || order[-1] >= sites->nr_jumps ||
		    jump_entry_code(&module->jump_entries[order[-1]]) >
		    jump_entry_code(&module->jump_entries[order[0]]))
			return false;
	}
	return true;
}

/* One that has the kernel's table. */
static void the_index_of_a_module_says_nothing_but_where(struct kunit *test)
{
	struct jump_entry *entry = site_of(&own_key.key);
	struct lkrg_sites sites = { };
	struct module *module;
	const u8 *addr, *other;
	size_t len;
	u32 i;

	KUNIT_ASSERT_NOT_NULL(test, entry);
	addr = (const u8 *)jump_entry_code(entry);
	other = other_state(entry, &len);
	KUNIT_ASSERT_NOT_NULL(test, other);
	module = kunit_kzalloc(test, sizeof(*module), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, module);
	module->jump_entries = __start___jump_table;
	module->num_jump_entries = __stop___jump_table - __start___jump_table;
	KUNIT_ASSERT_EQ(test, 0, lkrg_sites_take(&sites, module));
	KUNIT_ASSERT_EQ(test, module->num_jump_entries, sites.nr_jumps);

	KUNIT_EXPECT_FALSE(test, is_legal_in(module, &sites, addr, other, len));
	KUNIT_EXPECT_TRUE(test, is_in_order(module, &sites));
	atomic_set(&own_key.key.enabled, 1);
	KUNIT_EXPECT_TRUE(test, is_legal_in(module, &sites, addr, other, len));
	KUNIT_EXPECT_FALSE(test, is_legal_in(module, &sites, addr + 1, other, len));

	for (i = 0; i < sites.nr_jumps; i++)
		sites.order[i] = sites.nr_jumps - 1 - i;
	KUNIT_EXPECT_TRUE(test, is_legal_in(module, &sites, addr, other, len));
	KUNIT_EXPECT_TRUE(test, is_in_order(module, &sites));
	memset(sites.order, 0xff, sites.nr_jumps * sizeof(*sites.order));
	KUNIT_EXPECT_FALSE(test, is_legal_in(module, &sites, addr + 1, other, len));
	KUNIT_EXPECT_TRUE(test, is_legal_in(module, &sites, addr, other, len));
	KUNIT_EXPECT_TRUE(test, is_in_order(module, &sites));
	atomic_set(&own_key.key.enabled, 0);
	lkrg_sites_free(&sites);
}
#endif

static void no_jump_label_may_change_without_its_key(struct kunit *test)
{
	struct jump_entry *entry;
	const u8 *other;
	size_t len;

	for (entry = __start___jump_table; entry < __stop___jump_table; entry++) {
		const void *addr = (const void *)jump_entry_code(entry);

		if (!is_core_text((unsigned long)addr))
			continue;
		other = other_state(entry, &len);
		KUNIT_ASSERT_NOT_NULL_MSG(test, other, "%pS", addr);
		KUNIT_EXPECT_FALSE_MSG(test, is_legal(addr, other, len), "%pS", addr);
	}
}

static void no_jump_label_may_lead_elsewhere(struct kunit *test)
{
	struct jump_entry *entry;

	for (entry = __start___jump_table; entry < __stop___jump_table; entry++) {
		const void *addr = (const void *)jump_entry_code(entry);
		const void *target = (const void *)jump_entry_target(entry);

		if (!is_core_text((unsigned long)addr))
			continue;
		KUNIT_EXPECT_FALSE_MSG(test,
				       is_legal(addr, leads(JMP32_INSN_OPCODE, addr, target + 1),
						JMP32_INSN_SIZE), "%pS", addr);
		KUNIT_EXPECT_FALSE_MSG(test,
				       is_legal(addr, leads(CALL_INSN_OPCODE, addr, target),
						CALL_INSN_SIZE), "%pS", addr);
	}
}

static void no_patch_may_begin_elsewhere(struct kunit *test)
{
	const size_t size = _etext - _text - JMP32_INSN_SIZE;
	int i, legal = 0;

	for (i = 0; i < RANDOM_PLACES; i++) {
		const u8 *addr = (const u8 *)_text + get_random_u32_below(size);

		legal += is_legal(addr, leads(JMP32_INSN_OPCODE, addr, _text),
				  JMP32_INSN_SIZE);
		legal += is_legal(addr, leads(CALL_INSN_OPCODE, addr, _text),
				  CALL_INSN_SIZE);
	}
	/* One in a hundred bytes is the first one of a function to be traced. */
	KUNIT_EXPECT_LT(test, legal, RANDOM_PLACES / 10);
}

#ifdef CONFIG_DYNAMIC_FTRACE
/* The first to ask for a target: there is none that was looked up before. */
static void no_function_may_call_address_0(struct kunit *test)
{
	const unsigned long *addr = __start_mcount_loc;
	const void *ip;

	while (!is_core_text(*addr))
		addr++;
	ip = (const void *)*addr;
	KUNIT_EXPECT_FALSE_MSG(test, is_legal(ip, leads(CALL_INSN_OPCODE, ip, NULL),
					      CALL_INSN_SIZE), "%pS", ip);
}

static void functions_may_call_tracers_and_nothing_else(struct kunit *test)
{
	const void *data = __start_rodata, *tracer = (void *)FTRACE_ADDR;
	const unsigned long *addr;
	int judged = 0;

	for (addr = __start_mcount_loc; addr < __stop_mcount_loc; addr++) {
		const void *ip = (const void *)*addr;

		if (!is_core_text((unsigned long)ip))
			continue;
		judged++;
		KUNIT_EXPECT_TRUE_MSG(test,
				      is_legal(ip, leads(CALL_INSN_OPCODE, ip, tracer),
					       CALL_INSN_SIZE), "%pS", ip);
		KUNIT_EXPECT_FALSE_MSG(test,
				       is_legal(ip, leads(CALL_INSN_OPCODE, ip, _text),
						CALL_INSN_SIZE), "%pS", ip);
		KUNIT_EXPECT_FALSE_MSG(test,
				       is_legal(ip, leads(CALL_INSN_OPCODE, ip, data),
						CALL_INSN_SIZE), "%pS", ip);
		KUNIT_EXPECT_FALSE_MSG(test,
				       is_legal(ip + 1, leads(CALL_INSN_OPCODE, ip + 1, tracer),
						CALL_INSN_SIZE), "%pS", ip);
	}
	KUNIT_EXPECT_GT(test, judged, 100);
}
#endif

#ifdef CONFIG_HAVE_STATIC_CALL_INLINE
static void static_calls_may_call_theirs_and_nothing_else(struct kunit *test)
{
	const struct static_call_site *call;
	int judged = 0;

	for (call = __start_static_call_sites; call < __stop_static_call_sites;
	     call++) {
		const u8 *addr = (const u8 *)&call->addr + call->addr;
		const struct static_call_key *key =
			(void *)(((unsigned long)&call->key + call->key) &
				 ~STATIC_CALL_SITE_FLAGS);

		/* Some are conditional jumps, of six bytes. */
		if (!is_core_text((unsigned long)addr) || *addr != CALL_INSN_OPCODE)
			continue;
		judged++;
		KUNIT_EXPECT_TRUE_MSG(test,
				      is_legal(addr, leads(CALL_INSN_OPCODE, addr, key->func),
					       CALL_INSN_SIZE), "%pS", addr);
		KUNIT_EXPECT_FALSE_MSG(test,
				       is_legal(addr, leads(CALL_INSN_OPCODE, addr, _text),
						CALL_INSN_SIZE), "%pS", addr);
		KUNIT_EXPECT_FALSE_MSG(test, is_legal(addr, x86_nops[5], 5), "%pS",
				       addr);
		KUNIT_EXPECT_FALSE_MSG(test,
				       is_legal(addr, leads(CALL_INSN_OPCODE, addr, __start_rodata),
						CALL_INSN_SIZE), "%pS", addr);
	}
	KUNIT_EXPECT_GT(test, judged, 10);
}
#endif

#if defined(CONFIG_HAVE_STATIC_CALL_INLINE) && defined(CONFIG_MODULES)
static const void *place_of(const struct static_call_site *call)
{
	return (const u8 *)&call->addr + call->addr;
}

static bool may_call(const struct module *module, const struct lkrg_sites *sites,
		     const void *from, const void *to)
{
	return is_legal_in(module, sites, from, leads(CALL_INSN_OPCODE, from, to),
			   CALL_INSN_SIZE);
}

/* One that has some of the kernel's, in a table that can be written. */
static void static_calls_of_a_module_stay_where_they_were(struct kunit *test)
{
	static struct static_call_site calls[2 * LKRG_CALL_PLACES + 1];
	const struct static_call_site *call = __start_static_call_sites;
	struct lkrg_sites sites = { };
	struct module *module;
	unsigned long key;
	const void *func;
	size_t i, nr = 0;
	s32 before;

	for (; call < __stop_static_call_sites && nr < ARRAY_SIZE(calls); call++) {
		if (!is_core_text((unsigned long)place_of(call)) ||
		    *(const u8 *)place_of(call) != CALL_INSN_OPCODE)
			continue;
		key = ((unsigned long)&call->key + call->key) & ~STATIC_CALL_SITE_FLAGS;
		calls[nr].addr = (long)place_of(call) - (long)&calls[nr].addr;
		calls[nr].key = key - (unsigned long)&calls[nr].key;
		nr++;
	}
	KUNIT_ASSERT_GT(test, nr, LKRG_CALL_PLACES);
	module = kunit_kzalloc(test, sizeof(*module), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, module);
	module->static_call_sites = calls;
	module->num_static_call_sites = nr;
	KUNIT_ASSERT_EQ(test, 0, lkrg_sites_take(&sites, module));

	for (i = 0; i < nr; i++) {
		key = (unsigned long)&calls[i].key + calls[i].key;
		func = ((struct static_call_key *)key)->func;
		KUNIT_EXPECT_TRUE(test, may_call(module, &sites, place_of(&calls[i]), func));
		KUNIT_EXPECT_FALSE(test, may_call(module, &sites, place_of(&calls[i]), _text));
		before = calls[i].addr;
		calls[i].addr++;
		KUNIT_EXPECT_FALSE(test, may_call(module, &sites, place_of(&calls[i]), func));
		calls[i].addr = before;
	}
	key = (unsigned long)&calls[0].key + calls[0].key;
	func = ((struct static_call_key *)key)->func;
	for (i = 0; i < nr; i++)
		sites.blocks[i / LKRG_CALL_PLACES].place[i % LKRG_CALL_PLACES]++;
	KUNIT_EXPECT_FALSE(test, may_call(module, &sites, place_of(&calls[0]), func));
	calls[0].addr++;
	KUNIT_EXPECT_FALSE(test, may_call(module, &sites, place_of(&calls[0]), func));
	lkrg_sites_free(&sites);
}
#endif

static void nothing_is_probed_or_debugged_now(struct kunit *test)
{
	const u8 *addr = (const u8 *)panic;
	const u8 breakpoint = INT3_INSN_OPCODE;

	KUNIT_EXPECT_FALSE(test, is_legal_for(LKRG_PATCH_PROBE, addr, &breakpoint, 1));
	KUNIT_EXPECT_FALSE(test, is_legal_for(LKRG_PATCH_DEBUGGER, addr, &breakpoint, 1));
	KUNIT_EXPECT_FALSE(test, is_legal_for(LKRG_PATCH_LOCK, addr, &breakpoint, 1));
	KUNIT_EXPECT_FALSE(test, is_legal_for(LKRG_PATCH_LIVEPATCH, addr, &breakpoint, 1));
}

#ifdef CONFIG_KGDB
static bool is_legal_in_debugger(const u8 *addr, u8 new)
{
	bool is;

	local_irq_disable();
	atomic_set(&kgdb_active, raw_smp_processor_id());
	is = lkrg_patch_is_legal(LKRG_PATCH_DEBUGGER, NULL, NULL, addr, &new, 1);
	atomic_set(&kgdb_active, -1);
	local_irq_enable();
	return is;
}

static void a_debugger_sets_breakpoints_and_nothing_else(struct kunit *test)
{
	const u8 *addr = (const u8 *)panic;
	const u8 breakpoint = INT3_INSN_OPCODE, other = breakpoint ^ 1;

	KUNIT_EXPECT_FALSE(test, is_legal_in_debugger(addr, other));
	KUNIT_EXPECT_FALSE(test, is_legal_in_debugger(addr, *addr));
	KUNIT_EXPECT_TRUE(test, is_legal_in_debugger(addr, breakpoint));
	KUNIT_EXPECT_FALSE(test, is_legal_in_debugger(addr, other));
	KUNIT_EXPECT_FALSE(test, is_legal_in_debugger(addr + 1, *addr));
	KUNIT_EXPECT_TRUE(test, is_legal_in_debugger(addr, *addr));
	/* Once */
	KUNIT_EXPECT_FALSE(test, is_legal_in_debugger(addr, *addr));
}
#endif

/* On a machine that has begun with several CPUs there is no table of them. */
static void lock_prefixes_stay(struct kunit *test)
{
	static const u8 prefixes[] = { 0xf0, 0x3e };
	const u8 *addr;
	int judged = 0;

	if (num_online_cpus() == 1)
		kunit_skip(test, "they have been replaced");
	for (addr = _text; addr < (const u8 *)_etext && judged < 1000; addr++) {
		if (!lkrg_insn_is_lock(addr))
			continue;
		judged++;
		KUNIT_EXPECT_FALSE(test, is_legal_for(LKRG_PATCH_LOCK, addr, &prefixes[0], 1));
		KUNIT_EXPECT_FALSE(test, is_legal_for(LKRG_PATCH_LOCK, addr, &prefixes[1], 1));
	}
	KUNIT_EXPECT_GT(test, judged, 10);
}

static long __used nothing(void)
{
	return 0;
}

DEFINE_STATIC_CALL(lkrg_test_of_sites, nothing);

/* Each byte of what may be patched, and none behind it. */
static void expect_name(struct kunit *test, const void *addr, const char *name)
{
	const char *found;
	size_t i;

	mutex_lock(&text_mutex);
	for (i = 0; i < CALL_INSN_SIZE; i++)
		KUNIT_EXPECT_STREQ(test, lkrg_site_at(addr + i), name);
	found = lkrg_site_at(addr + i);
	KUNIT_EXPECT_TRUE(test, !found || strcmp(found, name));
	mutex_unlock(&text_mutex);
}

static void sites_have_names(struct kunit *test)
{
	expect_name(test, STATIC_CALL_TRAMP_ADDR(lkrg_test_of_sites), "static call");
#ifdef CONFIG_DYNAMIC_FTRACE
	expect_name(test, ftrace_call, "ftrace");
	expect_name(test, ftrace_regs_call, "ftrace");
#endif
	mutex_lock(&text_mutex);
	KUNIT_EXPECT_NULL(test, lkrg_site_at((const u8 *)__start_rodata));
	mutex_unlock(&text_mutex);
}

static void text_belongs_to_somebody(struct kunit *test)
{
	static const u8 constant = 1;
	static u8 data;

	mutex_lock(&text_mutex);
	KUNIT_EXPECT_TRUE(test, lkrg_text_is_owned((unsigned long)lkrg_text_is_owned));
	KUNIT_EXPECT_TRUE(test, lkrg_text_is_owned((unsigned long)mutex_unlock));
	KUNIT_EXPECT_FALSE(test, lkrg_text_is_owned((unsigned long)&constant));
	KUNIT_EXPECT_FALSE(test, lkrg_text_is_owned((unsigned long)&data));
	KUNIT_EXPECT_FALSE(test, lkrg_text_is_owned((unsigned long)test));
	KUNIT_EXPECT_FALSE(test, lkrg_text_is_owned(PAGE_SIZE));
	KUNIT_EXPECT_FALSE(test, lkrg_text_is_owned(ULONG_MAX));
	mutex_unlock(&text_mutex);
}

static void own_text_is_known(struct kunit *test)
{
	unsigned long first = (unsigned long)lkrg_text_first;
	unsigned long last = (unsigned long)lkrg_text_last;

	/* objtool looks for functions at what is added to an address of text. */
	OPTIMIZER_HIDE_VAR(first);
	OPTIMIZER_HIDE_VAR(last);
	KUNIT_EXPECT_LT(test, first, last);
	KUNIT_EXPECT_TRUE(test, lkrg_is_own_text(first));
	KUNIT_EXPECT_TRUE(test, lkrg_is_own_text(last - 1));
	KUNIT_EXPECT_FALSE(test, lkrg_is_own_text(first - 1));
	KUNIT_EXPECT_FALSE(test, lkrg_is_own_text(last));
	KUNIT_EXPECT_TRUE(test, lkrg_is_own_text((unsigned long)lkrg_text_is_owned));
	KUNIT_EXPECT_TRUE(test, lkrg_is_own_text((unsigned long)own_text_is_known));
	KUNIT_EXPECT_FALSE(test, lkrg_is_own_text((unsigned long)mutex_unlock));
}

static struct kunit_case cases[] = {
#ifdef CONFIG_DYNAMIC_FTRACE
	KUNIT_CASE(no_function_may_call_address_0),
#endif
	KUNIT_CASE(a_jump_label_follows_its_key),
#ifdef CONFIG_MODULES
	KUNIT_CASE(the_index_of_a_module_says_nothing_but_where),
#endif
	KUNIT_CASE(no_jump_label_may_change_without_its_key),
	KUNIT_CASE(no_jump_label_may_lead_elsewhere),
	KUNIT_CASE(no_patch_may_begin_elsewhere),
#ifdef CONFIG_DYNAMIC_FTRACE
	KUNIT_CASE(functions_may_call_tracers_and_nothing_else),
#endif
#ifdef CONFIG_HAVE_STATIC_CALL_INLINE
	KUNIT_CASE(static_calls_may_call_theirs_and_nothing_else),
#endif
#if defined(CONFIG_HAVE_STATIC_CALL_INLINE) && defined(CONFIG_MODULES)
	KUNIT_CASE(static_calls_of_a_module_stay_where_they_were),
#endif
	KUNIT_CASE(nothing_is_probed_or_debugged_now),
#ifdef CONFIG_KGDB
	KUNIT_CASE(a_debugger_sets_breakpoints_and_nothing_else),
#endif
	KUNIT_CASE(lock_prefixes_stay),
	KUNIT_CASE(sites_have_names),
	KUNIT_CASE(text_belongs_to_somebody),
	KUNIT_CASE(own_text_is_known),
	{}
};

static struct kunit_suite suite = {
	.name = "lkrg_sites",
	.init = sites_init,
	.test_cases = cases,
};

/* One of the lists is gone when the kernel is up. */
kunit_test_init_section_suite(suite);
