// SPDX-License-Identifier: GPL-2.0-only
/*
 * LKRG - Tagged pages of the kernel image
 *
 * What sections of the image have in common.  Who excludes whom is the affair
 * of the section: see text.c and rodata.c.
 */

#include <linux/align.h>
#include <linux/bitmap.h>
#include <linux/bitops.h>
#include <linux/bits.h>
#include <linux/compiler.h>
#include <linux/mm.h>
#include <linux/pfn.h>
#include <linux/unaligned.h>
#include <linux/vmalloc.h>
#include <linux/wordpart.h>

#include "image.h"
#include "param.h"
#include "report.h"

static const u32 *page_words(const struct lkrg_section *section,
			     unsigned long index)
{
	return (const u32 *)(section->start + index * PAGE_SIZE);
}

static u64 page_tag(const u32 *words)
{
	return lkrg_tag_add(lkrg_tag(words, LKRG_TAG_WORDS),
			    lkrg_tag_mask((uintptr_t)words));
}

/* No tag has this value: the page has no baseline yet. */
#define NO_BASELINE U64_MAX

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
	section->pages = vcalloc(section->nr_pages, sizeof(*section->pages));
	if (!section->reported || !section->pages)
		return -ENOMEM;
	for (i = 0; i < section->nr_pages; i++)
		section->pages[i].tag = NO_BASELINE;
	return 0;
}

/**
 * lkrg_section_take - Take the baseline of one page
 * @section: an initialised section
 * @index: which page, once
 *
 * Context: pokes are excluded.
 */
void lkrg_section_take(struct lkrg_section *section, unsigned long index)
{
	const u32 *words = page_words(section, index);
	struct lkrg_page *page = &section->pages[index];

	lkrg_sums_take(page, words);
	WRITE_ONCE(page->tag, page_tag(words));
}

/* @delta is what the word at @addr gains. */
static __always_inline void account(struct lkrg_section *section,
				    unsigned long addr, s64 delta)
{
	u32 index = offset_in_page(addr) / sizeof(u32);
	struct lkrg_page *page;

	page = &section->pages[(addr - section->start) >> PAGE_SHIFT];
	if (page->tag == NO_BASELINE)
		return;
	page->tag = lkrg_tag_poke(page->tag, index, delta);
	lkrg_sums_poke(page, index, delta);
}

static __always_inline void account_byte(struct lkrg_section *section,
					 unsigned long addr, u8 before, u8 after)
{
	int shift = addr % sizeof(u32) * BITS_PER_BYTE;

	account(section, addr, ((s64)after - before) << shift);
}

/* Four bytes, which lie in two words at most. */
static noinline void account_four(struct lkrg_section *section,
				  unsigned long addr, u32 before, u32 after)
{
	int shift = addr % sizeof(u32) * BITS_PER_BYTE;
	u64 old = (u64)before << shift, new = (u64)after << shift;
	int i;

	addr = ALIGN_DOWN(addr, sizeof(u32));
	for (i = 0; i < 2; i++, addr += sizeof(u32), old >>= 32, new >>= 32) {
		s64 delta = (s64)lower_32_bits(new) - lower_32_bits(old);

		/* The second word may be behind the end of the section. */
		if (delta)
			account(section, addr, delta);
	}
}

static noinline void account_many(struct lkrg_section *section,
				  unsigned long addr, const u8 *new, size_t len,
				  bool fill)
{
	unsigned long end = addr + len;

	for (; addr + sizeof(u32) <= end && !fill; addr += sizeof(u32)) {
		account_four(section, addr, get_unaligned((const u32 *)addr),
			     get_unaligned((const u32 *)new));
		new += sizeof(u32);
	}
	for (; addr < end; addr++, new += !fill)
		account_byte(section, addr, *(const u8 *)addr, *new);
}

/**
 * lkrg_section_poke - Account for a declared change
 * @addr: first byte that will be written
 * @new: what will be written there
 * @len: number of bytes
 * @fill: all bytes become *@new
 * @section: the section that contains all of them
 *
 * Moves the description by the difference of old and new bytes, so whatever
 * else was changed in the page stays visible.  Were an old byte tampered with,
 * it stays visible even after it was overwritten.
 *
 * Context: before the write, other pokes excluded.  Lockless, any context.
 */
void lkrg_section_poke(const u8 *addr, const u8 *new, size_t len, bool fill,
		       struct lkrg_section *section)
{
	unsigned long start = (unsigned long)addr;

	/* An instruction is poked as one byte, the four behind it, one byte. */
	if (len == 1)
		account_byte(section, start, *addr, *new);
	else if (len == sizeof(u32) && !fill)
		account_four(section, start, get_unaligned((const u32 *)addr),
			     get_unaligned((const u32 *)new));
	else
		account_many(section, start, new, len, fill);
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

	report.image.changes = lkrg_locate(&section->pages[index], words,
					   report.image.change);
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
	return page_tag(page_words(section, index)) ==
	       lkrg_tag_reduce(section->pages[index].tag);
}

static bool verify_page(struct lkrg_section *section, unsigned long index)
{
	bool reported = test_bit(index, section->reported);

	if (likely(lkrg_section_matches(section, index))) {
		if (unlikely(reported))
			clear_bit(index, section->reported);
		return true;
	}
	if (!reported || READ_ONCE(lkrg_knob.kint_enforce)) {
		set_bit(index, section->reported);
		report_page(section, index);
	}
	return false;
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
