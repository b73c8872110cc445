// SPDX-License-Identifier: GPL-2.0-only
/*
 * LKRG - Whatever can be done to the files of the interface
 *
 * For some seconds threads of root read, write, map, seek and so on in all of
 * them, with data that is right, nearly right or not at all.  A model says of each
 * write whether it is refused, and what every knob is afterwards.  Meanwhile
 * those who may do nothing there try to.
 *
 * Locking: a write after which all knobs are compared has the files for itself
 * and holds files_lock for writing; all else holds it for reading, and happens at
 * the same time.
 */

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>

#include "common.h"

#define NR_THREADS	4

/* Seconds, by default, and when nothing can be weakened any more */
#define DURATION	10
#define LOCKED_DURATION	5

/* What is read and written, at most */
#define MAX_SIZE	(128 * 1024)

/* A longer text is no value. */
#define MAX_VALUE	31

/* What a profile is called when the knobs are as in none of them */
#define CUSTOM		9

/* So many failures of one kind are explained. */
#define MAX_EXPLAINED	10

/* === The model ========================================================== */

enum kind {
	/* Is what was set; with lkrg.lock it gets higher or lower only. */
	HIGHER,
	LOWER,
	EITHER,
	/* Sets others, and is what they are */
	PROFILE,
	/* Reads as 0 */
	EVENT,
	/* Takes 0 or nothing */
	NEUTRAL,
};

enum {
	KINT_VALIDATE,
	PINT_VALIDATE,
	PCFI_VALIDATE,
	UMH_VALIDATE,
	MSR_VALIDATE,
	SMEP_VALIDATE,
	SMAP_VALIDATE,
	KINT_ENFORCE,
	PINT_ENFORCE,
	PCFI_ENFORCE,
	UMH_ENFORCE,
	SMEP_ENFORCE,
	SMAP_ENFORCE,
	PROFILE_VALIDATE,
	PROFILE_ENFORCE,
	LOCK,
	LOG_LEVEL,
	INTERVAL,
	BLOCK_MODULES,
	PATCH,
	HEARTBEAT,
	TRIGGER,
	HIDE,
	NR_KNOBS,
	/* No number, but a list of programs */
	LIST,
};

static const struct knob {
	const char *name;
	int min;
	int max;
	enum kind kind;
} knobs[] = {
	[KINT_VALIDATE] = { "kint_validate", 0, 3, HIGHER },
	[PINT_VALIDATE] = { "pint_validate", 0, 3, HIGHER },
	[PCFI_VALIDATE] = { "pcfi_validate", 0, 2, HIGHER },
	[UMH_VALIDATE] = { "umh_validate", 0, 2, HIGHER },
	[MSR_VALIDATE] = { "msr_validate", 0, 1, HIGHER },
	[SMEP_VALIDATE] = { "smep_validate", 0, 1, HIGHER },
	[SMAP_VALIDATE] = { "smap_validate", 0, 1, HIGHER },
	[KINT_ENFORCE] = { "kint_enforce", 0, 2, HIGHER },
	[PINT_ENFORCE] = { "pint_enforce", 0, 2, HIGHER },
	[PCFI_ENFORCE] = { "pcfi_enforce", 0, 2, HIGHER },
	[UMH_ENFORCE] = { "umh_enforce", 0, 2, HIGHER },
	[SMEP_ENFORCE] = { "smep_enforce", 0, 2, HIGHER },
	[SMAP_ENFORCE] = { "smap_enforce", 0, 2, HIGHER },
	[PROFILE_VALIDATE] = { "profile_validate", 0, 4, PROFILE },
	[PROFILE_ENFORCE] = { "profile_enforce", 0, 3, PROFILE },
	[LOCK] = { "lock", 0, 1, HIGHER },
	[LOG_LEVEL] = { "log_level", 0, 6, HIGHER },
	[INTERVAL] = { "interval", 5, 1800, LOWER },
	[BLOCK_MODULES] = { "block_modules", 0, 1, HIGHER },
	[PATCH] = { "patch", 0, 2, HIGHER },
	[HEARTBEAT] = { "heartbeat", 0, 1, EITHER },
	[TRIGGER] = { "trigger", 0, 1, EVENT },
	[HIDE] = { "hide", 0, 0, NEUTRAL },
};

/* What profiles set: knobs that stand one after the other above. */
static const struct profile {
	int first;
	int count;
	int values[5][7];
} profiles[] = {
	{ KINT_VALIDATE, 7, { { 0, 0, 0, 0, 0, 0, 0 },
			      { 1, 1, 1, 1, 0, 1, 1 },
			      { 2, 1, 1, 1, 0, 1, 1 },
			      { 3, 1, 2, 1, 1, 1, 1 },
			      { 3, 3, 2, 2, 1, 1, 1 } } },
	{ KINT_ENFORCE, 6, { { 0, 0, 0, 0, 0, 0 },
			     { 1, 1, 1, 1, 2, 2 },
			     { 2, 1, 1, 1, 2, 2 },
			     { 2, 2, 2, 2, 2, 2 } } },
};

/* The kernel is locked down, which is as if lkrg.lock was 1. */
static bool locked_down;

static int digit_of(char c)
{
	if (isdigit(c))
		return c - '0';
	return isxdigit(c) ? tolower(c) - 'a' + 10 : INT_MAX;
}

