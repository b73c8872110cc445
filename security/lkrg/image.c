// SPDX-License-Identifier: GPL-2.0-only
/*
 * LKRG - Tagged pages of the kernel image
 *
 * What sections of the image have in common.  Who excludes whom is the affair
 * of the section: see text.c and rodata.c.
 */

#include <linux/align.h>
#include <linux/bitmap.h>
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
	section->start = (unsigned long)start & PAGE_MASK;
	section->nr_pages = PFN_UP((unsigned long)end) -
			    PFN_DOWN((unsigned long)start);
	section->reported = bitmap_zalloc(section->nr_pages, GFP_KERNEL);
	if (!section->reported)
		return -ENOMEM;
	section->pages = vcalloc(section->nr_pages, sizeof(*section->pages));
	if (!section->pages) {
		bitmap_free(section->reported);
		return -ENOMEM;
	}
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
	section->poked = vcalloc(LKRG_POKED, sizeof(*section->poked));
	return section->poked ? 0 : -ENOMEM;
}

/**
 * lkrg_section_take - Take the baseline of one page
 * @section: an initialised section
 * @index: its next page: pages are taken in order, once
 *
 * Context: pokes are excluded.
 */
void lkrg_section_take(struct lkrg_section *section, unsigned long index)
{
	const u32 *words = page_words(section, index);
	struct lkrg_page *page = &section->pages[index];

	page->tag = page_tag(words);
	lkrg_sums_take(page, words);
	/* Pairs with the acquire in lkrg_section_poke(). */
	smp_store_release(&section->ready, index + 1);
}

static void settle_word(struct lkrg_section *section, const u32 *word, u32 before,
			u32 after)
{
	unsigned long offset = (unsigned long)word - section->start;
	struct lkrg_page *page = &section->pages[offset >> PAGE_SHIFT];
	u32 index = offset_in_page(offset) / sizeof(*word);
	s64 delta = (s64)after - before;

	if (!delta)
		return;
	page->tag = lkrg_tag_poke(page->tag, index, delta);
	lkrg_sums_poke(page, index, delta);
}

/* Let the description of a page know what was poked. */
static void settle(struct lkrg_section *section, struct lkrg_poked *poked)
{
	const u32 *word = (const u32 *)poked->at;

	if (!word)
		return;
	settle_word(section, word, poked->before, poked->after);
	settle_word(section, word + 1, poked->before >> 32, poked->after >> 32);
	poked->at = NULL;
}

static void settle_all(struct lkrg_section *section)
{
	int i;

	if (!section->poked_some)
		return;
	for (i = 0; i < LKRG_POKED; i++)
		settle(section, &section->poked[i]);
	section->poked_some = false;
}

/*
 * The same bytes are poked again and again: INT3, the rest, the first byte.
 * Only what comes of it goes into the description, when the slot is needed for
 * other bytes or the section is looked at.
 */
static struct lkrg_poked *poked_slot(struct lkrg_section *section, const u64 *at)
{
	struct lkrg_poked *poked;

	poked = &section->poked[(uintptr_t)at / sizeof(*at) % LKRG_POKED];
	/* Tampered with between two pokes?  Then the difference must stay. */
	if (poked->at != at || READ_ONCE(*at) != poked->after) {
		settle(section, poked);
		poked->at = at;
		poked->before = READ_ONCE(*at);
		poked->after = poked->before;
		section->poked_some = true;
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
	/* Pairs with the release in lkrg_section_take(). */
	unsigned long ready = smp_load_acquire(&section->ready);
	const u8 *stop = (const u8 *)section->start + ready * PAGE_SIZE;
	size_t step = fill ? 0 : 1;

	stop = min(stop, addr + len);
	while (addr < stop) {
		const u64 *at = PTR_ALIGN_DOWN((const u64 *)addr, sizeof(*at));
		const u8 *next = min(stop, (const u8 *)(at + 1));
		struct lkrg_poked *poked = poked_slot(section, at);
		u8 *byte = (u8 *)&poked->after + (addr - (const u8 *)at);

		for (; addr < next; addr++, new += step)
			*byte++ = *new;
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

static bool verify_page(struct lkrg_section *section, unsigned long index)
{
	bool reported = test_bit(index, section->reported);

	if (likely(page_tag(page_words(section, index)) ==
		   section->pages[index].tag)) {
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
	/* Pairs with the release in lkrg_section_take(). */
	unsigned long ready = smp_load_acquire(&section->ready);

	settle_all(section);
	while (cursor->position < ready) {
		if (!verify_page(section, cursor->position))
			cursor->violations++;
		cursor->position++;
		if (lkrg_piece_is_over(cursor))
			break;
	}
	return cursor->position < ready ? LKRG_STEP_MORE : LKRG_STEP_DONE;
}
