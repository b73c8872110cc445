// SPDX-License-Identifier: GPL-2.0-only
/*
 * LKRG - An ordinary user who gets what he should not have, and then uses it
 *
 *   attack_victim [-d DIR] [-p PREPARATION] CHANGE USE
 *
 * Started by root, the program prepares itself, becomes user 1000, and lets
 * CHANGE happen.  That is the name of an attack, which is written to
 * /dev/lkrg_attack, or the name of a benign twin, which is the legal way to
 * the same privilege, or "none".  What changes is its credential, or that of a
 * thread that works for it, its namespaces, root, seccomp mode and filter,
 * tracer, whether others may look into it, or in which lists it can be found.
 * Then it makes USE of the change, itself or by a child or thread, in DIR:
 *
 *   secret         0640 root:root, contents to be read
 *   grouped        0640 root:2001, the same
 *   public         0644 root:root, the same
 *   denied         0604 root:2000, readable for all but that group
 *   file           0600 root:root, to be changed; DIR is root's, too
 *   own            0777, a directory
 *   attack_victim  this program
 *   suid           this program, setuid root
 *
 * The first line of output is "victim TID TGID [OTHER...]": the task that
 * attacks, its process, and processes that share its memory.  A use that
 * worked prints "used: " with what was read, or "used: done".  A use whose name
 * begins with "sleep" waits for SIGUSR1 before.
 *
 * Exit status: 0 the use worked, 1 it was refused, 2 wrong arguments or
 * environment, 4 the preparation is not possible on this machine.
 */

#include <dirent.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <linux/bpf.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/fs.h>
#include <linux/ioprio.h>
#include <linux/keyctl.h>
#include <linux/landlock.h>
#include <linux/perf_event.h>
#include <linux/prctl.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <linux/securebits.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/fsuid.h>
#include <sys/ioctl.h>
#include <sys/ipc.h>
#include <sys/klog.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/msg.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "common.h"
#include "ia32.h"
#include "ring.h"

#define DEVICE		"/dev/lkrg_attack"
#define NR_THREADS	8
/* More than the guard lets pass of one CPU, whichever that is */
#define NR_READS	4096
#define SIGPENDING_MAX	64
/* Seconds after which a sharer of the memory should be dead, and its status. */
#define SURVIVAL	10
#define SURVIVED	5

static char others[32];
static char **arguments;
/* Opened before anything can come between */
static int device = -1, descriptor;

static void must(bool done, const char *what)
{
	if (!done)
		err(VICTIM_BROKEN, "%s", what);
}

static int show(const char *proof)
{
	dprintf(STDOUT_FILENO, "used: %s\n", proof);
	return 0;
}

/* What is sent beside a byte: one descriptor */
union beside {
	char space[CMSG_SPACE(sizeof(int))];
	struct cmsghdr head;
};

static int send_descriptor(int to, int fd)
{
	union beside beside = { };
	struct iovec byte = { "", 1 };
	struct msghdr message = {
		.msg_iov = &byte,
		.msg_iovlen = 1,
		.msg_control = &beside,
		.msg_controllen = sizeof(beside),
	};

	beside.head.cmsg_level = SOL_SOCKET;
	beside.head.cmsg_type = SCM_RIGHTS;
	beside.head.cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(&beside.head), &fd, sizeof(int));
	return sendmsg(to, &message, 0) == 1 ? 0 : -1;
}

/* Returns it, or -1 and errno: who may not have it gets the byte without. */
static int receive_descriptor(int from)
{
	union beside beside = { };
	char byte;
	struct iovec part = { &byte, 1 };
	struct msghdr message = {
		.msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = &beside,
		.msg_controllen = sizeof(beside),
	};
	int fd;

	if (recvmsg(from, &message, 0) != 1)
		return -1;
	if (message.msg_controllen < CMSG_LEN(sizeof(int))) {
		errno = EPERM;
		return -1;
	}
	memcpy(&fd, CMSG_DATA(&beside.head), sizeof(int));
	return fd;
}

/* === Uses: 0, or -1 and errno =========================================== */

/* What they are called wherever the working directory is */
static char first_dir[PATH_MAX - 32];
static char public_path[PATH_MAX], made_path[PATH_MAX], own_program[PATH_MAX];

static void remember_paths(void)
{
	must(getcwd(first_dir, sizeof(first_dir)), "getcwd");
	snprintf(public_path, PATH_MAX, "%s/public", first_dir);
	snprintf(made_path, PATH_MAX, "%s/own/made", first_dir);
	snprintf(own_program, PATH_MAX, "%s/attack_victim", first_dir);
}

static int read_file(const char *path)
{
	char text[128];
	ssize_t len;
	int fd;

	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	len = read(fd, text, sizeof(text) - 1);
	if (len < 0)
		return -1;
	text[len] = '\0';
	text[strcspn(text, "\n")] = '\0';
	return show(text);
}

static int use_open(void)
{
	return read_file("secret");
}

static int use_grouped(void)
{
	return read_file("grouped");
}

/* Memory of root's, or of who is root by now: whoever owns it may remove it. */
static int segment = -1;

static void make_segment(void)
{
	segment = shmget(IPC_PRIVATE, 4096, 0600);
	must(segment >= 0, "shmget");
}

static int use_segment(void)
{
	if (segment < 0)
		make_segment();
	return shmctl(segment, IPC_RMID, NULL) ? -1 : show("done");
}

/*
 * What anybody may do with what is his own, each by one system call, so that it is that
 * one which is refused.  All of it was made before.
 */
static int own_queue, own_semaphores, own_socket, own_pair[2], own_listener, own_file;
static struct sockaddr_un listens_at = { .sun_family = AF_UNIX };
static socklen_t listens_len = sizeof(listens_at);
static void *own_page;

static void make_things(void)
{
	own_queue = msgget(IPC_PRIVATE, 0600);
	must(own_queue >= 0, "msgget");
	own_semaphores = semget(IPC_PRIVATE, 1, 0600);
	must(own_semaphores >= 0, "semget");
	own_file = open(own_program, O_RDONLY);
	must(own_file >= 0, own_program);
	own_page = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, own_file, 0);
	must(own_page != MAP_FAILED, "mmap");
	own_socket = socket(AF_UNIX, SOCK_STREAM, 0);
	own_listener = socket(AF_UNIX, SOCK_STREAM, 0);
	must(own_socket >= 0 && own_listener >= 0, "socket");
	must(!bind(own_listener, (struct sockaddr *)&listens_at, sizeof(sa_family_t)) &&
	     !listen(own_listener, 1) &&
	     !getsockname(own_listener, (struct sockaddr *)&listens_at, &listens_len),
	     "listen");
	must(!socketpair(AF_UNIX, SOCK_STREAM, 0, own_pair), "socketpair");
	must(!send_descriptor(own_pair[1], own_file), "sendmsg");
}

static int done(bool well)
{
	return well ? show("done") : -1;
}

