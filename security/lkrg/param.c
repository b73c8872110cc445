// SPDX-License-Identifier: GPL-2.0-only
/*
 * LKRG - Knobs
 *
 * One row of knob_defs.h makes a boot parameter and a sysctl.  Beside them there
 * are names that stand for several: profiles, one for an event, lkrg.trigger, and
 * those of the module that have no meaning here.
 *
 * Locking: settings_lock serialises those who write.  Who reads takes no lock: a
 * setting and its tag are one word.
 */

#include <linux/array_size.h>
#include <linux/atomic.h>
#include <linux/cache.h>
#include <linux/capability.h>
#include <linux/cleanup.h>
#include <linux/init.h>
#include <linux/jump_label.h>
#include <linux/kstrtox.h>
#include <linux/lkrg.h>
#include <linux/mm.h>
#include <linux/moduleparam.h>
#include <linux/mutex.h>
#include <linux/pfn.h>
#include <linux/random.h>
#include <linux/security.h>
#include <linux/set_memory.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/sysctl.h>
#include <linux/vmalloc.h>

#include "common.h"
#include "param.h"
#include "report.h"
#include "scan.h"
#include "tag.h"
#include "trigger.h"
#include "umh.h"
#include "watch.h"

#define LKRG_KNOB(name, min, max, initial, stricter) \
	[LKRG_KNOB_##name] = { #name, min, max, initial, LKRG_##stricter },
const struct lkrg_knob_row lkrg_knobs[] = {
#include "knob_defs.h"
};

#undef LKRG_KNOB

static_assert(ARRAY_SIZE(lkrg_knobs) == LKRG_NR_KNOBS);

/* === Where they are ===================================================== */

/* A page of its own, which becomes read-only. */
u64 lkrg_settings[PAGE_SIZE / sizeof(u64)] __aligned(PAGE_SIZE);
u64 lkrg_initial_settings[LKRG_NR_KNOBS] __ro_after_init;
struct lkrg_settings_key lkrg_settings_key __ro_after_init;

/* The copy, somewhere on the heap */
static u64 *spare __ro_after_init;
static struct lkrg_settings_key spare_key __ro_after_init;

/* See lkrg_is_booted(). */
u64 lkrg_booting __ro_after_init;

static bool is_readonly;
static DEFINE_MUTEX(settings_lock);

/* What was reported and is still to be put back, see mark_of() */
static u64 reported[LKRG_NR_KNOBS];

/* Where they can be written: a mapping that is there for as long as it takes. */
static u64 *open_settings(void)
{
	struct page *page;

	if (!is_readonly)
		return lkrg_settings;
	page = pfn_to_page(PHYS_PFN(__pa_symbol(lkrg_settings)));
	return vmap(&page, 1, VM_MAP, PAGE_KERNEL);
}

static void close_settings(u64 *settings)
{
	if (settings != lkrg_settings)
		vunmap(settings);
}

static void set(u64 *settings, enum lkrg_knob which, int value)
{
	WRITE_ONCE(settings[which], lkrg_setting(&lkrg_settings_key, which, value));
	WRITE_ONCE(spare[which], lkrg_setting(&spare_key, which, value));
	WRITE_ONCE(reported[which], 0);
}

/* Without the other one, neither of these words says anything, also not 0. */
static void end_boot(u64 *settings)
{
	WRITE_ONCE(settings[LKRG_NR_KNOBS], ~lkrg_booting);
}

/* Of what was found.  Whoever writes over a setting does not keep it from being told. */
static u64 mark_of(enum lkrg_knob which, u64 found)
{
	return lkrg_record_fold(lkrg_record_head(&reported[which], found));
}

/* What was set.  Who has written over both gets what guards most. */
static int remembered(enum lkrg_knob which)
{
	const struct lkrg_knob_row *row = &lkrg_knobs[which];
	u64 setting = READ_ONCE(spare[which]);

	if (lkrg_setting_is_authentic(&spare_key, which, setting))
		return (u32)setting;
	return row->stricter == LKRG_LOWER ? row->min : row->max;
}

static bool is_authentic(enum lkrg_knob which)
{
	return lkrg_setting_is_authentic(&lkrg_settings_key, which,
					 READ_ONCE(lkrg_settings[which]));
}

/**
 * lkrg_knob_repair - Find out what a knob is set to that was written over
 * @which: the knob
 * @found: what was read
 *
 * Context: any.
 * Return: the value.
 */
int lkrg_knob_repair(enum lkrg_knob which, u64 found)
{
	struct lkrg_report report = {
		.what = LKRG_POLICY_CHANGED,
		.policy = {
			.name = lkrg_knobs[which].name,
			.expected = remembered(which),
			.found = (u32)found,
		},
	};
	/* It may be this one that was written over. */
	const bool stops = remembered(LKRG_KNOB_kint_enforce) == 2;
	u64 mark = mark_of(which, found);

	if (xchg(&reported[which], mark) == mark && !stops)
		return report.policy.expected;
	report.done = stops ? LKRG_DID_PANIC : LKRG_DID_RESTORE;
	lkrg_report(&report);
	lkrg_trigger(LKRG_TRIGGER_HOOK);
	return report.policy.expected;
}

/* There are no passes before: somebody has written what he has read. */
static void verify_booted(struct lkrg_cursor *cursor)
{
	const bool stops = lkrg_knob(kint_enforce) == 2;
	const struct lkrg_report report = {
		.what = LKRG_POLICY_CHANGED,
		.done = stops ? LKRG_DID_PANIC : LKRG_DID_RESTORE,
		.policy = { .name = "booted", .expected = 1 },
	};
	u64 *settings;

	if (lkrg_is_booted())
		return;
	cursor->violations++;
	lkrg_report(&report);
	settings = open_settings();
	if (!settings)
		return;
	end_boot(settings);
	close_settings(settings);
}

/**
 * lkrg_param_step - Verify all settings, and put back what was written over
 * @cursor: where the pass is
 *
 * Context: task context, may sleep.
 * Return: LKRG_STEP_DONE, or LKRG_STEP_BUSY while somebody writes.
 */
enum lkrg_step lkrg_param_step(struct lkrg_cursor *cursor)
{
	enum lkrg_knob which;
	u64 *settings;

	if (!mutex_trylock(&settings_lock))
		return LKRG_STEP_BUSY;
	for (which = 0; which < LKRG_NR_KNOBS; which++) {
		if (is_authentic(which)) {
			/* A reader that came late may have left it. */
			WRITE_ONCE(reported[which], 0);
			continue;
		}
		cursor->violations++;
		lkrg_knob_value(which);
		settings = open_settings();
		if (!settings)
			continue;
		set(settings, which, remembered(which));
		close_settings(settings);
	}
	verify_booted(cursor);
	mutex_unlock(&settings_lock);
	return LKRG_STEP_DONE;
}

/* === What they are set to =============================================== */

/* What stands for the values of lkrg.patch */
static const char *const patch_words[] = { "allow", "log", "deny" };

static bool is_word(const struct lkrg_knob_row *row, const char *text, int *value)
{
	if (row != &lkrg_knobs[LKRG_KNOB_patch])
		return false;
	*value = sysfs_match_string(patch_words, text);
	return *value >= 0;
}

/**
 * lkrg_param_parse - Read a value
 * @row: of which knob
 * @text: a whole number in decimal, octal or hexadecimal, or a word if the knob has
 *	some; a newline may follow
 * @value: is set
 *
 * Return: 0, or -EINVAL after a line in the log that names knob and range.
 */
int lkrg_param_parse(const struct lkrg_knob_row *row, const char *text, int *value)
{
	if (text && is_word(row, text, value))
		return 0;
	if (text && !kstrtoint(text, 0, value) && *value >= row->min &&
	    *value <= row->max)
		return 0;
	lkrg_say_bad_value(row->name, row->min, row->max);
	return -EINVAL;
}

/**
 * lkrg_param_weakens - Does a new value guard less?
 * @row: of which knob
 * @old: its value
 * @new: the new one
 *
 * Return: whether it does.
 */
bool lkrg_param_weakens(const struct lkrg_knob_row *row, int old, int new)
{
	return (row->stricter == LKRG_HIGHER && new < old) ||
	       (row->stricter == LKRG_LOWER && new > old);
}

/**
 * lkrg_param_is_locked - Is it no longer allowed to guard less?
 *
 * By lkrg.lock, or by the lockdown of the kernel, which logs that it was asked.
 *
 * Return: whether it is.
 */
bool lkrg_param_is_locked(void)
{
	return lkrg_is_booted() &&
	       (lkrg_knob(lock) || security_locked_down(LOCKDOWN_INTEGRITY_MAX));
}

/* A profile sets several knobs, or a knob is one that sets itself. */
struct assignment {
	enum lkrg_knob which;
	int value;
	int old;
};

static void take_effect(void)
{
	lkrg_scan_reschedule();
	lkrg_watch_start();
	lkrg_trigger_sources();
}

/* All of them or none. */
static int assign(const char *name, struct assignment *list, size_t count)
{
	bool changed = false;
	u64 *settings;
	size_t i;

	scoped_guard(mutex, &settings_lock) {
		for (i = 0; i < count; i++) {
			enum lkrg_knob which = list[i].which;

			list[i].old = lkrg_knob_value(which);
			changed |= list[i].old != list[i].value;
			if (!lkrg_param_weakens(&lkrg_knobs[which], list[i].old,
						list[i].value) || !lkrg_param_is_locked())
				continue;
			lkrg_say_locked(name, lkrg_knobs[which].name);
			return -EPERM;
		}
		settings = open_settings();
		if (!settings)
			return -ENOMEM;
		for (i = 0; i < count; i++)
			set(settings, list[i].which, list[i].value);
		close_settings(settings);
	}
	if (changed)
		take_effect();
	/* At boot there is a line for all. */
	if (!lkrg_is_booted())
		return 0;
	for (i = 0; i < count; i++) {
		if (list[i].old != list[i].value)
			lkrg_say_set(lkrg_knobs[list[i].which].name, list[i].old,
				     list[i].value);
	}
	return 0;
}

/**
 * struct profile - A value of lkrg.profile_validate or lkrg.profile_enforce
 * @value: the values of the knobs that it sets
 */
struct profile {
	int value[7];
};

static const enum lkrg_knob validate_knobs[] = {
	LKRG_KNOB_kint_validate, LKRG_KNOB_pint_validate, LKRG_KNOB_pcfi_validate,
	LKRG_KNOB_umh_validate, LKRG_KNOB_msr_validate, LKRG_KNOB_smep_validate,
	LKRG_KNOB_smap_validate,
};

static const struct profile validate_profiles[] = {
	{ { 0, 0, 0, 0, 0, 0, 0 } },
	{ { 1, 1, 1, 1, 0, 1, 1 } },
	{ { 2, 1, 1, 1, 0, 1, 1 } },
	{ { 3, 1, 2, 1, 1, 1, 1 } },
	{ { 3, 3, 2, 2, 1, 1, 1 } },
};

static const enum lkrg_knob enforce_knobs[] = {
	LKRG_KNOB_kint_enforce, LKRG_KNOB_pint_enforce, LKRG_KNOB_pcfi_enforce,
	LKRG_KNOB_umh_enforce, LKRG_KNOB_smep_enforce, LKRG_KNOB_smap_enforce,
};

static const struct profile enforce_profiles[] = {
	{ { 0, 0, 0, 0, 0, 0 } },
	{ { 1, 1, 1, 1, 2, 2 } },
	{ { 2, 1, 1, 1, 2, 2 } },
	{ { 2, 2, 2, 2, 2, 2 } },
};

/* What a profile is called when the knobs are as in none of them. */
#define CUSTOM 9

/**
 * struct name - A boot parameter and sysctl that is not a knob
 * @row: what may be written; @initial is what is read if there is no profile
 * @knobs: those that it sets
 * @nr_knobs: how many
 * @profiles: to which values
 * @instead: what to use instead of another value than the only one
 * @boot_only: it is no sysctl
 */
struct name {
	struct lkrg_knob_row row;
	const enum lkrg_knob *knobs;
	size_t nr_knobs;
	const struct profile *profiles;
	const char *instead;
	bool boot_only;
};

#define REMOTE "netconsole, or the remote plug-in of auditd"

static const struct name names[] = {
	{ { "profile_validate", 0, ARRAY_SIZE(validate_profiles) - 1 },
	  validate_knobs, ARRAY_SIZE(validate_knobs), validate_profiles },
	{ { "profile_enforce", 0, ARRAY_SIZE(enforce_profiles) - 1 },
	  enforce_knobs, ARRAY_SIZE(enforce_knobs), enforce_profiles },
	{ { "trigger", 0, 1 } },
	{ { "hide", 0, 0 }, .instead = "nothing: the guard is part of the kernel" },
	{ { "net_server_addr" }, .instead = REMOTE, .boot_only = true },
	{ { "net_server_port" }, .instead = REMOTE, .boot_only = true },
	{ { "net_server_pk" }, .instead = REMOTE, .boot_only = true },
};

static bool is_profile(const struct name *name, int number)
{
	size_t i;

	for (i = 0; i < name->nr_knobs; i++) {
		if (lkrg_knob_value(name->knobs[i]) !=
		    name->profiles[number].value[i])
			return false;
	}
	return true;
}

static int read_name(const struct name *name)
{
	int i;

	if (!name->profiles)
		return 0;
	for (i = 0; i <= name->row.max; i++) {
		if (is_profile(name, i))
			return i;
	}
	return CUSTOM;
}

static int write_name(const struct name *name, const char *text)
{
	struct assignment list[ARRAY_SIZE(validate_knobs)];
	int value;
	size_t i;

	if (name->instead) {
		if (!text || !*text || (!kstrtoint(text, 0, &value) && !value))
			return 0;
		lkrg_say_instead(name->row.name, name->instead);
		return -EINVAL;
	}
	/* What was saved while they were as in no profile leaves them so. */
	if (name->profiles && text && !kstrtoint(text, 0, &value) && value == CUSTOM)
		return 0;
	if (lkrg_param_parse(&name->row, text, &value))
		return -EINVAL;
	if (!name->profiles) {
		if (value)
			lkrg_trigger(LKRG_TRIGGER_WRITTEN);
		return 0;
	}
	for (i = 0; i < name->nr_knobs; i++)
		list[i] = (struct assignment){ name->knobs[i],
					       name->profiles[value].value[i] };
	return assign(name->row.name, list, name->nr_knobs);
}

static int write_knob(enum lkrg_knob which, const char *text)
{
	struct assignment assignment = { .which = which };

	return lkrg_param_parse(&lkrg_knobs[which], text, &assignment.value) ?:
	       assign(lkrg_knobs[which].name, &assignment, 1);
}

/* === Boot parameters ==================================================== */

/* Other parameters are not ours; a bad value must not stop the parser. */
static int __init set_boot_parameter(char *param, char *text, const char *unused,
				     void *arg)
{
	static const char prefix[] __initconst = LKRG_NAME ".";
	size_t i;

	if (strncmp(param, prefix, sizeof(prefix) - 1))
		return 0;
	param += sizeof(prefix) - 1;
	for (i = 0; i < LKRG_NR_KNOBS; i++) {
		if (parameq(param, lkrg_knobs[i].name)) {
			write_knob(i, text);
			return 0;
		}
	}
	for (i = 0; i < ARRAY_SIZE(names); i++) {
		if (parameq(param, names[i].row.name)) {
			write_name(&names[i], text);
			return 0;
		}
	}
	if (parameq(param, "umh_allow")) {
		lkrg_umh_allow(text);
		return 0;
	}
	lkrg_say_unknown_parameter(param);
	return 0;
}

/**
 * lkrg_param_init - Set all knobs from the table and the command line
 *
 * Return: 0 or -ENOMEM.
 */
int __init lkrg_param_init(void)
{
	char *line = kstrdup(saved_command_line, GFP_KERNEL);
	size_t i;

	spare = (u64 *)get_zeroed_page(GFP_KERNEL);
	if (!line || !spare) {
		kfree(line);
		return -ENOMEM;
	}
	get_random_bytes(&lkrg_settings_key, sizeof(lkrg_settings_key));
	get_random_bytes(&spare_key, sizeof(spare_key));
	/* An even number would let the highest bits go. */
	lkrg_settings_key.multiply |= 1;
	spare_key.multiply |= 1;
	for (i = 0; i < LKRG_NR_KNOBS; i++) {
		lkrg_initial_settings[i] =
			lkrg_setting(&lkrg_settings_key, i, lkrg_knobs[i].initial);
		set(lkrg_settings, i, lkrg_knobs[i].initial);
	}
	lkrg_booting = get_random_u64();
	lkrg_settings[LKRG_NR_KNOBS] = lkrg_booting;
	parse_args(LKRG_NAME, line, NULL, 0, 0, 0, NULL, set_boot_parameter);
	kfree(line);
	return 0;
}

/**
 * lkrg_param_protect - Say that the boot is over, and make the settings read-only
 *
 * Context: task context; the kernel has made itself read-only, and each baseline is taken.
 */
void lkrg_param_protect(void)
{
	if (lkrg_is_booted())
		return;
	mutex_lock(&settings_lock);
	end_boot(lkrg_settings);
	is_readonly = rodata_enabled && !set_memory_ro((unsigned long)lkrg_settings, 1);
	mutex_unlock(&settings_lock);
}

/* === Sysctls ============================================================ */

/* What a sysctl is about: a knob or another name, by its number. */
#define NR_SYSCTLS (LKRG_NR_KNOBS + ARRAY_SIZE(names))

static int read_number(size_t number)
{
	return number < LKRG_NR_KNOBS ? lkrg_knob_value(number) :
					read_name(&names[number - LKRG_NR_KNOBS]);
}

static int write_number(size_t number, const char *text)
{
	return number < LKRG_NR_KNOBS ?
		write_knob(number, text) :
		write_name(&names[number - LKRG_NR_KNOBS], text);
}

static const struct lkrg_knob_row *row_of(size_t number)
{
	return number < LKRG_NR_KNOBS ? &lkrg_knobs[number] :
					&names[number - LKRG_NR_KNOBS].row;
}

static int handle_sysctl(const struct ctl_table *table, int write, void *buffer,
			 size_t *lenp, loff_t *ppos)
{
	size_t number = (uintptr_t)table->extra1;
	const struct lkrg_knob_row *row = row_of(number);
	int value = read_number(number);
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
	err = write_number(number, text);
	if (!err)
		*ppos += *lenp;
	return err;
}

static struct ctl_table sysctls[NR_SYSCTLS];

static int __init lkrg_init_sysctl(void)
{
	size_t number, count = 0;

	if (!static_key_enabled(&lkrg_enabled) || !IS_ENABLED(CONFIG_SYSCTL))
		return 0;
	for (number = 0; number < NR_SYSCTLS; number++) {
		if (number >= LKRG_NR_KNOBS && names[number - LKRG_NR_KNOBS].boot_only)
			continue;
		sysctls[count].procname = row_of(number)->name;
		sysctls[count].maxlen = sizeof(int);
		sysctls[count].mode = 0600;
		sysctls[count].proc_handler = handle_sysctl;
		sysctls[count].extra1 = (void *)number;
		count++;
	}
	return register_sysctl_sz(LKRG_NAME, sysctls, count) ? 0 : -ENOMEM;
}
fs_initcall(lkrg_init_sysctl);

/**
 * lkrg_param_format - Write all settings
 * @buffer: where
 * @size: its size
 */
void lkrg_param_format(char *buffer, size_t size)
{
	enum lkrg_knob which;
	size_t len = 0;

	for (which = 0; which < LKRG_NR_KNOBS; which++)
		len += scnprintf(buffer + len, size - len, "%s%s=%d",
				 which ? " " : "", lkrg_knobs[which].name,
				 lkrg_knob_value(which));
}
