// SPDX-License-Identifier: GPL-2.0-only
/*
 * LKRG - Variables that decide
 *
 * Names of programs that the kernel starts, and switches that turn protection on and
 * off.  They cannot be read-only, because root may change them.  Who owns one names
 * it with LKRG_GUARD(), which makes an entry in a table in read-only data.
 *
 * A record has the value and a tag.  It changes together with the variable, while the
 * lock is held: from before the writer looks at it until he has written.  In between
 * nobody verifies, so a difference is no race and one look is enough.  A writer that
 * changes nothing declares nothing, so he cannot make a record of what was forged, and
 * neither can one who is not root.
 *
 * Locking: variables_lock.  Hooks take it when the kernel reads a file, under whatever
 * locks there are, such as cpu_hotplug_lock around firmware.  So who changes a variable
 * begins and ends inside of the locks of his own.  A pass only tries to take it.
 */

#include <linux/atomic.h>
#include <linux/bits.h>
#include <linux/cache.h>
#include <linux/capability.h>
#include <linux/cleanup.h>
#include <linux/compiler.h>
#include <linux/cred.h>
#include <linux/init.h>
#include <linux/lkrg.h>
#include <linux/lockdep.h>
#include <linux/math.h>
#include <linux/minmax.h>
#include <linux/mutex.h>
#include <linux/panic.h>
#include <linux/random.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/sysctl.h>
#include <linux/uidgid.h>
#include <linux/user_namespace.h>

#include "image.h"
#include "param.h"
#include "report.h"
#include "tag.h"
#include "task.h"
#include "variable.h"

/**
 * struct record - What a variable should hold
 * @tag: over @value, the address of the variable and @version
 * @version: how often it was declared
 * @value: what was declared last, filled up with zeroes to pairs of words
 * @before: what it held before who holds the lock changed it
 * @reported: a mark that others cannot make, when it differs and is left as it is
 */
struct record {
	u128 tag;
	u64 version;
	u64 *value;
	u64 *before;
	u64 reported;
};

static struct record *variable_records __ro_after_init;

static DEFINE_MUTEX(variables_lock);

/* What was declared to taint the kernel, and one bit more */
static u64 flags_declared;
static u64 flags_key[2] __ro_after_init;

#define FTRACE_KILLED TAINT_FLAGS_COUNT

/*
 * The sum of what all numbers contribute, so that those that are as they should be are
 * verified at once.  If it does not match, each of them is, by its record.
 */
static u128 numbers;

#define FIRST __start_lkrg_variables
#define LAST __stop_lkrg_variables

static bool is_helper(const struct lkrg_variable *v)
{
	return v->rule == LKRG_HELPER;
}

/* What who changes it begins and ends with */
static const void *via_of(const struct lkrg_variable *v)
{
	return v->via ?: v->data;
}

static struct record *record_of(const struct lkrg_variable *v)
{
	return &variable_records[v - FIRST];
}

/*
 * Records of tasks are shorter: the keys of pages are for this as well, told apart by
 * what the tag is about.
 */
static __always_inline u128 tag_of(const struct lkrg_variable *v, u64 version,
				   const u64 *value)
{
	u128 sum = lkrg_record_head(v->data, version);
	size_t i = 0;

	do {
		sum += lkrg_page_words(i, value[2 * i], value[2 * i + 1]);
	} while (++i * LKRG_PAIR < v->size);
	return sum;
}

static __always_inline bool is_authentic(const struct lkrg_variable *v,
					 const struct record *r)
{
	return r->tag == tag_of(v, r->version, r->value);
}

/* Others can change without the lock, or are longer. */
static __always_inline bool is_number(const struct lkrg_variable *v)
{
	return v->rule != LKRG_HELPER && v->rule != LKRG_TAINT && v->rule != LKRG_FTRACE;
}

static __always_inline u64 number(const struct lkrg_variable *v, const void *data)
{
	u64 value = 0;

	switch (v->size) {
	case sizeof(u8):
		return *(const u8 *)data;
	case sizeof(u32):
		return *(const u32 *)data;
	case sizeof(u64):
		return *(const u64 *)data;
	}
	memcpy(&value, data, min(v->size, sizeof(value)));
	return value;
}

/* Each number has a pair of keys. */
static __always_inline u128 part_of(const struct lkrg_variable *v, u64 value)
{
	return lkrg_page_words(v - FIRST, value, 0);
}

/* Of what is in memory nothing is read twice: what is added to a sum was judged. */
static bool is_on_record(const struct lkrg_variable *v, const struct record *r, u64 value)
{
	const u64 pair[LKRG_PAIR / sizeof(u64)] = { value };

	return r->tag == tag_of(v, r->version, pair);
}

