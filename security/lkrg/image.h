/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * LKRG - Tagged pages of the kernel and its modules
 */

#ifndef _SECURITY_LKRG_IMAGE_H
#define _SECURITY_LKRG_IMAGE_H

#include <linux/types.h>

#include "scan.h"
#include "tag.h"
#include "violation.h"

/**
 * struct lkrg_section - A range that only declared pokes change
 * @what: the violation that a difference is
 * @start: first byte, page aligned
 * @nr_pages: length
 * @pages: what each page should be
 * @reported: pages whose difference was reported
 *
 * Constant after init, or covered by a tag, so that nobody can shorten it.
 */
struct lkrg_section {
	enum lkrg_violation what;
	unsigned long start;
	unsigned long nr_pages;
	struct lkrg_page *pages;
	unsigned long *reported;
};

int lkrg_section_init(struct lkrg_section *section, const void *start,
		      const void *end);
void lkrg_section_free(struct lkrg_section *section);
void lkrg_section_take(struct lkrg_section *section, unsigned long index);
void lkrg_section_locate(struct lkrg_section *section, unsigned long index);
void lkrg_account_byte(struct lkrg_section *section, unsigned long addr, u8 new);
void lkrg_account_four(struct lkrg_section *section, unsigned long addr,
		       const u8 *bytes);
void lkrg_account_many(struct lkrg_section *section, unsigned long addr,
		       const u8 *bytes, size_t len, bool fill);

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
static inline void lkrg_section_poke(const u8 *addr, const u8 *new, size_t len,
				     bool fill, struct lkrg_section *section)
{
	unsigned long start = (unsigned long)addr;

	/* An instruction is poked as one byte, the four behind it, one byte. */
	if (len == 1)
		lkrg_account_byte(section, start, *new);
	else if (len == sizeof(u32) && !fill &&
		 start % LKRG_PAIR <= LKRG_PAIR - sizeof(u32))
		lkrg_account_four(section, start, new);
	else
		lkrg_account_many(section, start, new, len, fill);
}

bool lkrg_section_matches(const struct lkrg_section *section,
			  unsigned long index);
bool lkrg_image_is_wanted(const struct lkrg_cursor *cursor);
enum lkrg_step lkrg_section_step(struct lkrg_section *section,
				 struct lkrg_cursor *cursor);

#endif /* _SECURITY_LKRG_IMAGE_H */
