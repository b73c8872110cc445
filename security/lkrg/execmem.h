/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * LKRG - Memory that code is in
 */

#ifndef _SECURITY_LKRG_EXECMEM_H
#define _SECURITY_LKRG_EXECMEM_H

#include <linux/execmem.h>
#include <linux/init.h>
#include <linux/types.h>

#include "scan.h"

struct seq_file;

int __init lkrg_execmem_init(void);
void lkrg_execmem_baseline(void);
bool lkrg_execmem_is_owned(unsigned long addr, enum execmem_type type);
enum lkrg_step lkrg_execmem_step(struct lkrg_cursor *cursor);
void lkrg_execmem_show(struct seq_file *m);

#endif /* _SECURITY_LKRG_EXECMEM_H */