static int use_bind(void)
{
	const struct sockaddr_un anywhere = { .sun_family = AF_UNIX };

	return done(!bind(own_socket, (struct sockaddr *)&anywhere, sizeof(sa_family_t)));
}

static int use_connect(void)
{
	return done(!connect(own_socket, (struct sockaddr *)&listens_at, listens_len));
}

static int use_listen(void)
{
	return done(!listen(own_listener, 2));
}

static int use_ioprio(void)
{
	return done(!syscall(__NR_ioprio_set, IOPRIO_WHO_PROCESS, 0,
			     IOPRIO_PRIO_VALUE(IOPRIO_CLASS_BE, 7)));
}

static int use_log(void)
{
	/* How long it is */
	return done(klogctl(10, NULL, 0) > 0);
}

/* More than the sample of it */
static int use_messages(void)
{
	int i;

	for (i = 0; i < 128; i++) {
		if (send(own_pair[0], "", 1, 0) != 1)
			return -1;
	}
	return show("done");
}

static int use_mmap(void)
{
	return done(mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE, own_file, 0) !=
		    MAP_FAILED);
}

static int use_mprotect(void)
{
	return done(!mprotect(own_page, 4096, PROT_READ | PROT_EXEC));
}

static int use_owner(void)
{
	return done(!fcntl(own_pair[0], F_SETOWN, getpid()));
}

static int use_owner_ioctl(void)
{
	return done(!ioctl(own_pair[0], FIOSETOWN, &(int){ getpid() }));
}

static int use_prctl(void)
{
	return done(!prctl(PR_SET_NAME, "attack_victim"));
}

static int use_queue(void)
{
	return done(!msgctl(own_queue, IPC_RMID, NULL));
}

static int use_receive(void)
{
	return done(receive_descriptor(own_pair[0]) >= 0);
}

static int use_renice(void)
{
	return done(!setpriority(PRIO_PROCESS, 0, 1));
}

static int use_rlimit(void)
{
	return done(!setrlimit(RLIMIT_CORE, &(struct rlimit){ }));
}

static int use_scheduler(void)
{
	return done(!sched_setscheduler(0, SCHED_BATCH, &(struct sched_param){ }));
}

static int use_semaphore(void)
{
	return done(!semctl(own_semaphores, 0, GETVAL));
}

static int use_semaphores(void)
{
	return done(!semctl(own_semaphores, 0, IPC_RMID));
}

static int use_send(void)
{
	return done(!send_descriptor(own_pair[0], own_file));
}

static int use_traceme(void)
{
	return done(!ptrace(PTRACE_TRACEME, 0, NULL, NULL));
}

/* There is none, but whether there is one is asked. */
static int use_xattr(void)
{
	return done(getxattr("public", "user.none", NULL, 0) < 0 &&
		    (errno == ENODATA || errno == EOPNOTSUPP));
}

/* A change of credentials must not make the guard believe what it sees. */
static int use_setgid_grouped(void)
{
	return setgid(getgid()) ? -1 : use_grouped();
}

static int use_denied(void)
{
	return read_file("denied");
}

static int use_chmod(void)
{
	return chmod("file", 04755) ? -1 : show("done");
}

static int use_mkdir(void)
{
	if (mkdir("renamed", 0700))
		return -1;
	return rmdir("renamed") ? -1 : show("done");
}

static int use_setxattr(void)
{
	return setxattr("file", "trusted.test", "x", 1, 0) ? -1 : show("done");
}

static int use_rename(void)
{
	return rename("file", "renamed") ? -1 : show("done");
}

static int use_unlink(void)
{
	return unlink("file") ? -1 : show("done");
}

static int exec(const char *program, const char *use)
{
	return execl(program, program, "-k", "-d", first_dir, "none", use, NULL);
}

static int use_exec(void)
{
	return exec("./attack_victim", "open");
}

static int use_exec_grouped(void)
{
	return exec("./attack_victim", "grouped");
}

static int use_exec_capable(void)
{
	return exec("./attack_victim", "capable");
}

static int use_suid(void)
{
	return exec("./suid", "capable");
}

static int use_exec_sgid(void)
{
	return exec("./sgid", "open");
}

static int use_setresuid(void)
{
	return setresuid(0, 0, 0) ? -1 : use_open();
}

static int use_setresgid(void)
{
	return setresgid(0, 0, 0) ? -1 : use_open();
}

static int use_setgroups(void)
{
	return setgroups(0, NULL) ? -1 : show("done");
}

/* Needs CAP_SYS_ADMIN, and leaves the machine as it was. */
static int use_capable(void)
{
	char name[65];

	if (gethostname(name, sizeof(name)) ||
	    sethostname(name, strlen(name)))
		return -1;
	return show("done");
}

static int use_capset(void)
{
	struct caps caps;

	if (caps_get(&caps))
		return -1;
	caps.effective = caps.permitted;
	return caps_set(&caps) ? -1 : use_capable();
}

/* What else capabilities are good for; it leaves the machine as it was, too. */
static int use_mount(void)
{
	return mount("none", "own", "tmpfs", 0, NULL) || umount("own") ?
		-1 : show("done");
}

static int use_raw_socket(void)
{
	int fd = socket(AF_INET, SOCK_RAW, IPPROTO_RAW);

	return fd < 0 || close(fd) ? -1 : show("done");
}

static int use_perf(void)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_SOFTWARE,
		.size = sizeof(attr),
		.config = PERF_COUNT_SW_CPU_CLOCK,
	};
	int fd = syscall(__NR_perf_event_open, &attr, -1, 0, -1, 0);

	return fd < 0 || close(fd) ? -1 : show("done");
}

/* One that does nothing. */
static int bpf_program(enum bpf_prog_type type)
{
	const struct bpf_insn code[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0 },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	union bpf_attr attr = {
		.prog_type = type,
		.insns = (uintptr_t)code,
		.insn_cnt = ARRAY_SIZE(code),
		.license = (uintptr_t)"GPL",
		.prog_name = "lkrg_victim",
	};

	return syscall(__NR_bpf, BPF_PROG_LOAD, &attr, sizeof(attr));
}

static int use_program(void)
{
	int fd = bpf_program(BPF_PROG_TYPE_KPROBE);

	return fd < 0 || close(fd) ? -1 : show("done");
}

static int use_settime(void)
{
	struct timespec now;

	return clock_gettime(CLOCK_REALTIME, &now) ||
	       clock_settime(CLOCK_REALTIME, &now) ? -1 : show("done");
}

static int use_nice(void)
{
	return setpriority(PRIO_PROCESS, 0, -1) ? -1 : show("done");
}

static int in_child(int (*use)(void))
{
	int status;
	pid_t pid;

	pid = fork();
	if (pid < 0)
		return -1;
	if (!pid)
		_exit(use() ? errno : 0);
	if (waitpid(pid, &status, 0) != pid)
		return -1;
	errno = WIFEXITED(status) ? WEXITSTATUS(status) : EINTR;
	return errno ? -1 : 0;
}

