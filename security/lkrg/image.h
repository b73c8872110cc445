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

struct seq_file;

/**
 * struct lkrg_section - A range that only declared pokes change
 * @what: the violation that a difference is
 * @start: first byte, page aligned
 * @nr_pages: length
 * @pages: what each page should be
 *
 * Constant after init, or covered by a tag, so that nobody can shorten it.
 */
struct lkrg_section {
	enum lkrg_violation what;
	unsigned long start;
	unsigned long nr_pages;
	struct lkrg_page *pages;
};

void lkrg_section_set(struct lkrg_section *section, const void *start,
		      const void *end, struct lkrg_page *pages);
int lkrg_section_init(struct lkrg_section *section, const void *start,
		      const void *end);
void lkrg_section_free(struct lkrg_section *section);
void lkrg_section_take(struct lkrg_section *section, unsigned long index);
void lkrg_section_take_all(struct lkrg_section *section);
void lkrg_section_locate(struct lkrg_section *section, unsigned long index);
void lkrg_section_poke(struct lkrg_section *section, const u8 *addr, const u8 *new,
		       size_t len);
void lkrg_section_settle(void);
void lkrg_section_copy(struct lkrg_section *section, const u8 *addr, const u8 *new,
		       size_t len);
bool lkrg_section_matches(const struct lkrg_section *section,
			  unsigned long index);
void lkrg_section_show(const struct lkrg_section *section, struct seq_file *m);
void lkrg_section_forget(const struct lkrg_section *section);
bool lkrg_image_stops(void);
enum lkrg_step lkrg_section_step(struct lkrg_section *section,
				 struct lkrg_cursor *cursor);

#endif /* _SECURITY_LKRG_IMAGE_H */
