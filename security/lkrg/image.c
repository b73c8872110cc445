// SPDX-License-Identifier: GPL-2.0-only
/*
 * LKRG - Tagged pages of the kernel and its modules
 *
 * What sections have in common.  Who excludes whom is the affair of the section:
 * see text.c, rodata.c, module.c and execmem.c.
 */

#include <linux/align.h>
#include <linux/bits.h>
#include <linux/compiler.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/pfn.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/vmalloc.h>

#include <asm/sections.h>

#include "image.h"
#include "param.h"
#include "report.h"
#include "sites.h"
#include "x86.h"

static const u32 *page_words(const struct lkrg_section *section,
			     unsigned long index)
{
	return (const u32 *)(section->start + index * PAGE_SIZE);
}

static u128 page_tag(const struct lkrg_section *section, unsigned long index)
{
	const void *page = page_words(section, index);

	return lkrg_page_tag(page, lkrg_mapping((unsigned long)page).frame);
}

static unsigned long pages_between(const void *start, const void *end)
{
	return PFN_UP((unsigned long)end) - PFN_DOWN((unsigned long)start);
}

/**
 * lkrg_section_set - Prepare the description of a section
 * @section: with @what set
 * @start: first byte
 * @end: behind the last byte
 * @pages: as many as there are from @start to @end, zero
 */
void lkrg_section_set(struct lkrg_section *section, const void *start,
		      const void *end, struct lkrg_page *pages)
{
	unsigned long i;

	section->start = (unsigned long)start & PAGE_MASK;
	section->nr_pages = pages_between(start, end);
	section->pages = pages;
	for (i = 0; i < section->nr_pages; i++)
		pages[i].low[0] = LKRG_NOT_LOCATED;
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
	struct lkrg_page *pages = kvcalloc(pages_between(start, end), sizeof(*pages),
					   GFP_KERNEL);

	if (!pages)
		return -ENOMEM;
	lkrg_section_set(section, start, end, pages);
	return 0;
}

/**
 * lkrg_section_free - Give its memory back
 * @section: from lkrg_section_init(), which may have failed, or zero
 */
void lkrg_section_free(struct lkrg_section *section)
{
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
	section->pages[index].tag = page_tag(section, index);
}

/*
 * Page frames of a section, from who has mapped them: if that was changed meanwhile the
 * first pass says so.  NULL where it has to be looked up.
 */
static struct page *const *frames_of(const struct lkrg_section *section)
{
	const void *start = (const void *)section->start;
	const struct vm_struct *area =
		is_vmalloc_or_module_addr(start) ? find_vm_area(start) : NULL;
	unsigned long first;

	if (!area || !area->pages)
		return NULL;
	first = PFN_DOWN(start - area->addr);
	return first < area->nr_pages && section->nr_pages <= area->nr_pages - first ?
		area->pages + first : NULL;
}

/**
 * lkrg_section_take_all - Take the baseline of all pages, as lkrg_section_take()
 * @section: an initialised section
 *
 * Context: may sleep, pokes are excluded.
 */
void lkrg_section_take_all(struct lkrg_section *section)
{
	struct page *const *frames = frames_of(section);
	unsigned long index;

	for (index = 0; index < section->nr_pages; index++) {
		section->pages[index].tag = frames ?
			lkrg_page_tag(page_words(section, index),
				      page_to_pfn(frames[index])) :
			page_tag(section, index);
		cond_resched();
	}
}

static struct lkrg_page *page_of(struct lkrg_section *section,
				 unsigned long addr)
{
	return &section->pages[(addr - section->start) >> PAGE_SHIFT];
}

/*
 * What the location sums of one page are to be moved by.  Those who patch do so in the
 * order of addresses, and to settle a page takes longer than to add to this.  Written
 * by who declares, like the pages.
 */
static struct {
	struct lkrg_page *page;
	unsigned int room;
	struct lkrg_moves by;
} moved;

