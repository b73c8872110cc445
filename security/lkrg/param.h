/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * LKRG - Knobs
 */

#ifndef _SECURITY_LKRG_PARAM_H
#define _SECURITY_LKRG_PARAM_H

#include <linux/build_bug.h>
#include <linux/compiler.h>
#include <linux/init.h>
#include <linux/limits.h>
#include <linux/types.h>

#include <asm/page.h>

#include "scan.h"

/**
 * DOC: Knobs
 *
 * What each of them means is told in Documentation/admin-guide/LSM/lkrg.rst.
 *
 * The settings are a record like others: they lie in a page that is read-only,
 * they change in one function only, and each carries a tag, which is verified
 * whenever it is used.  Where it does not match, a copy elsewhere, under a tag of
 * its own, says what was set: that is used, and the next pass puts it back.
 */

#define LKRG_KNOB(name, ...) \
	LKRG_KNOB_##name,
enum lkrg_knob {
#include "knob_defs.h"
	LKRG_NR_KNOBS
};

#undef LKRG_KNOB

/**
 * enum lkrg_stricter - In which direction a knob guards more
 * @LKRG_HIGHER: the larger the value
 * @LKRG_LOWER: the smaller
 * @LKRG_EITHER: it guards nothing
 */
enum lkrg_stricter {
	LKRG_HIGHER,
	LKRG_LOWER,
	LKRG_EITHER,
};

/**
 * struct lkrg_knob_row - One knob
 * @name: boot parameter and sysctl lkrg.<name>
 * @min: smallest value
 * @max: largest value
 * @initial: value unless somebody says otherwise
 * @stricter: in which direction it guards more
 */
struct lkrg_knob_row {
	const char *name;
	int min;
	int max;
	int initial;
	enum lkrg_stricter stricter;
};

/**
 * struct lkrg_settings_key - What tags of settings are made with
 * @add: one number for each knob
 * @multiply: one number for all
 */
struct lkrg_settings_key {
	u64 add[LKRG_NR_KNOBS];
	u64 multiply;
};

extern const struct lkrg_knob_row lkrg_knobs[];
extern struct lkrg_settings_key lkrg_settings_key;
extern u64 lkrg_settings[PAGE_SIZE / sizeof(u64)];
extern u64 lkrg_initial_settings[LKRG_NR_KNOBS];
extern u64 lkrg_booting;

static_assert(PAGE_SIZE / sizeof(u64) > LKRG_NR_KNOBS);

/**
 * lkrg_is_booted - Is there what all is compared with?
 *
 * What says so is behind the settings, which are read-only by then.  Who writes over it
 * nevertheless does not take it back, unless he has read what to write, which the next
 * pass finds.
 *
 * Context: any.
 * Return: whether there is; then the lock counts as well.
 */
static __always_inline bool lkrg_is_booted(void)
{
	return READ_ONCE(lkrg_settings[LKRG_NR_KNOBS]) != lkrg_booting;
}

int lkrg_knob_repair(enum lkrg_knob which, u64 found);

static __always_inline u64 lkrg_setting_tag(const struct lkrg_settings_key *key,
					    enum lkrg_knob which, u32 value)
{
	return (key->add[which] + value) * key->multiply;
}

/* The value, and in the upper half that of its tag: both change at once. */
static inline u64 lkrg_setting(const struct lkrg_settings_key *key,
			       enum lkrg_knob which, u32 value)
{
	return (lkrg_setting_tag(key, which, value) & ~(u64)U32_MAX) | value;
}

static __always_inline bool lkrg_setting_is_authentic(const struct lkrg_settings_key *key,
						      enum lkrg_knob which, u64 setting)
{
	return !((lkrg_setting_tag(key, which, setting) ^ setting) >> 32);
}

/**
 * lkrg_knob_value - What a knob is set to
 * @which: the knob
 *
 * Context: any.
 * Return: the value, whoever has written over it.
 */
static __always_inline int lkrg_knob_value(enum lkrg_knob which)
{
	u64 setting = READ_ONCE(lkrg_settings[which]);

	if (unlikely(!lkrg_setting_is_authentic(&lkrg_settings_key, which, setting)))
		return lkrg_knob_repair(which, setting);
	return (u32)setting;
}

#define lkrg_knob(name) lkrg_knob_value(LKRG_KNOB_##name)

/*
 * Is a knob what it is unless somebody says otherwise?  For the most frequent of hooks:
 * there is one setting for one value, so that needs no tag.
 */
#define lkrg_knob_is_initial(name)					\
	likely(READ_ONCE(lkrg_settings[LKRG_KNOB_##name]) ==		\
	       lkrg_initial_settings[LKRG_KNOB_##name])

int __init lkrg_param_init(void);
void lkrg_param_protect(void);
bool lkrg_param_is_locked(void);
int lkrg_param_parse(const struct lkrg_knob_row *row, const char *text, int *value);
bool lkrg_param_weakens(const struct lkrg_knob_row *row, int old, int new);
enum lkrg_step lkrg_param_step(struct lkrg_cursor *cursor);

/* All settings as text */
#define LKRG_SETTINGS_SIZE 512

void lkrg_param_format(char *buffer, size_t size);

#endif /* _SECURITY_LKRG_PARAM_H */
