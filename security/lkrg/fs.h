/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * LKRG - Root and working directory
 */

#ifndef _SECURITY_LKRG_FS_H
#define _SECURITY_LKRG_FS_H

#include <linux/bits.h>
#include <linux/init.h>

struct fs_struct;

#define LKRG_ROOT_CHANGED	BIT(0)
#define LKRG_PWD_CHANGED	BIT(1)

unsigned int lkrg_fs_verify(const struct fs_struct *fs);
void __init lkrg_fs_start(struct fs_struct *fs);

#endif /* _SECURITY_LKRG_FS_H */
