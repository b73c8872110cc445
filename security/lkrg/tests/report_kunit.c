// SPDX-License-Identifier: GPL-2.0-only
/*
 * LKRG - Unit tests of the lines that people and programs match
 */

#include <kunit/test.h>
#include <linux/kernel.h>
#include <linux/seq_buf.h>
#include <linux/string.h>

#include <asm/sections.h>

#include "../fs.h"
#include "../report.h"

static const char *line(struct kunit *test, const struct lkrg_report *report)
{
	char *buffer = kunit_kzalloc(test, 1024, GFP_KERNEL);
	struct seq_buf s;

	KUNIT_ASSERT_NOT_NULL(test, buffer);
	seq_buf_init(&s, buffer, 1024);
	lkrg_report_format(&s, report);
	return seq_buf_str(&s);
}

static const struct lkrg_report thief = {
	.what = LKRG_CRED_OVERWRITTEN,
	.done = LKRG_DID_KILL,
	.task = {
		.at = LKRG_AT_file_open,
		.name = { .pid = 43, .tgid = 42, .comm = "thief" },
		.expected_known = true,
		.found_readable = true,
		.cred.expected = { .uid = 1000, .euid = 1000, .user_ns = 0x1000 },
		.cred.found = { .uid = 0, .euid = 0, .user_ns = 0x2000,
				.cap_effective = 0x1ffffffffff },
	},
};

static void a_task_line_names_each_field(struct kunit *test)
{
	KUNIT_EXPECT_STREQ(test, line(test, &thief),
			   "ALERT: DETECT: Task: thief[43/42]: credential overwritten: uid 1000 -> 0, euid 1000 -> 0, cap_effective 0x0 -> 0x1ffffffffff, user_ns changed; at file_open: refused, process killed");
}

static void a_replaced_credential_is_named(struct kunit *test)
{
	struct lkrg_report report = thief;

	report.what = LKRG_CRED_REPLACED;
	report.done = LKRG_DID_LOG;
	report.task.found_init_cred = true;
	report.task.cred.found = report.task.cred.expected;
	report.task.cred.found.uid = 0;
	KUNIT_EXPECT_STREQ(test, line(test, &report),
			   "ALERT: DETECT: Task: thief[43/42]: credential replaced: uid 1000 -> 0 (init_cred); at file_open: logged");
}

static void an_unreadable_credential_is_said_to_be(struct kunit *test)
{
	struct lkrg_report report = thief;

	report.what = LKRG_CRED_REPLACED;
	report.task.found_readable = false;
	KUNIT_EXPECT_STREQ(test, line(test, &report),
			   "ALERT: DETECT: Task: thief[43/42]: credential replaced: fields unknown; at file_open: refused, process killed");
}

static void the_other_task_is_named(struct kunit *test)
{
	struct lkrg_report report = thief;

	report.what = LKRG_NAMESPACES_SWITCHED;
	report.task.at = LKRG_AT_switch_task_namespaces;
	report.task.other = (struct lkrg_task_name){ .pid = 2, .tgid = 1, .comm = "init" };
	KUNIT_EXPECT_STREQ(test, line(test, &report),
			   "ALERT: DETECT: Task: thief[43/42]: namespaces switched: of init[2/1]; at switch_task_namespaces: refused, process killed");
}

static void a_state_line_names_each_field(struct kunit *test)
{
	struct lkrg_report report = thief;

	report.what = LKRG_STATE_CHANGED;
	report.task.state.expected = (struct lkrg_state){
		.fs = 0x1000, .seccomp_mode = 2, .seccomp_work = 1,
	};
	report.task.state.found = (struct lkrg_state){
		.fs = 0x2000, .flags = 0x40000000,
	};
	report.task.namespaces.expected = (struct lkrg_namespaces){ };
	report.task.namespaces.found = (struct lkrg_namespaces){ .uts_ns = 1 };
	report.task.namespaces_changed = true;
	report.task.root_changed = LKRG_ROOT_CHANGED | LKRG_PWD_CHANGED;
	report.task.dumpable_changed = true;
	KUNIT_EXPECT_STREQ(test, line(test, &report),
			   "ALERT: DETECT: Task: thief[43/42]: state changed: fs changed, seccomp_mode 2 -> 0, seccomp_work 1 -> 0, flags 0x0 -> 0x40000000, uts_ns changed, root changed, pwd changed, dumpable changed; at file_open: refused, process killed");
}

