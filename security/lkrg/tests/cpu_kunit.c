// SPDX-License-Identifier: GPL-2.0-only
/*
 * LKRG - Unit tests of the guard of CPUs
 *
 * What a machine cannot be tried with, because it dies of it or does not have it.
 */

#include <kunit/test.h>
#include <linux/cpumask.h>
#include <linux/irqflags.h>
#include <linux/lkrg.h>
#include <linux/seq_buf.h>
#include <linux/smp.h>
#include <linux/string.h>

#include <asm/msr-index.h>
#include <asm/proto.h>

#include "../cpu.h"
#include "../report.h"

static void one_look_is_not_enough(struct kunit *test)
{
	struct lkrg_finding finding = { };

	KUNIT_EXPECT_EQ(test, lkrg_judge(&finding, 1, 1, false), 0);
	KUNIT_EXPECT_EQ(test, lkrg_judge(&finding, 1, 2, false), -EAGAIN);
	KUNIT_EXPECT_EQ(test, lkrg_judge(&finding, 1, 2, false), 1);
	KUNIT_EXPECT_EQ(test, lkrg_judge(&finding, 1, 2, false), 2);
}

static void looks_that_differ_prove_nothing(struct kunit *test)
{
	struct lkrg_finding finding = { };

	KUNIT_EXPECT_EQ(test, lkrg_judge(&finding, 1, 2, false), -EAGAIN);
	KUNIT_EXPECT_EQ(test, lkrg_judge(&finding, 1, 3, false), -EAGAIN);
	KUNIT_EXPECT_EQ(test, lkrg_judge(&finding, 1, 1, false), 0);
	KUNIT_EXPECT_EQ(test, lkrg_judge(&finding, 1, 3, false), -EAGAIN);
}

static void what_differs_anew_is_reported_anew(struct kunit *test)
{
	struct lkrg_finding finding = { };

	lkrg_judge(&finding, 1, 2, false);
	KUNIT_EXPECT_EQ(test, lkrg_judge(&finding, 1, 2, false), 1);
	KUNIT_EXPECT_EQ(test, lkrg_judge(&finding, 1, 3, false), -EAGAIN);
	KUNIT_EXPECT_EQ(test, lkrg_judge(&finding, 1, 3, false), 1);
	KUNIT_EXPECT_EQ(test, lkrg_judge(&finding, 1, 1, false), 0);
	lkrg_judge(&finding, 1, 3, false);
	KUNIT_EXPECT_EQ(test, lkrg_judge(&finding, 1, 3, false), 1);
}

static void one_look_is_enough_for_some(struct kunit *test)
{
	struct lkrg_finding finding = { };

	KUNIT_EXPECT_EQ(test, lkrg_judge(&finding, 1, 0, true), 1);
	KUNIT_EXPECT_EQ(test, lkrg_judge(&finding, 1, 0, true), 2);
}

/* A look at the CPU that runs this */
struct look {
	u64 expected[LKRG_NR_REGISTERS];
	u64 found[LKRG_NR_REGISTERS];
};

static struct look *look(struct kunit *test, const struct lkrg_cpu_claims *claims,
			 bool msrs)
{
	struct look *look = kunit_kzalloc(test, sizeof(*look), GFP_KERNEL);
	unsigned long flags;

	KUNIT_ASSERT_NOT_NULL(test, look);
	local_irq_save(flags);
	lkrg_registers_look(smp_processor_id(), claims, msrs, look->expected,
			    look->found);
	local_irq_restore(flags);
	return look;
}

/* Only @first and @last, and what is between them, differ. */
static void expect_difference(struct kunit *test, const struct look *look,
			      unsigned int first, unsigned int last)
{
	unsigned int which;

	for (which = 0; which < LKRG_REG_PRESENT; which++)
		KUNIT_EXPECT_EQ_MSG(test, which >= first && which <= last,
				    look->expected[which] != look->found[which],
				    "%s: 0x%llx, 0x%llx", lkrg_registers[which].name,
				    look->expected[which], look->found[which]);
}