/* A whole number in decimal, octal or hexadecimal; a newline may follow. */
static bool parse(const char *text, size_t len, long long *value)
{
	const char *at = text, *const end = text + len;
	bool is_negative = false, is_number = false;
	long long number = 0;
	int base = 10;

	if (at < end && (*at == '-' || *at == '+'))
		is_negative = *at++ == '-';
	if (at < end && *at == '0') {
		base = 8;
		if (end - at > 2 && tolower(at[1]) == 'x' && isxdigit(at[2])) {
			base = 16;
			at += 2;
		}
	}
	for (; at < end && digit_of(*at) < base; at++) {
		is_number = true;
		number = number * base + digit_of(*at);
		/* Far out of any range, and it stays there. */
		if (number > INT_MAX)
			number = 1LL + INT_MAX;
	}
	if (at < end && *at == '\n')
		at++;
	*value = is_negative ? -number : number;
	return is_number && at == end;
}

static int read_profile(const struct profile *profile, int max, const int *values)
{
	int i;

	for (i = 0; i <= max; i++)
		if (!memcmp(values + profile->first, profile->values[i],
			    profile->count * sizeof(int)))
			return i;
	return CUSTOM;
}

static bool weakens(const int *before, const int *after)
{
	int i;

	for (i = 0; i < NR_KNOBS; i++)
		if ((knobs[i].kind == HIGHER && after[i] < before[i]) ||
		    (knobs[i].kind == LOWER && after[i] > before[i]))
			return true;
	return false;
}

/*
 * What becomes of one write: returns 0 or an error, and in @after what all knobs are
 * then.
 */
static int judge(int which, const char *text, size_t len, off_t pos,
		 const int *before, int *after)
{
	const struct knob *knob = &knobs[which];
	const struct profile *profile;
	long long value;
	bool is_number;
	int i;

	memcpy(after, before, NR_KNOBS * sizeof(int));
	if (pos || len > MAX_VALUE || memchr(text, '\0', len))
		return -EINVAL;
	is_number = parse(text, len, &value);
	if (knob->kind == NEUTRAL)
		return !len || (is_number && !value) ? 0 : -EINVAL;
	if (is_number && knob->kind == PROFILE && value == CUSTOM)
		return 0;
	if (!is_number || value < knob->min || value > knob->max)
		return -EINVAL;
	if (knob->kind == EVENT)
		return 0;
	if (knob->kind == PROFILE) {
		profile = &profiles[which - PROFILE_VALIDATE];
		memcpy(after + profile->first, profile->values[value],
		       profile->count * sizeof(int));
	} else {
		after[which] = value;
	}
	for (i = 0; i < (int)ARRAY_SIZE(profiles); i++)
		after[PROFILE_VALIDATE + i] =
			read_profile(&profiles[i], knobs[PROFILE_VALIDATE + i].max,
				     after);
	if ((before[LOCK] || locked_down) && weakens(before, after)) {
		memcpy(after, before, NR_KNOBS * sizeof(int));
		return -EPERM;
	}
	return 0;
}

/* [PURPOSE:]PATH, with commas in between */
#define LIST_NAME	"umh_allow"
#define MAX_LIST	511

/**
 * struct entry - One of a list
 * @purpose: with a colon, or empty
 * @path: behind it
 * @len: of @path
 */
struct entry {
	const char *purpose;
	const char *path;
	size_t len;
};

static const char *const purposes[] = {
	"", "other:", "module:", "core:", "hotplug:", "key:", "mce:",
};

/* Returns what follows. */
static const char *next_entry(const char *list, struct entry *entry)
{
	const size_t len = strcspn(list, ",");
	size_t i, prefix;

	for (i = ARRAY_SIZE(purposes) - 1; ; i--) {
		prefix = strlen(purposes[i]);
		if (!strncmp(list, purposes[i], prefix))
			break;
	}
	entry->purpose = purposes[i];
	entry->path = list + prefix;
	entry->len = len - prefix;
	return list + len + (list[len] == ',');
}

static bool is_list(const char *list)
{
	struct entry entry;
	unsigned char c;
	size_t i;

	while (*list) {
		list = next_entry(list, &entry);
		if (entry.len < 2 || *entry.path != '/')
			return false;
		for (i = 0; i < entry.len; i++) {
			c = entry.path[i];
			if (c <= ' ' || c >= 0x7f)
				return false;
		}
	}
	return true;
}

static bool has_entry(const char *list, const struct entry *wanted)
{
	struct entry entry;

	while (*list) {
		list = next_entry(list, &entry);
		if ((entry.purpose == wanted->purpose || !*entry.purpose) &&
		    entry.len == wanted->len &&
		    !memcmp(entry.path, wanted->path, entry.len))
			return true;
	}
	return false;
}

static bool lists_more(const char *list, const char *before)
{
	struct entry entry;

	while (*list) {
		list = next_entry(list, &entry);
		if (!has_entry(before, &entry))
			return true;
	}
	return false;
}

/* What becomes of one write: returns 0 or an error, and in @list what it is then. */
static int judge_list(const char *text, size_t len, bool locked, char *list)
{
	char after[MAX_LIST + 1];

	if (memchr(text, '\0', len))
		return -EINVAL;
	if (len && text[len - 1] == '\n')
		len--;
	if (len > MAX_LIST)
		return -EINVAL;
	memcpy(after, text, len);
	after[len] = '\0';
	if (!is_list(after))
		return -EINVAL;
	if (locked && lists_more(after, list))
		return -EPERM;
	memcpy(list, after, len + 1);
	return 0;
}

/* === What all threads and processes have in common ====================== */

