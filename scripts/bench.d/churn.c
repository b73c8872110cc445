// SPDX-License-Identifier: GPL-2.0-only
/*
 * churn DIRECTORY: the life of small files, as on a mail server, in the manner
 * of PostMark: make a pool of files; then, many times, make or remove one, and
 * read one or add to one; file some into other directories; remove them all.
 * The sequence is the same in each run.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "busy.h"

#define DIRECTORIES	10
#define POOL		2000
#define TRANSACTIONS	10000
#define FILES		(POOL + TRANSACTIONS)
#define SIZE_MIN	500
#define SIZE_MAX	10000

static char data[SIZE_MAX];

/* The directory of each file; its name is its number. */
static signed char directory[FILES];
static int live[FILES];
static int files, number;

static unsigned int below(unsigned int limit)
{
	static unsigned long long state = 1;

	state = state * 6364136223846793005ULL + 1442695040888963407ULL;
	return (state >> 33) % limit;
}

static unsigned int size(void)
{
	return SIZE_MIN + below(SIZE_MAX - SIZE_MIN);
}

static const char *path(int file)
{
	static char text[2][32];
	static int turn;

	turn = !turn;
	snprintf(text[turn], sizeof(text[turn]), "%d/%d", directory[file], file);
	return text[turn];
}

static void append(int file, int flags)
{
	int fd = must("open", open(path(file), O_WRONLY | O_APPEND | flags, 0644));

	must("write", write(fd, data, size()));
	must("close", close(fd));
}

static void create(void)
{
	directory[number] = below(DIRECTORIES);
	append(number, O_CREAT | O_EXCL);
	live[files++] = number++;
}

static void delete(void)
{
	int i = below(files);

	must("unlink", unlink(path(live[i])));
	live[i] = live[--files];
}

static void read_(int file)
{
	int fd = must("open", open(path(file), O_RDONLY));

	while (must("read", read(fd, data, 4096)) > 0)
		;
	must("close", close(fd));
}

static void move(int file)
{
	const char *from = path(file);

	directory[file] = below(DIRECTORIES);
	must("rename", rename(from, path(file)));
}

int main(int argc, char **argv)
{
	char name[16];
	int i;

	if (argc != 2) {
		fprintf(stderr, "usage: churn DIRECTORY\n");
		return 2;
	}
	must(argv[1], chdir(argv[1]));
	for (i = 0; i < DIRECTORIES; i++) {
		snprintf(name, sizeof(name), "%d", i);
		must("mkdir", mkdir(name, 0755));
	}
	for (i = 0; i < POOL; i++)
		create();
	for (i = 0; i < TRANSACTIONS; i++) {
		if (!files || below(2))
			create();
		else
			delete();
		if (!files)
			continue;
		if (below(2))
			read_(live[below(files)]);
		else
			append(live[below(files)], 0);
		if (!below(4))
			move(live[below(files)]);
	}
	while (files)
		delete();
	for (i = 0; i < DIRECTORIES; i++) {
		snprintf(name, sizeof(name), "%d", i);
		must("rmdir", rmdir(name));
	}
	return 0;
}
