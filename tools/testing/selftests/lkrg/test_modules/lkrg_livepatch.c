// SPDX-License-Identifier: GPL-2.0-only
/*
 * LKRG - A livepatch
 *
 * It replaces a function that nobody calls as long as the machine runs, and one of a
 * module, where it goes on in another one that this module keeps to itself.
 */

#include <linux/init.h>
#include <linux/linkage.h>
#include <linux/livepatch.h>
#include <linux/module.h>
#include <linux/printk.h>

#include <asm/ibt.h>

static void patched_halt(void)
{
	pr_warn("lkrg_livepatch: halting was live-patched\n");
}

/*
 * Where it jumps to is known when that module is there: load_livepatch.c says so.  It
 * leads nowhere if somebody else has loaded this.
 */
__asm__(".pushsection .klp.text, \"ax\", @progbits\n"
	".weak \".klp.sym.lkrg_idle.lkrg_idle_second,0\"\n"
	".global lkrg_livepatch_first\n"
	".type lkrg_livepatch_first, @function\n"
	"lkrg_livepatch_first:\n\t"
	ASM_ENDBR
	"jmp \".klp.sym.lkrg_idle.lkrg_idle_second,0\"\n"
	".size lkrg_livepatch_first, . - lkrg_livepatch_first\n"
	".popsection");

asmlinkage int lkrg_livepatch_first(void);

static struct klp_func functions[] = {
	{
		.old_name = "kernel_halt",
		.new_func = patched_halt,
	},
	{ }
};

static struct klp_func functions_of_idle[] = {
	{
		.old_name = "lkrg_idle_first",
		.new_func = lkrg_livepatch_first,
	},
	{ }
};

static struct klp_object objects[] = {
	{
		.funcs = functions,
	},
	{
		.name = "lkrg_idle",
		.funcs = functions_of_idle,
	},
	{ }
};

static struct klp_patch patch = {
	.mod = THIS_MODULE,
	.objs = objects,
};

static int __init livepatch_init(void)
{
	return klp_enable_patch(&patch);
}

static void __exit livepatch_exit(void)
{
}

module_init(livepatch_init);
module_exit(livepatch_exit);

MODULE_DESCRIPTION("A livepatch, for tests of lkrg");
MODULE_LICENSE("GPL");
MODULE_INFO(livepatch, "Y");
/* Taints the kernel with TAINT_TEST. */
MODULE_INFO(test, "Y");
