/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * LKRG - Registration
 */

#ifndef _SECURITY_LKRG_SETUP_H
#define _SECURITY_LKRG_SETUP_H

#include <linux/lsm_hooks.h>

extern const struct lsm_id lkrg_lsmid;
extern struct lsm_blob_sizes lkrg_blob_sizes;

#endif /* _SECURITY_LKRG_SETUP_H */
