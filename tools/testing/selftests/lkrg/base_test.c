// SPDX-License-Identifier: GPL-2.0-only
/*
 * LKRG - The interfaces: list of LSMs, knobs, state
 */

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <grp.h>
#include <limits.h>
#include <linux/lsm.h>
#include <linux/prctl.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "../kselftest_harness.h"
#include "common.h"

/* What a profile is when the knobs are as in none of them */
#define CUSTOM		9

/* Seconds that a pass may take on a slow machine. */
#define PASS_MAX	60

/*
 * As documented in Documentation/admin-guide/LSM/lkrg.rst, but for lkrg.lock, which
 * cannot be taken back.
 */
static const struct knob {
	const char *name;
	int min;
	int max;
	bool has_profiles;
	bool is_neutral;
} knobs[] = {
	{ "block_modules", 0, 1 },
	{ "heartbeat", 0, 1 },
	{ "hide", 0, 0, .is_neutral = true },
	{ "interval", 5, 1800 },
	{ "kint_enforce", 0, 2 },
	{ "kint_validate", 0, 3 },
	{ "log_level", 0, 6 },
	{ "msr_validate", 0, 1 },
	{ "patch", 0, 2 },
	{ "pcfi_enforce", 0, 2 },
	{ "pcfi_validate", 0, 2 },
	{ "pint_enforce", 0, 2 },
	{ "pint_validate", 0, 3 },
	{ "profile_enforce", 0, 3, .has_profiles = true },
	{ "profile_validate", 0, 4, .has_profiles = true },
	{ "smap_enforce", 0, 2 },
	{ "smap_validate", 0, 1 },
	{ "smep_enforce", 0, 2 },
	{ "smep_validate", 0, 1 },
	{ "trigger", 0, 1 },
	{ "umh_enforce", 0, 2 },
	{ "umh_validate", 0, 2 },
};

static const char *const statistics[] = {
	"passes_started", "passes_done", "pass_requested", "pass_coalesced",
	"pass_last_us", "pass_longest_us", "pass_longest_piece_ns",
	"pass_last_bytes", "pass_bytes",
	"pass_last_violations", "pass_busy", "watch_ticks", "text_pages",
	"rodata_pages",
	"modules", "module_pages", "image_memory", "pokes", "pokes_refused",
	"patches_by_modules", "reports", "reports_lost", "reports_suppressed",
	"violation_cred_overwritten", "violation_cred_replaced",
	"violation_cred_reused", "violation_cred_not_granted",
	"violation_override_left", "violation_namespaces_switched",
	"violation_state_changed", "violation_task_hidden",
	"violation_record_forged", "violation_text_changed",
	"violation_rodata_changed", "violation_mapping_changed",
	"violation_memory_foreign", "violation_module_hidden",
	"violation_hook_foreign",
	"violation_cpu_changed",
	"violation_cpu_mask_changed", "violation_gate_changed",
	"violation_passes_stopped", "violation_policy_changed",
	"violation_module_blocked", "violation_inode_changed",
	"violation_flow_broken", "violation_helper_changed",
	"violation_switch_changed", "violation_helper_blocked",
	"flow_uncertain", "pass_last_cpu_us", "pass_last_end_ms",
};

static void knob_path(char *path, size_t size, const char *name)
{
	snprintf(path, size, KNOBS "%s", name);
}

static long knob_get(const char *name)
{
	char path[64], text[32], *end;
	long value;

	knob_path(path, sizeof(path), name);
	if (read_text(path, text, sizeof(text)) < 0)
		return LONG_MIN;
	value = strtol(text, &end, 10);
	return end != text && !strcmp(end, "\n") ? value : LONG_MIN;
}

static int knob_set(const char *name, const char *text)
{
	char path[64];

	knob_path(path, sizeof(path), name);
	return write_text(path, text);
}

static int knob_set_number(const char *name, long value)
{
	char text[32];

	snprintf(text, sizeof(text), "%ld\n", value);
	return knob_set(name, text);
}

