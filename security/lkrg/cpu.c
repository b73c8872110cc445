// SPDX-License-Identifier: GPL-2.0-only
/*
 * LKRG - CPUs
 *
 * What is in their registers, and which of them there are.  Each CPU is looked at
 * by itself: in a pass it is interrupted for that, and when it comes and goes it is
 * asked before it is left alone.  What should be there is known from the kernel's
 * definitions, see x86_cpu.c: nothing is learned from a CPU that comes.
 *
 * Hardware and hypervisors change some registers for an instant.  So a difference
 * counts when two looks agree, with a chance for others to run in between.
 *
 * Which CPUs there are is on record: the CPU says so in callbacks of hotplug.  They
 * run with cpu_hotplug_lock held for writing, so with the lock held for reading,
 * the masks of the kernel and the record are the same.
 *
 * Locking: cpu_hotplug_lock, which a pass only tries to take.  A record belongs to
 * its CPU, which writes and verifies it with interrupts off; while it is offline,
 * to who holds cpu_hotplug_lock.
 */

#include <linux/array_size.h>
#include <linux/bug.h>
#include <linux/cpu.h>
#include <linux/cpuhotplug.h>
#include <linux/cpumask.h>
#include <linux/export.h>
#include <linux/init.h>
#include <linux/irqflags.h>
#include <linux/lkrg.h>
#include <linux/percpu.h>
#include <linux/sched.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/smp.h>
#include <linux/string.h>
#include <linux/thread_info.h>
#include <linux/tick.h>
#include <linux/workqueue.h>

#include "cpu.h"
#include "image.h"
#include "param.h"
#include "report.h"
#include "tag.h"
#include "trigger.h"
#include "x86.h"

/*
 * What is on record.  The tag covers it in pairs of 64-bit words; there are no
 * holes.
 */
struct record {
	struct {
		u64 present;
		u64 online;
		struct lkrg_cpu_claims claims;
		/* When the last register was lent, in jiffies */
		u64 lent_at;
	} is;
	struct lkrg_record_tag tag;
	struct lkrg_finding findings[LKRG_NR_REGISTERS];
	u64 differences;
	/* Of one look, which is too much for a stack */
	u64 expected[LKRG_NR_REGISTERS];
	u64 found[LKRG_NR_REGISTERS];
};

#define RECORD_PAIRS (sizeof_field(struct record, is) / LKRG_PAIR)

static_assert(sizeof_field(struct record, is) % LKRG_PAIR == 0);
static_assert(RECORD_PAIRS < LKRG_RECORD_PAIRS);

/* The kernel's own number of them can be written. */
unsigned int lkrg_nr_cpus __ro_after_init;

static struct record __percpu *cpu_records __ro_after_init;
static struct lkrg_finding *gates __ro_after_init;

/* It is to be looked at by itself, because no pass may interrupt it. */
DEFINE_PER_CPU(bool, lkrg_cpu_is_due);