static int use_nothing(void)
{
	return show("done");
}

static int use_fork(void)
{
	return in_child(use_nothing);
}

static int use_fork_open(void)
{
	return in_child(use_open);
}

/* A call that fails must not make the guard believe what it sees. */
static int use_failing_setuid(void)
{
	return setuid(4321) ? use_open() : -1;
}

static int use_failing_seccomp(void)
{
	return syscall(__NR_seccomp, SECCOMP_SET_MODE_FILTER, 0, NULL) ?
		use_open() : -1;
}

static int use_failing_tsync(void)
{
	return syscall(__NR_seccomp, SECCOMP_SET_MODE_FILTER,
		       SECCOMP_FILTER_FLAG_TSYNC, NULL) ? use_open() : -1;
}

/* Opened before, which allows to go on with it, but not for long. */
static int use_descriptor(void)
{
	char c;
	int i;

	for (i = 0; i < NR_READS; i++)
		if (pread(descriptor, &c, 1, 0) != 1)
			return -1;
	return use_open();
}

/* Opened before as well, by anybody, but it is for the owner to do that. */
static int use_flags(void)
{
	int flags;

	if (ioctl(descriptor, FS_IOC_GETFLAGS, &flags))
		return -1;
	flags |= FS_NODUMP_FL;
	return ioctl(descriptor, FS_IOC_SETFLAGS, &flags) ? -1 : show("done");
}

/* By the entry for programs of 32 bits. */
static int use_open_ia32(void)
{
	char *path, text[128] = "";
	int fd;

	path = mmap(NULL, PATH_MAX, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
	must(path != MAP_FAILED, "mmap");
	snprintf(path, PATH_MAX, "secret");
	fd = ia32_syscall(IA32_OPEN, (uintptr_t)path, O_RDONLY);
	if (fd < 0) {
		errno = -fd;
		return -1;
	}
	if (read(fd, text, sizeof(text) - 1) < 0)
		return -1;
	text[strcspn(text, "\n")] = '\0';
	return show(text);
}

/* As a child that shares the credential, and not a copy of it. */
static void *open_in_thread(void *unused)
{
	return use_open() ? (void *)(intptr_t)errno : NULL;
}

static int use_thread_open(void)
{
	pthread_t thread;
	void *error;

	errno = pthread_create(&thread, NULL, open_in_thread, NULL);
	if (errno)
		return -1;
	must(!pthread_join(thread, &error), "pthread_join");
	errno = (intptr_t)error;
	return error ? -1 : 0;
}

/* One more queued signal than the limit allows, and then any file. */
static int use_sigqueue(void)
{
	const union sigval value = { .sival_int = 0 };

	if (sigqueue(getpid(), SIGRTMIN, value))
		return -1;
	return open("/dev/null", O_RDONLY | O_CLOEXEC) < 0 ? -1 : show("done");
}

/* A child in a jail of its own, and the pipes to ask it for its hostname. */
#define JAIL	"jail"

static int ask[2], answer[2];

static void start_jailed_child(void)
{
	char c, name[65];

	must(!pipe(ask) && !pipe(answer), "pipe");
	if (unshare(CLONE_NEWUTS))
		err(VICTIM_SKIP, "unshare(CLONE_NEWUTS)");
	must(!sethostname(JAIL, strlen(JAIL)), "sethostname");
	switch (fork()) {
	case -1:
		must(false, "fork");
		break;
	case 0:
		close(ask[1]);
		close(answer[0]);
		while (read(ask[0], &c, 1) == 1 &&
		       !gethostname(name, sizeof(name)) &&
		       write(answer[1], name, sizeof(name)) > 0)
			;
		_exit(0);
	}
	close(ask[0]);
	close(answer[1]);
}

static int use_hostname(void)
{
	char name[65];

	if (gethostname(name, sizeof(name)))
		return -1;
	errno = EPERM;
	return strcmp(name, JAIL) ? show("done") : -1;
}

/* A child that looks into this process, in the way that it is asked for. */
#define LOOK_AT_MEMORY	'm'
#define LOOK_AS_TRACER	't'

static int look_at(pid_t pid, char how)
{
	char path[64];

	if (how == LOOK_AS_TRACER)
		return ptrace(PTRACE_SEIZE, pid, NULL, NULL);
	snprintf(path, sizeof(path), "/proc/%d/mem", pid);
	return open(path, O_RDONLY | O_CLOEXEC) < 0 ? -1 : 0;
}

static void start_looking_child(int dumpable)
{
	int error;
	char how;

	must(!prctl(PR_SET_DUMPABLE, dumpable, 0, 0, 0), "PR_SET_DUMPABLE");
	/* Without Yama this fails, and is not needed. */
	prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY, 0, 0, 0);
	must(!pipe(ask) && !pipe(answer), "pipe");
	switch (fork()) {
	case -1:
		must(false, "fork");
		break;
	case 0:
		close(ask[1]);
		if (read(ask[0], &how, 1) != 1)
			_exit(0);
		error = look_at(getppid(), how) ? errno : 0;
		/* Who is looked at may not live to say so. */
		if (!error)
			show("done");
		must(write(answer[1], &error, sizeof(error)) > 0, "answer");
		_exit(0);
	}
	close(ask[0]);
	close(answer[1]);
}

static int get_looked_at(char how)
{
	int error;

	must(write(ask[1], &how, 1) == 1, "ask");
	must(read(answer[0], &error, sizeof(error)) == sizeof(error), "answer");
	errno = error;
	return error ? -1 : 0;
}

static int use_memory(void)
{
	return get_looked_at(LOOK_AT_MEMORY);
}

static int use_tracer(void)
{
	return get_looked_at(LOOK_AS_TRACER);
}

static int use_child(void)
{
	char name[65] = "";

	must(write(ask[1], "?", 1) == 1, "ask");
	must(read(answer[0], name, sizeof(name)) == sizeof(name), "answer");
	errno = EPERM;
	return strcmp(name, JAIL) ? show("done") : -1;
}

/* What others see of a task: its objective credential. */
static int is_root(const char *status)
{
	unsigned int uid, euid;
	bool found = false;
	char line[256];
	FILE *file;

	file = fopen(status, "re");
	if (!file)
		return -1;
	while (!found && fgets(line, sizeof(line), file))
		found = sscanf(line, "Uid: %u %u", &uid, &euid) == 2 &&
			euid == 0;
	fclose(file);
	return found;
}

static int use_status(void)
{
	switch (is_root("/proc/self/status")) {
	case 0:
		errno = EPERM;
		return -1;
	case 1:
		return show("done");
	}
	return -1;
}

/* A thread that works for this one, with a credential to do it with. */
static void start_worker(void)
{
	static struct ring ring;

	if (ring_open(&ring))
		err(VICTIM_SKIP, "io_uring");
	must(ring_open_file(&ring, "public", 0, IOSQE_ASYNC) >= 0, "worker");
}