/* What is tested, in this order */
enum test {
	FILES,
	WRITES,
	READS,
	THE_REST,
	USER,
	NAMESPACE,
	NO_CAPABILITIES,
	RESTORED,
	LOCKED,
	NR_TESTS,
};

static const char *const tests[] = {
	[FILES] = "each file is known",
	[WRITES] = "a write sets what it says, or nothing",
	[READS] = "reads",
	[THE_REST] = "what is neither a read nor a write",
	[USER] = "a user",
	[NAMESPACE] = "root of a user namespace",
	[NO_CAPABILITIES] = "root without capabilities",
	[RESTORED] = "the knobs are as they were",
	[LOCKED] = "with lkrg.lock=1",
};

static struct shared {
	bool stop;
	unsigned long tried[NR_TESTS];
	unsigned long failed[NR_TESTS];
	bool skipped[NR_TESTS];
} *shared;

static pthread_rwlock_t files_lock;

/* Of root, who has opened them; others inherit them. */
static int knob_fds[NR_KNOBS], list_fd;

static struct file {
	char path[300];
	/* Which one, LIST, or NR_KNOBS of a file of the state */
	int knob;
} files[64];
static int nr_files;

/* lkrg.lock is 1, and nobody writes 1 to it before. */
static bool is_locked;

/**
 * struct fuzzer - A thread, or a process
 * @test: what it tests for
 * @random: its random numbers
 * @end: of memory to read to and write from, behind which there is none
 * @text: what is to be written
 */
struct fuzzer {
	enum test test;
	uint64_t random;
	char *end;
	char text[MAX_SIZE];
};

static uint64_t seed;

static void __printf(2, 3) fail(enum test test, const char *format, ...)
{
	char line[512], *c;
	va_list args;

	if (__atomic_fetch_add(&shared->failed[test], 1, __ATOMIC_RELAXED) >=
	    MAX_EXPLAINED)
		return;
	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	/* One line, whatever was written */
	for (c = line; *c; c++)
		if (!isprint(*c))
			*c = '.';
	ksft_print_msg("%s: %s\n", tests[test], line);
}

static void tried(enum test test)
{
	__atomic_fetch_add(&shared->tried[test], 1, __ATOMIC_RELAXED);
}

static bool goes_on(void)
{
	return !__atomic_load_n(&shared->stop, __ATOMIC_RELAXED);
}

/* xorshift64* */
static uint64_t next(struct fuzzer *f)
{
	f->random ^= f->random >> 12;
	f->random ^= f->random << 25;
	f->random ^= f->random >> 27;
	return f->random * 0x2545f4914f6cdd1dULL;
}

static unsigned int below(struct fuzzer *f, unsigned int limit)
{
	return (next(f) >> 32) % limit;
}

static bool one_in(struct fuzzer *f, unsigned int limit)
{
	return !below(f, limit);
}

static struct fuzzer *make_fuzzer(enum test test, unsigned int number)
{
	struct fuzzer *f = calloc(1, sizeof(*f));
	char *memory;

