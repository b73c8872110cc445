// SPDX-License-Identifier: GPL-2.0-only
/*
 * kexec KERNEL INITRAMFS COMMAND-LINE: this kernel ends, that one starts.
 * kexec -p KERNEL COMMAND-LINE: load one for the crash of this one.
 * kexec -u: there is to be none any more.
 */

#include <err.h>
#include <fcntl.h>
#include <linux/kexec.h>
#include <linux/reboot.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static int open_file(const char *name)
{
	int fd = open(name, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		err(1, "%s", name);
	return fd;
}

static void load(int kernel, int initramfs, const char *command_line,
		 unsigned long flags)
{
	if (syscall(SYS_kexec_file_load, kernel, initramfs, strlen(command_line) + 1,
		    command_line, flags))
		err(1, "kexec_file_load");
}

int main(int argc, char **argv)
{
	if (argc == 2 && !strcmp(argv[1], "-u")) {
		load(-1, -1, "", KEXEC_FILE_UNLOAD | KEXEC_FILE_ON_CRASH);
		return 0;
	}
	if (argc != 4)
		errx(1, "usage: kexec KERNEL INITRAMFS COMMAND-LINE | -p KERNEL COMMAND-LINE | -u");
	if (!strcmp(argv[1], "-p")) {
		load(open_file(argv[2]), -1, argv[3],
		     KEXEC_FILE_ON_CRASH | KEXEC_FILE_NO_INITRAMFS);
		return 0;
	}
	load(open_file(argv[1]), open_file(argv[2]), argv[3], 0);
	sync();
	syscall(SYS_reboot, LINUX_REBOOT_MAGIC1, LINUX_REBOOT_MAGIC2,
		LINUX_REBOOT_CMD_KEXEC, NULL);
	err(1, "reboot");
}