static int count_roots(void)
{
	DIR *dir = opendir("/proc/self/task");
	struct dirent *entry;
	char path[300];
	int roots = 0;

	must(dir, "/proc/self/task");
	while ((entry = readdir(dir))) {
		snprintf(path, sizeof(path), "/proc/self/task/%s/status",
			 entry->d_name);
		roots += is_root(path) > 0;
	}
	closedir(dir);
	return roots;
}

/* A link that a sandbox forbids. */
static int use_symlink(void)
{
	if (symlink("nowhere", "own/link"))
		return -1;
	return unlink("own/link") ? -1 : show("done");
}

/* After changes of credentials that decide on something else */
static int use_setgid_symlink(void)
{
	return setgid(getgid()) ? -1 : use_symlink();
}

static int use_keepcaps_symlink(void)
{
	return prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) ? -1 : use_symlink();
}

static int use_setuid_open(void)
{
	return setuid(getuid()) ? -1 : use_open();
}

static int use_setgid_open(void)
{
	return setgid(getgid()) ? -1 : use_open();
}

static int use_capset_open(void)
{
	struct caps caps;

	return caps_get(&caps) || caps_set(&caps) ? -1 : use_open();
}

static int use_userns_open(void)
{
	return unshare(CLONE_NEWUSER) ? -1 : use_open();
}

/* One more filter, which allows all, after there should be one that does not. */
static int attach(unsigned int action)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			 offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_symlink, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, action),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = {
		.len = ARRAY_SIZE(code),
		.filter = code,
	};

	return syscall(__NR_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program);
}

static int use_filter_symlink(void)
{
	return attach(SECCOMP_RET_ALLOW) ? -1 : use_symlink();
}

/* Outside of the directory that is the root. */
static int use_outside(void)
{
	return open("/proc/version", O_RDONLY | O_CLOEXEC) < 0 ?
		-1 : show("done");
}

/* A copy of the root of others is one's own. */
static int use_unshare_outside(void)
{
	return unshare(CLONE_FS) ? -1 : use_outside();
}

/* Below the working directory is no such file. */
static int use_outside_cwd(void)
{
	return open("proc/version", O_RDONLY | O_CLOEXEC) < 0 ?
		-1 : show("done");
}

/* A mark that the kernel does not make: it is shown as any other. */
static int use_flagged(void)
{
	unsigned int flags;
	FILE *file;
	int n;

	file = fopen("/proc/self/stat", "re");
	if (!file)
		return -1;
	n = fscanf(file, "%*d (%*[^)]) %*c %*d %*d %*d %*d %*d %u", &flags);
	fclose(file);
	errno = EPERM;
	return n == 1 && flags & 0x40000000 ? show("done") : -1;
}

/* In a key that only those with the session keyring can find. */
#define KEY	"lkrg-test"

static int use_key(void)
{
	char text[128];
	long key, len;

	key = syscall(__NR_keyctl, KEYCTL_SEARCH, KEY_SPEC_SESSION_KEYRING,
		      "user", KEY, 0);
	if (key < 0)
		return -1;
	len = syscall(__NR_keyctl, KEYCTL_READ, key, text, sizeof(text));
	if (len < 0)
		return -1;
	return show("done");
}

/* Namespaces by the names of their files; what the name of a use ends in. */
static const char *const namespaces[] = {
	"uts", "ipc", "mnt", "pid_for_children", "net", "time",
	"time_for_children", "cgroup",
};

static ino_t first_namespace[ARRAY_SIZE(namespaces)];
static const char *used;

