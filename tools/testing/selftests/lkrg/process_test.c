// SPDX-License-Identifier: GPL-2.0-only
/*
 * LKRG - Honest changes of what is guarded, which have to work and stay silent
 *
 * Credentials, threads, seccomp filters, namespaces, roots, tracers, overrides,
 * workers, keys, labels, and what the kernel does on behalf of tasks.  Each variant does
 * its work in a child that starts as root, with a directory of its own, while
 * one pass of the guard follows the other.  After each change it is used, so
 * that the guard looks at it.  Without lkrg the same work is the control: it
 * shows that what fails with lkrg fails because of it.
 */

#include <errno.h>
#include <grp.h>
#include <linux/filter.h>
#include <linux/keyctl.h>
#include <linux/landlock.h>
#include <linux/prctl.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <linux/securebits.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/fsuid.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "../kselftest_harness.h"
#include "child.h"
#include "common.h"
#include "ia32.h"
#include "ring.h"

#define NR_THREADS	8
#define NR_STORM	8
#define OTHER_UID	1001

static void skip(const char *why)
{
	snprintf(reason, REASON_SIZE, "%s: %s", why, strerror(errno));
	_exit(KSFT_SKIP);
}

static int in_child(void (*work)(void))
{
	pid_t pid;

	pid = fork();
	if (!pid) {
		work();
		_exit(KSFT_PASS);
	}
	return status_of(pid);
}

static void just_use(void)
{
	CHECK(!use());
}

static void become_user(void)
{
	CHECK(!setgroups(0, NULL));
	CHECK(!setresgid(TEST_GID, TEST_GID, TEST_GID));
	CHECK(!setresuid(TEST_UID, TEST_UID, TEST_UID));
}

/* The ids of user 1000 but for what leads back. */
static void become_half_user(void)
{
	CHECK(!setresgid(TEST_GID, TEST_GID, 0));
	CHECK(!setresuid(TEST_UID, TEST_UID, 0));
}

static int make_file(const char *path, uid_t uid, mode_t mode)
{
	int fd;

	fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
	if (fd < 0 || write(fd, "text\n", 5) != 5 || fchown(fd, uid, uid) ||
	    fchmod(fd, mode))
		return -1;
	return close(fd);
}

static int copy_program(const char *from, const char *to, uid_t uid, gid_t gid,
			mode_t mode)
{
	char buffer[4096];
	ssize_t len;
	int in, out;

	in = open(from, O_RDONLY | O_CLOEXEC);
	out = open(to, O_CREAT | O_WRONLY | O_CLOEXEC, 0700);
	if (in < 0 || out < 0)
		return -1;
	while ((len = read(in, buffer, sizeof(buffer))) > 0)
		if (write(out, buffer, len) != len)
			return -1;
	if (len < 0 || fchown(out, uid, gid) || fchmod(out, mode))
		return -1;
	close(in);
	return close(out);
}

/* === set*id ============================================================= */

static void set_uids(void)
{
	uid_t uid, euid, suid;

	CHECK(!setresuid(-1, TEST_UID, -1) && !use());
	CHECK(!setresuid(-1, 0, -1) && !use());
	CHECK(!seteuid(TEST_UID) && !use());
	CHECK(!seteuid(0) && !use());
	CHECK(!setreuid(TEST_UID, 0) && !use());
	CHECK(!setreuid(0, TEST_UID) && !use());
	CHECK(!setreuid(TEST_UID, 0) && !use());
	CHECK(!setreuid(0, 0) && !use());
	CHECK(!setresuid(TEST_UID, OTHER_UID, 0) && !use());
	CHECK(setuid(4321) && errno == EPERM && !use());
	CHECK(!setresuid(0, 0, 0) && !use());
	CHECK(!setuid(TEST_UID) && !use());
	CHECK(!getresuid(&uid, &euid, &suid));
	CHECK(uid == TEST_UID && euid == TEST_UID && suid == TEST_UID);
	CHECK(setuid(0) && errno == EPERM && !use());
	CHECK(setreuid(0, 0) && errno == EPERM && !use());
	CHECK(setresuid(0, 0, 0) && errno == EPERM && !use());
}

static void set_gids(void)
{
	gid_t gid, egid, sgid;

	CHECK(!setresgid(-1, TEST_GID, -1) && !use());
	CHECK(!setresgid(-1, 0, -1) && !use());
	CHECK(!setegid(TEST_GID) && !use());
	CHECK(!setegid(0) && !use());
	CHECK(!setregid(TEST_GID, 0) && !use());
	CHECK(!setregid(0, 0) && !use());
	CHECK(!setresuid(TEST_UID, TEST_UID, 0) && !use());
	CHECK(setgid(4321) && errno == EPERM && !use());
	CHECK(!setresuid(0, 0, 0) && !use());
	CHECK(!setgid(TEST_GID) && !use());
	CHECK(!getresgid(&gid, &egid, &sgid));
	CHECK(gid == TEST_GID && egid == TEST_GID && sgid == TEST_GID);
}

static void set_fsids(void)
{
	CHECK(setfsuid(TEST_UID) == 0 && setfsuid(-1) == TEST_UID && !use());
	CHECK(setfsuid(0) == TEST_UID && setfsuid(-1) == 0 && !use());
	CHECK(setfsgid(TEST_GID) == 0 && setfsgid(-1) == TEST_GID && !use());
	CHECK(setfsgid(0) == TEST_GID && setfsgid(-1) == 0 && !use());
	become_half_user();
	CHECK(setfsuid(0) == TEST_UID && setfsuid(-1) == 0 && !use());
	/* Owner of what is root's, without a capability. */
	CHECK(!chmod("secret", 0640) && !use());
	CHECK(setfsuid(OTHER_UID) == 0 && setfsuid(-1) == 0 && !use());
	CHECK(setfsuid(TEST_UID) == 0 && !use());
}

static void set_groups(void)
{
	gid_t groups[100], got[100];
	int i;

	for (i = 0; i < 100; i++)
		groups[i] = 5000 + i;
	CHECK(!setgroups(100, groups) && !use());
	CHECK(getgroups(100, got) == 100 && got[99] == 5099);
	CHECK(!setgroups(1, groups) && !use());
	CHECK(!setgroups(0, NULL) && !use());
	CHECK(getgroups(0, NULL) == 0);
	become_user();
	CHECK(setgroups(1, groups) && errno == EPERM && !use());
}

/* === Capabilities ======================================================= */