static void settle(void)
{
	if (moved.page)
		lkrg_sums_settle(moved.page, &moved.by);
	moved.page = NULL;
}

/**
 * lkrg_section_settle - Leave nothing behind of the pokes until now
 *
 * For who frees what a section has in memory without lkrg_section_forget().
 *
 * Context: pokes are excluded.
 */
void lkrg_section_settle(void)
{
	settle();
}

static noinline void begin_with(struct lkrg_page *page)
{
	settle();
	moved.page = page;
	moved.room = LKRG_MOVES_MAX;
}

#define PAIR_WORDS (LKRG_PAIR / sizeof(u32))

/* Within the pair of words with number @index: @len bytes from @at on. */
static __always_inline void account_pair(struct lkrg_page *page, size_t index,
					 const u64 *old, const u64 *new,
					 size_t at, size_t len)
{
	const u32 *before = (const u32 *)old, *after = (const u32 *)new;
	size_t word = at / sizeof(u32);

	page->tag += lkrg_page_words(index, new[0], new[1]) -
		     lkrg_page_words(index, old[0], old[1]);
	if (unlikely(page->low[0] == LKRG_NOT_LOCATED))
		return;
	if (unlikely(moved.page != page || moved.room < PAIR_WORDS))
		begin_with(page);
#pragma GCC unroll 1
	for (; word * sizeof(u32) < at + len; word++) {
		moved.room--;
		lkrg_sums_move(&moved.by, index * PAIR_WORDS + word,
			       (s64)after[word] - before[word]);
		/* There are too few registers to keep eight sums from word to word. */
		barrier();
	}
}

/*
 * Instructions of one batch may share a pair of words: each is declared while there
 * are still breakpoints on those before it.  So this remembers the pair that was
 * declared last, how it is until it is written, and under a tag what it will be then.
 * Written by who declares, like the pages.
 */
static struct {
	const u64 *pair;
	u64 until[2];
	u64 then[2];
	struct lkrg_record_tag tag;
} last;

static __always_inline struct lkrg_record_tag last_tag(const u64 *pair, const u64 *then)
{
	return lkrg_record_tag(pair, 0, then, 1);
}

/* Has it been declared, and is it not written yet?  Then @old becomes what it will be. */
static __always_inline void take_declared(const u64 *pair, u64 old[2])
{
	const u64 then[] = { READ_ONCE(last.then[0]), READ_ONCE(last.then[1]) };

	if (old[0] != last.until[0] || old[1] != last.until[1] ||
	    !lkrg_same_tag(last.tag, last_tag(pair, then)))
		return;
	old[0] = then[0];
	old[1] = then[1];
}

/* The next instruction is behind this one.  @first: it begins in this pair. */
static __always_inline void poke_last_pair(struct lkrg_section *section,
					   const u64 *pair, size_t at, const u8 *new,
					   size_t len, bool first)
{
	u64 old[] = { READ_ONCE(pair[0]), READ_ONCE(pair[1]) }, then[2];
	const u64 until[] = { old[0], old[1] };

	if (unlikely(pair == last.pair))
		take_declared(pair, old);
	then[0] = old[0];
	then[1] = old[1];
	memcpy((u8 *)then + at, new, len);
	account_pair(page_of(section, (unsigned long)pair),
		     offset_in_page(pair) / LKRG_PAIR, old, then, at, len);

	/* Anybody may write there: what is accounted for does not come from it. */
	last.pair = pair;
	last.until[0] = until[0];
	last.until[1] = until[1];
	if (first)
		((u8 *)last.until)[at] = LKRG_BREAKPOINT;
	last.then[0] = then[0];
	last.then[1] = then[1];
	last.tag = last_tag(pair, then);
}

static void forget_last(void)
{
	memset(&last, 0, sizeof(last));
}