static ino_t namespace_inode(const char *name)
{
	char path[64];
	struct stat st;
	int fd, err;

	snprintf(path, sizeof(path), "/proc/self/ns/%s", name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return 0;
	err = fstat(fd, &st);
	close(fd);
	return err ? 0 : st.st_ino;
}

static void remember_namespaces(void)
{
	const char *remembered = getenv("FIRST_TIME_NS");
	size_t i;

	for (i = 0; i < ARRAY_SIZE(namespaces); i++) {
		first_namespace[i] = namespace_inode(namespaces[i]);
		if (remembered && !strncmp(namespaces[i], "time", 4))
			first_namespace[i] = atol(remembered);
	}
}

static int use_namespace(void)
{
	const char *name = used + strlen("ns-");
	size_t i;

	for (i = 0; i < ARRAY_SIZE(namespaces); i++) {
		ino_t inode;

		if (strcmp(name, namespaces[i]))
			continue;
		if (!first_namespace[i])
			errx(VICTIM_SKIP, "no %s namespaces", name);
		inode = namespace_inode(name);
		if (!inode)
			return -1;
		errno = EPERM;
		return inode == first_namespace[i] ? show("done") : -1;
	}
	return -1;
}

/* A copy of the namespaces of others is not one's own either. */
static int use_unshare_namespace(void)
{
	if (unshare(CLONE_NEWUTS))
		return -1;
	used += strlen("unshare-");
	return use_namespace();
}

static void wake_up_on(sigset_t *signals)
{
	sigemptyset(signals);
	sigaddset(signals, SIGUSR1);
}

/* Until it is told to wake up, which who hides cannot be. */
static void sleep_on(void)
{
	const struct timespec timeout = { .tv_sec = 10 };
	sigset_t signals;

	wake_up_on(&signals);
	sigtimedwait(&signals, NULL, &timeout);
}

static int use_sleep(void)
{
	sleep_on();
	return show("done");
}

/* Who hides is not found by his pid. */
static int use_sleep_unfound(void)
{
	sleep_on();
	if (!kill(getpid(), 0)) {
		errno = EEXIST;
		return -1;
	}
	return errno == ESRCH ? show("done") : -1;
}

/* Or he is not among the processes. */
static int use_sleep_unseen(void)
{
	const struct dirent *entry;
	DIR *dir;

	sleep_on();
	dir = opendir("/proc");
	if (!dir)
		return -1;
	while ((entry = readdir(dir))) {
		if (atoi(entry->d_name) != getpid())
			continue;
		errno = EEXIST;
		return -1;
	}
	return show("done");
}

/* Nor, without changing that, where the kernel looks at all tasks of a user. */
static int use_sleep_unlisted(void)
{
	sleep_on();
	errno = 0;
	if (getpriority(PRIO_USER, TEST_UID) != -1 || !errno) {
		errno = EEXIST;
		return -1;
	}
	return errno == ESRCH ? show("done") : -1;
}

static int use_sleep_open(void)
{
	sleep_on();
	return use_open();
}

static int use_sleep_worker(void)
{
	sleep_on();
	errno = EPERM;
	return count_roots() ? show("done") : -1;
}

static int use_sleep_memory(void)
{
	sleep_on();
	return use_memory();
}

/*
 * What every user may do.  With a stolen privilege even that comes to nothing:
 * it is the first thing that the thief does.
 */
static int use_public(void)
{
	return read_file(public_path);
}

static int use_own_mkdir(void)
{
	return mkdir(made_path, 0700) ? -1 : show("done");
}

static int use_fork_public(void)
{
	return in_child(use_public);
}

static int use_shell(void)
{
	return execl("/bin/sh", "sh", "-c", "echo used: done", NULL);
}

static int use_seccomp_public(void)
{
	return syscall(__NR_seccomp, SECCOMP_SET_MODE_FILTER, 0, NULL) ?
		use_public() : -1;
}

static int use_exec_public(void)
{
	return exec(own_program, "public");
}

static const struct use {
	const char *name;
	int (*use)(void);
} uses[] = {
	{ "bind", use_bind },
	{ "capable", use_capable },
	{ "capset", use_capset },
	{ "capset-open", use_capset_open },
	{ "child", use_child },
	{ "chmod", use_chmod },
	{ "connect", use_connect },
	{ "denied", use_denied },
	{ "descriptor", use_descriptor },
	{ "exec", use_exec },
	{ "exec-capable", use_exec_capable },
	{ "exec-grouped", use_exec_grouped },
	{ "exec-public", use_exec_public },
	{ "exec-sgid", use_exec_sgid },
	{ "failing-seccomp", use_failing_seccomp },
	{ "failing-setuid", use_failing_setuid },
	{ "failing-tsync", use_failing_tsync },
	{ "filter-symlink", use_filter_symlink },
	{ "flagged", use_flagged },
	{ "flags", use_flags },
	{ "fork", use_fork },
	{ "fork-open", use_fork_open },
	{ "fork-public", use_fork_public },
	{ "grouped", use_grouped },
	{ "hostname", use_hostname },
	{ "ioprio", use_ioprio },
	{ "keepcaps-symlink", use_keepcaps_symlink },
	{ "key", use_key },
	{ "listen", use_listen },
	{ "log", use_log },
	{ "memory", use_memory },
	{ "messages", use_messages },
	{ "mkdir", use_mkdir },
	{ "mmap", use_mmap },
	{ "mount", use_mount },
	{ "mprotect", use_mprotect },
	{ "nice", use_nice },
	{ "ns-cgroup", use_namespace },
	{ "ns-ipc", use_namespace },
	{ "ns-mnt", use_namespace },
	{ "ns-net", use_namespace },
	{ "ns-pid_for_children", use_namespace },
	{ "ns-time", use_namespace },
	{ "ns-time_for_children", use_namespace },
	{ "ns-uts", use_namespace },
	{ "open", use_open },
	{ "open-ia32", use_open_ia32 },
	{ "outside", use_outside },
	{ "outside-cwd", use_outside_cwd },
	{ "own-mkdir", use_own_mkdir },
	{ "owner", use_owner },
	{ "owner-ioctl", use_owner_ioctl },
	/* What was changed is found by a pass of the guard, not by a use */
	{ "pass", use_nothing },
	{ "perf", use_perf },
	{ "prctl", use_prctl },
	{ "program", use_program },
	{ "public", use_public },
	{ "queue", use_queue },
	{ "raw-socket", use_raw_socket },
	{ "receive", use_receive },
	{ "rename", use_rename },
	{ "renice", use_renice },
	{ "rlimit", use_rlimit },
	{ "scheduler", use_scheduler },
	{ "seccomp-public", use_seccomp_public },
	{ "segment", use_segment },
	{ "semaphore", use_semaphore },
	{ "semaphores", use_semaphores },
	{ "send", use_send },
	{ "setgid-grouped", use_setgid_grouped },
	{ "setgid-open", use_setgid_open },
	{ "setgid-symlink", use_setgid_symlink },
	{ "setgroups", use_setgroups },
	{ "setresgid", use_setresgid },
	{ "setresuid", use_setresuid },
	{ "settime", use_settime },
	{ "setuid-open", use_setuid_open },
	{ "setxattr", use_setxattr },
	{ "shell", use_shell },
	{ "sigqueue", use_sigqueue },
	{ "sleep", use_sleep },
	{ "sleep-memory", use_sleep_memory },
	{ "sleep-open", use_sleep_open },
	{ "sleep-unfound", use_sleep_unfound },
	{ "sleep-unlisted", use_sleep_unlisted },
	{ "sleep-unseen", use_sleep_unseen },
	{ "sleep-worker", use_sleep_worker },
	{ "status", use_status },
	{ "suid", use_suid },
	{ "symlink", use_symlink },
	{ "thread-open", use_thread_open },
	{ "traceme", use_traceme },
	{ "tracer", use_tracer },
	{ "unlink", use_unlink },
	{ "unshare-ns-net", use_unshare_namespace },
	{ "unshare-outside", use_unshare_outside },
	{ "userns-open", use_userns_open },
	{ "xattr", use_xattr },
};

/* === What both preparations and twins do ================================ */

static void unshare_all(void)
{
	static const int flags[] = {
		CLONE_NEWUTS, CLONE_NEWIPC, CLONE_NEWNS, CLONE_NEWPID,
		CLONE_NEWNET, CLONE_NEWTIME, CLONE_NEWCGROUP,
	};
	size_t i;

	/* What the kernel does not have the use finds out. */
	for (i = 0; i < ARRAY_SIZE(flags); i++)
		must(!unshare(flags[i]) || errno == EINVAL, "unshare");
}

static void join_keyring(void)
{
	if (syscall(__NR_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL) < 0)
		err(VICTIM_SKIP, "KEYCTL_JOIN_SESSION_KEYRING");
}

static void add_key(void)
{
	must(syscall(__NR_add_key, "user", KEY, "key", 3,
		     KEY_SPEC_SESSION_KEYRING) >= 0, "add_key");
}

static void forbid_privileges(void)
{
	must(!prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "PR_SET_NO_NEW_PRIVS");
}

/* === Benign twins: as root, end as user 1000 with the privilege ========= */

static void drop_gids(gid_t saved)
{
	must(!setgroups(0, NULL), "setgroups");
	must(!setresgid(TEST_GID, TEST_GID, saved), "setresgid");
}

static void drop_ids(uid_t saved)
{
	drop_gids(TEST_GID);
	must(!setresuid(TEST_UID, TEST_UID, saved), "setresuid");
}

static void keep_caps(void)
{
	must(!prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0), "PR_SET_KEEPCAPS");
}

static void inherit_caps(void)
{
	struct caps caps;

	must(!caps_get(&caps), "capget");
	caps.inheritable = caps.permitted;
	must(!caps_set(&caps), "capset");
}

static void twin_setresuid(const char *use)
{
	drop_ids(0);
	must(!setresuid(-1, 0, -1), "setresuid");
}

static void twin_setfsuid(const char *use)
{
	drop_ids(0);
	setfsuid(0);
}

static void twin_setresgid(const char *use)
{
	drop_gids(0);
	must(!setresuid(TEST_UID, TEST_UID, TEST_UID), "setresuid");
	must(!setresgid(-1, 0, -1), "setresgid");
}

static void twin_setfsgid(const char *use)
{
	drop_gids(0);
	must(!setresuid(TEST_UID, TEST_UID, TEST_UID), "setresuid");
	setfsgid(0);
}