static void set_caps(void)
{
	struct caps all, caps;

	CHECK(!caps_get(&all));
	caps = all;
	caps.effective = 0;
	CHECK(!caps_set(&caps) && !use());
	CHECK(sethostname("none", 4) && errno == EPERM);
	caps.effective = all.permitted;
	caps.inheritable = all.permitted;
	CHECK(!caps_set(&caps) && !use());
	CHECK(!chroot("/") && !use());
	CHECK(!prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_CHOWN, 0, 0));
	CHECK(!use());
	CHECK(!prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_LOWER, CAP_CHOWN, 0, 0));
	CHECK(!use());
	CHECK(!prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_KILL, 0, 0));
	CHECK(!prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0));
	CHECK(!use());
	CHECK(!prctl(PR_CAPBSET_DROP, CAP_SYS_TIME, 0, 0, 0) && !use());
	CHECK(prctl(PR_CAPBSET_READ, CAP_SYS_TIME, 0, 0, 0) == 0);
	CHECK(!prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) && !use());
	CHECK(!setresuid(TEST_UID, TEST_UID, TEST_UID) && !use());
	CHECK(!caps_get(&caps) && !caps.effective && caps.permitted);
	caps.effective = caps.permitted;
	CHECK(!caps_set(&caps) && !use());
	CHECK(!chroot("/") && !use());
	memset(&caps, 0, sizeof(caps));
	CHECK(!caps_set(&caps) && !use());
	CHECK(caps_set(&all) && errno == EPERM && !use());
}

static void set_securebits(void)
{
	static const unsigned long bits[] = {
		SECBIT_NOROOT, 0, SECBIT_NO_SETUID_FIXUP, SECBIT_KEEP_CAPS, 0,
		SECBIT_NO_CAP_AMBIENT_RAISE,
		SECBIT_NOROOT | SECBIT_NOROOT_LOCKED,
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(bits); i++) {
		CHECK(!prctl(PR_SET_SECUREBITS, bits[i], 0, 0, 0) && !use());
		CHECK(prctl(PR_GET_SECUREBITS, 0, 0, 0, 0) == (int)bits[i]);
	}
	CHECK(prctl(PR_SET_SECUREBITS, 0, 0, 0, 0) && errno == EPERM);
	CHECK(!use());
}

/* === exec =============================================================== */

static int exec_victim(const char *program, const char *use_of_it)
{
	pid_t pid;

	pid = fork();
	if (!pid) {
		execl(program, program, "-k", "none", use_of_it, NULL);
		_exit(127);
	}
	return status_of(pid);
}

static void exec_setuid(void)
{
	become_user();
	CHECK(exec_victim("./suid", "capable") == 0);
	CHECK(exec_victim("./suid", "setresuid") == 0);
	CHECK(exec_victim("./sgid", "open") == 0);
	CHECK(exec_victim("./plain", "open") == VICTIM_REFUSED);
	CHECK(!use());

	/* A task that is not to gain privileges does not, and lives. */
	CHECK(!prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) && !use());
	CHECK(exec_victim("./suid", "capable") == VICTIM_REFUSED);
	CHECK(exec_victim("./sgid", "open") == VICTIM_REFUSED);
	CHECK(!use());
}

static void exec_ambient(void)
{
	struct caps caps;

	CHECK(!caps_get(&caps));
	caps.inheritable = caps.permitted;
	CHECK(!caps_set(&caps));
	CHECK(!prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0));
	become_user();
	CHECK(exec_victim("./plain", "capable") == VICTIM_REFUSED);
	CHECK(!prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_SYS_ADMIN, 0, 0));
	CHECK(exec_victim("./plain", "capable") == 0);
	CHECK(!use());
}

/* === Tasks ============================================================== */

static void *change_ids_in_thread(void *unused)
{
	/* The library changes all threads, the system call only this one. */
	if (syscall(__NR_setresuid, -1, TEST_UID, -1) || use() ||
	    syscall(__NR_setresuid, -1, 0, -1) || use())
		return "a thread failed";
	return NULL;
}

static void threads(void)
{
	pthread_t thread[NR_THREADS];
	void *failed;
	int i;

	for (i = 0; i < NR_THREADS; i++)
		CHECK(!pthread_create(&thread[i], NULL, change_ids_in_thread,
				      NULL));
	CHECK(!use());
	for (i = 0; i < NR_THREADS; i++) {
		CHECK(!pthread_join(thread[i], &failed));
		CHECK(!failed);
	}
	CHECK(!use());
}

static void *sleep_for_ever(void *unused)
{
	while (true)
		pause();
	return NULL;
}

/* All threads change together, as POSIX wants it. */
static void threads_together(void)
{
	pthread_t thread;
	int i;

	for (i = 0; i < NR_THREADS; i++)
		CHECK(!pthread_create(&thread, NULL, sleep_for_ever, NULL));
	CHECK(!setresuid(TEST_UID, TEST_UID, 0) && !use());
	CHECK(!setresuid(0, 0, 0) && !use());
	become_user();
	CHECK(!use());
}

/* Exec from a thread that is not the leader, and so ends all others. */
static void *exec_in_thread(void *unused)
{
	execl("./suid", "./suid", "-k", "none", "capable", NULL);
	return NULL;
}

static void exec_from_thread_child(void)
{
	pthread_t thread;

	become_user();
	CHECK(!pthread_create(&thread, NULL, sleep_for_ever, NULL));
	CHECK(!pthread_create(&thread, NULL, exec_in_thread, NULL));
	sleep_for_ever(NULL);
}

static void exec_from_thread(void)
{
	CHECK(in_child(exec_from_thread_child) == 0);
}

static void change_and_exit(void)
{
	become_half_user();
	CHECK(!use() && !setresuid(0, 0, 0) && !use());
	become_user();
	CHECK(!use());
}

static int vfork_and_exec(void)
{
	pid_t pid;

	pid = vfork();
	if (!pid) {
		execl("./plain", "./plain", "-k", "none", "pass", NULL);
		_exit(127);
	}
	return status_of(pid);
}

static void forks(void)
{
	int i;

	for (i = 0; i < NR_STORM; i++) {
		CHECK(in_child(change_and_exit) == 0);
		CHECK(vfork_and_exec() == 0);
	}
	CHECK(!use());
}

static void changes_its_mind(void)
{
	int i;

	for (i = 0; i < 50; i++) {
		CHECK(!setresuid(-1, TEST_UID, -1) && !use());
		CHECK(!setresuid(-1, 0, -1) && !use());
		CHECK(in_child(just_use) == 0);
	}
}

static void storm(void)
{
	pid_t pid[NR_STORM];
	int i;

	for (i = 0; i < NR_STORM; i++) {
		pid[i] = fork();
		CHECK(pid[i] >= 0);
		if (!pid[i]) {
			changes_its_mind();
			_exit(KSFT_PASS);
		}
	}
	for (i = 0; i < NR_STORM; i++)
		CHECK(status_of(pid[i]) == 0);
}

static void be_traced(void)
{
	become_user();
	CHECK(!ptrace(PTRACE_TRACEME, 0, NULL, NULL));
	raise(SIGSTOP);
	execl("./suid", "./suid", "-k", "none", "open", NULL);
}