	memory = mmap(NULL, MAX_SIZE + 2 * getpagesize(), PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (!f || memory == MAP_FAILED)
		ksft_exit_fail_msg("no memory\n");
	f->end = memory + MAX_SIZE + getpagesize();
	if (mprotect(f->end, getpagesize(), PROT_NONE))
		ksft_exit_fail_perror("mprotect");
	f->test = test;
	f->random = seed * 2 + 1 + ((uint64_t)number << 32);
	return f;
}

/* === What is written ==================================================== */

static long long some_number(struct fuzzer *f, const struct knob *knob)
{
	long long right = knob->min + below(f, knob->max - knob->min + 1);
	const long long numbers[] = {
		knob->min - 1, knob->min, knob->max, knob->max + 1, CUSTOM,
		INT_MAX, INT_MIN, LLONG_MAX, LLONG_MIN, right + (1LL << 32),
		right - (1LL << 32), right | LLONG_MIN, -right,
	};

	/* Lines in the log are slow, so let there be few. */
	if (knob == &knobs[LOG_LEVEL] && !one_in(f, 16))
		return below(f, 3);
	return one_in(f, 3) ? numbers[below(f, ARRAY_SIZE(numbers))] : right;
}

static size_t write_number(char *text, size_t size, unsigned int how,
			   long long number)
{
	switch (how) {
	case 0:		return snprintf(text, size, "0x%llx\n", number);
	case 1:		return snprintf(text, size, "0X%llX", number);
	case 2:		return snprintf(text, size, "0%llo\n", number);
	case 3:		return snprintf(text, size, "+%lld", number);
	case 4:		return snprintf(text, size, " %lld", number);
	case 5:		return snprintf(text, size, "%lld\t\n", number);
	case 6:		return snprintf(text, size, "%lld\n\n", number);
	case 7:		return snprintf(text, size, "%lld %lld\n", number, number);
	case 8:		return snprintf(text, size, "%lld.0", number);
	case 9:		return snprintf(text, size, "-%lld\n", number);
	case 10:	return snprintf(text, size, "%lld", number);
	default:	return snprintf(text, size, "%lld\n", number);
	}
}

/* Zeros before it: still a number, but perhaps an octal or a long one. */
static size_t lengthen(struct fuzzer *f, size_t len)
{
	size_t wanted = one_in(f, 4) ? below(f, MAX_SIZE) : 28 + below(f, 8);

	if (wanted <= len)
		return len;
	memmove(f->text + wanted - len, f->text, len);
	memset(f->text, '0', wanted - len);
	return wanted;
}

static size_t mutate(struct fuzzer *f, size_t len)
{
	static const char likely[] = "0123456789abcdefxX+-_., \t\n\r";
	char c = one_in(f, 2) ? (char)next(f) : likely[below(f, sizeof(likely))];
	size_t at = len ? below(f, len) : 0, i;

	switch (below(f, 5)) {
	case 0:
		/* Another one */
		f->text[at] = c;
		return len ?: 1;
	case 1:
		/* One more */
		memmove(f->text + at + 1, f->text + at, len - at);
		f->text[at] = c;
		return len + 1;
	case 2:
		return at;
	case 3:
		return lengthen(f, len);
	default:
		len = below(f, one_in(f, 16) ? MAX_SIZE : 64);
		for (i = 0; i < len; i++)
			f->text[i] = next(f);
		return len;
	}
}

/* Leaves in @f->text what may be good for a knob, and returns its length. */
static size_t make_text(struct fuzzer *f, int which)
{
	size_t len = write_number(f->text, sizeof(f->text), below(f, 16),
				  some_number(f, &knobs[which]));

	while (one_in(f, 4) && len < MAX_SIZE - 1)
		len = mutate(f, len);
	return len;
}

static size_t make_list(struct fuzzer *f)
{
	static const char *const paths[] = { "/a", "/bin/a", "/bin/b", "/sbin/c" };
	unsigned int count = below(f, one_in(f, 8) ? 80 : 4);
	size_t len = 0;

	while (count--)
		len += snprintf(f->text + len, sizeof(f->text) - len, "%s%s%s",
				purposes[below(f, ARRAY_SIZE(purposes))],
				paths[below(f, ARRAY_SIZE(paths))],
				count ? "," : "\n");
	while (one_in(f, 4) && len < MAX_SIZE - 1)
		len = mutate(f, len);
	return len;
}

/* === Writes ============================================================= */

enum way {
	WRITE,
	PWRITE,
	WRITEV,
	SPLICE,
	/* The end of the data is not there. */
	FAULT,
	NR_WAYS,
};

static ssize_t splice_in(int fd, const char *data, size_t len)
{
	ssize_t ret = -1;
	int ends[2], err;

	if (pipe(ends))
		return -1;
	if (write(ends[1], data, len) == (ssize_t)len)
		ret = splice(ends[0], NULL, fd, NULL, len, 0);
	err = errno;
	close(ends[0]);
	close(ends[1]);
	errno = err;
	return ret;
}

/* One write of what is behind @text, at the position of @fd, which is @pos. */
static ssize_t write_once(struct fuzzer *f, int fd, enum way way, const char *text,
			  size_t len, off_t pos)
{
	char *data = f->end - len;
	size_t part = len ? below(f, len) : 0;
	const struct iovec parts[] = {
		{ data, part }, { data + part, len - part },
	};

	memcpy(data, text, len);
	switch (way) {
	case PWRITE:
		return pwrite(fd, data, len, pos);
	case WRITEV:
		return writev(fd, parts, ARRAY_SIZE(parts));
	case SPLICE:
		return splice_in(fd, data, len);
	case FAULT:
		return write(fd, data, len + 1);
	default:
		return write(fd, data, len);
	}
}

/* Some ways do without a call of the file when there is nothing to write. */
static enum way some_way(struct fuzzer *f, size_t len, int flags)
{
	enum way way = below(f, NR_WAYS);