static void a_change_that_is_over_is_said_to_be(struct kunit *test)
{
	struct lkrg_report report = {
		.what = LKRG_STATE_CHANGED,
		.task = { .at = LKRG_AT_capable, .name = { .pid = 2, .tgid = 1, .comm = "init" } },
	};

	KUNIT_EXPECT_STREQ(test, line(test, &report),
			   "ALERT: DETECT: Task: init[2/1]: state changed: changed back; at capable: logged");
}

static void a_hidden_task_is_named(struct kunit *test)
{
	struct lkrg_report report = thief;

	report.what = LKRG_TASK_HIDDEN;
	report.task.at = LKRG_AT_pass;
	report.task.hidden_from = "the pid table";
	KUNIT_EXPECT_STREQ(test, line(test, &report),
			   "ALERT: DETECT: Task: thief[43/42]: task hidden: from the pid table; at pass: process killed");
}

/* A task chooses its name: it must not write lines of its own. */
static void a_name_is_escaped(struct kunit *test)
{
	struct lkrg_report report = thief;
	const char *text;

	memcpy(report.task.name.comm, "a\nLKRG: x\x1b[2J]", 15);
	text = line(test, &report);
	KUNIT_EXPECT_NULL(test, strchr(text, '\n'));
	KUNIT_EXPECT_NULL(test, strchr(text, '\x1b'));
	KUNIT_EXPECT_NOT_NULL(test, strstr(text, "Task: a\\nLKRG: x\\e[2J"));
}

static struct lkrg_report image_report(int changes)
{
	return (struct lkrg_report){
		.what = LKRG_TEXT_CHANGED,
		.done = LKRG_DID_LOG,
		.image = {
			.page = (unsigned long)_stext & PAGE_MASK,
			.start = (unsigned long)_stext & PAGE_MASK,
			.changes = changes,
			.change = {
				{ 4, 0x11223344, 0x1122aa44 },
				{ 5, 0x55667788, 0x55667789 },
				{ 100, 0x00000001, 0x00000002 },
			},
		},
	};
}

static void bytes_are_shown_from_first_to_last_changed(struct kunit *test)
{
	struct lkrg_report report = image_report(3);
	const char *text = line(test, &report);

	KUNIT_EXPECT_NOT_NULL(test, strstr(text, "ALERT: DETECT: Kernel: text changed: "));
	KUNIT_EXPECT_NOT_NULL(test, strstr(text, ": 33 22 11 88 -> aa 22 11 89, "));
	KUNIT_EXPECT_NOT_NULL(test, strstr(text, ": 01 -> 02; logged"));
}

static void many_changes_are_not_listed(struct kunit *test)
{
	struct lkrg_report report = image_report(-1);

	KUNIT_EXPECT_NOT_NULL(test, strstr(line(test, &report),
					   ": more than 4 words of this page; logged"));
}

static void the_right_bytes_are_said_to_be(struct kunit *test)
{
	const char *said = ": the right bytes, but rewritten, or in another page frame; logged";
	struct lkrg_report report = image_report(0);

	KUNIT_EXPECT_NOT_NULL(test, strstr(line(test, &report), said));
}

static void a_variable_line_names_who_may_not(struct kunit *test)
{
	struct lkrg_report report = {
		.what = LKRG_HELPER_CHANGED,
		.done = LKRG_DID_RESTORE,
		.variable = {
			.name = "some_helper",
			.size = LKRG_SHOWN,
			.is_text = true,
			.known = true,
			.expected = "/sbin/some",
			.found = "/tmp/a\nb",
		},
	};

	KUNIT_EXPECT_STREQ(test, line(test, &report),
			   "ALERT: DETECT: Kernel: helper changed: some_helper: \"/sbin/some\" -> \"/tmp/a\\nb\"; restored");
	report.variable.by = (struct lkrg_task_name){ .pid = 12, .tgid = 11, .comm = "sh" };
	report.done = LKRG_DID_REFUSE;
	KUNIT_EXPECT_STREQ(test, line(test, &report),
			   "ALERT: DETECT: Kernel: helper changed: some_helper: by sh[12/11], who may not; refused");
}

