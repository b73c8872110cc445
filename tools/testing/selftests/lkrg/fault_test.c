// SPDX-License-Identifier: GPL-2.0-only
/*
 * LKRG - Where the kernel runs out of memory
 *
 * Each variant is an operation that makes or changes what the guard has on
 * record.  It is repeated with its first allocation failing, its second, and so
 * on, until there are no more.  Whatever becomes of the operation, afterwards
 * the task is as good as before, nobody is accused, and a theft is found.
 */

#include <grp.h>
#include <linux/filter.h>
#include <linux/keyctl.h>
#include <linux/landlock.h>
#include <linux/prctl.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include "../kselftest_harness.h"
#include "child.h"
#include "common.h"

#define FAULTS		"/sys/kernel/debug/"
#define DEVICE		"/dev/lkrg_attack"
#define MODULE		"test_modules/lkrg_attack.ko"

/* Seconds, with KASAN on a slow machine. */
#define TIMEOUT		300

/* More allocations than an operation can have. */
#define NR_FAULTS	20000

static struct {
	/* Which allocations the last operation left for others. */
	int left;
	int thefts;
} *shared;

/* Of this operation */
static int nth;
static int fail_nth = -1;
static int device = -1;

static void arm(void)
{
	char text[16];

	snprintf(text, sizeof(text), "%d", nth);
	/* Of the thread, and not inherited. */
	fail_nth = open("/proc/thread-self/fail-nth", O_RDWR | O_CLOEXEC);
	CHECK(fail_nth >= 0);
	CHECK(write(fail_nth, text, strlen(text)) == (ssize_t)strlen(text));
}

static void disarm(void)
{
	char text[16] = "";

	CHECK(pread(fail_nth, text, sizeof(text) - 1, 0) > 0);
	shared->left = atoi(text);
	CHECK(pwrite(fail_nth, "0", 1, 0) == 1);
	close(fail_nth);
}

/* With the guard, who steals does not come to an end. */
static void end(void)
{
	CHECK(!use());
	if (device >= 0) {
		__atomic_add_fetch(&shared->thefts, 1, __ATOMIC_RELAXED);
		CHECK(write(device, "cred-init", 9) == 9);
		CHECK(!use());
	}
	_exit(KSFT_PASS);
}

static int status_at_end(void)
{
	return device >= 0 && guard_is_on() ? 128 + SIGKILL : KSFT_PASS;
}

/* === Operations ========================================================= */

static void do_fork(void)
{
	pid_t pid;

	arm();
	pid = fork();
	if (!pid)
		end();
	disarm();
	CHECK(pid < 0 || status_of(pid) == status_at_end());
}

static void *just_use(void *failed)
{
	return use() ? failed : NULL;
}

static void do_thread(void)
{
	pthread_t thread;
	int failed;
	void *result;

	arm();
	if (pthread_create(&thread, NULL, just_use, &failed)) {
		disarm();
		return;
	}
	disarm();
	CHECK(!pthread_join(thread, &result) && !result);
}

