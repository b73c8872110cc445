/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * LKRG - Programs that the kernel starts
 */

#ifndef _SECURITY_LKRG_UMH_H
#define _SECURITY_LKRG_UMH_H

#include <linux/init.h>
#include <linux/lkrg_variable.h>
#include <linux/types.h>

struct file;
struct linux_binprm;

void __init lkrg_umh_init(void);
int lkrg_umh_check_exec(const struct linux_binprm *bprm);
int lkrg_umh_check_file(struct file *file);
int lkrg_umh_allow(const char *list);
bool lkrg_umh_lists(const char *list, enum lkrg_umh what, const char *path);
bool lkrg_umh_is_list(const char *list);

#endif /* _SECURITY_LKRG_UMH_H */