static void twin_setgroups(const char *use)
{
	const gid_t group = DENIED_GID;

	drop_gids(TEST_GID);
	must(!setgroups(1, &group), "setgroups");
	must(!setresuid(TEST_UID, TEST_UID, 0), "setresuid");
	must(!setresuid(-1, 0, -1), "setresuid");
	must(!setgroups(0, NULL), "setgroups");
	must(!setresuid(-1, TEST_UID, -1), "setresuid");
}

static void twin_keepcaps(const char *use)
{
	keep_caps();
	drop_ids(TEST_UID);
}

static void twin_capset(const char *use)
{
	struct caps caps;

	twin_keepcaps(use);
	must(!caps_get(&caps), "capget");
	caps.effective = caps.permitted;
	must(!caps_set(&caps), "capset");
}

static void twin_inheritable(const char *use)
{
	inherit_caps();
	must(!prctl(PR_CAPBSET_DROP, CAP_SYS_ADMIN, 0, 0, 0), "PR_CAPBSET_DROP");
	drop_ids(TEST_UID);
}

static void twin_bset(const char *use)
{
	must(!prctl(PR_CAPBSET_DROP, CAP_SYS_TIME, 0, 0, 0), "PR_CAPBSET_DROP");
	drop_ids(TEST_UID);
}

static void twin_ambient(const char *use)
{
	inherit_caps();
	twin_keepcaps(use);
	must(!prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_SYS_ADMIN, 0, 0),
	     "PR_CAP_AMBIENT_RAISE");
}

static void twin_securebits(const char *use)
{
	must(!prctl(PR_SET_SECUREBITS, SECBIT_NOROOT, 0, 0, 0),
	     "PR_SET_SECUREBITS");
	must(!prctl(PR_SET_SECUREBITS, 0, 0, 0, 0), "PR_SET_SECUREBITS");
	drop_ids(TEST_UID);
}

static void twin_userns(const char *use)
{
	drop_ids(TEST_UID);
	if (unshare(CLONE_NEWUSER | CLONE_NEWUTS))
		err(VICTIM_SKIP, "unshare(CLONE_NEWUSER)");
}

/* access(2) judges by the real id, with a credential for the time of the call */
static void twin_access(const char *use)
{
	drop_ids(0);
	must(!setresuid(-1, 0, -1), "setresuid");
	must(access("secret", R_OK) && errno == EACCES, "access refused");
}

static void twin_set_dumpable(const char *use)
{
	drop_ids(TEST_UID);
	start_looking_child(1);
}

/* Who leaves the jail by himself, and his child does as well, as root. */
static void twin_setns(const char *use)
{
	char name[65];
	int fd;

	must(!pipe(ask) && !pipe(answer), "pipe");
	fd = open("/proc/self/ns/uts", O_RDONLY | O_CLOEXEC);
	must(fd >= 0, "/proc/self/ns/uts");
	if (unshare(CLONE_NEWUTS))
		err(VICTIM_SKIP, "unshare(CLONE_NEWUTS)");
	must(!sethostname(JAIL, strlen(JAIL)), "sethostname");
	if (!fork()) {
		must(!setns(fd, CLONE_NEWUTS), "setns");
		must(!gethostname(name, sizeof(name)), "gethostname");
		must(write(answer[1], name, sizeof(name)) > 0, "answer");
		_exit(0);
	}
	must(!setns(fd, CLONE_NEWUTS), "setns");
	drop_ids(TEST_UID);
}

/* Into a namespace of its own, and back. */
static void twin_setns_back(const char *use)
{
	const char *name = use + strlen("ns-");
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/proc/self/ns/%s", name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		err(VICTIM_SKIP, "%s", path);
	unshare_all();
	must(!setns(fd, 0), "setns");
	drop_ids(TEST_UID);
}

static void twin_group(const char *use)
{
	const gid_t group = GROUPED_GID;

	must(!setgroups(1, &group), "setgroups");
	must(!setresgid(TEST_GID, TEST_GID, TEST_GID), "setresgid");
	must(!setresuid(TEST_UID, TEST_UID, TEST_UID), "setresuid");
}

static void twin_key(const char *use)
{
	drop_ids(TEST_UID);
	join_keyring();
	add_key();
}

static void twin_no_new_privs(const char *use)
{
	drop_ids(TEST_UID);
	forbid_privileges();
}

static void twin_plain(const char *use)
{
	drop_ids(TEST_UID);
}

static void twin_chdir(const char *use)
{
	must(!chdir("/"), "chdir");
	drop_ids(TEST_UID);
}

static void twin_unchroot(const char *use)
{
	int fd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);

	must(!chroot("."), "chroot");
	must(!fchdir(fd) && !chroot("."), "chroot");
	drop_ids(TEST_UID);
}

static void twin_suid(const char *use)
{
	drop_ids(TEST_UID);
	exec("./suid", use);
	must(false, "suid");
}

/* The worker stays what it was when it was started. */
static void twin_worker(const char *use)
{
	start_worker();
	drop_ids(TEST_UID);
}

static const struct twin {
	const char *name;
	void (*become)(const char *use);
} twins[] = {
	{ "access", twin_access },
	{ "ambient", twin_ambient },
	{ "bset", twin_bset },
	{ "capset", twin_capset },
	{ "chdir", twin_chdir },
	{ "group", twin_group },
	{ "inheritable", twin_inheritable },
	{ "keepcaps", twin_keepcaps },
	{ "key", twin_key },
	{ "no-new-privs", twin_no_new_privs },
	{ "plain", twin_plain },
	{ "securebits", twin_securebits },
	{ "set-dumpable", twin_set_dumpable },
	{ "setfsgid", twin_setfsgid },
	{ "setfsuid", twin_setfsuid },
	{ "setgroups", twin_setgroups },
	{ "setns", twin_setns },
	{ "setns-back", twin_setns_back },
	{ "setresgid", twin_setresgid },
	{ "setresuid", twin_setresuid },
	{ "suid", twin_suid },
	{ "unchroot", twin_unchroot },
	{ "userns", twin_userns },
	{ "worker", twin_worker },
};

/* === Attacks ============================================================ */

static void request(const char *attack)
{
	must(write(device, attack, strlen(attack)) == (ssize_t)strlen(attack),
	     attack);
}

struct plan {
	const char *change;
	const struct use *use;
};

/* From the request on, no call to the kernel but those of the use. */
static int attack_and_use(const struct plan *plan)
{
	pid_t pid;

	dprintf(STDOUT_FILENO, "victim %d %d%s\n", gettid(), getpid(), others);
	if (!strncmp(plan->change, "parent-", strlen("parent-"))) {
		pid = fork();
		must(pid >= 0, "fork");
		if (!pid) {
			request(plan->change);
			_exit(0);
		}
		must(waitpid(pid, NULL, 0) == pid, "waitpid");
	} else if (strcmp(plan->change, "none")) {
		request(plan->change);
	}

	used = plan->use->name;
	if (!plan->use->use())
		return 0;
	dprintf(STDOUT_FILENO, "refused: %s\n", strerror(errno));
	return VICTIM_REFUSED;
}