static noinline void poke_pairs(struct lkrg_section *section, const u8 *addr,
				const u8 *new, size_t len)
{
	size_t at = (unsigned long)addr % LKRG_PAIR;
	const u64 *pair = (const u64 *)(addr - at);
	bool first = true;

	for (; at + len > LKRG_PAIR; pair += 2) {
		const size_t here = LKRG_PAIR - at;
		u64 old[] = { READ_ONCE(pair[0]), READ_ONCE(pair[1]) }, then[2];

		if (unlikely(pair == last.pair))
			take_declared(pair, old);
		memcpy(then, old, LKRG_PAIR);
		memcpy((u8 *)then + at, new, here);
		account_pair(page_of(section, (unsigned long)pair),
			     offset_in_page(pair) / LKRG_PAIR, old, then, at, here);
		first = false;
		new += here;
		len -= here;
		at = 0;
	}
	poke_last_pair(section, pair, at, new, len, first);
}

/**
 * lkrg_section_poke - Account for a declared change
 * @section: the section that contains all of it
 * @addr: first byte that will be written
 * @new: what will be written there
 * @len: number of bytes
 *
 * Moves the description by the difference of old and new bytes, so whatever
 * else was changed in the page stays visible.  Were an old byte tampered with,
 * it stays visible even after it was overwritten.
 *
 * What @section has in memory must not be freed before lkrg_section_forget() or
 * lkrg_section_settle().
 *
 * Context: before the write, other pokes excluded.  Lockless, any context.
 */
void lkrg_section_poke(struct lkrg_section *section, const u8 *addr, const u8 *new,
		       size_t len)
{
	const size_t at = (unsigned long)addr % LKRG_PAIR;

	/* Most instructions are as long as a call, and in one pair. */
	if (likely(len == LKRG_USUAL_INSN && at <= LKRG_PAIR - LKRG_USUAL_INSN))
		poke_last_pair(section, (const u64 *)(addr - at), at, new,
			       LKRG_USUAL_INSN, true);
	else
		poke_pairs(section, addr, new, len);
}

/**
 * lkrg_section_copy - Account for code that is about to be copied to a section
 * @section: the section that contains all of it
 * @addr: first byte that will be written
 * @new: what will be written there
 * @len: number of bytes
 *
 * It may be much, and nothing of it is declared twice.  Where its pages differ is not
 * known before the next pass has taken their location sums.
 *
 * Context: as lkrg_section_poke().
 */
void lkrg_section_copy(struct lkrg_section *section, const u8 *addr, const u8 *new,
		       size_t len)
{
	settle();
	while (len) {
		const u64 *pair = PTR_ALIGN_DOWN((const u64 *)addr, LKRG_PAIR);
		struct lkrg_page *page = page_of(section, (unsigned long)pair);
		size_t at = (unsigned long)addr % LKRG_PAIR;
		size_t here = min(len, LKRG_PAIR - at);
		const u64 old[] = { READ_ONCE(pair[0]), READ_ONCE(pair[1]) };
		u64 then[] = { old[0], old[1] };

		memcpy((u8 *)then + at, new, here);
		page->low[0] = LKRG_NOT_LOCATED;
		account_pair(page, offset_in_page(pair) / LKRG_PAIR, old, then, at, here);
		addr += here;
		new += here;
		len -= here;
	}
	forget_last();
}

/**
 * lkrg_section_forget - A section is about to disappear
 * @section: the section
 *
 * The next one may be at the same place.
 *
 * Context: pokes are excluded.
 */
void lkrg_section_forget(const struct lkrg_section *section)
{
	settle();
	if ((unsigned long)last.pair - section->start < section->nr_pages * PAGE_SIZE)
		forget_last();
}

/**
 * lkrg_image_stops - Is a changed kernel to be stopped?
 *
 * Return: whether it is.
 */
bool lkrg_image_stops(void)
{
	return lkrg_knob(kint_enforce) == 2;
}

static bool is_located(const struct lkrg_section *section, unsigned long index)
{
	return section->pages[index].low[0] != LKRG_NOT_LOCATED;
}

