// SPDX-License-Identifier: GPL-2.0-only
/*
 * LKRG - Unit tests of what is behind a call, and of honest stacks
 */

#include <kunit/test.h>
#include <linux/array_size.h>
#include <linux/execmem.h>
#include <linux/hardirq.h>
#include <linux/instruction_pointer.h>
#include <linux/jump_label.h>
#include <linux/kernel.h>
#include <linux/limits.h>
#include <linux/lkrg.h>
#include <linux/mm.h>
#include <linux/preempt.h>
#include <linux/string.h>

#include <asm/sections.h>

#include "../execmem.h"
#include "../flow.h"
#include "../x86.h"

struct encoding {
	const char *text;
	bool is_call;
	u8 len;
	u8 insn[LKRG_CALL_MAX + 1];
};

static const struct encoding encodings[] = {
	{ "call rel32", true, 5, { 0xe8, 0x12, 0x34, 0x56, 0xff } },
	{ "cs call rel32", true, 6, { 0x2e, 0xe8, 0x12, 0x34, 0x56, 0xff } },
	{ "call *%rax", true, 2, { 0xff, 0xd0 } },
	{ "call *%rdi", true, 2, { 0xff, 0xd7 } },
	{ "call *%r11", true, 3, { 0x41, 0xff, 0xd3 } },
	{ "lfence; call *%rax", true, 5, { 0x0f, 0xae, 0xe8, 0xff, 0xd0 } },
	{ "call *(%rax)", true, 2, { 0xff, 0x10 } },
	{ "call *(%rsp)", true, 3, { 0xff, 0x14, 0x24 } },
	{ "call *(%rbx,%rcx,8)", true, 3, { 0xff, 0x14, 0xcb } },
	{ "call *(%r12)", true, 4, { 0x41, 0xff, 0x14, 0x24 } },
	{ "call *8(%rax)", true, 3, { 0xff, 0x50, 0x08 } },
	{ "call *8(%r8)", true, 4, { 0x41, 0xff, 0x50, 0x08 } },
	{ "call *8(%rsp)", true, 4, { 0xff, 0x54, 0x24, 0x08 } },
	{ "call *0x100(%rax)", true, 6, { 0xff, 0x90, 0x00, 0x01, 0x00, 0x00 } },
	{ "call *0x100(%rsp)", true, 7,
	  { 0xff, 0x94, 0x24, 0x00, 0x01, 0x00, 0x00 } },
	{ "call *0x100(%r12)", true, 8,
	  { 0x41, 0xff, 0x94, 0x24, 0x00, 0x01, 0x00, 0x00 } },
	{ "call *x(%rip)", true, 6, { 0xff, 0x15, 0x78, 0x56, 0x34, 0x12 } },
	{ "call *x", true, 7, { 0xff, 0x14, 0x25, 0x78, 0x56, 0x34, 0x12 } },
	{ "call *x(,%rax,8)", true, 7,
	  { 0xff, 0x14, 0xc5, 0x78, 0x56, 0x34, 0x12 } },

	{ "jmp rel32", false, 5, { 0xe9, 0x12, 0x34, 0x56, 0x00 } },
	{ "jmp *%rax", false, 2, { 0xff, 0xe0 } },
	{ "jmp *(%rax)", false, 2, { 0xff, 0x20 } },
	{ "jmp *x(%rip)", false, 6, { 0xff, 0x25, 0x78, 0x56, 0x34, 0x12 } },
	{ "push 8(%rax)", false, 3, { 0xff, 0x70, 0x08 } },
	{ "inc %eax", false, 2, { 0xff, 0xc0 } },
	{ "ret; int3", false, 2, { 0xc3, 0xcc } },
	{ "nopl 0(%rax,%rax,1)", false, 5, { 0x0f, 0x1f, 0x44, 0x00, 0x00 } },
	{ "endbr64", false, 4, { 0xf3, 0x0f, 0x1e, 0xfa } },
	{ "mov %rax,%rdi", false, 3, { 0x48, 0x89, 0xc7 } },
	{ "pop %rdi; ret", false, 2, { 0x5f, 0xc3 } },
	/* One byte more or less than a call */
	{ "call rel32; nop", false, 6, { 0xe8, 0x12, 0x34, 0x56, 0x00, 0x90 } },
	{ "a part of call *8(%rsp)", false, 3, { 0xff, 0x54, 0x24 } },
	{ "a part of call *x(%rip)", false, 5, { 0xff, 0x15, 0x78, 0x56, 0x34 } },
};

static void calls_are_told_from_others(struct kunit *test)
{
	u8 bytes[2 * LKRG_CALL_MAX];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(encodings); i++) {
		const struct encoding *e = &encodings[i];

		memset(bytes, 0x90, sizeof(bytes));
		memcpy(bytes + sizeof(bytes) - e->len, e->insn, e->len);
		KUNIT_EXPECT_EQ_MSG(test, e->is_call,
				    lkrg_insn_ends_call(bytes + sizeof(bytes)),
				    "%s", e->text);
		/* From memory, which could hold a probe. */
		KUNIT_EXPECT_EQ_MSG(test, e->is_call,
				    lkrg_is_behind_call((unsigned long)bytes +
							sizeof(bytes)),
				    "%s", e->text);
	}
}