static void this_cpu_is_as_it_should_be(struct kunit *test)
{
	const struct lkrg_cpu_claims claims = { };

	expect_difference(test, look(test, &claims, true), LKRG_REG_PRESENT,
			  LKRG_REG_PRESENT);
}

/* The value counts that KVM will put back, and not what is there meanwhile. */
static void a_lent_register_is_judged_by_what_comes_back(struct kunit *test)
{
	u64 good = (unsigned long)entry_SYSCALL_64, bad = good + 1;
	struct lkrg_cpu_claims claims = { .lent[LKRG_LENT_LSTAR] = &good };

	expect_difference(test, look(test, &claims, true), LKRG_REG_PRESENT,
			  LKRG_REG_PRESENT);
	claims.lent[LKRG_LENT_LSTAR] = &bad;
	expect_difference(test, look(test, &claims, true), LKRG_REG_LSTAR,
			  LKRG_REG_LSTAR);
}

static void each_bit_of_efer_is_named(struct kunit *test)
{
	static const struct {
		u64 bit;
		enum lkrg_register which;
	} bits[] = {
		{ EFER_SCE, LKRG_REG_SCE },
		{ EFER_LME, LKRG_REG_LME },
		{ EFER_LMA, LKRG_REG_LMA },
		{ EFER_NX, LKRG_REG_NX },
	};
	u64 efer;
	struct lkrg_cpu_claims claims = { .lent[LKRG_LENT_EFER] = &efer };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(bits); i++) {
		efer = ~bits[i].bit;
		expect_difference(test, look(test, &claims, true), bits[i].which,
				  bits[i].which);
	}
	/* KVM for AMD sets it. */
	efer = EFER_SCE | EFER_LME | EFER_LMA | EFER_NX | EFER_SVME;
	expect_difference(test, look(test, &claims, true), LKRG_REG_PRESENT,
			  LKRG_REG_PRESENT);
}

static void without_msrs_none_is_read(struct kunit *test)
{
	u64 bad = 0;
	struct lkrg_cpu_claims claims = { .lent[LKRG_LENT_STAR] = &bad };

	expect_difference(test, look(test, &claims, false), LKRG_REG_PRESENT,
			  LKRG_REG_PRESENT);
}

/*
 * What a kernel cannot run with: the CPU looks at itself as if it were another one,
 * whose stack of SYSENTER, and whose APIC, may be the same.
 */
static void what_belongs_to_another_cpu_is_found(struct kunit *test)
{
	struct look *look = kunit_kzalloc(test, sizeof(*look), GFP_KERNEL);
	const struct lkrg_cpu_claims claims = { };
	unsigned int other, which;
	unsigned long flags;

	KUNIT_ASSERT_NOT_NULL(test, look);
	local_irq_save(flags);
	other = cpumask_any_but(cpu_online_mask, smp_processor_id());
	if (other < nr_cpu_ids)
		lkrg_registers_look(other, &claims, true, look->expected, look->found);
	local_irq_restore(flags);
	if (other >= nr_cpu_ids)
		kunit_skip(test, "there is one CPU");

	for (which = 0; which < LKRG_REG_PRESENT; which++) {
		switch (which) {
		case LKRG_REG_SYSENTER_ESP:
		case LKRG_REG_APIC_BASE:
		case LKRG_REG_FRED_RSP1:
		case LKRG_REG_FRED_RSP2:
		case LKRG_REG_FRED_RSP3:
			continue;
		}
		KUNIT_EXPECT_EQ_MSG(test, look->expected[which] != look->found[which],
				    which == LKRG_REG_GS_BASE ||
				    which == LKRG_REG_GDTR_BASE,
				    "%s", lkrg_registers[which].name);
	}
}

/* After a sleep it may be what a reset leaves there, but nothing else. */
static void s_cet_may_be_lost_in_sleep(struct kunit *test)
{
	u64 set = lkrg_s_cet_wanted(0, false);

	KUNIT_EXPECT_EQ(test, lkrg_s_cet_wanted(set, false), set);
	KUNIT_EXPECT_EQ(test, lkrg_s_cet_wanted(CET_SUPPRESS, false), set);
	KUNIT_EXPECT_EQ(test, lkrg_s_cet_wanted(0, true), 0);
	KUNIT_EXPECT_EQ(test, lkrg_s_cet_wanted(set, true), set);
	KUNIT_EXPECT_EQ(test, lkrg_s_cet_wanted(CET_SUPPRESS, true), set);
}