static void trace(void)
{
	int status;
	pid_t pid;

	pid = fork();
	CHECK(pid >= 0);
	if (!pid) {
		be_traced();
		_exit(KSFT_FAIL);
	}
	CHECK(waitpid(pid, &status, 0) == pid && WIFSTOPPED(status));
	CHECK(!ptrace(PTRACE_CONT, pid, NULL, NULL));
	/* It stops at exec, and then runs to its end. */
	CHECK(waitpid(pid, &status, 0) == pid && WIFSTOPPED(status));
	CHECK(!ptrace(PTRACE_DETACH, pid, NULL, NULL));
	/* Who asks to be traced does not become root by setuid. */
	CHECK(status_of(pid) == VICTIM_REFUSED);
	CHECK(!use());
}

/* === seccomp ============================================================ */

static int filter(unsigned int flags)
{
	struct sock_filter allow[] = {
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { .len = 1, .filter = allow };

	return syscall(__NR_seccomp, SECCOMP_SET_MODE_FILTER, flags, &program);
}

static void filter_all_threads(void)
{
	pthread_t thread;
	int i;

	become_user();
	/* Calls that fail: a bad address, and no right to it. */
	CHECK(syscall(__NR_seccomp, SECCOMP_SET_MODE_FILTER, 0, NULL));
	if (errno != EFAULT)
		skip("seccomp filters");
	CHECK(!use());
	CHECK(filter(0) && errno == EACCES && !use());
	for (i = 0; i < NR_THREADS; i++)
		CHECK(!pthread_create(&thread, NULL, sleep_for_ever, NULL));
	CHECK(!prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) && !use());
	CHECK(!filter(SECCOMP_FILTER_FLAG_TSYNC) && !use());
	CHECK(!filter(SECCOMP_FILTER_FLAG_TSYNC) && !use());
	CHECK(in_child(just_use) == 0);
}

/* Threads that never stop using what another one changes for all of them. */
static atomic_bool enough;

static void *use_all_the_time(void *unused)
{
	while (!enough)
		CHECK(!use());
	return NULL;
}

static void start_users(pthread_t users[NR_THREADS])
{
	int i;

	for (i = 0; i < NR_THREADS; i++)
		CHECK(!pthread_create(&users[i], NULL, use_all_the_time, NULL));
}

static void stop_users(pthread_t users[NR_THREADS])
{
	int i;

	enough = true;
	for (i = 0; i < NR_THREADS; i++)
		CHECK(!pthread_join(users[i], NULL));
}

#define NR_FILTERS	64

static void filter_busy_threads(void)
{
	pthread_t users[NR_THREADS];
	int i;

	start_users(users);
	CHECK(!prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
	for (i = 0; i < NR_FILTERS; i++)
		if (filter(SECCOMP_FILTER_FLAG_TSYNC))
			skip("seccomp filters");
	stop_users(users);
	CHECK(in_child(just_use) == 0);
}

/* === What tasks share =================================================== */

#define NR_CHANGES	2000

/* One working directory and one root for all threads. */
static void move_busy_threads(void)
{
	pthread_t users[NR_THREADS];
	int i, root;

	CHECK(!mkdir("here", 0755) && !mkdir("here/dev", 0755));
	CHECK(!mount("/dev", "here/dev", NULL, MS_BIND, NULL));
	root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	CHECK(root >= 0 && !chdir("here"));
	start_users(users);
	for (i = 0; i < NR_CHANGES; i++) {
		CHECK(!chroot("."));
		CHECK(!fchdir(root) && !chroot("."));
		CHECK(!chdir("/dev") && !fchdir(root));
		CHECK(i % 100 || in_child(just_use) == 0);
	}
	stop_users(users);
}

/* A tracer comes and goes while the other one works. */
static void trace_busy_threads(void)
{
	pthread_t users[NR_THREADS];
	pid_t pid;
	int i;

	pid = fork();
	CHECK(pid >= 0);
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		start_users(users);
		while (true) {
			CHECK(!prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) && !use());
			CHECK(!prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) && !use());
		}
	}
	for (i = 0; i < NR_CHANGES; i++) {
		int status;

		CHECK(!ptrace(PTRACE_SEIZE, pid, NULL, NULL));
		CHECK(!ptrace(PTRACE_INTERRUPT, pid, NULL, NULL));
		CHECK(waitpid(pid, &status, __WALL) == pid && WIFSTOPPED(status));
		CHECK(!ptrace(PTRACE_DETACH, pid, NULL, NULL));
	}
	CHECK(!waitpid(pid, NULL, WNOHANG));
	CHECK(!kill(pid, SIGKILL) && status_of(pid) == 128 + SIGKILL);
}

/* Into new namespaces of each type and back, and the children with it. */
static void change_namespaces(void)
{
	static const struct {
		int flag;
		const char *file;
	} types[] = {
		{ CLONE_NEWUTS, "/proc/self/ns/uts" },
		{ CLONE_NEWIPC, "/proc/self/ns/ipc" },
		{ CLONE_NEWNS, "/proc/self/ns/mnt" },
		{ CLONE_NEWPID, "/proc/self/ns/pid_for_children" },
		{ CLONE_NEWNET, "/proc/self/ns/net" },
		{ CLONE_NEWTIME, "/proc/self/ns/time_for_children" },
		{ CLONE_NEWCGROUP, "/proc/self/ns/cgroup" },
	};
	size_t i, done = 0;
	int fd;

	for (i = 0; i < ARRAY_SIZE(types); i++) {
		fd = open(types[i].file, O_RDONLY | O_CLOEXEC);
		if (fd < 0)
			continue;
		CHECK(!unshare(types[i].flag) && !use());
		CHECK(in_child(just_use) == 0);
		CHECK(!setns(fd, types[i].flag) && !use());
		CHECK(in_child(just_use) == 0);
		close(fd);
		done++;
	}
	if (!done)
		skip("namespaces");
}

/* The other way into the same function, and the same way back */
static void change_namespaces_ia32(void)
{
	int fd;

	if (!have_ia32()) {
		errno = EOPNOTSUPP;
		skip("32-bit system calls");
	}
	fd = open("/proc/self/ns/uts", O_RDONLY | O_CLOEXEC);
	CHECK(fd >= 0);
	if (unshare(CLONE_NEWUTS))
		skip("unshare(CLONE_NEWUTS)");
	CHECK(!ia32_syscall(IA32_SETNS, fd, CLONE_NEWUTS) && !use());
	CHECK(in_child(just_use) == 0);
	CHECK(ia32_syscall(IA32_SETNS, fd, CLONE_NEWIPC) == -EINVAL && !use());
}