/* Returns what is on record now. */
static u64 put_number(const struct lkrg_variable *v, struct record *r)
{
	const u64 old = READ_ONCE(r->value[0]), new = number(v, v->data);

	/* With a record that was forged the sum does not match any more. */
	if (is_on_record(v, r, old))
		numbers += part_of(v, new) - part_of(v, old);
	r->value[0] = new;
	r->value[1] = 0;
	return new;
}

static void seal(const struct lkrg_variable *v, struct record *r)
{
	u64 pair[LKRG_PAIR / sizeof(u64)] = { };
	const u64 *value = r->value;

	if (is_number(v)) {
		pair[0] = put_number(v, r);
		value = pair;
	} else {
		memcpy(r->value, v->data, v->size);
	}
	r->version++;
	r->tag = tag_of(v, r->version, value);
	r->reported = 0;
}

/* The flags, and in the upper half their tag: both change at once. */
static u64 flags_word(u32 flags)
{
	u64 tag = (flags + flags_key[0]) * (flags_key[1] | 1);

	return (tag & ~(u64)U32_MAX) | flags;
}

static int enforcement(const struct lkrg_variable *v)
{
	return is_helper(v) ? lkrg_knob(umh_enforce) : lkrg_knob(kint_enforce);
}

static enum lkrg_done reaction(const struct lkrg_variable *v, bool known)
{
	switch (enforcement(v)) {
	case 0:
		return LKRG_DID_LOG;
	case 1:
		return known ? LKRG_DID_RESTORE : LKRG_DID_LOG;
	default:
		return LKRG_DID_PANIC;
	}
}

/* Of taints only what is missing: whoever adds another one takes no lock. */
static void restore(const struct lkrg_variable *v, const struct record *r)
{
	unsigned int flag;

	if (v->rule != LKRG_TAINT) {
		memcpy(v->data, r->value, v->size);
		return;
	}
	for (flag = 0; flag < TAINT_FLAGS_COUNT; flag++) {
		if (r->value[0] & BIT(flag))
			set_bit(flag, v->data);
	}
}

/*
 * Without a word of what was declared nobody knows which taints there were.  What there
 * is stays, and is taken for what was declared.
 */
static bool has_lost_taints(const struct lkrg_variable *v)
{
	u64 word = READ_ONCE(flags_declared);

	if (v->rule != LKRG_TAINT || word == flags_word(word))
		return false;
	WRITE_ONCE(flags_declared, flags_word(0));
	return true;
}

/* No mark is zero. */
static u64 mark_of(const struct lkrg_variable *v, const struct record *r)
{
	return lkrg_record_fold(lkrg_record_head(r, (uintptr_t)v)) | 1;
}

/* Returns whether it was reported before, and stays. */
static noinline bool found_different(const struct lkrg_variable *v, struct record *r)
{
	bool known = is_authentic(v, r) && !has_lost_taints(v);
	struct lkrg_report report = {
		.what = is_helper(v) ? LKRG_HELPER_CHANGED : LKRG_SWITCH_CHANGED,
		.done = reaction(v, known),
		.variable = {
			.name = v->name,
			.size = min(v->size, LKRG_SHOWN),
			.is_text = is_helper(v),
			.known = known,
		},
	};
	/* Nobody may keep a panic from coming by what was reported once. */
	bool reported = r->reported == mark_of(v, r) && report.done == LKRG_DID_LOG;

	memcpy(report.variable.expected, r->value, report.variable.size);
	memcpy(report.variable.found, v->data, report.variable.size);
	if (report.done == LKRG_DID_RESTORE)
		restore(v, r);
	else if (report.done == LKRG_DID_LOG)
		r->reported = mark_of(v, r);
	if (!reported)
		lkrg_report(&report);
	return reported;
}

/*
 * Whoever finds something that taints the kernel may hold any lock.  So what was
 * declared is a word of its own, flags and tag, and the record is what it says and
 * what there is beside, which is looked at once: more may come.
 */
static bool has_taints(const struct lkrg_variable *v, struct record *r)
{
	u64 word = READ_ONCE(flags_declared), found;

	/* What was declared is there; pairs with declare(). */
	smp_rmb();
	found = READ_ONCE(*(const unsigned long *)v->data);
	if (!is_authentic(v, r) || word != flags_word(word))
		return false;
	r->value[0] |= found | (word & TAINT_FLAGS_MAX);
	r->version++;
	r->tag = tag_of(v, r->version, r->value);
	return r->value[0] == found;
}

