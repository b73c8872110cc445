// SPDX-License-Identifier: GPL-2.0-only
/*
 * LKRG - What the guard says about itself
 *
 * lkrg/status is for a person, lkrg/stats for a program.  Both are read-only
 * and show no kernel address.
 */

#include <linux/array_size.h>
#include <linux/cpumask.h>
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/init.h>
#include <linux/lkrg.h>
#include <linux/security.h>
#include <linux/seq_file.h>
#include <linux/sizes.h>

#include "common.h"
#include "cpu.h"
#include "execmem.h"
#include "flow.h"
#include "hook.h"
#include "image.h"
#include "module.h"
#include "param.h"
#include "report.h"
#include "rodata.h"
#include "scan.h"
#include "sites.h"
#include "text.h"
#include "trigger.h"
#include "variable.h"
#include "watch.h"

static void show_verdict(struct seq_file *m, const struct lkrg_scan_stats *scan)
{
	/* By kint_validate */
	static const char *const buts[] = {
		", but the kernel is not verified (kint_validate=0)",
		", the kernel when lkrg.trigger was last written (kint_validate=1)",
		"",
		"",
	};
	const int validate = lkrg_knob(kint_validate);
	const char *verdict, *but = buts[validate];

	if (validate == 1 && !scan->demanded)
		but = ", but the kernel was never verified (kint_validate=1)";
	if (scan->last_violations || scan->changed)
		verdict = "TAMPERED WITH, see the violations and the kernel log";
	else if (!scan->done)
		verdict = "no pass has ended yet";
	else if (lkrg_reports())
		verdict = "clean now, see the violations";
	else
		verdict = "clean";
	seq_printf(m, "Verdict:     %s%s\n", verdict, but);
}

static void show_settings(struct seq_file *m)
{
	enum lkrg_knob which;

	seq_puts(m, "Settings:    ");
	for (which = 0; which < LKRG_NR_KNOBS; which++)
		seq_printf(m, "%s=%d%s", lkrg_knobs[which].name, lkrg_knob_value(which),
			   which == LKRG_NR_KNOBS - 1 ? "\n" :
			   which % 5 == 4 ? "\n             " : " ");
}

static const char *lock_state(void)
{
	if (lkrg_knob(lock))
		return "yes, nothing can be weakened until reboot";
	if (lkrg_variable_number("kernel_locked_down") >= LOCKDOWN_INTEGRITY_MAX)
		return "yes, by the lockdown of the kernel";
	return "no";
}

/* What passes have found that stays until somebody repairs it */
static void (*const changes[])(struct seq_file *m) = {
	lkrg_text_show,
	lkrg_rodata_show,
	lkrg_sites_show,
	lkrg_module_show_changes,
	lkrg_execmem_show,
	lkrg_hook_show,
};