/* Where "root" is mounted it is the root, and the old one goes away.  What is here is /work. */
static void enter_root(void)
{
	CHECK(!mkdir("root/old", 0755) && !mkdir("root/dev", 0755));
	CHECK(!mkdir("root/work", 0755) && !mkdir("root/proc", 0555));
	CHECK(!mount("/dev", "root/dev", NULL, MS_BIND | MS_REC, NULL));
	CHECK(!mount("/proc", "root/proc", NULL, MS_BIND | MS_REC, NULL));
	CHECK(!mount(".", "root/work", NULL, MS_BIND | MS_REC, NULL));
	if (syscall(__NR_pivot_root, "root", "root/old")) {
		/* The root of the initramfs cannot be exchanged. */
		CHECK(!chdir("root") && !mount(".", "/", NULL, MS_MOVE, NULL));
		CHECK(!chroot(".") && !use());
	} else {
		CHECK(!chdir("/") && !use());
		CHECK(!umount2("/old", MNT_DETACH) && !use());
	}
}

/* As containers begin */
static void change_root(void)
{
	CHECK(!mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL));
	CHECK(!mkdir("root", 0755) || errno == EEXIST);
	CHECK(!mount("root", "root", "tmpfs", 0, NULL));
	enter_root();
}

static void pivot(void)
{
	CHECK(!unshare(CLONE_NEWNS | CLONE_FS) && !use());
	change_root();
	become_user();
	CHECK(!use() && in_child(just_use) == 0);
}

static void pivot_root(void)
{
	int i;

	for (i = 0; i < 20; i++) {
		pid_t pid = fork();

		if (!pid) {
			pivot();
			_exit(KSFT_PASS);
		}
		CHECK(status_of(pid) == 0);
		rmdir("root");
	}
}

/* === Containers ========================================================= */

static void map_root(pid_t pid)
{
	char path[64], map[64];

	snprintf(path, sizeof(path), "/proc/%d/setgroups", pid);
	CHECK(!write_text(path, "deny"));
	snprintf(path, sizeof(path), "/proc/%d/uid_map", pid);
	snprintf(map, sizeof(map), "0 %d 1", TEST_UID);
	CHECK(!write_text(path, map));
	snprintf(path, sizeof(path), "/proc/%d/gid_map", pid);
	snprintf(map, sizeof(map), "0 %d 1", TEST_GID);
	CHECK(!write_text(path, map));
}

/* What runtimes take away before the program of a container begins */
static void confine(void)
{
	struct caps caps;
	int cap;

	for (cap = CAP_FOWNER; cap <= CAP_LAST_CAP; cap++)
		CHECK(!prctl(PR_CAPBSET_DROP, cap, 0, 0, 0) && !use());
	CHECK(!caps_get(&caps));
	caps.effective &= (1ULL << CAP_FOWNER) - 1;
	caps.permitted = caps.effective;
	caps.inheritable = 0;
	CHECK(!caps_set(&caps) && !use());
	CHECK(!prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0));
	CHECK(!prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) && !use());
	if (filter(0))
		skip("seccomp filters");
	CHECK(!use());
}

static void run_in_container(void)
{
	confine();
	CHECK(in_child(just_use) == 0);
	CHECK(exec_victim("/work/plain", "pass") == 0);
}

#define CONTAINER (CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWUTS | \
		   CLONE_NEWIPC | CLONE_NEWCGROUP)

static pid_t fork_into(__u64 namespaces)
{
	struct clone_args args = { .flags = namespaces, .exit_signal = SIGCHLD };

	return syscall(__NR_clone3, &args, sizeof(args));
}

/* Its first process: says when it is ready, and ends with its parent. */
static void contain(int ready, int end)
{
	char c;

	CHECK(getpid() == 1 && !use());
	change_root();
	CHECK(!sethostname("container", 9) && !use());
	run_in_container();
	CHECK(write(ready, "r", 1) == 1);
	CHECK(read(end, &c, 1) == 0 && !use());
}

static void join(pid_t pid, const char *name)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/ns/%s", pid, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	CHECK(fd >= 0);
	CHECK(!setns(fd, 0) && !use());
	close(fd);
}

/* As "docker exec" does it: another process in the namespaces of the container. */
static void join_container(pid_t container, int namespaces, void (*work)(void))
{
	int fd = syscall(__NR_pidfd_open, container, 0);

	CHECK(fd >= 0);
	CHECK(!setns(fd, namespaces) && !use());
	close(fd);
	CHECK(!chdir("/") && !use());
	CHECK(in_child(work) == 0);
	CHECK(!use());
}

/*
 * The container says in @ready that it is there, and stays until there is nobody who
 * could write to @end.
 */
static void visit_container(pid_t container, int namespaces, const int *ready,
			    const int *end, void (*work)(void))
{
	pid_t joined;
	char c;

	close(ready[1]);
	close(end[0]);
	CHECK(read(ready[0], &c, 1) == 1);
	joined = fork();
	CHECK(joined >= 0);
	if (!joined) {
		close(end[1]);
		join_container(container, namespaces, work);
		_exit(KSFT_PASS);
	}
	CHECK(status_of(joined) == 0);
	close(end[1]);
	CHECK(status_of(container) == 0 && !use());
}

/* As runc and crun do it for Docker, containerd and Kubernetes, as root */
static void container(void)
{
	int ready[2], end[2];
	pid_t pid;

	CHECK(!pipe(ready) && !pipe(end));
	pid = fork_into(CONTAINER);
	CHECK(pid >= 0);
	if (!pid) {
		close(end[1]);
		contain(ready[1], end[0]);
		_exit(KSFT_PASS);
	}
	visit_container(pid, CONTAINER, ready, end, run_in_container);
}

/* In a second one it is the user again, and has nothing in the first one. */
static void leave_user_namespace(void)
{
	char map[32];

	CHECK(!unshare(CLONE_NEWUSER) && !use());
	snprintf(map, sizeof(map), "%d 0 1", TEST_UID);
	CHECK(!write_text("/proc/self/uid_map", map));
	CHECK(!setresuid(TEST_UID, TEST_UID, TEST_UID) && !use());
}

/* As bubblewrap does it, which Flatpak uses, and Podman for users */
static void container_of_user(void)
{
	int mapped[2];
	pid_t pid;
	char c;

	CHECK(!mkdir("root", 0755) && !pipe(mapped));
	become_user();
	/* Its own files in /proc are not root's then. */
	CHECK(!prctl(PR_SET_DUMPABLE, 1, 0, 0, 0));
	pid = fork_into(CLONE_NEWUSER | CONTAINER);
	if (pid < 0)
		skip("clone3(CLONE_NEWUSER)");
	if (!pid) {
		close(mapped[1]);
		CHECK(read(mapped[0], &c, 1) == 0 && !use());
		CHECK(!setresuid(0, 0, 0) && !setresgid(0, 0, 0) && !use());
		change_root();
		leave_user_namespace();
		run_in_container();
		_exit(KSFT_PASS);
	}
	map_root(pid);
	close(mapped[0]);
	close(mapped[1]);
	CHECK(status_of(pid) == 0 && !use());
}

