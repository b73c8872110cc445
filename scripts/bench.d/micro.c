// SPDX-License-Identifier: GPL-2.0-only
/*
 * micro MODULE NAME: what an operation costs in instructions, in a guest with
 * one CPU under "-icount shift=0,sleep=off", where a nanosecond is an
 * instruction. Prints "operation<TAB>instructions" for each; see scripts/bench.
 * MODULE is the file of a kernel module that does nothing, NAME its name.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/fsuid.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "busy.h"

#define BATCHES		9
#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

#define USER		1000

/*
 * Each batch has a path of its own, all new: how far down its chain of the
 * directory cache an old name like /tmp has got differs from boot to boot.
 */
static char files[BATCHES][32];
static const char *file;

static const char *self;
static int pipe_fds[2];
static int tracer_fd, static_key_fd;
static const char *module_name;
static void *module;
static size_t module_size;

static void no_operation(void)
{
}

static void open_close(void)
{
	close(must("open", open(file, O_RDONLY)));
}

static void stat_(void)
{
	struct stat st;

	must("stat", stat(file, &st));
}

static void access_(void)
{
	must("access", access(file, R_OK));
}

/* The C library's set*id() would look for other threads: plain system calls. */
static void set_euid(unsigned int uid)
{
	must("setresuid", syscall(SYS_setresuid, -1, uid, -1));
}

static void setresuid_same(void)
{
	set_euid(-1);
}

/* What a file server does to act for a user; both ways, so two calls. */
static void setresuid_change(void)
{
	set_euid(USER);
	set_euid(0);
}

static void setfsuid_(void)
{
	syscall(SYS_setfsuid, USER);
	syscall(SYS_setfsuid, 0);
}

/* With real and effective ids that differ access(2) overrides credentials. */
static void become_setuid(void)
{
	set_euid(USER);
}

static void end_setuid(void)
{
	set_euid(0);
}

static void sethostname_(void)
{
	must("sethostname", sethostname("guest", 5));
}

static void pipe_(void)
{
	char c = 0;

	must("write", write(pipe_fds[1], &c, 1));
	must("read", read(pipe_fds[0], &c, 1));
}

static void *return_(void *arg)
{
	return arg;
}

static void thread(void)
{
	pthread_t t;

	errno = pthread_create(&t, NULL, return_, NULL);
	must("pthread_create", -errno);
	pthread_join(t, NULL);
}

static void reap(pid_t child)
{
	int status;

	must("waitpid", waitpid(must("fork", child), &status, 0));
	if (status) {
		errno = ECHILD;
		must("child", -1);
	}
}

static void fork_exit(void)
{
	pid_t child = fork();

	if (!child)
		_exit(0);
	reap(child);
}

static void vfork_exec(void)
{
	pid_t child = vfork();

	if (!child) {
		execl(self, self, (char *)NULL);
		_exit(127);
	}
	reap(child);
}

static void write_(int fd, const char *text)
{
	must(text, pwrite(fd, text, strlen(text), 0));
}

static void tracer(void)
{
	write_(tracer_fd, "function");
	write_(tracer_fd, "nop");
}

static void static_key(void)
{
	write_(static_key_fd, "1");
	write_(static_key_fd, "0");
}

static void module_(void)
{
	must("init_module", syscall(SYS_init_module, module, module_size, ""));
	must("delete_module", syscall(SYS_delete_module, module_name, O_NONBLOCK));
}

/*
 * Modules ask for a pass, one in a quarter of a second at most, which has a line of
 * its own.  On a kernel without lkrg, or with lkrg off, there is nothing to write to.
 */
static void set_kint_validate(const char *level)
{
	int fd = open("/proc/sys/lkrg/kint_validate", O_WRONLY);

	if (fd < 0)
		return;
	write_(fd, level);
	close(fd);
}

static void without_passes(void)
{
	set_kint_validate("1");
}

static void with_passes(void)
{
	set_kint_validate("3");
}

/*
 * A batch is long against the 4 million instructions between two ticks of the
 * clock, so that its share of them is always the same. @calls: an operation
 * may be several equal calls, and the figure is for one.
 */
static const struct operation {
	const char *name;
	void (*run)(void);
	unsigned int runs, calls;
	void (*before)(void), (*after)(void);
} operations[] = {
	{ "open+close",		open_close,		5000, 1 },
	{ "stat",		stat_,			5000, 1 },
	{ "access",		access_,		8000, 1 },
	{ "access-setuid",	access_,		4000, 1, become_setuid, end_setuid },
	{ "setresuid-same",	setresuid_same,		60000, 1 },
	{ "setresuid",		setresuid_change,	5000, 2 },
	{ "setfsuid",		setfsuid_,		5000, 2 },
	{ "sethostname",	sethostname_,		20000, 1 },
	{ "pipe",		pipe_,			12000, 1 },
	{ "thread",		thread,			800, 1 },
	{ "fork+exit",		fork_exit,		300, 1 },
	{ "vfork+exec",		vfork_exec,		150, 1 },
	{ "static-key",		static_key,		40, 2 },
	{ "module",		module_,		20, 1, without_passes, with_passes },
	{ "tracer",		tracer,			1, 1 },
};