	if (way == WRITEV && !len)
		return WRITE;
	if (way == SPLICE && (!len || len > 4096 || flags & O_APPEND))
		return PWRITE;
	return way;
}

static int look(enum test test, int *values)
{
	char text[32], *end;
	ssize_t len;
	int i;

	for (i = 0; i < NR_KNOBS; i++) {
		len = pread(knob_fds[i], text, sizeof(text) - 1, 0);
		text[len > 0 ? len : 0] = '\0';
		values[i] = strtol(text, &end, 10);
		if (end == text || strcmp(end, "\n")) {
			fail(test, "lkrg.%s reads as '%s'", knobs[i].name, text);
			return -1;
		}
	}
	return 0;
}

static void compare(struct fuzzer *f, int which, const char *text, size_t len,
		    const int *expected, const int *found)
{
	int i;

	for (i = 0; i < NR_KNOBS; i++)
		if (found[i] != expected[i])
			fail(f->test, "%.*s, %zu bytes, to lkrg.%s: lkrg.%s is %d, not %d",
			     (int)(len < 40 ? len : 40), text, len,
			     knobs[which].name, knobs[i].name, found[i],
			     expected[i]);
}

/**
 * struct attempt - One or more writes through one descriptor
 * @knob: to which knob
 * @fd: the descriptor
 * @flags: with which it was opened
 * @pos: where it is
 * @is_checked: all knobs are compared
 */
struct attempt {
	int knob;
	int fd;
	int flags;
	off_t pos;
	bool is_checked;
};

/* Unless all knobs are compared others change them, but a bad value is a bad value. */
static bool is_right(const struct attempt *a, int err, int expected)
{
	if (a->is_checked || expected == -EINVAL || expected == -EFAULT)
		return err == expected;
	return !err || (err == -EPERM && (is_locked || locked_down));
}

/* Returns false when there is no more to be written. */
static bool write_part(struct fuzzer *f, struct attempt *a, const char *text,
		       size_t len)
{
	int before[NR_KNOBS] = { }, after[NR_KNOBS], found[NR_KNOBS];
	enum way way = some_way(f, len, a->flags);
	int expected, err;
	ssize_t ret;

	if (a->is_checked && look(f->test, before))
		return false;
	expected = judge(a->knob, text, len, a->pos, before, after);
	if (way == FAULT) {
		expected = -EFAULT;
		memcpy(after, before, sizeof(after));
	}
	if (after[LOCK] && !is_locked)
		return false;

	ret = write_once(f, a->fd, way, text, len, a->pos);
	err = ret < 0 ? -errno : 0;
	tried(f->test);
	if (!is_right(a, err, expected))
		fail(f->test, "%.*s, %zu bytes at %lld, to lkrg.%s in way %d: error %d, not %d",
		     (int)(len < 40 ? len : 40), text, len, (long long)a->pos,
		     knobs[a->knob].name, way, err, expected);
	if (!err && ret != (ssize_t)len)
		fail(f->test, "%zu bytes to lkrg.%s in way %d: %zd are written",
		     len, knobs[a->knob].name, way, ret);
	if (a->is_checked && !look(f->test, found))
		compare(f, a->knob, text, len, after, found);
	if (!err && way != PWRITE)
		a->pos += len;
	if (lseek(a->fd, 0, SEEK_CUR) != a->pos)
		fail(f->test, "lkrg.%s: not at %lld", knobs[a->knob].name,
		     (long long)a->pos);
	return true;
}

/* @list has room for a newline and an end behind it. */
static int look_at_list(enum test test, char list[MAX_LIST + 2])
{
	ssize_t len = pread(list_fd, list, MAX_LIST + 1, 0);

	if (len < 1 || list[len - 1] != '\n') {
		fail(test, "the list cannot be read");
		return -1;
	}
	list[len - 1] = '\0';
	return 0;
}

/* One write that has all files for itself. */
static void fuzz_list(struct fuzzer *f)
{
	int fd = open(KNOBS LIST_NAME, O_CLOEXEC | (one_in(f, 2) ? O_WRONLY : O_RDWR));
	char list[MAX_LIST + 2], found[MAX_LIST + 2];
	size_t len = make_list(f);
	enum way way = some_way(f, len, 0);
	int expected, err;

	if (fd < 0) {
		fail(f->test, LIST_NAME ": open: %s", strerror(errno));
		return;
	}
	pthread_rwlock_wrlock(&files_lock);
	if (!look_at_list(f->test, list)) {
		expected = way == FAULT ? -EFAULT :
			judge_list(f->text, len, is_locked || locked_down, list);
		err = write_once(f, fd, way, f->text, len, 0) == (ssize_t)len ? 0 :
			-errno;
		tried(f->test);
		if (err != expected)
			fail(f->test, "%.*s, %zu bytes, to the list in way %d: error %d, not %d",
			     (int)(len < 40 ? len : 40), f->text, len, way, err,
			     expected);
		if (!look_at_list(f->test, found) && strcmp(found, list))
			fail(f->test, "the list is %s, not %s", found, list);
	}
	pthread_rwlock_unlock(&files_lock);
	close(fd);
}

static void fuzz_write(struct fuzzer *f)
{
	static const int flags[] = { O_APPEND, O_TRUNC, O_NONBLOCK, O_CREAT, O_SYNC };
	struct attempt a = {
		.knob = below(f, NR_KNOBS),
		.flags = O_CLOEXEC | (one_in(f, 2) ? O_WRONLY : O_RDWR),
		.is_checked = one_in(f, 2),
	};
	size_t len = make_text(f, a.knob), part = len;
	char path[64];

	if (one_in(f, 4))
		a.flags |= flags[below(f, ARRAY_SIZE(flags))];
	snprintf(path, sizeof(path), KNOBS "%s", knobs[a.knob].name);
	a.fd = open(path, a.flags, 0600);
	if (a.fd < 0) {
		fail(f->test, "%s: open: %s", path, strerror(errno));
		return;
	}
	if (one_in(f, 8))
		a.pos = lseek(a.fd, 1 + below(f, one_in(f, 2) ? 8 : INT_MAX - 1),
			      SEEK_SET);
	if (len && one_in(f, 4))
		part = below(f, len);

	if (a.is_checked)
		pthread_rwlock_wrlock(&files_lock);
	else
		pthread_rwlock_rdlock(&files_lock);
	if (write_part(f, &a, f->text, part) && part < len)
		write_part(f, &a, f->text + part, len - part);
	pthread_rwlock_unlock(&files_lock);
	close(a.fd);
}

/* === Reads ============================================================== */

static ssize_t splice_out(int fd, char *data, size_t size)
{
	int ends[2];
	ssize_t ret;

	if (pipe(ends))
		return -1;
	ret = splice(fd, NULL, ends[1], NULL, size, 0);
	if (ret > 0)
		ret = read(ends[0], data, size);
	close(ends[0]);
	close(ends[1]);
	return ret;
}

static void read_part(struct fuzzer *f, const struct file *file, int fd)
{
	static const size_t sizes[] = { 0, 1, 2, 3, 31, 32, 4095, 4096, 4097, 65536 };
	size_t size = one_in(f, 2) ? sizes[below(f, ARRAY_SIZE(sizes))] :
				     below(f, MAX_SIZE);
	off_t pos = one_in(f, 4) ? (off_t)(next(f) >> (1 + below(f, 63))) :
				   below(f, 64);
	char *data = f->end - size;
	const struct iovec parts[] = { { data, size / 2 }, { data + size / 2,
							     size - size / 2 } };
	ssize_t ret, i;

	/* What is before it is not theirs. */
	data[-1] = '!';
	switch (below(f, 6)) {
	case 0:
		ret = pread(fd, data, size, pos);
		break;
	case 1:
		ret = readv(fd, parts, ARRAY_SIZE(parts));
		break;
	case 2:
		ret = size && size <= 65536 ? splice_out(fd, data, size) : 0;
		break;
	case 3:
		/* There is less room than it says. */
		read(fd, data, size + 1 + below(f, 4096));
		ret = 0;
		break;
	case 4:
		lseek(fd, pos, below(f, 5));
		ret = 0;
		break;
	default:
		ret = read(fd, data, size);
		break;
	}
	tried(f->test);
	if (data[-1] != '!' || ret > (ssize_t)size)
		fail(f->test, "%s: %zd bytes into %zu", file->path, ret, size);
	/* Far behind the end a file may say so. */
	if (ret < 0 && errno != EINVAL && errno != EOVERFLOW)
		fail(f->test, "%s: %zu bytes at %lld: %s", file->path, size,
		     (long long)pos, strerror(errno));
	for (i = 0; i < ret; i++) {
		if (data[i] == '\n' || isprint(data[i]))
			continue;
		fail(f->test, "%s: byte %zd is %#x", file->path, i, data[i]);
		break;
	}
}

static void fuzz_read(struct fuzzer *f)
{
	const struct file *file = &files[below(f, nr_files)];
	int fd = open(file->path, O_CLOEXEC | (one_in(f, 4) ? O_NONBLOCK : 0));
	int times = 1 + below(f, 6);

	if (fd < 0) {
		fail(f->test, "%s: open: %s", file->path, strerror(errno));
		return;
	}
	pthread_rwlock_rdlock(&files_lock);
	while (times--)
		read_part(f, file, fd);
	pthread_rwlock_unlock(&files_lock);
	close(fd);
}

/* === All the rest ======================================================= */

static void must_fail(struct fuzzer *f, const struct file *file, const char *what,
		      long ret)
{
	tried(f->test);
	if (ret >= 0)
		fail(f->test, "%s: %s: %ld", file->path, what, ret);
}

static void map(struct fuzzer *f, const struct file *file, int fd)
{
	void *at = mmap(NULL, getpagesize(), PROT_READ,
			one_in(f, 2) ? MAP_SHARED : MAP_PRIVATE, fd, 0);

	must_fail(f, file, "mmap", at == MAP_FAILED ? -1 : 0);
	if (at != MAP_FAILED)
		munmap(at, getpagesize());
}

static void do_other(struct fuzzer *f, const struct file *file, int fd)
{
	struct pollfd pollfd = { .fd = fd, .events = below(f, 1 << 16) };
	char path[sizeof(file->path) + 8];

	snprintf(path, sizeof(path), "%s.new", file->path);
	switch (below(f, 11)) {
	case 0:
		map(f, file, fd);
		break;
	case 1:
		must_fail(f, file, "TCGETS", ioctl(fd, TCGETS, f->end - 64));
		break;
	case 2:
		/* Some of them are for all files. */
		ioctl(fd, next(f), f->end - below(f, 64));
		break;
	case 3:
		if (poll(&pollfd, 1, 0) < 0)
			fail(f->test, "%s: poll: %s", file->path, strerror(errno));
		break;
	case 4:
		must_fail(f, file, "fallocate", fallocate(fd, 0, 0, 1 + below(f, 99)));
		break;
	case 5:
		/* It has no length. */
		if (ftruncate(fd, below(f, 4096)))
			errno = 0;
		break;
	case 6:
		must_fail(f, file, "unlink", unlink(file->path));
		break;
	case 7:
		must_fail(f, file, "rename", rename(file->path, path));
		break;
	case 8:
		must_fail(f, file, "creat", creat(path, 0600));
		break;
	case 9:
		/* A file of the state is like others here. */
		if (file->knob != NR_KNOBS)
			must_fail(f, file, "fchmod", fchmod(fd, 0666));
		break;
	default:
		if (file->knob == NR_KNOBS)
			must_fail(f, file, "write", write(fd, "1", 1));
		break;
	}
	tried(f->test);
}

static void fuzz_other(struct fuzzer *f)
{
	const struct file *file = &files[below(f, nr_files)];
	int fd = open(file->path, O_CLOEXEC | O_RDWR);

	if (fd < 0) {
		fail(f->test, "%s: open: %s", file->path, strerror(errno));
		return;
	}
	pthread_rwlock_rdlock(&files_lock);
	do_other(f, file, fd);
	pthread_rwlock_unlock(&files_lock);
	close(fd);
}

static void *fuzz(void *data)
{
	struct fuzzer *f = data;
	const enum test writes = f->test;

	while (goes_on()) {
		f->test = writes;
		switch (below(f, 4)) {
		case 0:
			f->test = READS;
			fuzz_read(f);
			break;
		case 1:
			f->test = THE_REST;
			fuzz_other(f);
			break;
		default:
			if (one_in(f, 8))
				fuzz_list(f);
			else
				fuzz_write(f);
			break;
		}
	}
	return NULL;
}

/* === Strangers ========================================================== */

static int become_user(void)
{
	return setgroups(0, NULL) || setresgid(TEST_GID, TEST_GID, TEST_GID) ||
	       setresuid(TEST_UID, TEST_UID, TEST_UID) ? KSFT_FAIL : KSFT_PASS;
}

static int become_root_of_namespace(void)
{
	char text[32];

	if (become_user() || prctl(PR_SET_DUMPABLE, 1, 0, 0, 0))
		return KSFT_FAIL;
	if (unshare(CLONE_NEWUSER))
		return KSFT_SKIP;
	snprintf(text, sizeof(text), "0 %d 1", TEST_UID);
	return write_text("/proc/self/uid_map", text) || geteuid() ? KSFT_FAIL :
								      KSFT_PASS;
}

static int drop_capabilities(void)
{
	const struct caps none = { };

	return caps_set(&none) ? KSFT_FAIL : KSFT_PASS;
}

static const struct stranger {
	enum test test;
	int (*become)(void);
} strangers[] = {
	{ USER, become_user },
	{ NAMESPACE, become_root_of_namespace },
	{ NO_CAPABILITIES, drop_capabilities },
};

static void refused(struct fuzzer *f, const char *what, const char *name, long ret)
{
	tried(f->test);
	if (ret >= 0 || (errno != EPERM && errno != EACCES))
		fail(f->test, "%s: %s: %ld, %s", name, what, ret,
		     ret < 0 ? strerror(errno) : "no error");
}

/* Through a descriptor that they were given, or have got by the ids of root. */
static void try_descriptor(struct fuzzer *f, int which, int fd)
{
	const char *name = which == LIST ? LIST_NAME : knobs[which].name;
	size_t len = which == LIST ? make_list(f) : make_text(f, which);

	if (len) {
		memcpy(f->end - len, f->text, len);
		refused(f, "pwrite", name, pwrite(fd, f->end - len, len, 0));
	}
	if (len && len <= 4096)
		refused(f, "splice", name, splice_in(fd, f->text, len));
	refused(f, "pread", name, pread(fd, f->end - 64, 64, below(f, 2)));
}

static void try_open(struct fuzzer *f, const struct file *file)
{
	static const int flags[] = {
		O_RDONLY, O_WRONLY, O_RDWR, O_WRONLY | O_TRUNC, O_RDWR | O_APPEND,
	};
	int how = flags[below(f, ARRAY_SIZE(flags))];
	int fd = open(file->path, how | O_CLOEXEC);

	if (fd >= 0 && f->test == NO_CAPABILITIES) {
		/* The owner opens what is his. */
		if (file->knob != NR_KNOBS && how == O_RDWR)
			try_descriptor(f, file->knob, fd);
		else if (file->knob == NR_KNOBS && how != O_RDONLY)
			fail(f->test, "%s: opened with %#x", file->path, how);
		tried(f->test);
	} else {
		refused(f, "open", file->path, fd);
	}
	if (fd >= 0)
		close(fd);
	if (file->knob != NR_KNOBS) {
		refused(f, "chmod", file->path, chmod(file->path, 0666));
		refused(f, "chown", file->path, chown(file->path, geteuid(), -1));
	}
	refused(f, "unlink", file->path, unlink(file->path));
}

/* In a process of its own */
static void be_stranger(const struct stranger *stranger)
{
	struct fuzzer *f = make_fuzzer(stranger->test, NR_THREADS + stranger->test);
	int which, status;

	status = stranger->become();
	/* It would not outlive other ids. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	while (status == KSFT_PASS && goes_on()) {
		which = below(f, NR_KNOBS);
		try_descriptor(f, which, knob_fds[which]);
		try_descriptor(f, LIST, list_fd);
		try_open(f, &files[below(f, nr_files)]);
		/* It is not about them alone. */
		usleep(100);
	}
	shared->skipped[stranger->test] = status == KSFT_SKIP;
	_exit(status == KSFT_FAIL);
}

