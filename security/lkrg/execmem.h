/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * LKRG - Memory that code is in
 */

#ifndef _SECURITY_LKRG_EXECMEM_H
#define _SECURITY_LKRG_EXECMEM_H

#include <linux/execmem.h>
#include <linux/init.h>
#include <linux/lkrg.h>
#include <linux/types.h>

#include "scan.h"

struct seq_file;

int __init lkrg_execmem_init(void);
void lkrg_execmem_baseline(void);
void lkrg_execmem_guarded(unsigned long start, bool guarded);
bool lkrg_execmem_is_owned(unsigned long addr, enum execmem_type type);
bool lkrg_execmem_is_for_code(unsigned long addr, int pages);
bool lkrg_execmem_copy(enum execmem_type type, const u8 *addr, const u8 *new, size_t len);
bool lkrg_execmem_patch(enum lkrg_patcher who, const u8 *addr, const u8 *new,
			size_t len);
const char *lkrg_execmem_owner(unsigned long addr);
enum lkrg_step lkrg_execmem_step(struct lkrg_cursor *cursor);
void lkrg_execmem_show(struct seq_file *m);

#endif /* _SECURITY_LKRG_EXECMEM_H */