#define LKRG_REGISTER(name, text, kind, group) \
	[LKRG_REG_##name] = { text, LKRG_##kind, LKRG_##group },
const struct lkrg_register_row lkrg_registers[] = {
#include "register_defs.h"
};

#undef LKRG_REGISTER

static_assert(ARRAY_SIZE(lkrg_registers) == LKRG_NR_REGISTERS);

static bool is_wanted(enum lkrg_register which)
{
	switch (lkrg_registers[which].group) {
	case LKRG_SMEP:
		return lkrg_knob(smep_validate);
	case LKRG_SMAP:
		return lkrg_knob(smap_validate);
	case LKRG_MSR:
		return lkrg_knob(kint_validate) &&
		       lkrg_knob(msr_validate);
	case LKRG_KINT:
	case LKRG_WP:
		return lkrg_knob(kint_validate);
	}
	return false;
}

/* No honest code ever clears them, so one look is enough. */
static bool can_be_restored(enum lkrg_register which)
{
	return lkrg_registers[which].group >= LKRG_WP;
}

static enum lkrg_done reaction(enum lkrg_register which)
{
	int enforce = lkrg_knob(kint_enforce);

	if (lkrg_registers[which].group == LKRG_SMEP)
		enforce = lkrg_knob(smep_enforce);
	else if (lkrg_registers[which].group == LKRG_SMAP)
		enforce = lkrg_knob(smap_enforce);
	if (enforce == 2)
		return LKRG_DID_PANIC;
	return enforce && can_be_restored(which) ? LKRG_DID_RESTORE : LKRG_DID_LOG;
}

enum {
	RIGHT,
	SUSPECTED,
	REPORTED,
};

/**
 * lkrg_judge - Take one more look into account
 * @finding: what former looks found
 * @expected: what should be there
 * @found: what is there
 * @at_once: one look is enough
 *
 * Context: one at a time for each @finding.
 * Return: 0 if it is right, -EAGAIN if it takes another look, 1 if it is to be
 * reported, and 2 if it was.
 */
int lkrg_judge(struct lkrg_finding *finding, u64 expected, u64 found, bool at_once)
{
	u8 before = finding->found == found ? finding->state : RIGHT;

	if (likely(expected == found)) {
		finding->state = RIGHT;
		return 0;
	}
	finding->found = found;
	finding->state = before == RIGHT && !at_once ? SUSPECTED : REPORTED;
	if (finding->state == SUSPECTED)
		return -EAGAIN;
	return before == REPORTED ? 2 : 1;
}

/* @index: which CPU or gate */
static void report(enum lkrg_register which, unsigned int index, u64 expected,
		   u64 found)
{
	const struct lkrg_report report = {
		.what = which >= LKRG_REG_GATE ? LKRG_GATE_CHANGED :
			which >= LKRG_REG_RECORD ? LKRG_CPU_MASK_CHANGED :
						    LKRG_CPU_CHANGED,
		.done = reaction(which),
		.cpu = {
			.which = which,
			.index = index,
			.expected = expected,
			.found = found,
		},
	};

	lkrg_report(&report);
}

static void judge(struct record *record, unsigned int cpu,
		  enum lkrg_register which, u64 expected, u64 found,
		  struct lkrg_cpu_summary *summary)
{
	struct lkrg_finding *finding = &record->findings[which];
	int verdict;

	if (likely(expected == found && finding->state == RIGHT) || !is_wanted(which))
		return;
	verdict = lkrg_judge(finding, expected, found, can_be_restored(which));
	summary->again |= verdict == -EAGAIN;
	if (verdict <= 0)
		return;
	summary->violations++;
	summary->known += verdict == 2;
	summary->restored += reaction(which) == LKRG_DID_RESTORE;
	/* Findings are not under a tag: nobody may keep a panic from coming. */
	if (verdict == 1 || reaction(which) != LKRG_DID_LOG)
		report(which, cpu, expected, found);
	if (reaction(which) == LKRG_DID_RESTORE) {
		lkrg_register_restore(which);
		finding->state = RIGHT;
	}
}

static bool is_authentic(const struct record *record, unsigned int cpu)
{
	return lkrg_same_tag(record->tag, lkrg_record_tag(record, cpu, &record->is,
							  RECORD_PAIRS));
}

/*
 * Who has lent registers gets them back when this CPU returns to user space, which
 * the task knows that will do so; between the two there are a few instructions.
 */
static bool are_lent(const struct record *record)
{
	return test_thread_flag(TIF_USER_RETURN_NOTIFY) ||
	       (u64)jiffies - record->is.lent_at <= 1;
}

/* On the CPU itself, interrupts off. */
static void look(void *info)
{
	unsigned int cpu = smp_processor_id(), which;
	struct record *record = per_cpu_ptr(cpu_records, cpu);
	u64 *expected = record->expected, *found = record->found;
	struct lkrg_cpu_claims claims = record->is.claims;
	struct lkrg_cpu_summary *summary = info;
	unsigned int before = summary->violations;

	memset(expected, 0, sizeof(record->expected));
	memset(found, 0, sizeof(record->found));
	if (!are_lent(record))
		memset(claims.lent, 0, sizeof(claims.lent));
	lkrg_registers_look(cpu, &claims, is_wanted(LKRG_REG_LSTAR), expected, found);
	expected[LKRG_REG_RECORD] = true;
	found[LKRG_REG_RECORD] = is_authentic(record, cpu);
	for (which = 0; which < LKRG_REG_PRESENT; which++)
		judge(record, cpu, which, expected[which], found[which], summary);
	WRITE_ONCE(record->differences, summary->violations - before);
	if (!summary->again)
		this_cpu_write(lkrg_cpu_is_due, false);
}

/**
 * lkrg_cpu_look - Verify this CPU
 *
 * Context: any.
 */
void lkrg_cpu_look(void)
{
	struct lkrg_cpu_summary summary = { };
	unsigned long flags;

	local_irq_save(flags);
	look(&summary);
	local_irq_restore(flags);
}

/**
 * lkrg_cpu_look_at_bits - Verify the bits that are to be set on each CPU
 *
 * Context: any.
 */
void lkrg_cpu_look_at_bits(void)
{
	struct lkrg_cpu_summary summary = { };
	struct record *record;
	unsigned long flags;
	unsigned int which;

	local_irq_save(flags);
	record = this_cpu_ptr(cpu_records);
	lkrg_registers_look_at_bits(record->expected, record->found);
	for (which = 0; which < LKRG_NR_REGISTERS; which++) {
		if (can_be_restored(which))
			judge(record, smp_processor_id(), which,
			      record->expected[which], record->found[which],
			      &summary);
	}
	local_irq_restore(flags);
}

/* What is on record and what the kernel says, with cpu_hotplug_lock held. */
static void look_at_masks(unsigned int cpu, struct lkrg_cpu_summary *summary)
{
	struct record *record = per_cpu_ptr(cpu_records, cpu);

	if (!record->is.online)
		judge(record, cpu, LKRG_REG_RECORD, true, is_authentic(record, cpu),
		      summary);
	judge(record, cpu, LKRG_REG_PRESENT, record->is.present, cpu_present(cpu),
	      summary);
	/* With it a CPU may be left somewhere between off and on. */
	if (IS_ENABLED(CONFIG_CPU_HOTPLUG_STATE_CONTROL))
		return;
	judge(record, cpu, LKRG_REG_ONLINE, record->is.online, cpu_online(cpu),
	      summary);
	judge(record, cpu, LKRG_REG_ACTIVE, record->is.online, cpu_active(cpu),
	      summary);
}

static void verify(unsigned int cpu, const struct lkrg_cursor *cursor,
		   struct lkrg_cpu_summary *summary)
{
	const struct record *record = per_cpu_ptr(cpu_records, cpu);

	look_at_masks(cpu, summary);
	/* Who is not there would never answer. */
	if (!record->is.online || !cpu_online(cpu))
		return;
	if (tick_nohz_full_cpu(cpu) && !cursor->asked_for) {
		/* What it has found itself is reported. */
		summary->violations += READ_ONCE(record->differences);
		summary->known += READ_ONCE(record->differences);
		WRITE_ONCE(per_cpu(lkrg_cpu_is_due, cpu), true);
		return;
	}
	smp_call_function_single(cpu, look, summary, true);
}

static void verify_gate(unsigned int index, struct lkrg_cursor *cursor)
{
	enum lkrg_register which = LKRG_REG_GATE;
	struct lkrg_gate expected, found;
	int verdict;

	if (!lkrg_gates_look(index, &expected, &found))
		return;
	if (expected.offset == found.offset) {
		which = LKRG_REG_GATE_ATTRIBUTES;
		expected.offset = expected.attributes;
		found.offset = found.attributes;
	}
	verdict = lkrg_judge(&gates[index], expected.offset, found.offset, true);
	if (!verdict)
		return;
	cursor->violations++;
	cursor->known += verdict == 2;
	if (verdict == 1 || reaction(which) != LKRG_DID_LOG)
		report(which, index, expected.offset, found.offset);
}

/**
 * lkrg_cpu_step - Verify one CPU, or the gates that all share
 * @cursor: where the pass is
 *
 * Context: task context, may sleep.
 * Return: LKRG_STEP_BUSY while a CPU comes or goes.
 */
enum lkrg_step lkrg_cpu_step(struct lkrg_cursor *cursor)
{
	struct lkrg_cpu_summary summary = { };
	unsigned int cpu = cursor->position, index;

	if (!cpu_records || !cursor->of_kernel)
		return LKRG_STEP_DONE;
	if (cpu >= lkrg_nr_cpus) {
		for (index = 0; index < LKRG_GATES; index++)
			verify_gate(index, cursor);
		return LKRG_STEP_DONE;
	}
	if (cpu_possible(cpu)) {
		if (!cpus_read_trylock())
			return LKRG_STEP_BUSY;
		verify(cpu, cursor, &summary);
		cpus_read_unlock();
	}
	/* The second look is with the next piece. */
	cursor->stage = summary.again && !cursor->stage;
	if (cursor->stage) {
		cursor->violations += summary.restored;
	} else {
		cursor->position++;
		cursor->violations += summary.violations;
		cursor->known += summary.known;
	}
	return LKRG_STEP_MORE;
}

/* A record that was forged stays so. */
static void set_word(unsigned int cpu, size_t offset, u64 value)
{
	struct record *record = per_cpu_ptr(cpu_records, cpu);
	size_t index = offset / LKRG_PAIR;
	const void *pair = (void *)&record->is + index * LKRG_PAIR;
	unsigned long flags;
	u128 sum;

	local_irq_save(flags);
	sum = lkrg_record_sum(record->tag) - lkrg_record_pair(pair, index);
	*(u64 *)((void *)&record->is + offset) = value;
	record->tag = lkrg_record_close(sum + lkrg_record_pair(pair, index));
	local_irq_restore(flags);
}

#define WORD(member) offsetof(typeof_member(struct record, is), member)

void __lkrg_cpu_present(unsigned int cpu, bool present)
{
	if (cpu_records)
		set_word(cpu, WORD(present), present);
}

void __lkrg_breakpoint(int slot, unsigned long addr)
{
	if (cpu_records)
		set_word(smp_processor_id(), WORD(claims.breakpoint[0]) +
			 slot * sizeof(u64), addr);
}

void __lkrg_msr_lent(u32 msr, const u64 *host)
{
	int index = lkrg_lent_index(msr);

	if (!cpu_records || index < 0)
		return;
	set_word(smp_processor_id(), WORD(claims.lent[0]) + index * sizeof(u64),
		 (uintptr_t)host);
	set_word(smp_processor_id(), WORD(lent_at), jiffies);
}
EXPORT_SYMBOL_GPL(__lkrg_msr_lent);

void __lkrg_msrs_returned(void)
{
	int i;

	if (!cpu_records)
		return;
	for (i = 0; i < LKRG_NR_LENT; i++) {
		if (this_cpu_read(cpu_records->is.claims.lent[i]))
			set_word(smp_processor_id(), WORD(claims.lent[0]) +
				 i * sizeof(u64), 0);
	}
}
EXPORT_SYMBOL_GPL(__lkrg_msrs_returned);

/* On the CPU itself, in task context. */
static void look_twice(void)
{
	struct lkrg_cpu_summary summary = { };

	if (lkrg_knob(kint_validate) < 2)
		return;
	local_irq_disable();
	look(&summary);
	local_irq_enable();
	if (!summary.again)
		return;
	cond_resched();
	lkrg_cpu_look();
}

static int comes(unsigned int cpu)
{
	set_word(cpu, WORD(online), true);
	/* Not all of it is restored until the machine has woken up. */
	if (!cpuhp_tasks_frozen)
		look_twice();
	lkrg_trigger(LKRG_TRIGGER_HOTPLUG);
	return 0;
}

/* What it has in its registers now nobody would see afterwards. */
static int goes(unsigned int cpu)
{
	look_twice();
	set_word(cpu, WORD(online), false);
	lkrg_trigger(LKRG_TRIGGER_HOTPLUG);
	return 0;
}

static long look_before_sleep(void *unused)
{
	look_twice();
	return 0;
}

/**
 * lkrg_cpu_sleeps - The machine is about to sleep: verify the CPU that stays
 *
 * The others go first and are asked then.
 *
 * Context: task context, may sleep.
 */
void lkrg_cpu_sleeps(void)
{
	if (cpu_records)
		work_on_cpu(cpumask_first(cpu_online_mask), look_before_sleep, NULL);
}

static int __init init_records(void)
{
	struct record __percpu *new = alloc_percpu(struct record);
	unsigned int cpu;

	gates = kcalloc(LKRG_GATES, sizeof(*gates), GFP_KERNEL);
	if (!new || !gates)
		return -ENOMEM;
	for_each_possible_cpu(cpu) {
		struct record *record = per_cpu_ptr(new, cpu);

		record->is.present = cpu_present(cpu);
		record->tag = lkrg_record_tag(record, cpu, &record->is, RECORD_PAIRS);
	}
	/* What is declared before there is a tag would make it look forged. */
	cpu_records = new;
	return cpuhp_setup_state(CPUHP_AP_ONLINE_DYN, "security/lkrg:online", comes,
				 goes);
}

/* Before the initramfs is there, and with it programs that the kernel starts. */
static int __init lkrg_init_cpu(void)
{
	if (!static_key_enabled(&lkrg_enabled))
		return 0;
	lkrg_nr_cpus = nr_cpu_ids;
	if (!lkrg_registers_init()) {
		lkrg_say_no_registers();
		return 0;
	}
	if (init_records() < 0)
		lkrg_panic_no_memory("the CPUs");
	return 0;
}
fs_initcall(lkrg_init_cpu);

/**
 * lkrg_cpu_show - Write the inventory of CPUs
 * @m: where
 */
void lkrg_cpu_show(struct seq_file *m)
{
	unsigned int cpu;

	if (!cpu_records)
		return;
	for_each_possible_cpu(cpu) {
		const struct record *record = per_cpu_ptr(cpu_records, cpu);

		seq_printf(m, "cpu%u %s %llu\n", cpu,
			   record->is.online ? "online" :
			   record->is.present ? "offline" : "absent",
			   READ_ONCE(record->differences));
	}
}