/* === All together ======================================================= */

/* Threads of root for a time */
static void run_threads(enum test writes, unsigned int seconds)
{
	pthread_t threads[NR_THREADS];
	unsigned int i;

	for (i = 0; i < NR_THREADS; i++)
		if (pthread_create(&threads[i], NULL, fuzz,
				   make_fuzzer(writes, writes * NR_THREADS + i)))
			ksft_exit_fail_msg("no thread\n");
	sleep(seconds);
	__atomic_store_n(&shared->stop, true, __ATOMIC_RELAXED);
	for (i = 0; i < NR_THREADS; i++)
		pthread_join(threads[i], NULL);
}

static void run(unsigned int seconds)
{
	pid_t pids[ARRAY_SIZE(strangers)];
	size_t i;
	int status;

	fflush(stdout);
	for (i = 0; i < ARRAY_SIZE(strangers); i++) {
		pids[i] = fork();
		if (!pids[i])
			be_stranger(&strangers[i]);
	}
	run_threads(WRITES, seconds);
	for (i = 0; i < ARRAY_SIZE(strangers); i++)
		if (pids[i] < 0 || waitpid(pids[i], &status, 0) != pids[i] || status)
			fail(strangers[i].test, "the process did not end well");
}

static void restore(const int *values, const char *list)
{
	char text[16], found_list[MAX_LIST + 2];
	int found[NR_KNOBS], i;

	for (i = 0; i < NR_KNOBS; i++) {
		if (knobs[i].kind == PROFILE || knobs[i].kind == EVENT || i == LOCK)
			continue;
		snprintf(text, sizeof(text), "%d\n", values[i]);
		tried(RESTORED);
		if (pwrite(knob_fds[i], text, strlen(text), 0) < 0 && !locked_down)
			fail(RESTORED, "lkrg.%s: %s", knobs[i].name, strerror(errno));
	}
	if (pwrite(list_fd, list, strlen(list), 0) < 0 && !locked_down)
		fail(RESTORED, LIST_NAME ": %s", strerror(errno));
	if (!look_at_list(RESTORED, found_list) && strcmp(found_list, list) &&
	    !locked_down)
		fail(RESTORED, "the list is %s, and was %s", found_list, list);
	if (look(RESTORED, found))
		return;
	for (i = 0; i < NR_KNOBS; i++)
		if (found[i] != values[i] && !locked_down)
			fail(RESTORED, "lkrg.%s is %d, and was %d", knobs[i].name,
			     found[i], values[i]);
}

