// SPDX-License-Identifier: GPL-2.0-only
/*
 * LKRG - Registration
 *
 * The only file that knows how an LSM registers.
 */

#include <linux/cache.h>
#include <linux/export.h>
#include <linux/init.h>
#include <linux/lkrg.h>
#include <linux/lsm_hooks.h>
#include <uapi/linux/lsm.h>

#include "common.h"
#include "cred.h"
#include "execmem.h"
#include "gate.h"
#include "inode.h"
#include "param.h"
#include "report.h"
#include "setup.h"
#include "tag.h"
#include "task.h"
#include "umh.h"

DEFINE_STATIC_KEY_FALSE_RO(lkrg_enabled);
/* For call-outs in modules */
EXPORT_SYMBOL_GPL(lkrg_enabled);

const struct lsm_id lkrg_lsmid = {
	.name = LKRG_NAME,
	.id = LSM_ID_LKRG,
};

struct lsm_blob_sizes lkrg_blob_sizes __ro_after_init = {
	.lbs_cred = sizeof(struct lkrg_cred),
	.lbs_task = sizeof(struct lkrg_task),
	.lbs_inode = sizeof(struct lkrg_inode),
	.lbs_superblock = sizeof(struct lkrg_record_tag),
};

static int wanted __initdata = 1;

static int __init parse_nolkrg(char *unused)
{
	wanted = 0;
	return 0;
}
early_param("nolkrg", parse_nolkrg);

static int __init lkrg_init(void)
{
	int err = lkrg_report_init() ?: lkrg_param_init();

	if (err)
		return err;
	lkrg_tag_init();
	err = lkrg_execmem_init();
	if (err)
		return err;
	lkrg_umh_init();
	lkrg_cred_init();
	lkrg_add_cred_hooks();
	lkrg_add_task_hooks();
	lkrg_add_inode_hooks();
	lkrg_add_gate_hooks();
	static_branch_enable(&lkrg_enabled);
	return 0;
}

DEFINE_LSM(LKRG_NAME) = {
	.name = LKRG_NAME,
	.enabled = &wanted,
	.init = lkrg_init,
	.blobs = &lkrg_blob_sizes,
};