static int lists_lkrg(void)
{
	__u64 ids[64];
	__u32 size = sizeof(ids);
	long count, i;

	count = syscall(__NR_lsm_list_modules, ids, &size, 0);
	for (i = 0; i < count; i++)
		if (ids[i] == LSM_ID_LKRG)
			return true;
	return count < 0 ? -1 : false;
}

/* Off or on: the three places that tell it have to agree. */
TEST(listed)
{
	int listed;

	if (access(LSM_LIST, R_OK))
		SKIP(return, "no securityfs, or not root");
	listed = lists_lkrg();
	ASSERT_LE(0, listed);
	ASSERT_EQ(guard_is_on(), listed);
	ASSERT_EQ(guard_is_on(), !access(KNOBS, F_OK));
	ASSERT_EQ(guard_is_on(), !access(STATE, F_OK));
}

/* Why the knobs cannot be tried, or NULL. */
static const char *save_knobs(long *values)
{
	size_t i;

	if (geteuid())
		return "has to be run as root";
	if (!guard_is_on())
		return "lkrg is not enabled (lsm=)";
	for (i = 0; i < ARRAY_SIZE(knobs); i++)
		values[i] = knob_get(knobs[i].name);
	return NULL;
}

static int restore_knobs(const long *values)
{
	int err = 0;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(knobs); i++)
		if (strcmp(knobs[i].name, "trigger") && !knobs[i].has_profiles)
			err |= knob_set_number(knobs[i].name, values[i]);
	return err;
}

FIXTURE(guard)
{
	long values[ARRAY_SIZE(knobs)];
	int log;
};

FIXTURE_SETUP(guard)
{
	const char *why_not = save_knobs(self->values);

	if (why_not)
		SKIP(return, "%s", why_not);
	self->log = open_log();
	ASSERT_LE(0, self->log);
}

FIXTURE_TEARDOWN(guard)
{
	EXPECT_EQ(0, restore_knobs(self->values));
}

TEST_F(guard, knobs_are_in_range)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(knobs); i++) {
		if (knobs[i].has_profiles && self->values[i] == CUSTOM)
			continue;
		EXPECT_LE(knobs[i].min, self->values[i])
			TH_LOG("lkrg.%s", knobs[i].name);
		EXPECT_GE(knobs[i].max, self->values[i])
			TH_LOG("lkrg.%s", knobs[i].name);
	}
}

TEST_F(guard, knobs_take_their_range)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(knobs); i++) {
		const struct knob *knob = &knobs[i];
		const bool event = !strcmp(knob->name, "trigger");
		long value = knob->min;

		for (; value <= knob->max; value++) {
			ASSERT_EQ(0, knob_set_number(knob->name, value))
				TH_LOG("lkrg.%s=%ld", knob->name, value);
			/* A trigger remembers nothing. */
			ASSERT_EQ(event ? 0 : value, knob_get(knob->name))
				TH_LOG("lkrg.%s=%ld", knob->name, value);
			/* The ends of a long range are enough. */
			if (value == knob->min && knob->max - knob->min > 10)
				value = knob->max - 1;
		}
	}
}

/* Two numbers, one after the other, with words around them. */
static bool names_range(const char *text, const struct knob *knob)
{
	char *end;

	while (*(text += strcspn(text, "0123456789"))) {
		if (strtol(text, &end, 10) == knob->min) {
			end += strcspn(end, "0123456789");
			if (*end && strtol(end, &end, 10) == knob->max)
				return true;
		}
		text = end;
	}
	return false;
}