/* As Docker with userns-remap: who is root there is nobody here. */
#define FIRST_SUBID	100000
#define NR_SUBIDS	65536

static void map_subids(pid_t pid)
{
	char path[64], map[64];

	snprintf(map, sizeof(map), "0 %d %d", FIRST_SUBID, NR_SUBIDS);
	snprintf(path, sizeof(path), "/proc/%d/uid_map", pid);
	CHECK(!write_text(path, map));
	snprintf(path, sizeof(path), "/proc/%d/gid_map", pid);
	CHECK(!write_text(path, map));
}

static void become_root_of_container(void)
{
	CHECK(!setgroups(0, NULL) && !setresgid(0, 0, 0) && !use());
	CHECK(!setresuid(0, 0, 0) && !use());
}

/* Its users become its root, by setuid programs, which copying up keeps. */
static void use_image(void)
{
	int fd;

	fd = open("/secret", O_WRONLY | O_APPEND | O_CLOEXEC);
	CHECK(fd >= 0 && write(fd, "more\n", 5) == 5 && !close(fd));
	CHECK(!mkdir("/made", 0700) && !rmdir("/made") && !use());
	become_user();
	CHECK(exec_victim("/work/plain", "open") == VICTIM_REFUSED);
	CHECK(exec_victim("/suid", "open") == 0);
	CHECK(exec_victim("/suid", "setresuid") == 0);
	CHECK(!use());
}

static void exec_in_image(void)
{
	become_root_of_container();
	CHECK(in_child(use_image) == 0);
	run_in_container();
}

/* Its first process. The image was mounted by who starts it. */
static void contain_image(int mapped, int ready, int end)
{
	char c;

	CHECK(read(mapped, &c, 1) == 0 && !use());
	become_root_of_container();
	CHECK(!mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL));
	CHECK(!mount("root", "root", NULL, MS_BIND | MS_REC, NULL));
	enter_root();
	CHECK(in_child(use_image) == 0);
	run_in_container();
	CHECK(write(ready, "r", 1) == 1);
	CHECK(read(end, &c, 1) == 0 && !use());
}

static void mount_image(void)
{
	CHECK(!unshare(CLONE_NEWNS));
	CHECK(!mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL));
	CHECK(!mkdir("lower", 0755) && !mkdir("upper", 0755));
	CHECK(!mkdir("layers", 0755) && !mkdir("root", 0755));
	CHECK(!chown("lower", FIRST_SUBID, FIRST_SUBID));
	CHECK(!chown("upper", FIRST_SUBID, FIRST_SUBID));
	CHECK(!make_file("lower/secret", FIRST_SUBID, 0600));
	CHECK(!copy_program("plain", "lower/suid", FIRST_SUBID, FIRST_SUBID, 04755));
	if (mount("overlay", "root", "overlay", 0,
		  "lowerdir=lower,upperdir=upper,workdir=layers"))
		skip("overlayfs");
}

static void container_with_other_ids(void)
{
	int mapped[2], ready[2], end[2];
	pid_t pid;

	mount_image();
	CHECK(!pipe(mapped) && !pipe(ready) && !pipe(end));
	pid = fork_into(CLONE_NEWUSER | CONTAINER);
	if (pid < 0)
		skip("clone3(CLONE_NEWUSER)");
	if (!pid) {
		close(mapped[1]);
		close(end[1]);
		contain_image(mapped[0], ready[1], end[0]);
		_exit(KSFT_PASS);
	}
	map_subids(pid);
	close(mapped[0]);
	close(mapped[1]);
	visit_container(pid, CLONE_NEWUSER | CONTAINER, ready, end, exec_in_image);
}

/* As Kubernetes: one holds the namespaces that the containers of a pod share. */
#define POD	(CLONE_NEWNET | CLONE_NEWUTS | CLONE_NEWIPC)

static void run_in_pod(void)
{
	pid_t pid;

	pid = fork_into(CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWCGROUP);
	CHECK(pid >= 0);
	if (!pid) {
		CHECK(getpid() == 1 && !use());
		change_root();
		become_user();
		CHECK(in_child(just_use) == 0);
		CHECK(!prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) && !use());
		CHECK(exec_victim("/work/suid", "setresuid") == VICTIM_REFUSED);
		_exit(KSFT_PASS);
	}
	CHECK(status_of(pid) == 0 && !use());
}

static void pod(void)
{
	int ready[2], end[2];
	pid_t holder;
	char c;
	int i;

	CHECK(!pipe(ready) && !pipe(end));
	holder = fork_into(POD);
	CHECK(holder >= 0);
	if (!holder) {
		close(end[1]);
		CHECK(!sethostname("pod", 3) && !use());
		CHECK(write(ready[1], "r", 1) == 1);
		CHECK(read(end[0], &c, 1) == 0 && !use());
		_exit(KSFT_PASS);
	}
	close(end[0]);
	CHECK(read(ready[0], &c, 1) == 1);
	for (i = 0; i < 3; i++) {
		pid_t pid = fork();

		CHECK(pid >= 0);
		if (!pid) {
			close(end[1]);
			join(holder, "net");
			join(holder, "uts");
			join(holder, "ipc");
			run_in_pod();
			_exit(KSFT_PASS);
		}
		CHECK(status_of(pid) == 0);
	}
	close(end[1]);
	CHECK(status_of(holder) == 0 && !use());
}

/* === Sandboxes ========================================================== */

