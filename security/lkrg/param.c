// SPDX-License-Identifier: GPL-2.0-only
/*
 * LKRG - Knobs
 *
 * One row of the table makes a boot parameter and a sysctl.
 */

#include <linux/array_size.h>
#include <linux/cache.h>
#include <linux/capability.h>
#include <linux/init.h>
#include <linux/kstrtox.h>
#include <linux/lkrg.h>
#include <linux/moduleparam.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/sysctl.h>

#include "common.h"
#include "param.h"
#include "report.h"
#include "scan.h"
#include "trigger.h"
#include "watch.h"

struct lkrg_knob lkrg_knob __read_mostly;

/* Writing 1 asks for a pass; there is nothing to remember. */
static void trigger(int value)
{
	WRITE_ONCE(lkrg_knob.trigger, 0);
	if (value)
		lkrg_trigger(LKRG_TRIGGER_WRITTEN);
}

static void reschedule(int unused)
{
	lkrg_scan_reschedule();
	lkrg_watch_start();
	lkrg_trigger_sources();
}

static const struct lkrg_knob_row rows[] = {
	{ "interval", &lkrg_knob.interval, 5, 1800, 15, reschedule },
	{ "kint_validate", &lkrg_knob.kint_validate, 0, 3, 3, reschedule },
	{ "kint_enforce", &lkrg_knob.kint_enforce, 0, 2, 2 },
	{ "msr_validate", &lkrg_knob.msr_validate, 0, 1, 1 },
	{ "smep_validate", &lkrg_knob.smep_validate, 0, 1, 1 },
	{ "smep_enforce", &lkrg_knob.smep_enforce, 0, 2, 2 },
	{ "smap_validate", &lkrg_knob.smap_validate, 0, 1, 1 },
	{ "smap_enforce", &lkrg_knob.smap_enforce, 0, 2, 2 },
	{ "pint_validate", &lkrg_knob.pint_validate, 0, 3, 1, reschedule },
	{ "pint_enforce", &lkrg_knob.pint_enforce, 0, 2, 1 },
	{ "heartbeat", &lkrg_knob.heartbeat, 0, 1, 0 },
	{ "trigger", &lkrg_knob.trigger, 0, 1, 0, trigger },
};

static_assert(sizeof(lkrg_knob) == ARRAY_SIZE(rows) * sizeof(int));

/**
 * lkrg_param_set - Set a knob from text
 * @row: which
 * @text: a whole number in decimal, octal or hexadecimal, a newline may follow
 *
 * Return: 0, or -EINVAL after a line in the log that names knob and range.
 */
int lkrg_param_set(const struct lkrg_knob_row *row, const char *text)
{
	int value;

	if (!text || kstrtoint(text, 0, &value) ||
	    value < row->min || value > row->max) {
		lkrg_say_bad_value(row->name, row->min, row->max);
		return -EINVAL;
	}
	WRITE_ONCE(*row->value, value);
	if (row->changed)
		row->changed(value);
	return 0;
}

/* Other parameters are not ours; a bad value must not stop the parser. */
static int __init set_boot_parameter(char *param, char *text, const char *unused,
				     void *arg)
{
	static const char prefix[] __initconst = LKRG_NAME ".";
	size_t i;

	if (strncmp(param, prefix, sizeof(prefix) - 1))
		return 0;
	param += sizeof(prefix) - 1;
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		if (parameq(param, rows[i].name)) {
			lkrg_param_set(&rows[i], text);
			return 0;
		}
	}
	lkrg_say_unknown_parameter(param);
	return 0;
}

/**
 * lkrg_param_init - Set all knobs from the table and the command line
 */
void __init lkrg_param_init(void)
{
	char *line = kstrdup(saved_command_line, GFP_KERNEL);
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++)
		*rows[i].value = rows[i].initial;
	if (!line)
		return;
	parse_args(LKRG_NAME, line, NULL, 0, 0, 0, NULL, set_boot_parameter);
	kfree(line);
}

static int handle_sysctl(const struct ctl_table *table, int write, void *buffer,
			 size_t *lenp, loff_t *ppos)
{
	const struct lkrg_knob_row *row = table->extra1;
	int value = READ_ONCE(*row->value);
	struct ctl_table copy = *table;
	char text[32];
	int err;

	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	if (!write) {
		copy.data = &value;
		return proc_dointvec(&copy, write, buffer, lenp, ppos);
	}

	/* One write, one value: text that does not fit is not one. */
	if (*ppos || *lenp >= sizeof(text) || memchr(buffer, '\0', *lenp)) {
		lkrg_say_bad_value(row->name, row->min, row->max);
		return -EINVAL;
	}
	memcpy(text, buffer, *lenp);
	text[*lenp] = '\0';
	err = lkrg_param_set(row, text);
	if (!err)
		*ppos += *lenp;
	return err;
}

static struct ctl_table sysctls[ARRAY_SIZE(rows)];

static int __init lkrg_init_sysctl(void)
{
	size_t i;

	if (!static_key_enabled(&lkrg_enabled) || !IS_ENABLED(CONFIG_SYSCTL))
		return 0;
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		sysctls[i].procname = rows[i].name;
		sysctls[i].maxlen = sizeof(int);
		sysctls[i].mode = 0600;
		sysctls[i].proc_handler = handle_sysctl;
		sysctls[i].extra1 = (void *)&rows[i];
	}
	return register_sysctl(LKRG_NAME, sysctls) ? 0 : -ENOMEM;
}
fs_initcall(lkrg_init_sysctl);

/**
 * lkrg_param_format - Write all settings
 * @buffer: where
 * @size: its size
 */
void lkrg_param_format(char *buffer, size_t size)
{
	size_t len = 0, i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		if (rows[i].value == &lkrg_knob.trigger)
			continue;
		len += scnprintf(buffer + len, size - len, "%s%s=%d",
				 i ? " " : "", rows[i].name,
				 READ_ONCE(*rows[i].value));
	}
}