/* A profile sets knobs, and is what it is as long as they are so. */
TEST_F(guard, profiles_set_knobs)
{
	ASSERT_EQ(0, knob_set_number("profile_validate", 1));
	ASSERT_EQ(1, knob_get("kint_validate"));
	ASSERT_EQ(1, knob_get("pcfi_validate"));
	ASSERT_EQ(0, knob_get("msr_validate"));
	ASSERT_EQ(1, knob_get("profile_validate"));
	ASSERT_EQ(0, knob_set_number("profile_validate", 3));
	ASSERT_EQ(3, knob_get("kint_validate"));
	ASSERT_EQ(1, knob_get("msr_validate"));
	ASSERT_EQ(3, knob_get("profile_validate"));

	ASSERT_EQ(0, knob_set_number("umh_validate", 0));
	ASSERT_EQ(CUSTOM, knob_get("profile_validate"));
	ASSERT_EQ(0, knob_set_number("profile_validate", CUSTOM));
	ASSERT_EQ(CUSTOM, knob_get("profile_validate"));
	ASSERT_EQ(3, knob_get("kint_validate"));

	ASSERT_EQ(0, knob_set_number("profile_enforce", 0));
	ASSERT_EQ(0, knob_get("smep_enforce"));
	ASSERT_EQ(0, knob_set_number("profile_enforce", 2));
	ASSERT_EQ(2, knob_get("kint_enforce"));
	ASSERT_EQ(1, knob_get("pint_enforce"));
	ASSERT_EQ(2, knob_get("smep_enforce"));
	ASSERT_EQ(2, knob_get("profile_enforce"));
}

/* Nothing but a number in the range changes a knob, and the log says why. */
TEST_F(guard, knobs_refuse_the_rest)
{
	static const char *const bad[] = {
		"\n", "\t\n", "garbage\n", "on\n", "-1\n", "1x\n", "1 x\n",
		"5 6\n", "1,2\n", "1.5\n", "99999999999\n", "4294967301\n",
		"18446744073709551621\n", "0x\n",
		"55555555555555555555555555555555555555555555555555555555\n",
	};
	char line[1024], expected[64];
	size_t i, j;

	for (i = 0; i < ARRAY_SIZE(knobs); i++) {
		const struct knob *knob = &knobs[i];
		long value = self->values[i];

		snprintf(expected, sizeof(expected), "LKRG: ISSUE: lkrg.%s: ",
			 knob->name);
		for (j = 0; j < ARRAY_SIZE(bad) + 2; j++) {
			char text[32];
			const char *what = text;

			if (j < ARRAY_SIZE(bad))
				what = bad[j];
			else if (j == ARRAY_SIZE(bad))
				snprintf(text, sizeof(text), "%d", knob->min - 1);
			else
				snprintf(text, sizeof(text), "%d", knob->max + 1);

			ASSERT_EQ(-1, knob_set(knob->name, what))
				TH_LOG("lkrg.%s takes '%s'", knob->name, what);
			ASSERT_EQ(EINVAL, errno)
				TH_LOG("lkrg.%s='%s'", knob->name, what);
			ASSERT_EQ(value, knob_get(knob->name))
				TH_LOG("lkrg.%s='%s'", knob->name, what);
		}

		ASSERT_TRUE(find_in_log(self->log, expected, line, sizeof(line)))
			TH_LOG("no line with '%s'", expected);
		/* Where there is no range, it says what to use instead. */
		ASSERT_TRUE(knob->is_neutral ?
			    !!strstr(line, "has no meaning in tree, use ") :
			    names_range(strstr(line, expected), knob))
			TH_LOG("%s", line);
	}
}

/* One bad value, one line. */
TEST_F(guard, one_line_for_a_bad_value)
{
	char line[1024];

	ASSERT_EQ(-1, knob_set("heartbeat", "2\n"));
	ASSERT_TRUE(find_in_log(self->log, "LKRG: ", line, sizeof(line)));
	ASSERT_NE(NULL, strstr(line, "LKRG: ISSUE: lkrg.heartbeat: "))
		TH_LOG("%s", line);
	ASSERT_FALSE(find_in_log(self->log, "LKRG: ", line, sizeof(line)))
		TH_LOG("%s", line);
}