/* The label of another LSM changes, which nobody has to decide for the guard. */
static void sandbox(void)
{
	const struct landlock_ruleset_attr attr = {
		.handled_access_fs = LANDLOCK_ACCESS_FS_MAKE_DIR,
	};
	int fd;

	become_user();
	fd = syscall(__NR_landlock_create_ruleset, &attr, sizeof(attr), 0);
	if (fd < 0)
		skip("landlock");
	CHECK(!prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
	CHECK(!syscall(__NR_landlock_restrict_self, fd, 0) && !use());
	CHECK(!syscall(__NR_landlock_restrict_self, fd, 0) && !use());
	CHECK(mkdir("/tmp/lkrg-dir", 0700) && errno == EACCES && !use());
	CHECK(in_child(just_use) == 0);
	CHECK(exec_victim("./plain", "pass") == 0);
}

/* === Overrides ========================================================== */

static void differing_ids(void)
{
	CHECK(!setgroups(0, NULL) && !setresgid(TEST_GID, 0, 0));
	CHECK(!setresuid(TEST_UID, 0, 0) && !use());
	CHECK(access("secret", R_OK) && errno == EACCES && !use());
	CHECK(!faccessat(AT_FDCWD, "secret", R_OK, AT_EACCESS) && !use());
	CHECK(!setresgid(0, TEST_GID, 0));
	CHECK(!setresuid(0, TEST_UID, 0) && !use());
	CHECK(!access("secret", R_OK) && !use());
	CHECK(faccessat(AT_FDCWD, "secret", R_OK, AT_EACCESS) &&
	      errno == EACCES && !use());
}

static void use_overlay(void)
{
	int fd;

	/* Copied up by root with the credential of who mounted it. */
	fd = open("merged/dir/file", O_WRONLY | O_APPEND | O_CLOEXEC);
	CHECK(fd >= 0);
	CHECK(write(fd, "more\n", 5) == 5);
	CHECK(!fchmod(fd, 0640));
	close(fd);
	CHECK(!use());
	CHECK(!rename("merged/dir/file", "merged/dir/renamed"));
	CHECK(!mkdir("merged/dir/new", 0700));
	CHECK(!rmdir("merged/dir/new"));
	CHECK(!unlink("merged/dir/renamed"));
	CHECK(!unlink("merged/dir/other"));
	CHECK(!use());
}

static void use_overlay_as_user(void)
{
	become_user();
	use_overlay();
}

static void make_layers(void)
{
	CHECK(!mkdir("lower", 0755) && !mkdir("upper", 0755));
	CHECK(!mkdir("work", 0755) && !mkdir("merged", 0755));
	CHECK(!mkdir("lower/dir", 0755));
	CHECK(!chown("lower/dir", TEST_UID, TEST_GID));
	CHECK(!make_file("lower/dir/file", TEST_UID, 0600));
	CHECK(!make_file("lower/dir/other", TEST_UID, 0600));
}

static void overlay(void)
{
	CHECK(!unshare(CLONE_NEWNS));
	CHECK(!mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL));
	make_layers();
	if (mount("overlay", "merged", "overlay", 0,
		  "lowerdir=lower,upperdir=upper,workdir=work"))
		skip("overlayfs");
	CHECK(!access("merged/dir/file", W_OK) && !use());
	CHECK(in_child(use_overlay_as_user) == 0);
	CHECK(!use());
	CHECK(!umount("merged"));
}

/* A request under the credential that root registered, from who is not root. */
static void io_uring(void)
{
	struct ring ring;
	int personality;

	if (ring_open(&ring))
		skip("io_uring");
	personality = syscall(__NR_io_uring_register, ring.fd,
			      IORING_REGISTER_PERSONALITY, NULL, 0);
	CHECK(personality > 0);
	become_user();
	CHECK(ring_open_file(&ring, "secret", 0, 0) == -EACCES && !use());
	CHECK(ring_open_file(&ring, "secret", personality, 0) >= 0 && !use());
	/* The same by one of the worker threads of the ring. */
	CHECK(ring_open_file(&ring, "secret", personality, IOSQE_ASYNC) >= 0);
	CHECK(ring_open_file(&ring, "secret", 0, IOSQE_ASYNC) == -EACCES);
	CHECK(!use());
}

/* === Namespaces ========================================================= */

static void be_root_in_namespace(void)
{
	CHECK(getuid() == 0 && !use());
	CHECK(!setresuid(0, 0, 0) && !setresgid(0, 0, 0) && !use());
	CHECK(!unshare(CLONE_NEWUTS) && !use());
	CHECK(!sethostname("inside", 6) && !use());
	CHECK(open("secret", O_RDONLY) < 0 && errno == EACCES);
	CHECK(in_child(just_use) == 0);
}

static void user_namespace(void)
{
	become_user();
	/* Its own files in /proc are not root's then. */
	CHECK(!prctl(PR_SET_DUMPABLE, 1, 0, 0, 0));
	if (unshare(CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWIPC))
		skip("unshare(CLONE_NEWUSER)");
	CHECK(!use());
	map_root(getpid());
	be_root_in_namespace();
	CHECK(!unshare(CLONE_NEWPID) && !use());
	CHECK(in_child(just_use) == 0);
}

/*
 * Lives for as long as its parent, however that ends.  A parent death signal
 * would be asked for too late if the parent is quick.
 */
static int wait_in_namespace(void *parent)
{
	int *const ends = parent;
	char c;

	close(ends[1]);
	return read(ends[0], &c, 1);
}

/* clone() into a namespace, and setns() after it. */
static void join_namespace(void)
{
	static char stack[65536];
	int ends[2];
	pid_t pid;

	become_user();
	CHECK(!prctl(PR_SET_DUMPABLE, 1, 0, 0, 0));
	CHECK(!pipe(ends));
	pid = clone(wait_in_namespace, stack + sizeof(stack),
		    CLONE_NEWUSER | CLONE_NEWUTS | CLONE_NEWIPC | SIGCHLD, ends);
	if (pid < 0)
		skip("clone(CLONE_NEWUSER)");
	map_root(pid);
	join(pid, "user");
	join(pid, "uts");
	join(pid, "ipc");
	be_root_in_namespace();
}

/* === Keys =============================================================== */

static long keyctl(int op, unsigned long a, unsigned long b, unsigned long c)
{
	return syscall(__NR_keyctl, op, a, b, c, 0);
}

static void session_to_parent(void)
{
	CHECK(keyctl(KEYCTL_JOIN_SESSION_KEYRING, 0, 0, 0) > 0);
	CHECK(!keyctl(KEYCTL_SESSION_TO_PARENT, 0, 0, 0));
}

static void *use_in_thread(void *unused)
{
	return use() ? "a thread failed" : NULL;
}

static void keyrings(void)
{
	static const int rings[] = {
		KEY_SPEC_THREAD_KEYRING, KEY_SPEC_PROCESS_KEYRING,
		KEY_SPEC_SESSION_KEYRING, KEY_SPEC_USER_KEYRING,
		KEY_SPEC_USER_SESSION_KEYRING,
	};
	pthread_t thread;
	void *failed;
	size_t i;

	become_user();
	if (keyctl(KEYCTL_JOIN_SESSION_KEYRING, 0, 0, 0) < 0)
		skip("keyrings");
	CHECK(!use());
	for (i = 0; i < ARRAY_SIZE(rings); i++) {
		CHECK(keyctl(KEYCTL_GET_KEYRING_ID, rings[i], 1, 0) > 0);
		CHECK(syscall(__NR_add_key, "user", "lkrg:test", "x", 1,
			      rings[i]) > 0);
		CHECK(!use());
	}
	/* Threads of a thread with a keyring have credentials of their own. */
	for (i = 0; i < NR_THREADS; i++) {
		CHECK(!pthread_create(&thread, NULL, use_in_thread, NULL));
		CHECK(!pthread_join(thread, &failed));
		CHECK(!failed);
	}
	CHECK(keyctl(KEYCTL_SET_REQKEY_KEYRING,
		     KEY_REQKEY_DEFL_SESSION_KEYRING, 0, 0) >= 0);
	CHECK(in_child(just_use) == 0);
}

