/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * LKRG - Tagged pages of the kernel image
 */

#ifndef _SECURITY_LKRG_IMAGE_H
#define _SECURITY_LKRG_IMAGE_H

#include <linux/init.h>
#include <linux/types.h>

#include "scan.h"
#include "tag.h"
#include "violation.h"

/**
 * struct lkrg_poked - Eight bytes that were poked since the last look at them
 * @at: where they are, NULL in an empty slot
 * @before: what was there before the first poke
 * @after: what is there after the last one, as declared
 */
struct lkrg_poked {
	const u64 *at;
	u64 before;
	u64 after;
};

/* An instruction is poked in three steps, some hundred of them together. */
#define LKRG_POKED 1024

/**
 * struct lkrg_section - A range of the image that only declared pokes change
 * @what: the violation that a difference is
 * @start: first byte, page aligned
 * @nr_pages: length
 * @pages: what each page should be; NULL before the baseline
 * @reported: pages whose difference was reported
 * @ready: number of pages that @pages describes; release store by the baseline
 * @poked: LKRG_POKED slots of what @pages does not know yet, or NULL
 * @poked_some: one of them is in use
 */
struct lkrg_section {
	enum lkrg_violation what;
	unsigned long start;
	unsigned long nr_pages;
	struct lkrg_page *pages;
	unsigned long *reported;
	unsigned long ready;
	struct lkrg_poked *poked;
	bool poked_some;
};

int lkrg_section_init(struct lkrg_section *section, const void *start,
		      const void *end);
int lkrg_section_allow_pokes(struct lkrg_section *section);
void lkrg_section_take(struct lkrg_section *section, unsigned long index);
void lkrg_section_poke(struct lkrg_section *section, const u8 *addr,
		       const u8 *new, size_t len, bool fill);
enum lkrg_step lkrg_section_step(struct lkrg_section *section,
				 struct lkrg_cursor *cursor);

#endif /* _SECURITY_LKRG_IMAGE_H */
