// SPDX-License-Identifier: GPL-2.0-only
/*
 * LKRG - The attacks on tasks, again and again
 *
 *   attack_loop ROUNDS DIR TABLE
 *
 * Each round goes through TABLE, which attack_loop.sh makes of attacks.txt: lines of
 * attack, preparation, use, report and twin, with tabs between.  A victim in DIR, see
 * attack_victim.c, makes each attack and has to be killed before its first use is done,
 * with the one report; then one comes to the same in the legal way, has to be let
 * through, and nothing may be said.  What a shell takes a second for takes milliseconds
 * here, so that rare coincidences of an attack with what else goes on have their chance.
 *
 * The results are one for each attack and each twin.
 */

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <regex.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "common.h"

#define ROWS_MAX	256
#define ALERT		"LKRG: ALERT: DETECT: "
/* Who waits, does so in steps of this, and not longer than that. */
#define STEP_MS		5
#define WAIT_MS		30000

struct row {
	char *attack, *prepared, *use, *report, *twin;
	unsigned int stopped, passed, skipped;
	/* The first problem of each, "" if there is none */
	char attack_problem[512], twin_problem[512];
};

static struct row rows[ROWS_MAX];
static size_t nr_rows;
static const char *dir;
static int log_fd;
static long expected;

/* What became of a victim */
static struct {
	pid_t pid;
	int out;
	int status;
	char said[1024];
	size_t len;
	int tid, tgid;
} victim;

/* Only the first problem is kept. */
static char *problem;

static __printf(1, 2) void fault(const char *format, ...)
{
	va_list args;

	if (*problem)
		return;
	va_start(args, format);
	vsnprintf(problem, sizeof(rows->attack_problem), format, args);
	va_end(args);
}

static void wait_a_moment(void)
{
	const struct timespec moment = { .tv_nsec = STEP_MS * 1000000L };

	nanosleep(&moment, NULL);
}

static bool wait_until(bool (*is_so)(void))
{
	int ms;

	for (ms = 0; ms < WAIT_MS; ms += STEP_MS) {
		if (is_so())
			return true;
		wait_a_moment();
	}
	return is_so();
}

/* === The victim === */

static void listen_to_victim(void)
{
	const size_t room = sizeof(victim.said) - 1 - victim.len;
	ssize_t len = read(victim.out, victim.said + victim.len, room);

	if (len > 0)
		victim.len += len;
	victim.said[victim.len] = '\0';
	if (sscanf(victim.said, "victim %d %d", &victim.tid, &victim.tgid) != 2)
		victim.tgid = 0;
}

static void start_victim(const char *prepared, const char *change, const char *use)
{
	char program[PATH_MAX];
	int out[2];

	memset(&victim, 0, sizeof(victim));
	if (pipe2(out, O_CLOEXEC | O_NONBLOCK))
		ksft_exit_fail_perror("pipe2");
	snprintf(program, sizeof(program), "%s/attack_victim", dir);
	victim.pid = fork();
	if (victim.pid < 0)
		ksft_exit_fail_perror("fork");
	if (!victim.pid) {
		dup2(open("/dev/null", O_RDONLY), STDIN_FILENO);
		dup2(out[1], STDOUT_FILENO);
		dup2(out[1], STDERR_FILENO);
		execl(program, program, "-d", dir, "-p", prepared, change, use, NULL);
		_exit(VICTIM_BROKEN);
	}
	close(out[1]);
	victim.out = out[0];
}

/* Those who share its memory */
static void kill_others(void)
{
	char *word, *rest = victim.said, *line = strsep(&rest, "\n");
	int i;

	for (i = 0; (word = strsep(&line, " ")); i++) {
		if (i > 2 && atoi(word) > 1)
			kill(atoi(word), SIGKILL);
	}
}

/* The only child, and who hides is not found by his pid. */
static void end_victim(void)
{
	if (wait(&victim.status) != victim.pid)
		ksft_exit_fail_perror("wait");
	listen_to_victim();
	close(victim.out);
}

/* In its sleep, or not to be seen: whoever hides is ready */
static bool sleeps(void)
{
	char path[64], text[4096];

	listen_to_victim();
	if (!victim.tgid)
		return false;
	snprintf(path, sizeof(path), "/proc/%d/status", victim.pid);
	return read_text(path, text, sizeof(text)) < 0 || strstr(text, "State:\tS") ||
	       strstr(text, "State:\tZ");
}