/* A second write through one descriptor does not continue the first. */
TEST_F(guard, knobs_take_one_value_a_write)
{
	char path[64];
	int fd;

	knob_path(path, sizeof(path), "interval");
	fd = open(path, O_WRONLY | O_CLOEXEC);
	ASSERT_LE(0, fd);
	ASSERT_EQ(3, write(fd, "100", 3));
	ASSERT_EQ(-1, write(fd, "0", 1));
	ASSERT_EQ(EINVAL, errno);
	ASSERT_EQ(0, close(fd));
	ASSERT_EQ(100, knob_get("interval"));
}

/* What is no text, and what is more than any value takes. */
TEST_F(guard, knobs_take_text)
{
	static const char zero[] = "1\0", late[] = "1\n\0", early[] = "\0001";
	static char overlong[5000];
	const struct {
		const char *bytes;
		size_t size;
	} bad[] = {
		{ zero, sizeof(zero) - 1 },
		{ late, sizeof(late) - 1 },
		{ early, sizeof(early) - 1 },
		{ overlong, sizeof(overlong) },
	};
	char path[64];
	size_t i, j;
	int fd;

	memset(overlong, '1', sizeof(overlong));
	for (i = 0; i < ARRAY_SIZE(knobs); i++) {
		knob_path(path, sizeof(path), knobs[i].name);
		for (j = 0; j < ARRAY_SIZE(bad); j++) {
			fd = open(path, O_WRONLY | O_CLOEXEC);
			ASSERT_LE(0, fd);
			ASSERT_EQ(-1, write(fd, bad[j].bytes, bad[j].size))
				TH_LOG("lkrg.%s takes number %zu", knobs[i].name, j);
			ASSERT_EQ(EINVAL, errno);
			ASSERT_EQ(0, close(fd));
			ASSERT_EQ(self->values[i], knob_get(knobs[i].name));
		}
	}
}

/* One of the knobs takes words, and no others. */
TEST_F(guard, words_are_whole)
{
	static const char *const bad[] = {
		"den\n", "denied\n", "deny allow\n", "DENY\n", "deny,\n",
	};
	size_t i;

	ASSERT_EQ(0, knob_set("patch", "deny\n"));
	ASSERT_EQ(2, knob_get("patch"));
	ASSERT_EQ(0, knob_set("patch", "log"));
	ASSERT_EQ(1, knob_get("patch"));
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		ASSERT_EQ(-1, knob_set("patch", bad[i]))
			TH_LOG("%s", bad[i]);
		ASSERT_EQ(EINVAL, errno);
		ASSERT_EQ(1, knob_get("patch"));
	}
}

static bool is_refused(const char *path, int flags)
{
	char c = '1';
	int fd, len;

	fd = open(path, flags | O_CLOEXEC);
	if (fd < 0)
		return errno == EACCES || errno == EPERM;
	len = flags == O_WRONLY ? write(fd, &c, 1) : read(fd, &c, 1);
	close(fd);
	return len < 0 && errno == EPERM;
}

/* Whoever is not root of the machine changes nothing, and sees nothing. */
static int try_to_write(void)
{
	static const char *const others[] = { "lock", "umh_allow" };
	char path[64];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(knobs) + ARRAY_SIZE(others); i++) {
		knob_path(path, sizeof(path), i < ARRAY_SIZE(knobs) ?
			  knobs[i].name : others[i - ARRAY_SIZE(knobs)]);
		if (!is_refused(path, O_WRONLY) || !is_refused(path, O_RDONLY))
			return KSFT_FAIL;
	}
	if (open(STATE "stats", O_WRONLY | O_CLOEXEC) >= 0 ||
	    open(STATE "status", O_WRONLY | O_CLOEXEC) >= 0)
		return KSFT_FAIL;
	return KSFT_PASS;
}

static int as_user(void)
{
	if (setgroups(0, NULL) || setresgid(TEST_GID, TEST_GID, TEST_GID) ||
	    setresuid(TEST_UID, TEST_UID, TEST_UID))
		return KSFT_FAIL;
	return try_to_write();
}