/* From here on until reboot. */
static void run_locked(void)
{
	int before[NR_KNOBS], after[NR_KNOBS];

	if (pwrite(knob_fds[LOCK], "1", 1, 0) != 1 || look(LOCKED, before)) {
		fail(LOCKED, "lkrg.lock cannot be set");
		return;
	}
	is_locked = true;
	shared->stop = false;
	run_threads(LOCKED, LOCKED_DURATION);
	if (!look(LOCKED, after) && weakens(before, after))
		fail(LOCKED, "a knob is weaker than before");
}

static int knob_number(const char *name)
{
	int i;

	if (!strcmp(name, LIST_NAME))
		return LIST;
	for (i = 0; i < NR_KNOBS; i++)
		if (!strcmp(knobs[i].name, name))
			break;
	return i;
}

/* Who adds a file adds it to the model. */
static void find_files(const char *dir, bool has_knobs)
{
	struct dirent *entry;
	struct file *file;
	DIR *list = opendir(dir);

	while (list && (entry = readdir(list))) {
		if (*entry->d_name == '.')
			continue;
		if (nr_files == ARRAY_SIZE(files))
			ksft_exit_fail_msg("too many files\n");
		file = &files[nr_files++];
		snprintf(file->path, sizeof(file->path), "%s%s", dir, entry->d_name);
		file->knob = has_knobs ? knob_number(entry->d_name) : NR_KNOBS;
		tried(FILES);
		if (has_knobs && file->knob == NR_KNOBS)
			fail(FILES, "%s is not", file->path);
	}
	if (list)
		closedir(list);
}