/* It may wait for a lock as well, but not for long. */
static bool sleeps_on(void)
{
	int looks;

	for (looks = 0; looks < 3; looks++) {
		if (!sleeps())
			return false;
		wait_a_moment();
	}
	return true;
}

static long pass_wanted;

static bool pass_is_done(void)
{
	return statistic("passes_done") >= pass_wanted;
}

static void run_pass(void)
{
	if (write_text(KNOBS "trigger", "1\n"))
		fault("no pass can be started");
	pass_wanted = statistic("pass_requested");
	if (!wait_until(pass_is_done))
		fault("the pass was not done");
}

static bool has_used(void)
{
	return strstr(victim.said, "used: ");
}

static bool exists(const char *name, struct stat *st)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	return !stat(path, st);
}

static bool is_empty(const char *name)
{
	char path[PATH_MAX];
	int entries = 0;
	DIR *directory;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	directory = opendir(path);
	if (!directory)
		ksft_exit_fail_perror(path);
	while (readdir(directory))
		entries++;
	closedir(directory);
	/* Itself and its parent */
	return entries == 2;
}

static void make_file_again(void)
{
	char path[PATH_MAX], other[PATH_MAX];
	int fd;

	snprintf(path, sizeof(path), "%s/file", dir);
	snprintf(other, sizeof(other), "%s/renamed", dir);
	unlink(path);
	unlink(other);
	rmdir(other);
	fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
	if (fd < 0 || fchmod(fd, 0600))
		ksft_exit_fail_perror(path);
	close(fd);
}

static bool files_are_unchanged(void)
{
	struct stat st;

	return exists("file", &st) && !(st.st_mode & S_ISUID) && !exists("renamed", &st) &&
	       is_empty("own");
}

/* === What the guard says === */

static char alert[2048];

static bool is_alert(void)
{
	char record[4096], *text;
	ssize_t len;

	for (;;) {
		len = read(log_fd, record, sizeof(record) - 1);
		/* What was overwritten was somebody else's, or the sum tells. */
		if (len < 0 && errno == EPIPE)
			continue;
		if (len <= 0)
			return false;
		record[len] = '\0';
		text = strstr(record, ALERT);
		if (!text)
			continue;
		text[strcspn(text, "\n")] = '\0';
		snprintf(alert, sizeof(alert), "%s", text + strlen(ALERT));
		return true;
	}
}

static void expect_silence(void)
{
	if (is_alert())
		fault("reported: %s", alert);
}

/* The line as it has to be, with whoever it is about */
static void expect_report(const struct row *row)
{
	const char *pass = strstr(row->report, "; at pass");
	const bool in_pass = pass && !strcmp(pass, "; at pass");
	char pattern[2048], who[64], name[64] = "attack_victim";
	regex_t regex;

	expected++;
	if (!wait_until(is_alert)) {
		fault("no report");
		return;
	}
	/* A pass may find any thread first. */
	if (in_pass)
		snprintf(who, sizeof(who), "[0-9]+/%d", victim.tgid);
	else
		snprintf(who, sizeof(who), "%d/%d", victim.tid, victim.tgid);
	if (!strncmp(row->attack, "worker-", strlen("worker-")))
		snprintf(name, sizeof(name), "iou-wrk-%d", victim.tgid);
	snprintf(pattern, sizeof(pattern), "^Task: %s\\[%s\\]: %s: %s$", name, who,
		 row->report, in_pass ? "process killed" : "refused, process killed");
	if (regcomp(&regex, pattern, REG_EXTENDED | REG_NOSUB))
		ksft_exit_fail_msg("not an expression: %s\n", pattern);
	if (regexec(&regex, alert, 0, NULL, 0))
		fault("other report: %s", alert);
	regfree(&regex);
	expect_silence();
}

/* === Rounds === */

static bool has_to_sleep(const struct row *row)
{
	return !strncmp(row->use, "sleep", strlen("sleep"));
}

static void run_victim(const struct row *row, const char *prepared, const char *change)
{
	if (!files_are_unchanged())
		make_file_again();
	start_victim(prepared, change, row->use);
	if (!has_to_sleep(row))
		return;
	if (!wait_until(sleeps_on))
		fault("it does not sleep");
	run_pass();
}

static bool is_skipped(void)
{
	return WIFEXITED(victim.status) && WEXITSTATUS(victim.status) == VICTIM_SKIP;
}