/* The parent's credential is replaced when it returns to user mode. */
static void session_from_child(void)
{
	long before, after;

	become_user();
	before = keyctl(KEYCTL_JOIN_SESSION_KEYRING, 0, 0, 0);
	if (before < 0)
		skip("keyrings");
	CHECK(in_child(session_to_parent) == 0);
	after = keyctl(KEYCTL_GET_KEYRING_ID, KEY_SPEC_SESSION_KEYRING, 0, 0);
	CHECK(after > 0 && after != before);
	CHECK(!use());
}

/*
 * The same while the parent is in execve(), which runs such work if it has to wait for
 * requests to io_uring.
 */
static void exec_with_sessions(void)
{
	const pid_t parent = getpid();
	struct ring ring;
	int ends[2];
	char byte;

	CHECK(!ring_open(&ring) && !pipe(ends));
	CHECK(!ring_start_read(&ring, ends[0], &byte));
	if (!fork()) {
		while (getppid() == parent) {
			keyctl(KEYCTL_JOIN_SESSION_KEYRING, 0, 0, 0);
			keyctl(KEYCTL_SESSION_TO_PARENT, 0, 0, 0);
		}
		_exit(0);
	}
	usleep(10000);
	execl("./suid", "./suid", "-k", "none", "capable", NULL);
	_exit(KSFT_FAIL);
}

static void session_during_exec(void)
{
	struct ring ring;
	int i;

	become_user();
	if (keyctl(KEYCTL_JOIN_SESSION_KEYRING, 0, 0, 0) < 0)
		skip("keyrings");
	if (ring_open(&ring))
		skip("io_uring");
	for (i = 0; i < 20; i++)
		CHECK(in_child(exec_with_sessions) == 0);
}

/* === Labels ============================================================= */

/*
 * A task changes to a label of a policy namespace of AppArmor, at once and with the
 * next program; with the namespace the label goes, and the next hook that sees what
 * is left of it has it replaced.
 */
static void policy_namespace(void)
{
	static const char dir[] = "/sys/kernel/security/apparmor/policy/namespaces/lkrg_test";
	static const char label[] = ":lkrg_test:unconfined";
	char change[64], exec[64], text[64];
	struct stat st;
	int ends[2];
	pid_t pid;

	snprintf(change, sizeof(change), "changeprofile %s", label);
	snprintf(exec, sizeof(exec), "exec %s", label);
	if (mkdir(dir, 0755))
		skip(dir);
	CHECK(!pipe(ends));
	pid = fork();
	if (!pid) {
		close(ends[1]);
		/* Who is in it does not see it. */
		_exit(read(ends[0], text, 1) || rmdir(dir) ? KSFT_FAIL : KSFT_PASS);
	}
	close(ends[0]);
	CHECK(fcntl(ends[1], F_SETFD, FD_CLOEXEC) == 0);

	become_user();
	/* Its own files in /proc are not root's then. */
	CHECK(!prctl(PR_SET_DUMPABLE, 1, 0, 0, 0));
	CHECK(!write_text("/proc/self/attr/apparmor/exec", exec) && !use());
	CHECK(exec_victim("./plain", "open") == VICTIM_REFUSED);
	CHECK(exec_victim("./suid", "capable") == 0);
	CHECK(!write_text("/proc/self/attr/apparmor/current", change) && !use());
	CHECK(exec_victim("./sgid", "open") == 0);

	close(ends[1]);
	CHECK(status_of(pid) == 0 && access(dir, F_OK));
	CHECK(!stat("secret", &st) && !use());
	CHECK(exec_victim("./suid", "setresuid") == 0);
	CHECK(in_child(just_use) == 0);
}

/* === What the kernel does on behalf of tasks ============================ */

static void dump_core(void)
{
	const struct rlimit unlimited = { RLIM_INFINITY, RLIM_INFINITY };

	CHECK(!setrlimit(RLIMIT_CORE, &unlimited));
	become_user();
	abort();
}

/* What is not dumpable is dumped for root only, under another credential. */
static void core_dump(void)
{
	static const char pattern[] = "/proc/sys/kernel/core_pattern";
	static const char dumpable[] = "/proc/sys/fs/suid_dumpable";
	char old_pattern[256], old_dumpable[16], path[256];
	struct stat st;
	int status;
	pid_t pid;

	if (read_text(pattern, old_pattern, sizeof(old_pattern)) < 0)
		skip(pattern);
	CHECK(read_text(dumpable, old_dumpable, sizeof(old_dumpable)) > 0);
	CHECK(getcwd(path, sizeof(path) - 8));
	strcat(path, "/core.%p");
	CHECK(!write_text(pattern, path));
	CHECK(!write_text(dumpable, "2"));
	pid = fork();
	if (!pid)
		dump_core();
	status = 0;
	CHECK(waitpid(pid, &status, 0) == pid);
	CHECK(!write_text(dumpable, old_dumpable));
	CHECK(!write_text(pattern, old_pattern));
	CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
	CHECK(WCOREDUMP(status));
	snprintf(path, sizeof(path), "core.%d", pid);
	CHECK(!stat(path, &st) && st.st_uid == 0 && st.st_size > 0);
}

/* A request for a module starts a program of user space from a kthread. */
static void module_request(void)
{
	static const char modprobe[] = "/proc/sys/kernel/modprobe";
	char old[256], path[256], line[300];
	bool no_such;
	int fd;

	if (read_text(modprobe, old, sizeof(old)) < 0)
		skip(modprobe);
	CHECK(getcwd(path, sizeof(path) - 8));
	strcat(path, "/helper");
	fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0700);
	CHECK(fd >= 0);
	snprintf(line, sizeof(line), "#!/bin/sh\n: > %s.done\n", path);
	CHECK(write(fd, line, strlen(line)) == (ssize_t)strlen(line));
	CHECK(!close(fd));
	CHECK(!write_text(modprobe, path));
	no_such = mount("none", ".", "lkrg_test_fs", 0, NULL) &&
		errno == ENODEV;
	CHECK(!write_text(modprobe, old));
	CHECK(no_such);
	CHECK(!access("helper.done", F_OK));
	CHECK(!use());
}

/* === The harness ======================================================== */

FIXTURE(honest)
{
	char dir[32];
	long reports;
	int log;
};

FIXTURE_VARIANT(honest)
{
	void (*work)(void);
};

FIXTURE_VARIANT_ADD(honest, set_uids)
{
	.work = set_uids,
};

FIXTURE_VARIANT_ADD(honest, set_gids)
{
	.work = set_gids,
};

FIXTURE_VARIANT_ADD(honest, set_fsids)
{
	.work = set_fsids,
};