/* So may who kills function tracing, which is for ever. */
static bool is_killed(void)
{
	u64 word;

	/* What differs was looked at first; pairs with declare(). */
	smp_rmb();
	word = READ_ONCE(flags_declared);
	return word == flags_word(word) && word & BIT(FTRACE_KILLED);
}

/* Most of them are numbers. */
static __always_inline bool is_same(const struct lkrg_variable *v, const u64 *value)
{
	return v->size == sizeof(u32) ? *(const u32 *)v->data == *(const u32 *)value :
					!memcmp(v->data, value, v->size);
}

static __always_inline bool is_intact(const struct lkrg_variable *v, struct record *r)
{
	bool intact;

	if (v->rule == LKRG_TAINT)
		intact = has_taints(v, r);
	else
		intact = is_same(v, r->value) && is_authentic(v, r);
	if (unlikely(!intact))
		return v->rule == LKRG_FTRACE && is_killed();
	r->reported = 0;
	return true;
}

static bool are_wanted(bool helpers)
{
	return helpers ? lkrg_knob(umh_validate) : lkrg_knob(kint_validate);
}

/* With the lock held. */
static __always_inline bool verify_wanted(const struct lkrg_variable *v,
					  struct record *r)
{
	lockdep_assert_held(&variables_lock);
	if (likely(is_intact(v, r)))
		return true;
	found_different(v, r);
	return false;
}

static bool verify(const struct lkrg_variable *v)
{
	return !are_wanted(is_helper(v)) || verify_wanted(v, record_of(v));
}

/* === Who changes them =================================================== */

/**
 * lkrg_is_root - May the current task say what the kernel does?
 *
 * Modes of files are in memory as well, and who writes over one makes anybody a writer.
 * So it is asked once more who that is.
 *
 * Context: task context; whether its credentials are right is another question.
 * Return: whether it may.
 */
bool lkrg_is_root(void)
{
	const struct cred *cred = current_cred();

	return uid_eq(cred->euid, GLOBAL_ROOT_UID) ||
	       (cred->user_ns == &init_user_ns &&
		(cap_raised(cred->cap_effective, CAP_DAC_OVERRIDE) ||
		 cap_raised(cred->cap_effective, CAP_SYS_ADMIN)));
}

/* When it is only logged it is reported with what becomes of it, in end(). */
static int refuse(const struct lkrg_variable *v)
{
	struct lkrg_report report = {
		.what = is_helper(v) ? LKRG_HELPER_CHANGED : LKRG_SWITCH_CHANGED,
		.done = enforcement(v) == 1 ? LKRG_DID_REFUSE : LKRG_DID_PANIC,
		.variable.name = v->name,
	};

	if (!enforcement(v))
		return 0;
	lkrg_take_name(&report.variable.by, current);
	lkrg_report(&report);
	return -EPERM;
}

/* The boot may be over when it ends. */
static void begin(const struct lkrg_variable *v)
{
	if (!variable_records)
		return;
	if (lkrg_is_booted())
		verify(v);
	memcpy(record_of(v)->before, v->data, v->size);
}

static bool is_final(const struct lkrg_variable *v, u64 value)
{
	return (v->rule == LKRG_STAYS_1 && value == 1) ||
	       (v->rule == LKRG_STAYS_3 && value == 3);
}

static bool may_change(const struct lkrg_variable *v, const struct record *r)
{
	/* What was declared, whatever somebody has made of it meanwhile */
	const u64 declared = number(v, r->value);

	/* Nobody has this right. */
	if (is_final(v, declared) ||
	    (v->rule == LKRG_RISES && number(v, v->data) < declared))
		return false;
	return lkrg_is_root() && !lkrg_task_check_full(LKRG_AT_variable);
}

static void end(const struct lkrg_variable *v)
{
	struct record *r = record_of(v);

	if (!lkrg_is_booted() || !memcmp(r->before, v->data, v->size))
		return;
	if (may_change(v, r))
		seal(v, r);
	else
		verify(v);
}

/* Most of what changes is not guarded: then nobody takes the lock. */
static bool changes_variable(const void *via)
{
	const struct lkrg_variable *v;

	if (!via)
		return false;
	for (v = FIRST; v < LAST; v++) {
		if (via_of(v) == via)
			return true;
	}
	return false;
}

void __lkrg_variable_begin(const void *via)
{
	const struct lkrg_variable *v;

	if (!changes_variable(via))
		return;
	mutex_lock(&variables_lock);
	for (v = FIRST; v < LAST; v++) {
		if (via_of(v) == via)
			begin(v);
	}
}

