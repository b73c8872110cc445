// SPDX-License-Identifier: GPL-2.0-only
/*
 * LKRG - Single bits of the running kernel, flipped while all CPUs are parked
 *
 * The real memory with a baseline of its own: when suites run at boot, that of
 * the guard is not there yet.
 */

#include <kunit/test.h>
#include <linux/array_size.h>
#include <linux/atomic.h>
#include <linux/bits.h>
#include <linux/compiler.h>
#include <linux/cpumask.h>
#include <linux/execmem.h>
#include <linux/kallsyms.h>
#include <linux/lkrg.h>
#include <linux/mm.h>
#include <linux/pfn.h>
#include <linux/processor.h>
#include <linux/random.h>
#include <linux/set_memory.h>
#include <linux/stop_machine.h>
#include <linux/string.h>
#include <linux/vmalloc.h>

#include <asm/sections.h>

#include "../image.h"

#define FLIPS	500

#define MODULE_TEXT_SIZE (64 * PAGE_SIZE)

struct flip {
	struct lkrg_section *section;
	unsigned long index;
	u8 *alias;
	u8 mask;
	bool matched;
	bool found;
	bool elsewhere;
	atomic_t arrived;
	bool done;
};

static int flip_init(struct kunit *test)
{
	if (!static_key_enabled(&lkrg_enabled))
		kunit_skip(test, "no key: lkrg is not listed in lsm=");
	if (IS_ENABLED(CONFIG_KCSAN))
		kunit_skip(test, "the race detector runs all over the kernel");
	return 0;
}

/* Between the flip and the way back this is run or read. */
static bool is_in_use(unsigned long addr)
{
	static const char *const names[] = {
		"flip_", "lkrg_", "__x86_", "srso_", "retbleed_", "its_",
		"__asan_", "kasan_",
	};
	static const struct {
		const void *start;
		size_t size;
	} secrets[] = {
		{ lkrg_page_key, sizeof(lkrg_page_key) },
		{ lkrg_zero_blocks, sizeof(lkrg_zero_blocks) },
	};
	char symbol[KSYM_SYMBOL_LEN];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(secrets); i++) {
		if (addr - (unsigned long)secrets[i].start < secrets[i].size)
			return true;
	}
	sprint_symbol(symbol, addr);
	for (i = 0; i < ARRAY_SIZE(names); i++) {
		if (str_has_prefix(symbol, names[i]))
			return true;
	}
	return false;
}

static bool flip_matches(const struct flip *flip, unsigned long index)
{
	return index >= flip->section->nr_pages ||
	       lkrg_section_matches(flip->section, index);
}

static void flip_bit(struct flip *flip)
{
	WRITE_ONCE(*flip->alias, *flip->alias ^ flip->mask);
	/* The mapping that is verified is another one. */
	mb();
}

/* Before, at and behind the page.  With index 0 there is nothing before. */
static void flip_and_look(struct flip *flip)
{
	unsigned long index = flip->index, i;

	for (i = index ? index - 1 : 0;
	     i <= index + 1 && i < flip->section->nr_pages; i++)
		lkrg_section_take(flip->section, i);
	flip_bit(flip);
	flip->found = !flip_matches(flip, index);
	flip->elsewhere = !flip_matches(flip, index - 1) ||
			  !flip_matches(flip, index + 1);
	flip_bit(flip);
	flip->matched = flip_matches(flip, index);
}

/* All CPUs come here, so that none runs anything else. */
static int flip_parked(void *data)
{
	struct flip *flip = data;

	if (atomic_inc_return(&flip->arrived) == num_online_cpus()) {
		flip_and_look(flip);
		/* Pairs with the acquire below. */
		smp_store_release(&flip->done, true);
	} else {
		/* Pairs with the release above. */
		while (!smp_load_acquire(&flip->done))
			cpu_relax();
	}
	return 0;
}

static struct page *page_at(unsigned long addr)
{
	return is_vmalloc_or_module_addr((void *)addr) ?
		vmalloc_to_page((void *)addr) :
		pfn_to_page(PHYS_PFN(__pa_symbol(addr)));
}

/* Returns whether a bit was flipped. */
static bool flip_one(struct kunit *test, struct lkrg_section *section)
{
	struct flip flip = {
		.section = section,
		.mask = BIT(get_random_u32_below(BITS_PER_BYTE)),
	};
	unsigned long offset, addr;
	struct page *page;
	void *alias;

	do {
		offset = get_random_u32_below(section->nr_pages * PAGE_SIZE);
		addr = section->start + offset;
	} while (is_in_use(addr));
	page = page_at(addr);
	alias = vmap(&page, 1, VM_MAP, PAGE_KERNEL);
	if (!alias)
		return false;
	flip.index = offset / PAGE_SIZE;
	flip.alias = alias + offset_in_page(addr);
	stop_machine(flip_parked, &flip, cpu_online_mask);
	vunmap(alias);

	KUNIT_EXPECT_TRUE_MSG(test, flip.found, "%pS, 0x%02x", (void *)addr,
			      flip.mask);
	KUNIT_EXPECT_FALSE_MSG(test, flip.elsewhere, "%pS, 0x%02x", (void *)addr,
			       flip.mask);
	KUNIT_EXPECT_TRUE_MSG(test, flip.matched, "%pS, 0x%02x", (void *)addr,
			      flip.mask);
	return true;
}

static void flip_many(struct kunit *test, const void *start, const void *end)
{
	struct lkrg_section section = { .what = LKRG_TEXT_CHANGED };
	int i = 0, err = lkrg_section_init(&section, start, end);

	while (!err && i < FLIPS && flip_one(test, &section))
		i++;
	lkrg_section_free(&section);
	KUNIT_EXPECT_EQ(test, 0, err);
	KUNIT_EXPECT_EQ(test, FLIPS, i);
}

static void each_flip_of_text_is_found(struct kunit *test)
{
	flip_many(test, _text, _etext);
}

static void each_flip_of_rodata_is_found(struct kunit *test)
{
	flip_many(test, __start_rodata, __end_rodata);
}

/* There are no modules yet, so this is their memory, with text of the kernel. */
static void each_flip_of_module_text_is_found(struct kunit *test)
{
#ifdef CONFIG_MODULES
	void *text = execmem_alloc(EXECMEM_MODULE_TEXT, MODULE_TEXT_SIZE);

	KUNIT_ASSERT_NOT_NULL(test, text);
	memcpy(text, _text, MODULE_TEXT_SIZE);
	KUNIT_EXPECT_EQ(test, 0, set_memory_rox((unsigned long)text,
						MODULE_TEXT_SIZE / PAGE_SIZE));
	flip_many(test, text, text + MODULE_TEXT_SIZE);
	execmem_free(text);
#else
	kunit_skip(test, "no modules");
#endif
}

static struct kunit_case cases[] = {
	KUNIT_CASE(each_flip_of_text_is_found),
	KUNIT_CASE(each_flip_of_rodata_is_found),
	KUNIT_CASE(each_flip_of_module_text_is_found),
	{}
};

static struct kunit_suite suite = {
	.name = "lkrg_flip",
	.init = flip_init,
	.test_cases = cases,
};

kunit_test_suite(suite);