static struct lkrg_report describe(const struct lkrg_section *section,
				   unsigned long index, enum lkrg_violation what)
{
	return (struct lkrg_report){
		.what = what,
		.done = lkrg_image_stops() ? LKRG_DID_PANIC : LKRG_DID_LOG,
		.image.page = section->start + index * PAGE_SIZE,
		.image.start = section->start,
	};
}

/* The first byte of a word that differs tells which mechanism it is. */
static const u8 *changed_byte(const u32 *words, const struct lkrg_change *change)
{
	return (const u8 *)&words[change->index] +
	       __ffs(change->expected ^ change->found) / BITS_PER_BYTE;
}

/* What the tag says of what the sums have said, and of where it is. */
static void ask_tag(const struct lkrg_section *section, unsigned long index,
		    struct lkrg_image_report *image)
{
	const void *page = page_words(section, index);
	unsigned long now = lkrg_mapping((unsigned long)page).frame;
	unsigned long frame = lkrg_page_frame(section->pages[index].tag, page,
					      image->change, max(image->changes, 0));

	image->certain = frame != LKRG_NO_FRAME;
	if (image->certain) {
		image->changes = max(image->changes, 0);
		image->moved = frame != now;
	} else if (is_kernel((unsigned long)page)) {
		image->moved = lkrg_image_address(now) != (unsigned long)page;
	}
}

static noinline struct lkrg_report describe_page(const struct lkrg_section *section,
						 unsigned long index)
{
	struct lkrg_report report = describe(section, index, section->what);
	struct lkrg_image_report *image = &report.image;
	const u32 *words = page_words(section, index);
	int i;

	/* Sections that are never poked are walked without a lock. */
	if (READ_ONCE(moved.page) == &section->pages[index])
		settle();
	image->changes = is_located(section, index) ?
		lkrg_locate(&section->pages[index], words, image->change) :
		LKRG_CHANGES_UNKNOWN;
	ask_tag(section, index, image);
	for (i = 0; section->what == LKRG_TEXT_CHANGED && i < image->changes; i++)
		image->site[i] = lkrg_site_at(changed_byte(words, &image->change[i]));
	return report;
}

static noinline void report_page(const struct lkrg_section *section,
				 unsigned long index)
{
	const struct lkrg_report report = describe_page(section, index);

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
	return page_tag(section, index) == section->pages[index].tag;
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
	if (unlikely(!is_located(section, index)))
		lkrg_sums_take(&section->pages[index], page_words(section, index));
}

/* How page tables should not map a page. */
static const char *const mappings[] = {
	[1] = "writable",
	[2] = "executable",
	[3] = "not read-only where all memory is mapped",
};

/* Returns which of these, or 0. */
static u32 mapped_as(const struct lkrg_section *section, unsigned long index)
{
	struct lkrg_mapping mapping =
		lkrg_mapping(section->start + index * PAGE_SIZE);
	struct lkrg_mapping linear;

	if (mapping.writable)
		return 1;
	if (mapping.executable && section->what == LKRG_RODATA_CHANGED)
		return 2;
	if (mapping.frame == LKRG_NOT_MAPPED)
		return 0;
	linear = lkrg_linear_mapping(mapping.frame);
	return linear.writable || linear.frame != mapping.frame ? 3 : 0;
}

/*
 * What was found, for comparison with what was found before: how it is mapped, whether
 * bytes differ, and a mark of all that, which others cannot make.
 */
#define MAPPING GENMASK(1, 0)
#define DIFFERS BIT(2)
#define FOUND GENMASK(2, 0)

static u32 state_of(const struct lkrg_section *section, unsigned long index, u32 found)
{
	u128 sum = lkrg_record_head(page_words(section, index), found);

	/* What is right changes with each legal patch. */
	if (found & DIFFERS)
		sum += page_tag(section, index);
	return (u32)lkrg_record_fold(sum) << 3 | found;
}