void __lkrg_variable_end(const void *via)
{
	const struct lkrg_variable *v;

	if (!changes_variable(via))
		return;
	for (v = FIRST; v < LAST; v++) {
		if (via_of(v) == via)
			end(v);
	}
	mutex_unlock(&variables_lock);
}

static void declare(unsigned int flag)
{
	u64 old = READ_ONCE(flags_declared);

	/*
	 * Who has written over it is found by what is missing then.  A full barrier,
	 * after a taint and before a death; pairs with has_taints() and is_killed().
	 */
	while (old == flags_word(old) &&
	       !try_cmpxchg(&flags_declared, &old, flags_word(old | BIT(flag))))
		;
}

void __lkrg_tainted(unsigned int flag)
{
	declare(flag);
}

void __lkrg_ftrace_killed(void)
{
	declare(FTRACE_KILLED);
}

/* What is put back at once would be there for a moment, as often as somebody tries. */
static int ask(const void *via)
{
	const struct lkrg_variable *v;

	if (!lkrg_is_booted() || lkrg_is_root())
		return 0;
	for (v = FIRST; v < LAST; v++) {
		if ((v->data == via || via_of(v) == via) && are_wanted(is_helper(v)))
			return refuse(v);
	}
	return 0;
}

int __lkrg_variable_ask(const void *via)
{
	return lkrg_task_check_full(LKRG_AT_variable) ?: ask(via);
}

int __lkrg_sysctl_begin(const struct ctl_table *table)
{
	int err = lkrg_task_check_full(LKRG_AT_sysctl) ?: ask(table->data);

	if (!err)
		__lkrg_variable_begin(table->data);
	return err;
}

void __lkrg_sysctl_end(const struct ctl_table *table)
{
	__lkrg_variable_end(table->data);
}

/* === Who uses them ====================================================== */

/* All of them, so that each is reported and put back. */
static noinline bool verify_numbers(void)
{
	bool intact = true, authentic = true;
	const struct lkrg_variable *v;
	u128 sum = 0;

	for (v = FIRST; v < LAST; v++) {
		struct record *r = record_of(v);
		const u64 value = READ_ONCE(r->value[0]);

		if (!is_number(v))
			continue;
		intact &= verify_wanted(v, r);
		authentic &= is_on_record(v, r, value);
		sum += part_of(v, value);
	}
	if (authentic)
		numbers = sum;
	return intact;
}

/**
 * lkrg_helpers_are_intact - Verify the names of programs that the kernel starts
 *
 * Context: task context, may sleep.
 * Return: whether they are what they should be.
 */
bool lkrg_helpers_are_intact(void)
{
	const struct lkrg_variable *v;
	bool intact = true;

	if (!lkrg_is_booted() || !are_wanted(true))
		return true;
	guard(mutex)(&variables_lock);
	for (v = FIRST; v < LAST; v++) {
		if (is_helper(v))
			intact &= verify_wanted(v, record_of(v));
	}
	return intact;
}

/**
 * lkrg_switches_are_intact - Verify all other variables
 *
 * Context: task context, may sleep.
 * Return: whether they are what they should be.
 */
bool lkrg_switches_are_intact(void)
{
	const struct lkrg_variable *v;
	bool intact = true;
	u128 sum = 0;

	if (!lkrg_is_booted() || !are_wanted(false))
		return true;
	guard(mutex)(&variables_lock);
	for (v = FIRST; v < LAST; v++) {
		if (is_number(v))
			sum += part_of(v, number(v, v->data));
		else if (!is_helper(v))
			intact &= verify_wanted(v, record_of(v));
	}
	return likely(sum == numbers) ? intact : verify_numbers() && intact;
}

bool __lkrg_helper_is_intact(const void *data)
{
	const struct lkrg_variable *v;
	bool intact = true;

	if (!lkrg_is_booted())
		return true;
	guard(mutex)(&variables_lock);
	for (v = FIRST; v < LAST; v++) {
		if (v->data == data)
			intact &= verify(v);
	}
	return intact || !lkrg_knob(umh_enforce);
}

static const struct lkrg_variable *at(const void *data)
{
	const struct lkrg_variable *v;

	for (v = FIRST; v < LAST; v++) {
		if (v->data == data)
			return v;
	}
	return NULL;
}

/**
 * lkrg_is_variable - Is there a guarded variable?
 * @data: its address
 *
 * Context: any.
 * Return: whether there is.
 */
bool lkrg_is_variable(const void *data)
{
	return at(data);
}

