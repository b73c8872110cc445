// SPDX-License-Identifier: GPL-2.0-only
/*
 * cost NAME COMMAND [ARG]...: run COMMAND and print "NAME<TAB>instructions",
 * of the whole guest. Its output goes to stderr. See micro.c.
 */
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "busy.h"

int main(int argc, char **argv)
{
	unsigned long long start;
	pid_t child;
	int status;

	if (argc < 3) {
		fprintf(stderr, "usage: cost NAME COMMAND [ARG]...\n");
		return 2;
	}
	keep_a_path_in_use();
	start = busy();
	child = must("fork", fork());
	if (!child) {
		dup2(STDERR_FILENO, STDOUT_FILENO);
		execvp(argv[2], argv + 2);
		_exit(must(argv[2], -1));
	}
	must("waitpid", waitpid(child, &status, 0));
	if (status) {
		fprintf(stderr, "%s failed\n", argv[2]);
		return 1;
	}
	printf("%s\t%llu\n", argv[1], busy() - start);
	return 0;
}
