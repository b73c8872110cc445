// SPDX-License-Identifier: GPL-2.0-only
/*
 * LKRG - Tagged pages of the kernel and its modules
 *
 * What sections have in common.  Who excludes whom is the affair of the section:
 * see text.c, rodata.c and module.c.
 */

#include <linux/align.h>
#include <linux/bitmap.h>
#include <linux/bitops.h>
#include <linux/bits.h>
#include <linux/compiler.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/pfn.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "image.h"
#include "param.h"
#include "report.h"

static const u32 *page_words(const struct lkrg_section *section,
			     unsigned long index)
{
	return (const u32 *)(section->start + index * PAGE_SIZE);
}

/**
 * lkrg_section_init - Prepare the description of a section
 * @section: with @what set
 * @start: first byte
 * @end: behind the last byte
 *
 * Return: 0 or -ENOMEM.
 */
int lkrg_section_init(struct lkrg_section *section, const void *start,
		      const void *end)
{
	unsigned long i;

	section->start = (unsigned long)start & PAGE_MASK;
	section->nr_pages = PFN_UP((unsigned long)end) -
			    PFN_DOWN((unsigned long)start);
	section->reported = bitmap_zalloc(section->nr_pages, GFP_KERNEL);
	section->pages = kvcalloc(section->nr_pages, sizeof(*section->pages),
				  GFP_KERNEL);
	if (!section->reported || !section->pages)
		return -ENOMEM;
	for (i = 0; i < section->nr_pages; i++)
		section->pages[i].low[0] = LKRG_NOT_LOCATED;
	return 0;
}

/**
 * lkrg_section_free - Give its memory back
 * @section: from lkrg_section_init(), which may have failed, or zero
 */
void lkrg_section_free(struct lkrg_section *section)
{
	bitmap_free(section->reported);
	kvfree(section->pages);
}

/**
 * lkrg_section_take - Take the baseline of one page
 * @section: an initialised section
 * @index: which page, once
 *
 * The location sums take longer: they are taken by the first pass that finds the
 * page as it should be.
 *
 * Context: pokes are excluded.
 */
void lkrg_section_take(struct lkrg_section *section, unsigned long index)
{
	section->pages[index].tag = lkrg_page_tag(page_words(section, index));
}

static struct lkrg_page *page_of(struct lkrg_section *section,
				 unsigned long addr)
{
	return &section->pages[(addr - section->start) >> PAGE_SHIFT];
}

/* Not inlined, for the registers of those who call it. */
static noinline void move_sums(struct lkrg_page *page, u32 index, s64 delta)
{
	lkrg_sums_poke(page, index, delta);
}

/**
 * lkrg_account_byte - What lkrg_section_poke() does for one byte
 * @section: see there
 * @addr: see there
 * @new: the byte that will be written
 */
void lkrg_account_byte(struct lkrg_section *section, unsigned long addr, u8 new)
{
	size_t index = offset_in_page(addr) / sizeof(u64);
	const u64 *word = (const u64 *)ALIGN_DOWN(addr, sizeof(u64));
	const u64 *other = (const u64 *)((unsigned long)word ^ sizeof(u64));
	s64 delta = (s64)new - *(const u8 *)addr;
	u64 key = lkrg_page_key[index], sum = lkrg_page_key[index ^ 1] + *other;
	u64 after = *word + ((u64)delta << addr % sizeof(u64) * BITS_PER_BYTE);
	struct lkrg_page *page = page_of(section, addr);

	/* As lkrg_page_words(), whichever of the two it is. */
	page->tag += (u128)(key + after) * sum - (u128)(key + *word) * sum;
	if (page->low[0] != LKRG_NOT_LOCATED)
		move_sums(page, offset_in_page(addr) / sizeof(u32),
			  delta << addr % sizeof(u32) * BITS_PER_BYTE);
}

/* Within one pair of words. */
static __always_inline struct lkrg_page *
account_tag(struct lkrg_section *section, const u64 *old, const u64 *new)
{
	struct lkrg_page *page = page_of(section, (unsigned long)old);
	size_t index = offset_in_page(old) / LKRG_PAIR;

	page->tag += lkrg_page_words(index, new[0], new[1]) -
		     lkrg_page_words(index, old[0], old[1]);
	return page->low[0] == LKRG_NOT_LOCATED ? NULL : page;
}

static __always_inline void account_word(struct lkrg_page *page, const u64 *old,
					 const u64 *new, size_t i)
{
	move_sums(page, offset_in_page(old) / sizeof(u32) + i,
		  (s64)((const u32 *)new)[i] - ((const u32 *)old)[i]);
}

/**
 * lkrg_account_four - What lkrg_section_poke() does for four bytes of a pair
 * @section: see there
 * @addr: see there
 * @bytes: what will be written
 */