static const char *line(struct kunit *test, enum lkrg_violation what,
			enum lkrg_register which, u64 expected, u64 found)
{
	const struct lkrg_report report = {
		.what = what,
		.done = LKRG_DID_LOG,
		.cpu = {
			.which = which,
			.index = 14,
			.expected = expected,
			.found = found,
		},
	};
	char *buffer = kunit_kzalloc(test, 256, GFP_KERNEL);
	struct seq_buf s;

	KUNIT_ASSERT_NOT_NULL(test, buffer);
	seq_buf_init(&s, buffer, 256);
	lkrg_report_format(&s, &report);
	return seq_buf_str(&s);
}

static void a_line_names_cpu_and_register(struct kunit *test)
{
	KUNIT_EXPECT_STREQ(test, line(test, LKRG_CPU_CHANGED, LKRG_REG_S_CET,
				      CET_ENDBR_EN, 0),
			   "ALERT: DETECT: CPU: register changed: CPU 14: S_CET: 0x4 -> 0x0; logged");
	KUNIT_EXPECT_STREQ(test, line(test, LKRG_CPU_CHANGED, LKRG_REG_SMEP, 1, 0),
			   "ALERT: DETECT: CPU: register changed: CPU 14: CR4.SMEP: 1 -> 0; logged");
	KUNIT_EXPECT_STREQ(test, line(test, LKRG_CPU_MASK_CHANGED, LKRG_REG_ONLINE,
				      0, 1),
			   "ALERT: DETECT: CPU: mask changed: CPU 14: online: 0 -> 1; logged");
	KUNIT_EXPECT_STREQ(test, line(test, LKRG_GATE_CHANGED,
				      LKRG_REG_GATE_ATTRIBUTES, 1, 2),
			   "ALERT: DETECT: CPU: gate changed: attributes of gate 14: 0x1 -> 0x2; logged");
}

static void no_line_has_an_address(struct kunit *test)
{
	KUNIT_EXPECT_STREQ(test, line(test, LKRG_CPU_CHANGED, LKRG_REG_IDTR_BASE,
				      1UL << 63, 3UL << 62),
			   "ALERT: DETECT: CPU: register changed: CPU 14: IDTR base: changed; logged");
	KUNIT_EXPECT_STREQ(test, line(test, LKRG_CPU_CHANGED, LKRG_REG_LSTAR,
				      0, 0x1234),
			   "ALERT: DETECT: CPU: register changed: CPU 14: LSTAR: 0 -> an address without a name; logged");
}

static int cpu_init_test(struct kunit *test)
{
	if (!lkrg_cr0_wanted)
		kunit_skip(test, "lkrg is not enabled");
	return 0;
}

static struct kunit_case cpu_cases[] = {
	KUNIT_CASE(one_look_is_not_enough),
	KUNIT_CASE(looks_that_differ_prove_nothing),
	KUNIT_CASE(what_differs_anew_is_reported_anew),
	KUNIT_CASE(one_look_is_enough_for_some),
	KUNIT_CASE(this_cpu_is_as_it_should_be),
	KUNIT_CASE(a_lent_register_is_judged_by_what_comes_back),
	KUNIT_CASE(each_bit_of_efer_is_named),
	KUNIT_CASE(without_msrs_none_is_read),
	KUNIT_CASE(what_belongs_to_another_cpu_is_found),
	KUNIT_CASE(s_cet_may_be_lost_in_sleep),
	KUNIT_CASE(a_line_names_cpu_and_register),
	KUNIT_CASE(no_line_has_an_address),
	{ }
};

static struct kunit_suite cpu_suite = {
	.name = "lkrg_cpu",
	.init = cpu_init_test,
	.test_cases = cpu_cases,
};

kunit_test_suite(cpu_suite);