static int as_root_of_namespace(void)
{
	char map[32];

	if (setgroups(0, NULL) || setresgid(TEST_GID, TEST_GID, TEST_GID) ||
	    setresuid(TEST_UID, TEST_UID, TEST_UID) ||
	    prctl(PR_SET_DUMPABLE, 1, 0, 0, 0))
		return KSFT_FAIL;
	if (unshare(CLONE_NEWUSER))
		return KSFT_SKIP;
	snprintf(map, sizeof(map), "0 %d 1", TEST_UID);
	if (write_text("/proc/self/uid_map", map) || geteuid())
		return KSFT_FAIL;
	return try_to_write();
}

/* Root's ids, and none of root's capabilities. */
static int as_root_without_capabilities(void)
{
	const struct caps none = {};
	char path[64];
	size_t i;

	if (caps_set(&none))
		return KSFT_FAIL;
	for (i = 0; i < ARRAY_SIZE(knobs); i++) {
		knob_path(path, sizeof(path), knobs[i].name);
		if (!write_text(path, "1"))
			return KSFT_FAIL;
	}
	return KSFT_PASS;
}

FIXTURE(stranger)
{
	long values[ARRAY_SIZE(knobs)];
};

FIXTURE_VARIANT(stranger)
{
	int (*be)(void);
};

FIXTURE_VARIANT_ADD(stranger, user)
{
	.be = as_user,
};

FIXTURE_VARIANT_ADD(stranger, root_of_namespace)
{
	.be = as_root_of_namespace,
};

FIXTURE_VARIANT_ADD(stranger, root_without_capabilities)
{
	.be = as_root_without_capabilities,
};

FIXTURE_SETUP(stranger)
{
	const char *why_not = save_knobs(self->values);

	if (why_not)
		SKIP(return, "%s", why_not);
	/* For each knob, what strangers write is not what is there. */
	ASSERT_EQ(0, knob_set_number("interval", 100));
	ASSERT_EQ(0, knob_set_number("heartbeat", 0));
	/* With 3, events at random would ask for passes. */
	ASSERT_EQ(0, knob_set_number("kint_validate", 2));
	ASSERT_EQ(0, knob_set_number("kint_enforce", 0));
	ASSERT_EQ(0, knob_set_number("pint_validate", 1));
	ASSERT_EQ(0, knob_set_number("pint_enforce", 1));
}

FIXTURE_TEARDOWN(stranger)
{
	EXPECT_EQ(0, restore_knobs(self->values));
}

TEST_F(stranger, changes_nothing)
{
	const long passes = statistic("pass_requested");
	int status;
	pid_t pid;

	pid = fork();
	ASSERT_LE(0, pid);
	if (!pid)
		_exit(variant->be());
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	ASSERT_TRUE(WIFEXITED(status));
	if (WEXITSTATUS(status) == KSFT_SKIP)
		SKIP(return, "no user namespaces for users");
	ASSERT_EQ(KSFT_PASS, WEXITSTATUS(status));

	ASSERT_EQ(100, knob_get("interval"));
	ASSERT_EQ(0, knob_get("heartbeat"));
	ASSERT_EQ(2, knob_get("kint_validate"));
	ASSERT_EQ(0, knob_get("kint_enforce"));
	ASSERT_EQ(1, knob_get("pint_validate"));
	ASSERT_EQ(1, knob_get("pint_enforce"));
	ASSERT_EQ(passes, statistic("pass_requested"));
}

/* === Passes and state =================================================== */

static bool pass_ends(long number)
{
	int i;

	for (i = 0; i < PASS_MAX * 10; i++) {
		if (statistic("passes_done") >= number)
			return true;
		usleep(100000);
	}
	return false;
}