static unsigned long long batch(const struct operation *op)
{
	unsigned long long start;
	unsigned int i;

	start = busy();
	for (i = 0; i < op->runs; i++)
		op->run();
	return busy() - start;
}

static int ascending(const void *a, const void *b)
{
	const unsigned long long *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static unsigned long long stat_of_lkrg(int fd, const char *name)
{
	unsigned long long value;
	char text[4096], *line;
	ssize_t n;

	n = must("stats", pread(fd, text, sizeof(text) - 1, 0));
	text[n] = '\0';
	line = strstr(text, name);
	if (!line || sscanf(line + strlen(name), " %llu", &value) != 1) {
		errno = EPROTO;
		must(name, -1);
	}
	return value;
}

/* Where lkrg is on: "pass<TAB>instructions<TAB>64-bit words verified". */
static void pass(unsigned long long overhead)
{
	unsigned long long start, cost[BATCHES], pages, number;
	int i, stats, trigger;

	stats = open("/sys/kernel/security/lkrg/stats", O_RDONLY);
	if (stats < 0)
		return;
	trigger = must("trigger", open("/proc/sys/lkrg/trigger", O_WRONLY));
	pages = stat_of_lkrg(stats, "text_pages") + stat_of_lkrg(stats, "rodata_pages");
	for (i = 0; i < BATCHES; i++) {
		start = busy();
		write_(trigger, "1");
		number = stat_of_lkrg(stats, "pass_requested");
		do
			usleep(100000);
		while (stat_of_lkrg(stats, "passes_done") < number);
		cost[i] = busy() - start - overhead;
	}
	qsort(cost, BATCHES, sizeof(cost[0]), ascending);
	printf("pass\t%llu\t%llu\n", cost[BATCHES / 2], pages * 4096 / 8);
}

/* The first batch only warms up. Of few and long runs fewer do. */
static unsigned long long median(const struct operation *op)
{
	unsigned int i, batches = op->runs == 1 ? 3 : BATCHES;
	unsigned long long cost[BATCHES];

	if (op->before)
		op->before();
	batch(op);
	for (i = 0; i < batches; i++) {
		file = files[i];
		cost[i] = batch(op);
	}
	if (op->after)
		op->after();
	qsort(cost, batches, sizeof(cost[0]), ascending);
	return cost[batches / 2];
}

static void load_module_file(const char *path)
{
	struct stat st;
	int fd;

	fd = must(path, open(path, O_RDONLY));
	must(path, fstat(fd, &st));
	module_size = st.st_size;
	module = malloc(module_size);
	if (!module || read(fd, module, module_size) != (ssize_t)module_size)
		must(path, -1);
	close(fd);
}

static void make_files(void)
{
	int i;

	for (i = 0; i < BATCHES; i++) {
		file = files[i];
		snprintf(files[i], sizeof(files[i]), "/bench%d", i);
		must(file, mkdir(file, 0755));
		strcat(files[i], "/directory");
		must(file, mkdir(file, 0755));
		strcat(files[i], "/file");
		close(must(file, open(file, O_CREAT | O_EXCL | O_WRONLY, 0644)));
	}
}

int main(int argc, char **argv)
{
	static const struct operation nothing = { "nothing", no_operation };
	unsigned long long overhead;
	unsigned int i;

	/* What vfork+exec runs. */
	if (argc == 1)
		return 0;
	if (argc != 3) {
		fprintf(stderr, "usage: micro MODULE NAME\n");
		return 2;
	}
	self = argv[0];
	load_module_file(argv[1]);
	module_name = argv[2];

	make_files();
	must("pipe", pipe(pipe_fds));
	tracer_fd = must("current_tracer", open("/sys/kernel/tracing/current_tracer", O_WRONLY));
	static_key_fd = must("sched_schedstats", open("/proc/sys/kernel/sched_schedstats", O_WRONLY));

	keep_a_path_in_use();
	overhead = median(&nothing);
	for (i = 0; i < ARRAY_SIZE(operations); i++) {
		const struct operation *op = &operations[i];

		printf("%s\t%.1f\n", op->name,
		       (double)(median(op) - overhead) / op->runs / op->calls);
		fflush(stdout);
	}
	pass(overhead);
	return 0;
}
