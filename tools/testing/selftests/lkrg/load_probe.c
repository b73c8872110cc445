// SPDX-License-Identifier: GPL-2.0-only
/*
 * LKRG - Load a module, or nearly load another kernel, with one system call
 *
 *   load_probe [MODULE]
 *
 * Exits with 1 if that is not permitted.
 */

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/kexec.h>
#include <sys/syscall.h>
#include <unistd.h>

static int load_module(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		err(2, "%s", path);
	return syscall(SYS_finit_module, fd, "", 0) ? errno : 0;
}

/* Its address is no multiple of a page: whoever looks last refuses it. */
static int load_kernel(void)
{
	const struct kexec_segment segment = {
		.mem = (void *)1,
		.memsz = 1,
	};

	if (!syscall(SYS_kexec_load, 0UL, 1UL, &segment, 0UL))
		errx(2, "it was loaded");
	return errno == EADDRNOTAVAIL ? 0 : errno;
}

int main(int argc, char **argv)
{
	errno = argc > 1 ? load_module(argv[1]) : load_kernel();
	if (errno && errno != EPERM && errno != EKEYREJECTED)
		err(2, "neither loaded nor refused");
	return !!errno;
}