/* What is beyond the way back the kernel kills itself. */
static void do_exec(void)
{
	char *const argv[] = { "true", NULL }, *const envp[] = { NULL };
	char path[32], text[16] = "";
	siginfo_t info;
	pid_t pid;
	int fd;

	pid = fork();
	CHECK(pid >= 0);
	if (!pid) {
		arm();
		execve("/bin/true", argv, envp);
		disarm();
		end();
	}
	CHECK(!waitid(P_PID, pid, &info, WEXITED | WNOWAIT));
	snprintf(path, sizeof(path), "/proc/%d/fail-nth", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	CHECK(fd >= 0 && read(fd, text, sizeof(text) - 1) > 0);
	close(fd);
	/* 0 as well after it was disarmed. */
	shared->left |= atoi(text);
	status_of(pid);
}

static void do_setresuid(void)
{
	arm();
	(void)!setresuid(TEST_UID, TEST_UID, 0);
	(void)!setresuid(0, 0, 0);
	disarm();
}

static void do_setresgid(void)
{
	arm();
	(void)!setresgid(TEST_GID, TEST_GID, 0);
	disarm();
}

static void do_setgroups(void)
{
	gid_t groups[100] = { 0 };

	arm();
	(void)!setgroups(100, groups);
	(void)!setgroups(1, groups);
	disarm();
}

static void do_capset(void)
{
	struct caps caps;

	CHECK(!caps_get(&caps));
	caps.effective = 0;
	arm();
	caps_set(&caps);
	caps.effective = caps.permitted;
	caps_set(&caps);
	disarm();
}

static void do_access(void)
{
	CHECK(!setresuid(TEST_UID, -1, -1));
	arm();
	(void)!access("/dev/null", R_OK);
	disarm();
	CHECK(!setresuid(0, 0, 0));
}

static void do_keyring(void)
{
	arm();
	syscall(__NR_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL);
	syscall(__NR_keyctl, KEYCTL_GET_KEYRING_ID, KEY_SPEC_THREAD_KEYRING, 1);
	syscall(__NR_keyctl, KEYCTL_SESSION_TO_PARENT);
	disarm();
}

/* Without that of networks, which takes thousands of allocations. */
static void do_namespaces(void)
{
	arm();
	unshare(CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWPID |
		CLONE_NEWCGROUP);
	disarm();
}

static void do_user_namespace(void)
{
	arm();
	unshare(CLONE_NEWUSER);
	disarm();
}

static void do_root(void)
{
	arm();
	unshare(CLONE_FS);
	(void)!chdir("/tmp");
	(void)!chroot("/");
	disarm();
}

static void do_filter(void)
{
	struct sock_filter allow = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	struct sock_fprog program = { .len = 1, .filter = &allow };

	arm();
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	syscall(__NR_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program);
	disarm();
}

static void do_landlock(void)
{
	const struct landlock_ruleset_attr attr = {
		.handled_access_fs = LANDLOCK_ACCESS_FS_MAKE_SYM,
	};
	int fd;

	CHECK(!prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
	arm();
	fd = syscall(__NR_landlock_create_ruleset, &attr, sizeof(attr), 0);
	syscall(__NR_landlock_restrict_self, fd, 0);
	disarm();
}

/* === The harness ======================================================== */

static const struct setting {
	const char *file;
	const char *value;
} settings[] = {
	/*
	 * Also what may wait for memory fails, and without a word.  That of
	 * pages has much to say: they are left out.
	 */
	{ FAULTS "failslab/ignore-gfp-wait", "N" },
	{ FAULTS "failslab/verbose", "0" },
};

FIXTURE(memory_is_short)
{
	char before[ARRAY_SIZE(settings)][16];
	long reports;
	bool loaded;
};

FIXTURE_VARIANT(memory_is_short)
{
	void (*operation)(void);
};

FIXTURE_VARIANT_ADD(memory_is_short, fork)
{
	.operation = do_fork,
};

FIXTURE_VARIANT_ADD(memory_is_short, thread)
{
	.operation = do_thread,
};

FIXTURE_VARIANT_ADD(memory_is_short, exec)
{
	.operation = do_exec,
};

FIXTURE_VARIANT_ADD(memory_is_short, setresuid)
{
	.operation = do_setresuid,
};

FIXTURE_VARIANT_ADD(memory_is_short, setresgid)
{
	.operation = do_setresgid,
};

FIXTURE_VARIANT_ADD(memory_is_short, setgroups)
{
	.operation = do_setgroups,
};

FIXTURE_VARIANT_ADD(memory_is_short, capset)
{
	.operation = do_capset,
};

FIXTURE_VARIANT_ADD(memory_is_short, access)
{
	.operation = do_access,
};

FIXTURE_VARIANT_ADD(memory_is_short, keyring)
{
	.operation = do_keyring,
};

FIXTURE_VARIANT_ADD(memory_is_short, namespaces)
{
	.operation = do_namespaces,
};

FIXTURE_VARIANT_ADD(memory_is_short, user_namespace)
{
	.operation = do_user_namespace,
};

FIXTURE_VARIANT_ADD(memory_is_short, root)
{
	.operation = do_root,
};

FIXTURE_VARIANT_ADD(memory_is_short, filter)
{
	.operation = do_filter,
};

FIXTURE_VARIANT_ADD(memory_is_short, landlock)
{
	.operation = do_landlock,
};

FIXTURE_SETUP(memory_is_short)
{
	size_t i;

	if (geteuid())
		SKIP(return, "has to be run as root");
	if (access(FAULTS "failslab", F_OK))
		mount("debugfs", FAULTS, "debugfs", 0, NULL);
	for (i = 0; i < ARRAY_SIZE(settings); i++)
		if (read_text(settings[i].file, self->before[i],
			      sizeof(self->before[i])) < 0)
			SKIP(return, "no %s: the kernel cannot inject faults",
			     settings[i].file);
	for (i = 0; i < ARRAY_SIZE(settings); i++)
		ASSERT_EQ(0, write_text(settings[i].file, settings[i].value));

	shared = share(sizeof(*shared));
	reason = share(REASON_SIZE);
	ASSERT_NE(NULL, shared);
	ASSERT_NE(NULL, reason);
	self->reports = statistic("reports");
	if (guard_is_on())
		ASSERT_LE(0, self->reports);
}

FIXTURE_TEARDOWN(memory_is_short)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(settings); i++)
		if (*self->before[i])
			EXPECT_EQ(0, write_text(settings[i].file,
						self->before[i]));
	if (device >= 0)
		close(device);
	if (self->loaded)
		EXPECT_EQ(0, syscall(__NR_delete_module, "lkrg_attack", 0));
}