static int status_show(struct seq_file *m, void *unused)
{
	struct lkrg_scan_stats scan = lkrg_scan_stats();
	size_t i;
	int what;

	show_verdict(m, &scan);
	seq_printf(m, "Guarded:     %s task, %lu KiB of kernel text, %lu KiB of read-only data,\n"
		   "             %lu modules, %u CPUs, %zu strings and switches\n",
		   lkrg_knob(pint_validate) ? "every" : "no",
		   lkrg_text_pages() * (PAGE_SIZE / SZ_1K),
		   lkrg_rodata_pages() * (PAGE_SIZE / SZ_1K), lkrg_modules(),
		   num_online_cpus(),
		   (size_t)(__stop_lkrg_variables - __start_lkrg_variables));
	if (scan.done)
		seq_printf(m, "Last pass:   number %lu, took %lu us\n",
			   scan.done, scan.last_us);
	seq_printf(m, "Violations:  %lu\n", lkrg_reports());
	for (what = LKRG_NO_VIOLATION + 1; what < LKRG_NR_VIOLATIONS; what++) {
		unsigned long count = lkrg_violations(what);

		if (count)
			seq_printf(m, "             %lu %s\n", count,
				   lkrg_violation_name(what));
	}
	for (i = 0; i < ARRAY_SIZE(changes); i++)
		changes[i](m);
	show_settings(m);
	seq_printf(m, "Locked:      %s\n", lock_state());
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(status);

/* What it takes to know what text, read-only data and modules should be, in bytes */
static unsigned long image_memory(void)
{
	const unsigned long sites = lkrg_sites_pages();
	const unsigned long pages = lkrg_text_pages() + lkrg_rodata_pages() + sites;

	return pages * sizeof(struct lkrg_page) + sites * PAGE_SIZE + lkrg_module_memory();
}

static int stats_show(struct seq_file *m, void *unused)
{
	struct lkrg_scan_stats scan = lkrg_scan_stats();
	int what;

	seq_printf(m, "passes_started %lu\n", scan.started);
	seq_printf(m, "passes_done %lu\n", scan.done);
	seq_printf(m, "pass_requested %lu\n", scan.requested);
	seq_printf(m, "pass_coalesced %lu\n", scan.coalesced);
	seq_printf(m, "pass_last_us %lu\n", scan.last_us);
	seq_printf(m, "pass_last_cpu_us %lu\n", scan.last_cpu_us);
	seq_printf(m, "pass_last_end_ms %lu\n", scan.last_end_ms);
	seq_printf(m, "pass_longest_us %lu\n", scan.longest_us);
	seq_printf(m, "pass_longest_piece_ns %lu\n", scan.piece_ns);
	seq_printf(m, "pass_last_bytes %lu\n", scan.last_bytes);
	seq_printf(m, "pass_bytes %lu\n", scan.bytes);
	seq_printf(m, "pass_last_violations %lu\n", scan.last_violations);
	seq_printf(m, "pass_busy %lu\n", scan.busy);
	seq_printf(m, "watch_ticks %lu\n", lkrg_watch_ticks());
	seq_printf(m, "text_pages %lu\n", lkrg_text_pages());
	seq_printf(m, "rodata_pages %lu\n", lkrg_rodata_pages());
	seq_printf(m, "modules %lu\n", lkrg_modules());
	seq_printf(m, "module_pages %lu\n", lkrg_module_pages());
	seq_printf(m, "image_memory %lu\n", image_memory());
	seq_printf(m, "pokes %lu\n", lkrg_text_pokes());
	seq_printf(m, "pokes_refused %lu\n", lkrg_text_refused());
	seq_printf(m, "flow_uncertain %lu\n", lkrg_flow_uncertain());
	seq_printf(m, "patches_by_modules %lu\n", lkrg_hooks_by_modules());
	seq_printf(m, "reports %lu\n", lkrg_reports());
	seq_printf(m, "reports_lost %lu\n", lkrg_reports_lost());
	seq_printf(m, "reports_suppressed %lu\n", lkrg_reports_suppressed());
	for (what = LKRG_NO_VIOLATION + 1; what < LKRG_NR_VIOLATIONS; what++)
		seq_printf(m, "violation_%s %lu\n", lkrg_violation_name(what),
			   lkrg_violations(what));
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(stats);

static int cpus_show(struct seq_file *m, void *unused)
{
	lkrg_cpu_show(m);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(cpus);

static int modules_show(struct seq_file *m, void *unused)
{
	lkrg_module_show(m);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(modules);

static int triggers_show(struct seq_file *m, void *unused)
{
	lkrg_trigger_show(m);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(triggers);

static const struct {
	const char *name;
	const struct file_operations *fops;
} files[] = {
	{ "status", &status_fops },
	{ "stats", &stats_fops },
	{ "cpus", &cpus_fops },
	{ "modules", &modules_fops },
	{ "triggers", &triggers_fops },
};

static int __init lkrg_init_securityfs(void)
{
	struct dentry *dir, *file;
	size_t i;

	if (!static_key_enabled(&lkrg_enabled))
		return 0;
	dir = securityfs_create_dir(LKRG_NAME, NULL);
	if (IS_ERR(dir))
		return PTR_ERR(dir);
	for (i = 0; i < ARRAY_SIZE(files); i++) {
		file = securityfs_create_file(files[i].name, 0400, dir, NULL,
					      files[i].fops);
		if (IS_ERR(file))
			goto remove;
	}
	return 0;
remove:
	securityfs_recursive_remove(dir);
	return PTR_ERR(file);
}
fs_initcall(lkrg_init_securityfs);