static int attack_alone(const struct plan *plan)
{
	return attack_and_use(plan);
}

static void *sleep_for_ever(void *unused)
{
	while (true)
		pause();
	return NULL;
}

static void *attack_from_thread(void *plan)
{
	_exit(attack_and_use(plan));
	return NULL;
}

/* All threads of the process sleep, but one that is not its leader. */
static int attack_among_threads(const struct plan *plan)
{
	pthread_t thread;
	int i;

	for (i = 0; i < NR_THREADS; i++)
		must(!pthread_create(&thread, NULL, sleep_for_ever, NULL),
		     "pthread_create");
	must(!pthread_create(&thread, NULL, attack_from_thread, (void *)plan),
	     "pthread_create");
	sleep_for_ever(NULL);
	return 0;
}

static int sharer(void *unused)
{
	sleep_for_ever(NULL);
	return 0;
}

/* Another process, not a thread, in the same memory. */
static int attack_beside_sharer(const struct plan *plan)
{
	static char stack[65536];
	pid_t pid;
	int ret;

	pid = clone(sharer, stack + sizeof(stack), CLONE_VM | SIGCHLD, NULL);
	must(pid > 0, "clone");
	snprintf(others, sizeof(others), " %d", pid);
	ret = attack_and_use(plan);
	kill(pid, SIGKILL);
	return ret;
}

/* The parent waits in vfork(): it shares the memory, too. */
static int attack_from_vfork(const struct plan *plan)
{
	int status;
	pid_t pid;

	snprintf(others, sizeof(others), " %d", getpid());
	pid = vfork();
	must(pid >= 0, "vfork");
	if (!pid)
		_exit(attack_and_use(plan));
	must(waitpid(pid, &status, 0) == pid, "waitpid");
	if (WIFEXITED(status))
		return WEXITSTATUS(status);

	/* Killed for the attack.  This process is to follow, or to say so. */
	sleep(SURVIVAL);
	return SURVIVED;
}

/* === Preparations ======================================================= */

static void drop_sys_admin(void)
{
	must(!prctl(PR_CAPBSET_DROP, CAP_SYS_ADMIN, 0, 0, 0), "PR_CAPBSET_DROP");
}

static void lock_noroot(void)
{
	must(!prctl(PR_SET_SECUREBITS, SECBIT_NOROOT | SECBIT_NOROOT_LOCKED,
		    0, 0, 0), "PR_SET_SECUREBITS");
}

/* Capabilities that an executed program would only get as ambient ones. */
static void forbid_ambient(void)
{
	inherit_caps();
	must(!prctl(PR_SET_SECUREBITS, SECBIT_KEEP_CAPS |
		    SECBIT_NO_CAP_AMBIENT_RAISE |
		    SECBIT_NO_CAP_AMBIENT_RAISE_LOCKED, 0, 0, 0),
	     "PR_SET_SECUREBITS");
}

static void limit(int resource, rlim_t max)
{
	const struct rlimit rlimit = { .rlim_cur = max, .rlim_max = max };

	must(!setrlimit(resource, &rlimit), "setrlimit");
}

static void limit_processes(void)
{
	limit(RLIMIT_NPROC, 0);
}

static void fill_signal_queue(void)
{
	const union sigval value = { .sival_int = 0 };

	limit(RLIMIT_SIGPENDING, SIGPENDING_MAX);
	while (!sigqueue(getpid(), SIGRTMIN, value))
		;
	must(errno == EAGAIN, "sigqueue");
}

static void enter_userns(void)
{
	if (unshare(CLONE_NEWUSER))
		err(VICTIM_SKIP, "unshare(CLONE_NEWUSER)");
}

static void enter_userns_and_net(void)
{
	if (unshare(CLONE_NEWUSER | CLONE_NEWNET))
		err(VICTIM_SKIP, "unshare(CLONE_NEWUSER | CLONE_NEWNET)");
}

static void leave_namespaces(void)
{
	unshare_all();
}

/* A new time namespace is entered in execve(). */
static void leave_time_namespace(void)
{
	char inode[32];

	if (getenv("FIRST_TIME_NS"))
		return;
	snprintf(inode, sizeof(inode), "%lu",
		 (unsigned long)namespace_inode("time"));
	must(!setenv("FIRST_TIME_NS", inode, 1), "setenv");
	if (unshare(CLONE_NEWTIME))
		err(VICTIM_SKIP, "unshare(CLONE_NEWTIME)");
	execv("./attack_victim", arguments);
	must(false, "./attack_victim");
}

static void enter_root(void)
{
	must(!chroot("."), "chroot");
}

/* A child that lives as long as this process. */
static void start_child(void (*prepare)(void), void (*work)(void))
{
	int ready[2];
	char c;

	must(!pipe(ready), "pipe");
	switch (fork()) {
	case -1:
		must(false, "fork");
		break;
	case 0:
		prepare();
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		must(write(ready[1], "x", 1) == 1, "write");
		close(ready[1]);
		while (true)
			work();
	}
	close(ready[1]);
	must(read(ready[0], &c, 1) == 1, "child");
	close(ready[0]);
}

static void do_nothing(void)
{
	usleep(1000);
}

/* Or the parent could not signal it. */
static void drop_all(void)
{
	drop_ids(TEST_UID);
}

/* The child stays with the key. */
static void leave_keyring(void)
{
	join_keyring();
	add_key();
	start_child(drop_all, do_nothing);
	join_keyring();
}

static void forbid_symlinks_with_landlock(void)
{
	const struct landlock_ruleset_attr attr = {
		.handled_access_fs = LANDLOCK_ACCESS_FS_MAKE_SYM,
	};
	int fd;

	fd = syscall(__NR_landlock_create_ruleset, &attr, sizeof(attr), 0);
	if (fd < 0)
		err(VICTIM_SKIP, "landlock_create_ruleset");
	forbid_privileges();
	must(!syscall(__NR_landlock_restrict_self, fd, 0),
	     "landlock_restrict_self");
	close(fd);
}

static void filter(bool forbid)
{
	forbid_privileges();
	if (attach(forbid ? SECCOMP_RET_ERRNO | EPERM : SECCOMP_RET_ALLOW))
		err(VICTIM_SKIP, "seccomp");
}

static void forbid_symlinks(void)
{
	filter(true);
}

static void forbid_more_than_child(void)
{
	filter(false);
	start_child(do_nothing, do_nothing);
	filter(true);
}

static void trace_parent(void)
{
	must(!ptrace(PTRACE_SEIZE, getppid(), NULL, NULL), "PTRACE_SEIZE");
}

/* Each signal stops who is traced. */
static void trace_on(void)
{
	int status;
	pid_t pid;

	pid = waitpid(-1, &status, __WALL);
	if (pid > 0 && WIFSTOPPED(status))
		ptrace(PTRACE_CONT, pid, NULL, WSTOPSIG(status));
}