/* Who may be reported has the name of who is expected to. */
static int run(void (*operation)(void))
{
	pid_t pid;

	pid = fork();
	if (pid)
		return status_of(pid);
	prctl(PR_SET_NAME, "attack_victim", 0, 0, 0);
	operation();
	end();
	return -1;
}

/* Returns how many allocations there were, or -1. */
static int run_all(void (*operation)(void))
{
	for (nth = 1; nth < NR_FAULTS; nth++) {
		shared->left = 0;
		if (run(operation) != status_at_end())
			return -1;
		if (shared->left)
			return nth - 1;
	}
	snprintf(reason, REASON_SIZE, "no end of allocations");
	return -1;
}

TEST_F_TIMEOUT(memory_is_short, nobody_is_accused, TIMEOUT)
{
	ASSERT_LT(0, run_all(variant->operation))
		TH_LOG("allocation %d: %s", nth, *reason ? reason : "killed");
	ASSERT_EQ(self->reports, statistic("reports"));
}

static bool load_attacks(bool *loaded)
{
	int fd;

	device = open(DEVICE, O_WRONLY | O_CLOEXEC);
	if (device >= 0)
		return true;
	fd = open(MODULE, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	*loaded = !syscall(__NR_finit_module, fd, "insecure=1", 0);
	close(fd);
	device = open(DEVICE, O_WRONLY | O_CLOEXEC);
	return device >= 0;
}

TEST_F_TIMEOUT(memory_is_short, nobody_is_unguarded, TIMEOUT)
{
	if (!load_attacks(&self->loaded))
		SKIP(return, "no %s: %s", DEVICE, strerror(errno));
	ASSERT_LT(0, run_all(variant->operation))
		TH_LOG("allocation %d: %s", nth, *reason ? reason : "not killed");
	ASSERT_LT(0, shared->thefts);
	if (guard_is_on())
		ASSERT_EQ(self->reports + shared->thefts, statistic("reports"));
}

TEST_HARNESS_MAIN