TEST_F(guard, trigger_starts_a_pass)
{
	const long done = statistic("passes_done");
	long requested;
	int i;

	/* Periodic passes do not answer for it. */
	ASSERT_EQ(0, knob_set_number("interval", 1800));
	ASSERT_LE(0, done);
	for (i = 0; i < 2; i++) {
		ASSERT_EQ(0, knob_set_number("trigger", 0));
		requested = statistic("pass_requested");
		/* One that has not started yet would answer the next trigger. */
		ASSERT_TRUE(pass_ends(requested));
		ASSERT_EQ(0, knob_set_number("trigger", 1));
		ASSERT_LT(requested, statistic("pass_requested"));
		requested = statistic("pass_requested");
		ASSERT_LT(done, requested);
		ASSERT_TRUE(pass_ends(requested));
		ASSERT_LE(requested, statistic("passes_started"));
		ASSERT_LT(0, statistic("pass_last_us"));
	}
}

TEST_F(guard, stats_are_lines_of_name_and_number)
{
	char text[4096], *line, *rest = text, *end;
	size_t i, len;

	len = read_text(STATE "stats", text, sizeof(text));
	ASSERT_LT(0, (ssize_t)len);
	ASSERT_EQ('\n', text[len - 1]);
	text[len - 1] = '\0';
	while ((line = strsep(&rest, "\n"))) {
		len = strspn(line, "abcdefghijklmnopqrstuvwxyz_");
		ASSERT_LT(0, len)
			TH_LOG("%s", line);
		ASSERT_EQ(' ', line[len])
			TH_LOG("%s", line);
		ASSERT_NE(0, isdigit(line[len + 1]))
			TH_LOG("%s", line);
		strtoul(line + len + 1, &end, 10);
		ASSERT_EQ('\0', *end)
			TH_LOG("%s", line);
	}
	for (i = 0; i < ARRAY_SIZE(statistics); i++) {
		const char *name = statistics[i];

		ASSERT_LE(0, statistic(name))
			TH_LOG("no %s", name);
	}
	ASSERT_LT(0, statistic("text_pages"));
	ASSERT_LT(0, statistic("rodata_pages"));
}

/* For a person: printable, and a screen at most. */
TEST_F(guard, status_is_readable)
{
	char text[4096];
	ssize_t len, i;
	int lines = 0;

	len = read_text(STATE "status", text, sizeof(text));
	ASSERT_LT(0, len);
	ASSERT_EQ('\n', text[len - 1]);
	for (i = 0; i < len; i++) {
		lines += text[i] == '\n';
		ASSERT_TRUE(text[i] == '\n' || isprint(text[i]))
			TH_LOG("byte %zd is %#x", i, text[i]);
	}
	ASSERT_GE(25, lines);
}

/* How long what may be an address of the kernel is, in hexadecimal */
#define ADDRESS_DIGITS	16

static const char *find_address(const char *text)
{
	const char *at = text;

	while ((at = strcasestr(at, "ffff"))) {
		if (strspn(at, "0123456789abcdefABCDEF") >= ADDRESS_DIGITS)
			return at;
		at++;
	}
	return NULL;
}

/* Nobody is told where anything is, in whatever file. */
TEST_F(guard, state_has_no_addresses)
{
	static char text[1 << 18];
	struct dirent *entry;
	char path[512];
	ssize_t len;
	int files = 0;
	DIR *dir;

	ASSERT_NE(NULL, find_address("at 0xFFFFffff81000000+0x1"));
	ASSERT_EQ(NULL, find_address("0x1ffffffffff, ffff ffff81000000"));
	dir = opendir(STATE);
	ASSERT_NE(NULL, dir);
	while ((entry = readdir(dir))) {
		if (entry->d_type != DT_REG)
			continue;
		snprintf(path, sizeof(path), STATE "%s", entry->d_name);
		len = read_text(path, text, sizeof(text));
		/* There may be no modules, and there was room for all. */
		ASSERT_LE(0, len)
			TH_LOG("%s", path);
		ASSERT_GT(sizeof(text) - 1, len);
		ASSERT_EQ(NULL, find_address(text))
			TH_LOG("%s: %.80s", path, find_address(text));
		files++;
	}
	closedir(dir);
	ASSERT_LT(4, files);
}

TEST_HARNESS_MAIN