static void get_traced(void)
{
	must(!prctl(PR_SET_DUMPABLE, 1, 0, 0, 0), "PR_SET_DUMPABLE");
	/* Without Yama this fails, and is not needed. */
	prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY, 0, 0, 0);
	start_child(trace_parent, trace_on);
}

static void refuse_looks(void)
{
	start_looking_child(0);
}

static void need_ia32(void)
{
	if (!have_ia32())
		errx(VICTIM_SKIP, "no 32-bit system calls");
}

/* Where lkrg_attack.ko takes the program from */
#define PROGRAM_FD	100

static void load_program(void)
{
	int fd = bpf_program(BPF_PROG_TYPE_SOCKET_FILTER);

	if (fd < 0)
		err(VICTIM_SKIP, "bpf");
	must(dup2(fd, PROGRAM_FD) == PROGRAM_FD, "dup2");
	close(fd);
}

/* More than the guard looks at each time, and behind all others that have names here */
#define MANY_GROUPS 60
#define FIRST_GID_OF_NOBODY 3000

static const struct preparation {
	const char *name;
	void (*as_root)(void);
	void (*as_user)(void);
	int (*attack)(const struct plan *plan);
	gid_t group;
	/* How many groups, the others being of nobody, if not the one */
	size_t groups;
} preparations[] = {
	{ .name = "-", .attack = attack_alone },
	{ .name = "bset", .as_root = drop_sys_admin, .attack = attack_alone },
	{ .name = "chroot", .as_root = enter_root, .attack = attack_alone },
	{ .name = "filter", .as_user = forbid_symlinks, .attack = attack_alone },
	{ .name = "filters", .as_user = forbid_more_than_child,
	  .attack = attack_alone },
	{ .name = "group", .group = DENIED_GID, .attack = attack_alone },
	{ .name = "groups", .group = DENIED_GID, .groups = MANY_GROUPS,
	  .attack = attack_alone },
	{ .name = "ia32", .as_user = need_ia32, .attack = attack_alone },
	{ .name = "jail", .as_root = start_jailed_child, .attack = attack_alone },
	{ .name = "keyring", .as_root = leave_keyring, .attack = attack_alone },
	{ .name = "landlock", .as_user = forbid_symlinks_with_landlock,
	  .attack = attack_alone },
	{ .name = "namespaces", .as_root = leave_namespaces,
	  .attack = attack_alone },
	{ .name = "nnp", .as_user = forbid_privileges, .attack = attack_alone },
	{ .name = "noambient", .as_root = forbid_ambient,
	  .attack = attack_alone },
	{ .name = "noroot", .as_root = lock_noroot, .attack = attack_alone },
	{ .name = "nproc", .as_user = limit_processes, .attack = attack_alone },
	{ .name = "program", .as_root = load_program, .attack = attack_alone },
	{ .name = "segment", .as_root = make_segment, .attack = attack_alone },
	{ .name = "sharer", .attack = attack_beside_sharer },
	{ .name = "sigpending", .as_user = fill_signal_queue,
	  .attack = attack_alone },
	{ .name = "things", .as_user = make_things, .attack = attack_alone },
	{ .name = "threads", .attack = attack_among_threads },
	{ .name = "timens", .as_root = leave_time_namespace,
	  .attack = attack_alone },
	{ .name = "traced", .as_user = get_traced, .attack = attack_alone },
	{ .name = "undumpable", .as_user = refuse_looks, .attack = attack_alone },
	{ .name = "userns", .as_user = enter_userns, .attack = attack_alone },
	{ .name = "userns-net", .as_user = enter_userns_and_net,
	  .attack = attack_alone },
	{ .name = "vfork", .attack = attack_from_vfork },
	{ .name = "worker", .as_user = start_worker, .attack = attack_alone },
};

static void become_user(const struct preparation *prep)
{
	gid_t groups[MANY_GROUPS];
	size_t i;

	if (prep->as_root)
		prep->as_root();
	groups[0] = prep->group;
	for (i = 1; i < prep->groups; i++)
		groups[i] = FIRST_GID_OF_NOBODY + i;
	must(!setgroups(prep->groups ?: prep->group != 0, groups), "setgroups");
	must(!setresgid(TEST_GID, TEST_GID, TEST_GID), "setresgid");
	must(!setresuid(TEST_UID, TEST_UID, TEST_UID), "setresuid");
	if (prep->as_user)
		prep->as_user();
}

/* What use_sigqueue() queues and use_sleep() waits for is not delivered. */
static void block_signals(void)
{
	sigset_t signals;

	wake_up_on(&signals);
	sigaddset(&signals, SIGRTMIN);
	must(!sigprocmask(SIG_BLOCK, &signals, NULL), "sigprocmask");
}

/* === Arguments ========================================================== */

static int complain(void)
{
	warnx("usage: attack_victim [-d DIR] [-p PREPARATION] CHANGE USE");
	return VICTIM_BROKEN;
}

static const struct use *find_use(const char *name)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(uses); i++)
		if (!strcmp(name, uses[i].name))
			return &uses[i];
	errx(VICTIM_BROKEN, "unknown use %s", name);
}

static const struct preparation *find_preparation(const char *name)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(preparations); i++)
		if (!strcmp(name, preparations[i].name))
			return &preparations[i];
	errx(VICTIM_BROKEN, "unknown preparation %s", name);
}

static const struct twin *find_twin(const char *name)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(twins); i++)
		if (!strcmp(name, twins[i].name))
			return &twins[i];
	return NULL;
}

int main(int argc, char *argv[])
{
	const struct preparation *prep = &preparations[0];
	/* The attack is over, and this is the program that it executes */
	bool executed = false;
	const struct twin *twin;
	struct plan plan;
	int opt;

	while ((opt = getopt(argc, argv, "d:kp:")) != -1) {
		switch (opt) {
		case 'd':
			must(!chdir(optarg), optarg);
			break;
		case 'k':
			executed = true;
			break;
		case 'p':
			prep = find_preparation(optarg);
			break;
		default:
			return complain();
		}
	}
	if (argc - optind != 2)
		return complain();
	plan.change = argv[optind];
	plan.use = find_use(argv[optind + 1]);

	remember_paths();
	if (executed)
		return attack_and_use(&plan);

	remember_namespaces();
	arguments = argv;
	descriptor = open("public", O_RDONLY | O_CLOEXEC);
	must(descriptor >= 0, "public");
	block_signals();
	must(!geteuid() || (errno = EPERM, false), "start it as root");
	twin = find_twin(plan.change);
	if (twin) {
		twin->become(plan.use->name);
		plan.change = "none";
		return attack_alone(&plan);
	}
	if (strcmp(plan.change, "none")) {
		device = open(DEVICE, O_WRONLY | O_CLOEXEC);
		must(device >= 0, DEVICE);
	}
	become_user(prep);
	return prep->attack(&plan);
}