FIXTURE_VARIANT_ADD(honest, set_groups)
{
	.work = set_groups,
};

FIXTURE_VARIANT_ADD(honest, set_caps)
{
	.work = set_caps,
};

FIXTURE_VARIANT_ADD(honest, set_securebits)
{
	.work = set_securebits,
};

FIXTURE_VARIANT_ADD(honest, exec_setuid)
{
	.work = exec_setuid,
};

FIXTURE_VARIANT_ADD(honest, exec_ambient)
{
	.work = exec_ambient,
};

FIXTURE_VARIANT_ADD(honest, exec_from_thread)
{
	.work = exec_from_thread,
};

FIXTURE_VARIANT_ADD(honest, threads)
{
	.work = threads,
};

FIXTURE_VARIANT_ADD(honest, threads_together)
{
	.work = threads_together,
};

FIXTURE_VARIANT_ADD(honest, forks)
{
	.work = forks,
};

FIXTURE_VARIANT_ADD(honest, storm)
{
	.work = storm,
};

FIXTURE_VARIANT_ADD(honest, trace)
{
	.work = trace,
};

FIXTURE_VARIANT_ADD(honest, filter_all_threads)
{
	.work = filter_all_threads,
};

FIXTURE_VARIANT_ADD(honest, filter_busy_threads)
{
	.work = filter_busy_threads,
};

FIXTURE_VARIANT_ADD(honest, move_busy_threads)
{
	.work = move_busy_threads,
};

FIXTURE_VARIANT_ADD(honest, trace_busy_threads)
{
	.work = trace_busy_threads,
};

FIXTURE_VARIANT_ADD(honest, change_namespaces)
{
	.work = change_namespaces,
};

FIXTURE_VARIANT_ADD(honest, change_namespaces_ia32)
{
	.work = change_namespaces_ia32,
};

FIXTURE_VARIANT_ADD(honest, pivot_root)
{
	.work = pivot_root,
};

FIXTURE_VARIANT_ADD(honest, container)
{
	.work = container,
};

FIXTURE_VARIANT_ADD(honest, container_of_user)
{
	.work = container_of_user,
};

FIXTURE_VARIANT_ADD(honest, container_with_other_ids)
{
	.work = container_with_other_ids,
};

FIXTURE_VARIANT_ADD(honest, pod)
{
	.work = pod,
};

FIXTURE_VARIANT_ADD(honest, sandbox)
{
	.work = sandbox,
};

FIXTURE_VARIANT_ADD(honest, differing_ids)
{
	.work = differing_ids,
};

FIXTURE_VARIANT_ADD(honest, overlay)
{
	.work = overlay,
};

FIXTURE_VARIANT_ADD(honest, io_uring)
{
	.work = io_uring,
};

FIXTURE_VARIANT_ADD(honest, user_namespace)
{
	.work = user_namespace,
};

FIXTURE_VARIANT_ADD(honest, join_namespace)
{
	.work = join_namespace,
};

FIXTURE_VARIANT_ADD(honest, keyrings)
{
	.work = keyrings,
};

FIXTURE_VARIANT_ADD(honest, session_from_child)
{
	.work = session_from_child,
};

FIXTURE_VARIANT_ADD(honest, session_during_exec)
{
	.work = session_during_exec,
};

FIXTURE_VARIANT_ADD(honest, policy_namespace)
{
	.work = policy_namespace,
};

FIXTURE_VARIANT_ADD(honest, core_dump)
{
	.work = core_dump,
};

FIXTURE_VARIANT_ADD(honest, module_request)
{
	.work = module_request,
};

FIXTURE_SETUP(honest)
{
	char path[64];

	if (geteuid())
		SKIP(return, "has to be run as root");
	if (access("attack_victim", X_OK))
		SKIP(return, "attack_victim is not here");

	/* Beside the test; setuid has to work in it. */
	snprintf(self->dir, sizeof(self->dir), "lkrg.XXXXXX");
	ASSERT_NE(NULL, mkdtemp(self->dir));
	ASSERT_EQ(0, mount("tmpfs", self->dir, "tmpfs", 0, "mode=0755"));
	snprintf(path, sizeof(path), "%s/suid", self->dir);
	ASSERT_EQ(0, copy_program("attack_victim", path, 0, 0, 04755));
	snprintf(path, sizeof(path), "%s/sgid", self->dir);
	ASSERT_EQ(0, copy_program("attack_victim", path, 0, 0, 02755));
	snprintf(path, sizeof(path), "%s/plain", self->dir);
	ASSERT_EQ(0, copy_program("attack_victim", path, 0, 0, 0755));
	ASSERT_EQ(0, chdir(self->dir));
	ASSERT_EQ(0, make_file("secret", 0, 0640));

	reason = share(REASON_SIZE);
	ASSERT_NE(NULL, reason);
	/* What the programs say is no part of the output of the test. */
	ASSERT_NE(NULL, freopen("/dev/null", "w", stdout));
	self->log = open_log();
	ASSERT_LE(0, self->log);
	self->reports = statistic("reports");
	if (guard_is_on())
		ASSERT_LE(0, self->reports);
}

FIXTURE_TEARDOWN(honest)
{
	ASSERT_EQ(0, chdir(".."));
	ASSERT_EQ(0, umount2(self->dir, MNT_DETACH));
	ASSERT_EQ(0, rmdir(self->dir));
}

/* Passes, one after the other, for as long as there is something to do. */
static pid_t start_passes(void)
{
	pid_t pid;
	int fd;

	if (!guard_is_on())
		return -1;
	pid = fork();
	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	fd = open(KNOBS "trigger", O_WRONLY | O_CLOEXEC);
	while (pwrite(fd, "1", 1, 0) == 1)
		usleep(1000);
	_exit(KSFT_FAIL);
}

/* The time is for KASAN on a slow machine. */
TEST_F_TIMEOUT(honest, works_in_silence, 300)
{
	pid_t passes = start_passes();
	char line[1024];
	int status;

	status = in_child(variant->work);
	if (passes > 0) {
		ASSERT_EQ(0, kill(passes, SIGKILL));
		ASSERT_EQ(128 + SIGKILL, status_of(passes));
	}
	if (status == KSFT_SKIP)
		SKIP(return, "%s", reason);
	ASSERT_EQ(0, status)
		TH_LOG("%s", *reason ? reason : "killed");

	/* A report is printed a moment later than it is counted. */
	usleep(100000);
	ASSERT_FALSE(find_in_log(self->log, "LKRG: ALERT", line, sizeof(line)))
		TH_LOG("%s", line);
	ASSERT_EQ(self->reports, statistic("reports"));
}

TEST(lkrg_is_enabled)
{
	if (!guard_is_on())
		SKIP(return, "lkrg is not enabled: the others are the control");
}

TEST_HARNESS_MAIN