void lkrg_account_four(struct lkrg_section *section, unsigned long addr,
		       const u8 *bytes)
{
	const u64 *old = (const u64 *)ALIGN_DOWN(addr, LKRG_PAIR);
	u64 new[] = { old[0], old[1] };
	size_t at = addr % LKRG_PAIR;
	struct lkrg_page *page;

	memcpy((u8 *)new + at, bytes, sizeof(u32));
	page = account_tag(section, old, new);
	if (!page)
		return;
	account_word(page, old, new, at / sizeof(u32));
	if (at % sizeof(u32))
		account_word(page, old, new, at / sizeof(u32) + 1);
}

/**
 * lkrg_account_many - What lkrg_section_poke() does for the rest
 * @section: see there
 * @addr: see there
 * @bytes: what will be written
 * @len: see there
 * @fill: see there
 */
void lkrg_account_many(struct lkrg_section *section, unsigned long addr,
		       const u8 *bytes, size_t len, bool fill)
{
	while (len) {
		const u64 *old = (const u64 *)ALIGN_DOWN(addr, LKRG_PAIR);
		u64 new[] = { old[0], old[1] };
		size_t at = addr % LKRG_PAIR, here = min(len, LKRG_PAIR - at), i;
		struct lkrg_page *page;

		if (fill)
			memset((u8 *)new + at, *bytes, here);
		else
			memcpy((u8 *)new + at, bytes, here);
		page = account_tag(section, old, new);
		for (i = 0; page && i < LKRG_PAIR / sizeof(u32); i++)
			account_word(page, old, new, i);
		addr += here;
		bytes += fill ? 0 : here;
		len -= here;
	}
}

static noinline void report_page(const struct lkrg_section *section,
				 unsigned long index)
{
	const u32 *words = page_words(section, index);
	struct lkrg_report report = {
		.what = section->what,
		.done = READ_ONCE(lkrg_knob.kint_enforce) == 2 ?
			LKRG_DID_PANIC : LKRG_DID_LOG,
		.image.page = (unsigned long)words,
		.image.start = section->start,
	};

	report.image.changes = section->pages[index].low[0] == LKRG_NOT_LOCATED ?
		LKRG_CHANGES_UNKNOWN :
		lkrg_locate(&section->pages[index], words, report.image.change);
	lkrg_report(&report);
}

/**
 * lkrg_section_matches - Is a page what it should be?
 * @section: a section with its baseline
 * @index: which page
 *
 * Context: pokes are excluded.
 * Return: whether it is.
 */
bool lkrg_section_matches(const struct lkrg_section *section, unsigned long index)
{
	return lkrg_page_tag(page_words(section, index)) ==
	       section->pages[index].tag;
}

/**
 * lkrg_section_locate - Take the location sums of one page, once
 * @section: a section with its baseline
 * @index: which page, known to be what it should be
 *
 * Context: pokes are excluded.
 */
void lkrg_section_locate(struct lkrg_section *section, unsigned long index)
{
	struct lkrg_page *page = &section->pages[index];

	if (unlikely(page->low[0] == LKRG_NOT_LOCATED))
		lkrg_sums_take(page, page_words(section, index));
}

static bool verify_page(struct lkrg_section *section, unsigned long index)
{
	bool reported = test_bit(index, section->reported);

	if (likely(lkrg_section_matches(section, index))) {
		if (unlikely(reported))
			clear_bit(index, section->reported);
		lkrg_section_locate(section, index);
		return true;
	}
	if (!reported || READ_ONCE(lkrg_knob.kint_enforce)) {
		set_bit(index, section->reported);
		report_page(section, index);
	}
	return false;
}

/**
 * lkrg_image_is_wanted - Is the kernel to be verified in this pass?
 * @cursor: of the pass
 *
 * Return: whether it is.
 */
bool lkrg_image_is_wanted(const struct lkrg_cursor *cursor)
{
	int validate = READ_ONCE(lkrg_knob.kint_validate);

	return validate > 1 || (validate && cursor->asked_for);
}

/**
 * lkrg_section_step - Verify as many pages as fit into one piece of a pass
 * @section: a section with its baseline
 * @cursor: where the pass is
 *
 * Context: pokes are excluded.
 * Return: LKRG_STEP_MORE or LKRG_STEP_DONE.
 */
enum lkrg_step lkrg_section_step(struct lkrg_section *section,
				 struct lkrg_cursor *cursor)
{
	while (cursor->position < section->nr_pages) {
		if (!verify_page(section, cursor->position))
			cursor->violations++;
		cursor->position++;
		if (lkrg_piece_is_over(cursor))
			break;
	}
	return cursor->position < section->nr_pages ? LKRG_STEP_MORE :
						      LKRG_STEP_DONE;
}