static void attack(struct row *row)
{
	problem = row->attack_problem;
	run_victim(row, row->prepared, row->attack);
	if (has_to_sleep(row)) {
		/* It is told to go on when it should be dead. */
		expect_report(row);
		kill(victim.pid, SIGUSR1);
		end_victim();
	} else {
		end_victim();
		if (is_skipped()) {
			row->skipped++;
			return;
		}
		expect_report(row);
	}
	if (!WIFSIGNALED(victim.status) || WTERMSIG(victim.status) != SIGKILL)
		fault("not killed: status 0x%x: %s", victim.status, victim.said);
	else if (has_used())
		fault("it worked: %s", victim.said);
	else if (!files_are_unchanged())
		fault("a file was changed or made");
	kill_others();
	row->stopped += !*problem;
}

static void twin(struct row *row)
{
	problem = row->twin_problem;
	run_victim(row, "-", row->twin);
	if (has_to_sleep(row))
		kill(victim.pid, SIGUSR1);
	end_victim();
	if (is_skipped())
		return;
	if (victim.status || !has_used())
		fault("refused: status 0x%x: %s", victim.status, victim.said);
	expect_silence();
	kill_others();
	row->passed += !*problem;
}

static void read_table(const char *path)
{
	FILE *file = fopen(path, "re");
	char *line = NULL, *rest;
	size_t size = 0;

	if (!file)
		ksft_exit_fail_perror(path);
	while (getline(&line, &size, file) > 0 && nr_rows < ROWS_MAX) {
		struct row *row = &rows[nr_rows++];

		rest = strdup(line);
		if (!rest)
			ksft_exit_fail_perror("strdup");
		rest[strcspn(rest, "\n")] = '\0';
		row->attack = strsep(&rest, "\t");
		row->prepared = strsep(&rest, "\t");
		row->use = strsep(&rest, "\t");
		row->report = strsep(&rest, "\t");
		row->twin = strsep(&rest, "\t");
		if (!row->twin)
			ksft_exit_fail_msg("not a row of the table: %s\n", line);
	}
	free(line);
	fclose(file);
}

static bool has_twin(const struct row *row)
{
	return strcmp(row->twin, "-");
}

static void show_results(unsigned int rounds)
{
	struct row *row;

	for (row = rows; row < rows + nr_rows; row++) {
		if (*row->attack_problem)
			ksft_print_msg("%s %s: %s\n", row->attack, row->use,
				       row->attack_problem);
		if (row->skipped == rounds)
			ksft_test_result_skip("%s %s (%s)\n", row->attack, row->use,
					      row->prepared);
		else
			ksft_test_result(row->stopped == rounds,
					 "%s %s (%s): stopped %u times of %u\n", row->attack,
					 row->use, row->prepared, row->stopped, rounds);
		if (!has_twin(row))
			continue;
		if (*row->twin_problem)
			ksft_print_msg("%s %s: twin: %s\n", row->attack, row->use,
				       row->twin_problem);
		if (row->skipped == rounds)
			ksft_test_result_skip("%s %s: twin %s\n", row->attack, row->use,
					      row->twin);
		else
			ksft_test_result(row->passed == rounds,
					 "%s %s: twin %s: let through %u times of %u\n",
					 row->attack, row->use, row->twin, row->passed, rounds);
	}
}

int main(int argc, char **argv)
{
	const unsigned int rounds = argc == 4 ? atoi(argv[1]) : 0;
	unsigned int round, results = 1;
	long reports, lost;
	struct row *row;

	ksft_print_header();
	if (!rounds)
		ksft_exit_fail_msg("usage: attack_loop ROUNDS DIR TABLE\n");
	if (!guard_is_on())
		ksft_exit_skip("lkrg is not enabled\n");
	dir = argv[2];
	read_table(argv[3]);
	log_fd = open_log();
	if (log_fd < 0)
		ksft_exit_fail_perror("/dev/kmsg");
	for (row = rows; row < rows + nr_rows; row++)
		results += 1 + has_twin(row);
	ksft_set_plan(results);

	reports = statistic("reports");
	lost = statistic("reports_lost");
	for (round = 0; round < rounds; round++) {
		for (row = rows; row < rows + nr_rows; row++) {
			attack(row);
			if (has_twin(row))
				twin(row);
		}
	}
	show_results(rounds);
	reports = statistic("reports") - reports;
	lost = statistic("reports_lost") - lost;
	ksft_test_result(reports == expected && !lost,
			 "reports in all: %ld of %ld, %ld lost\n", reports, expected, lost);
	ksft_finished();
}