static void open_knobs(void)
{
	char path[64];
	int i;

	list_fd = open(KNOBS LIST_NAME, O_RDWR | O_CLOEXEC);
	if (list_fd < 0)
		ksft_exit_fail_perror(LIST_NAME);
	for (i = 0; i < NR_KNOBS; i++) {
		snprintf(path, sizeof(path), KNOBS "%s", knobs[i].name);
		knob_fds[i] = open(path, O_RDWR | O_CLOEXEC);
		if (knob_fds[i] < 0)
			ksft_exit_fail_perror(path);
	}
}

static void prepare(int *values, char *list)
{
	pthread_rwlockattr_t attributes;
	char text[128];

	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED)
		ksft_exit_fail_msg("no memory\n");
	pthread_rwlockattr_init(&attributes);
	/* Readers there are always. */
	pthread_rwlockattr_setkind_np(&attributes,
				      PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP);
	pthread_rwlock_init(&files_lock, &attributes);
	find_files(KNOBS, true);
	find_files(STATE, false);
	open_knobs();
	if (look(FILES, values) || look_at_list(FILES, list))
		ksft_exit_fail_msg("the knobs cannot be read\n");
	locked_down = read_text("/sys/kernel/security/lockdown", text,
				sizeof(text)) > 0 && !strstr(text, "[none]");
	if (values[LOCK])
		ksft_exit_skip("lkrg.lock is 1\n");
}

static void __noreturn say_results(void)
{
	int i;

	for (i = 0; i < NR_TESTS; i++) {
		if (shared->skipped[i])
			ksft_test_result_code(KSFT_SKIP, tests[i], "not possible here");
		else if (i == LOCKED && !shared->tried[i] && !shared->failed[i])
			ksft_test_result_code(KSFT_SKIP, tests[i], "not asked for (-l)");
		else
			ksft_test_result(shared->tried[i] && !shared->failed[i],
					 "%s\n", tests[i]);
		ksft_print_msg("%lu tried, %lu failed\n", shared->tried[i],
			       shared->failed[i]);
	}
	ksft_finished();
}

int main(int argc, char **argv)
{
	unsigned int seconds = DURATION;
	int values[NR_KNOBS], option;
	char list[MAX_LIST + 2];
	bool lock = false;

	seed = time(NULL);
	while ((option = getopt(argc, argv, "lr:")) >= 0) {
		if (option == 'l') {
			lock = true;
		} else if (option == 'r') {
			seed = strtoull(optarg, NULL, 0);
		} else {
			fprintf(stderr, "usage: %s [-l] [-r SEED] [SECONDS]\n", *argv);
			return KSFT_FAIL;
		}
	}
	if (optind < argc)
		seconds = atoi(argv[optind]);

	ksft_print_header();
	if (geteuid())
		ksft_exit_skip("has to be run as root\n");
	if (!guard_is_on())
		ksft_exit_skip("lkrg is not enabled (lsm=)\n");
	prepare(values, list);
	ksft_set_plan(NR_TESTS);
	ksft_print_msg("seed %llu\n", (unsigned long long)seed);
	run(seconds);
	restore(values, list);
	if (lock)
		run_locked();
	say_results();
}
