// SPDX-License-Identifier: GPL-2.0-only
/*
 * starter ARG...: what the kernel starts with CONFIG_STATIC_USERMODEHELPER, whatever
 * program it wants, which is named by the first argument, that is to say by argv[0].
 */
#include <err.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	if (argc)
		execv(argv[0], argv);
	err(1, "%s", argc ? argv[0] : "no name");
}
