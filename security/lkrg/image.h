/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * LKRG - Tagged pages of the kernel image
 */

#ifndef _SECURITY_LKRG_IMAGE_H
#define _SECURITY_LKRG_IMAGE_H

#include <linux/build_bug.h>
#include <linux/stddef.h>
#include <linux/types.h>

#include "scan.h"
#include "tag.h"
#include "violation.h"

/* An instruction is poked in three steps, some hundred of them together. */
#define LKRG_POKED 1024

/**
 * struct lkrg_poked - Eight bytes that were poked since the last look at them
 * @at: where they are, NULL in an empty slot
 * @before: what was there before the first poke
 * @after: what is there after the last one, as declared
 * @tag: keyed tag over the above: a forged slot changes no page
 */
struct lkrg_poked {
	const u64 *at;
	u64 before;
	u64 after;
	struct lkrg_record_tag tag;
};

static_assert(offsetof(struct lkrg_poked, after) ==
	      offsetof(struct lkrg_poked, before) + sizeof(u64));

/**
 * struct lkrg_pokes - What the description of a section does not know yet
 * @used: slots that may be in use end here
 * @slots: indexed by address
 */
struct lkrg_pokes {
	u32 used;
	struct lkrg_poked slots[LKRG_POKED];
};

/**
 * struct lkrg_section - A range of the image that only declared pokes change
 * @what: the violation that a difference is
 * @start: first byte, page aligned
 * @nr_pages: length
 * @pages: what each page should be
 * @reported: pages whose difference was reported
 * @pokes: pokes that are still to get into @pages, NULL where nobody pokes
 *
 * Constant after init, so that nobody can shorten it.
 */
struct lkrg_section {
	enum lkrg_violation what;
	unsigned long start;
	unsigned long nr_pages;
	struct lkrg_page *pages;
	unsigned long *reported;
	struct lkrg_pokes *pokes;
};

int lkrg_section_init(struct lkrg_section *section, const void *start,
		      const void *end);
int lkrg_section_allow_pokes(struct lkrg_section *section);
void lkrg_section_take(struct lkrg_section *section, unsigned long index);
void lkrg_section_poke(struct lkrg_section *section, const u8 *addr,
		       const u8 *new, size_t len, bool fill);
bool lkrg_section_settle(struct lkrg_section *section,
			 const struct lkrg_cursor *cursor);
bool lkrg_section_matches(const struct lkrg_section *section,
			  unsigned long index);
enum lkrg_step lkrg_section_step(struct lkrg_section *section,
				 struct lkrg_cursor *cursor);

#endif /* _SECURITY_LKRG_IMAGE_H */