/* Many pages may be mapped by one entry: the first of them speaks for all. */
static noinline struct lkrg_report describe_mapping(const struct lkrg_section *section,
						    unsigned long index, u32 how)
{
	struct lkrg_report report = describe(section, index, LKRG_MAPPING_CHANGED);

	report.image.mapped_as = mappings[how];
	while (index < section->nr_pages && mapped_as(section, index) == how) {
		report.image.nr_pages++;
		index++;
	}
	return report;
}

static noinline void report_mapping(const struct lkrg_section *section,
				    unsigned long index, u32 how,
				    struct lkrg_cursor *cursor)
{
	unsigned long page = section->start + index * PAGE_SIZE;
	struct lkrg_report report;

	if (page >= cursor->spoken_for.start && page < cursor->spoken_for.end)
		return;
	report = describe_mapping(section, index, how);
	cursor->spoken_for.start = page;
	cursor->spoken_for.end = page + report.image.nr_pages * PAGE_SIZE;
	lkrg_report(&report);
}

/*
 * Each difference is reported once, until there is another one or none: how the page is
 * mapped again when its bytes are others.
 */
static noinline void found_different(struct lkrg_section *section,
				     unsigned long index, u32 found,
				     struct lkrg_cursor *cursor)
{
	u32 before = lkrg_image_stops() ? LKRG_AS_IT_SHOULD_BE :
					  section->pages[index].state;
	u32 state = state_of(section, index, found);

	section->pages[index].state = state;
	cursor->violations++;
	if (state == before) {
		cursor->known++;
		return;
	}
	if (found & DIFFERS && !(before & DIFFERS &&
				 before == state_of(section, index, before & FOUND)))
		report_page(section, index);
	if (found & MAPPING)
		report_mapping(section, index, found & MAPPING, cursor);
}

static void verify_page(struct lkrg_section *section, struct lkrg_cursor *cursor)
{
	unsigned long index = cursor->position;
	bool matches = lkrg_section_matches(section, index);
	u32 mapped = mapped_as(section, index);

	if (likely(matches))
		lkrg_section_locate(section, index);
	if (unlikely(!matches || mapped))
		found_different(section, index, matches ? mapped : mapped | DIFFERS,
				cursor);
	else if (unlikely(section->pages[index].state))
		section->pages[index].state = LKRG_AS_IT_SHOULD_BE;
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
		/* This takes several times as long as another page: first or not at all. */
		if (unlikely(!is_located(section, cursor->position)) &&
		    cursor->longest_unit)
			break;
		verify_page(section, cursor);
		cursor->position++;
		cursor->bytes += PAGE_SIZE;
		if (lkrg_piece_is_over(cursor))
			break;
	}
	return cursor->position < section->nr_pages ? LKRG_STEP_MORE :
						      LKRG_STEP_DONE;
}

/* To say more is for the log: this is one screen. */
#define SHOWN_MAX 8UL

/**
 * lkrg_section_show - Write which pages are not as they should be
 * @section: a section
 * @m: where
 *
 * By what the last pass has found, as it is now.
 *
 * Context: pokes are excluded.
 */
void lkrg_section_show(const struct lkrg_section *section, struct seq_file *m)
{
	unsigned long index, lines = 0;
	struct lkrg_report report;
	u32 before = 0;

	for (index = 0; index < section->nr_pages; index++) {
		u32 state = section->pages[index].state;
		u32 mapped = state & MAPPING;

		if (state & DIFFERS && ++lines <= SHOWN_MAX) {
			report = describe_page(section, index);
			lkrg_report_show(m, &report);
		}
		if (mapped && mapped != before && ++lines <= SHOWN_MAX) {
			report = describe_mapping(section, index, mapped);
			lkrg_report_show(m, &report);
		}
		before = mapped;
	}
	lkrg_report_show_more(m, lines - min(lines, SHOWN_MAX));
}