static void what_cannot_be_read_is_no_call(struct kunit *test)
{
	KUNIT_EXPECT_FALSE(test, lkrg_is_behind_call(0));
	KUNIT_EXPECT_FALSE(test, lkrg_is_behind_call(PAGE_SIZE));
}

struct walk {
	unsigned int frames;
	unsigned long wrong;
};

static bool count_frame(unsigned long addr, void *data)
{
	struct walk *walk = data;

	walk->frames++;
	if (!lkrg_is_behind_call(addr))
		walk->wrong = addr;
	return true;
}

/* This thread runs on its own stack, on which everybody was called. */
static void own_stack_is_all_calls(struct kunit *test)
{
	struct walk walk = { };

	KUNIT_EXPECT_TRUE(test, lkrg_is_on_stack());
	KUNIT_EXPECT_TRUE(test, lkrg_unwind(count_frame, &walk));
	KUNIT_EXPECT_GT(test, walk.frames, 3);
	KUNIT_EXPECT_EQ_MSG(test, walk.wrong, 0, "%pS", (void *)walk.wrong);
}

static noinline bool is_broken(unsigned long caller, struct lkrg_flow *flow)
{
	return lkrg_flow_is_broken(caller, LKRG_FLOW_WHOLE, flow);
}

static void callers_are_judged(struct kunit *test)
{
	const unsigned long here = (unsigned long)callers_are_judged;
	static u8 data[2 * LKRG_CALL_MAX] = {
		[LKRG_CALL_MAX] = 0xe8
	};
	struct lkrg_flow flow = { };

	if (!static_key_enabled(&lkrg_enabled))
		kunit_skip(test, "no settings: lkrg is not listed in lsm=");
	KUNIT_EXPECT_FALSE(test, is_broken(_RET_IP_, &flow));

	/* The start of a function is behind another one, and nops. */
	KUNIT_EXPECT_TRUE(test, is_broken(here, &flow));
	KUNIT_EXPECT_STREQ(test, flow.how, "not after a call");
	KUNIT_EXPECT_EQ(test, flow.from, here);

	/* Behind a call, but in no text */
	KUNIT_EXPECT_TRUE(test, is_broken((unsigned long)data + LKRG_CALL_MAX + 5,
					  &flow));
	KUNIT_EXPECT_STREQ(test, flow.how, "in no known text");
	KUNIT_EXPECT_TRUE(test, is_broken(0, &flow));
	KUNIT_EXPECT_STREQ(test, flow.how, "in no known text");

	/* In an interrupt it is nobody's. */
	preempt_disable();
	__irq_enter_raw();
	KUNIT_EXPECT_FALSE(test, is_broken(here, &flow));
	__irq_exit_raw();
	preempt_enable();
}

/* Whoever comes to set_memory_rox() by himself chooses both numbers. */
static void memory_for_code_is_what_was_allocated(struct kunit *test)
{
	const unsigned long data = (unsigned long)_sdata & PAGE_MASK;
	unsigned long addr;
	void *code;

	if (!static_key_enabled(&lkrg_enabled))
		kunit_skip(test, "no key: lkrg is not listed in lsm=");
	code = execmem_alloc(EXECMEM_MODULE_TEXT, 2 * PAGE_SIZE);
	KUNIT_ASSERT_NOT_NULL(test, code);
	addr = (unsigned long)code;
	KUNIT_EXPECT_TRUE(test, lkrg_execmem_is_for_code(addr, 1));
	KUNIT_EXPECT_TRUE(test, lkrg_execmem_is_for_code(addr, 2));
	KUNIT_EXPECT_TRUE(test, lkrg_execmem_is_for_code(addr + PAGE_SIZE, 1));
	KUNIT_EXPECT_FALSE(test, lkrg_execmem_is_for_code(addr, 3));
	KUNIT_EXPECT_FALSE(test, lkrg_execmem_is_for_code(addr + PAGE_SIZE, 2));
	KUNIT_EXPECT_FALSE(test, lkrg_execmem_is_for_code(addr, 0));
	KUNIT_EXPECT_FALSE(test, lkrg_execmem_is_for_code(addr, -1));
	KUNIT_EXPECT_FALSE(test, lkrg_execmem_is_for_code(addr, INT_MIN));
	KUNIT_EXPECT_FALSE(test, lkrg_execmem_is_for_code(addr, INT_MAX));
	execmem_free(code);
	KUNIT_EXPECT_FALSE(test, lkrg_execmem_is_for_code(addr, 1));

	KUNIT_EXPECT_FALSE(test, lkrg_execmem_is_for_code(data, 1));
	/* As far as addresses go, behind which they begin again */
	KUNIT_EXPECT_FALSE(test, lkrg_execmem_is_for_code(data, -data >> PAGE_SHIFT));
}

static struct kunit_case flow_cases[] = {
	KUNIT_CASE(calls_are_told_from_others),
	KUNIT_CASE(what_cannot_be_read_is_no_call),
	KUNIT_CASE(own_stack_is_all_calls),
	KUNIT_CASE(callers_are_judged),
	KUNIT_CASE(memory_for_code_is_what_was_allocated),
	{}
};

static struct kunit_suite flow_suite = {
	.name = "lkrg_flow",
	.test_cases = flow_cases,
};

kunit_test_suite(flow_suite);