static void an_inode_line_names_what_differs(struct kunit *test)
{
	struct lkrg_report report = {
		.what = LKRG_INODE_CHANGED,
		.done = LKRG_DID_REFUSE,
		.inode = {
			.name = "/tmp/a\nb",
			.file_system = "ext4",
			.number = 12,
			.expected_known = true,
			.expected = { .uid = 1000, .mode = 0100755 },
			.found = { .gid = 7, .mode = 0104755 },
		},
	};

	KUNIT_EXPECT_STREQ(test, line(test, &report),
			   "ALERT: DETECT: Kernel: inode changed: /tmp/a\\nb (ext4, 12): mode 0100755 -> 0104755, uid 1000 -> 0, gid 0 -> 7; refused");
	report.inode.expected_known = false;
	KUNIT_EXPECT_STREQ(test, line(test, &report),
			   "ALERT: DETECT: Kernel: inode changed: /tmp/a\\nb (ext4, 12): what is known of it was changed; refused");
}

static void each_kind_has_a_name(struct kunit *test)
{
	int what;

	for (what = LKRG_NO_VIOLATION + 1; what < LKRG_NR_VIOLATIONS; what++)
		KUNIT_EXPECT_NOT_NULL(test, lkrg_violation_name(what));
}

static void a_hook_is_named_by_its_function(struct kunit *test)
{
	char expected[256];
	struct lkrg_report report = {
		.what = LKRG_HOOK_FOREIGN,
		.done = LKRG_DID_LOG,
		.hook.how = "ftrace",
		.hook.pointer = "func",
		.hook.to = PAGE_SIZE,
	};

	KUNIT_EXPECT_STREQ(test, line(test, &report),
			   "ALERT: DETECT: Kernel: hook foreign: ftrace of functions: func -> an address without a name; logged");
	report.hook.function = (unsigned long)lkrg_report_format;
	report.hook.to = (unsigned long)lkrg_report;
	snprintf(expected, sizeof(expected),
		 "ALERT: DETECT: Kernel: hook foreign: ftrace of %pS: func -> %pS; logged",
		 lkrg_report_format, lkrg_report);
	KUNIT_EXPECT_STREQ(test, line(test, &report), expected);
}

static void a_hook_may_have_a_name(struct kunit *test)
{
	struct lkrg_report report = {
		.what = LKRG_HOOK_FOREIGN,
		.done = LKRG_DID_LOG,
		.hook.how = "proc entry",
		.hook.name = "a\nb",
		.hook.pointer = "seq_ops",
		.hook.to = PAGE_SIZE,
	};

	KUNIT_EXPECT_STREQ(test, line(test, &report),
			   "ALERT: DETECT: Kernel: hook foreign: proc entry a\\nb: seq_ops -> an address without a name; logged");
}

static struct kunit_case report_cases[] = {
	KUNIT_CASE(a_task_line_names_each_field),
	KUNIT_CASE(a_replaced_credential_is_named),
	KUNIT_CASE(an_unreadable_credential_is_said_to_be),
	KUNIT_CASE(the_other_task_is_named),
	KUNIT_CASE(a_state_line_names_each_field),
	KUNIT_CASE(a_change_that_is_over_is_said_to_be),
	KUNIT_CASE(a_hidden_task_is_named),
	KUNIT_CASE(a_name_is_escaped),
	KUNIT_CASE(bytes_are_shown_from_first_to_last_changed),
	KUNIT_CASE(many_changes_are_not_listed),
	KUNIT_CASE(the_right_bytes_are_said_to_be),
	KUNIT_CASE(a_variable_line_names_who_may_not),
	KUNIT_CASE(an_inode_line_names_what_differs),
	KUNIT_CASE(a_hook_is_named_by_its_function),
	KUNIT_CASE(a_hook_may_have_a_name),
	KUNIT_CASE(each_kind_has_a_name),
	{ }
};

static struct kunit_suite report_suite = {
	.name = "lkrg_report",
	.test_cases = report_cases,
};

kunit_test_suite(report_suite);
