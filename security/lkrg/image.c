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
#include <linux/compiler.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/vmalloc.h>

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
 * lkrg_section_allow_pokes - Let lkrg_section_poke() be used on a section
 * @section: an initialised section
 *
 * Return: 0 or -ENOMEM.
 */
int lkrg_section_allow_pokes(struct lkrg_section *section)
{
	section->pokes = vzalloc(sizeof(*section->pokes));
	return section->pokes ? 0 : -ENOMEM;
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

static struct lkrg_page *page_of(const struct lkrg_section *section,
				 const void *addr)
{
	return &section->pages[((unsigned long)addr - section->start) >> PAGE_SHIFT];
}

static void settle_word(struct lkrg_page *page, const u32 *word, u32 before,
			u32 after)
{
	u32 index = offset_in_page(word) / sizeof(*word);
	s64 delta = (s64)after - before;

	if (!delta)
		return;
	page->tag = lkrg_tag_poke(page->tag, index, delta);
	lkrg_sums_poke(page, index, delta);
}

static struct lkrg_record_tag slot_tag(const struct lkrg_poked *poked)
{
	return lkrg_record_tag(poked->at, 0, &poked->before, 1);
}

static bool is_authentic(const struct lkrg_poked *poked)
{
	return lkrg_same_tag(poked->tag, slot_tag(poked));
}

/* Let the description of a page know what was poked, if it was. */
static void settle(struct lkrg_section *section, struct lkrg_poked *poked)
{
	const u32 *word = (const u32 *)poked->at;
	struct lkrg_page *page;

	if (!word)
		return;
	if (is_authentic(poked)) {
		page = page_of(section, word);
		settle_word(page, word, poked->before, poked->after);
		settle_word(page, word + 1, poked->before >> 32,
			    poked->after >> 32);
	}
	poked->at = NULL;
}

/**
 * lkrg_section_settle - Let the description know what was poked
 * @section: a section
 * @cursor: when to stop
 *
 * Context: pokes are excluded.
 * Return: whether that was all.
 */
bool lkrg_section_settle(struct lkrg_section *section,
			 const struct lkrg_cursor *cursor)
{
	struct lkrg_pokes *pokes = section->pokes;

	if (!pokes)
		return true;
	pokes->used = min(pokes->used, LKRG_POKED);
	while (pokes->used) {
		settle(section, &pokes->slots[--pokes->used]);
		if (lkrg_piece_is_over(cursor))
			break;
	}
	return !pokes->used;
}

/*
 * The same bytes are poked again and again: INT3, the rest, the first byte.
 * Only what comes of it goes into the description, when the slot is needed for
 * other bytes or the section is looked at.
 */
static struct lkrg_poked *poked_slot(struct lkrg_section *section, const u64 *at)
{
	u32 index = (uintptr_t)at / sizeof(*at) % LKRG_POKED;
	struct lkrg_poked *poked = &section->pokes->slots[index];

	/* Tampered with between two pokes?  Then the difference must stay. */
	if (poked->at != at || READ_ONCE(*at) != poked->after ||
	    !is_authentic(poked)) {
		settle(section, poked);
		poked->at = at;
		poked->before = READ_ONCE(*at);
		poked->after = poked->before;
		section->pokes->used = max(section->pokes->used, index + 1);
	}
	return poked;
}

/**
 * lkrg_section_poke - Account for a declared change
 * @section: the section that contains the first byte
 * @addr: first byte that will be written
 * @new: what will be written there
 * @len: number of bytes
 * @fill: all bytes become *@new
 *
 * Moves the description by the difference of old and new bytes, so whatever
 * else was changed in the page stays visible.  Were an old byte tampered with,
 * it stays visible even after it was overwritten.
 *
 * Context: before the write, other pokes excluded.  Lockless, any context.
 */
void lkrg_section_poke(struct lkrg_section *section, const u8 *addr,
		       const u8 *new, size_t len, bool fill)
{
	const u8 *stop = (const u8 *)section->start +
			 section->nr_pages * PAGE_SIZE;
	size_t step = fill ? 0 : 1;

	stop = min(stop, addr + len);
	while (addr < stop) {
		const u64 *at = PTR_ALIGN_DOWN((const u64 *)addr, sizeof(*at));
		const u8 *next = min(stop, (const u8 *)(at + 1));
		struct lkrg_poked *poked;
		u8 *byte;

		if (READ_ONCE(page_of(section, at)->tag) == NO_BASELINE) {
			new += step * (next - addr);
			addr = next;
			continue;
		}
		poked = poked_slot(section, at);
		byte = (u8 *)&poked->after + (addr - (const u8 *)at);
		for (; addr < next; addr++, new += step)
			*byte++ = *new;
		poked->tag = slot_tag(poked);
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

	report.image.changes = lkrg_locate(&section->pages[index], words,
					   report.image.change);
	lkrg_report(&report);
}

/**
 * lkrg_section_matches - Is a page what it should be?
 * @section: a section that is settled
 * @index: which page
 *
 * Context: pokes are excluded.
 * Return: whether it is.
 */
bool lkrg_section_matches(const struct lkrg_section *section, unsigned long index)
{
	return page_tag(page_words(section, index)) == section->pages[index].tag;
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
	if (!lkrg_section_settle(section, cursor))
		return LKRG_STEP_MORE;
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