static const struct lkrg_variable *find(const char *name)
{
	const struct lkrg_variable *v;

	for (v = FIRST; v < LAST; v++) {
		if (!strcmp(v->name, name))
			return v;
	}
	return NULL;
}

/**
 * lkrg_variable_copy - Copy a text that root may be about to change
 * @data: its address; there is a guarded variable
 * @buffer: gets what is there
 * @size: of the buffer
 *
 * Context: task context, may sleep.
 * Return: the name of the variable if that is what should be there, or "".
 */
const char *lkrg_variable_copy(const void *data, char *buffer, size_t size)
{
	const struct lkrg_variable *v = at(data);
	struct record *record = record_of(v);

	guard(mutex)(&variables_lock);
	strscpy_pad(buffer, v->data, min(size, v->size));
	if (!lkrg_is_booted())
		return v->name;
	return is_authentic(v, record) && !strcmp(buffer, (char *)record->value) ?
		v->name : "";
}

/**
 * lkrg_variable_read - Find out what a text should be
 * @name: of the variable
 * @buffer: gets it, or nothing if it is not known; during boot what there is
 * @size: of the buffer
 *
 * Context: task context, may sleep.
 */
void lkrg_variable_read(const char *name, char *buffer, size_t size)
{
	const struct lkrg_variable *v = find(name);

	*buffer = '\0';
	if (!v)
		return;
	guard(mutex)(&variables_lock);
	if (!lkrg_is_booted())
		strscpy(buffer, v->data, min(size, v->size));
	else if (is_authentic(v, record_of(v)))
		strscpy(buffer, (char *)record_of(v)->value, min(size, v->size));
}

/**
 * lkrg_variable_number - Find out what a number should be
 * @name: of the variable
 *
 * Context: task context, may sleep.
 * Return: the number, or 0 if it is not known.
 */
u64 lkrg_variable_number(const char *name)
{
	const struct lkrg_variable *v = find(name);

	if (!v || !lkrg_is_booted())
		return 0;
	guard(mutex)(&variables_lock);
	return is_authentic(v, record_of(v)) ? number(v, record_of(v)->value) : 0;
}

/* === Passes ============================================================= */

/**
 * lkrg_variable_step - Verify all of them
 * @cursor: where the pass is
 *
 * Context: task context, may sleep.
 * Return: LKRG_STEP_MORE or LKRG_STEP_DONE, or LKRG_STEP_BUSY while one changes.
 */
enum lkrg_step lkrg_variable_step(struct lkrg_cursor *cursor)
{
	const bool switches = cursor->of_kernel;
	const struct lkrg_variable *v;

	if (!mutex_trylock(&variables_lock))
		return LKRG_STEP_BUSY;
	while ((v = FIRST + cursor->position) < LAST && !lkrg_piece_is_over(cursor)) {
		struct record *r = record_of(v);

		cursor->position++;
		cursor->bytes += v->size;
		if (!(is_helper(v) ? lkrg_knob(umh_validate) : switches) ||
		    is_intact(v, r))
			continue;
		cursor->violations++;
		cursor->known += found_different(v, r);
	}
	mutex_unlock(&variables_lock);
	return v < LAST ? LKRG_STEP_MORE : LKRG_STEP_DONE;
}

/**
 * lkrg_variable_init - Make room for the records
 *
 * Return: 0, -ENOMEM, or -EINVAL if there is a switch that is no number.
 */
int __init lkrg_variable_init(void)
{
	const struct lkrg_variable *v;

	get_random_bytes(flags_key, sizeof(flags_key));
	variable_records = kcalloc(LAST - FIRST, sizeof(*variable_records), GFP_KERNEL);
	if (!variable_records)
		return -ENOMEM;
	for (v = FIRST; v < LAST; v++) {
		struct record *r = record_of(v);

		if (!is_helper(v) && v->size > sizeof(u64))
			return -EINVAL;
		r->value = kzalloc(round_up(v->size, LKRG_PAIR), GFP_KERNEL);
		r->before = kzalloc(v->size, GFP_KERNEL);
		if (!r->value || !r->before)
			return -ENOMEM;
	}
	return 0;
}

/**
 * lkrg_variable_baseline - Take what there is at the end of boot
 *
 * Context: kernel_init(), before user space.
 */
void lkrg_variable_baseline(void)
{
	const struct lkrg_variable *v;

	if (lkrg_is_booted())
		return;
	mutex_lock(&variables_lock);
	for (v = FIRST; v < LAST; v++)
		seal(v, record_of(v));
	verify_numbers();
	WRITE_ONCE(flags_declared, flags_word(0));
	mutex_unlock(&variables_lock);
}
