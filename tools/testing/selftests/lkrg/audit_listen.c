// SPDX-License-Identifier: GPL-2.0-only
/*
 * Print the audit records of lkrg as they come, until killed.
 */

#include <errno.h>
#include <linux/audit.h>
#include <linux/netlink.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#ifndef AUDIT_LKRG
#define AUDIT_LKRG	1429
#endif

int main(void)
{
	struct sockaddr_nl address = {
		.nl_family = AF_NETLINK,
		.nl_groups = 1 << (AUDIT_NLGRP_READLOG - 1),
	};
	char buffer[16384];
	ssize_t len;
	int fd;

	fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_AUDIT);
	if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof(address))) {
		printf("no audit: %s\n", strerror(errno));
		return 1;
	}
	puts("ready");
	fflush(stdout);
	for (;;) {
		const struct nlmsghdr *header = (void *)buffer;

		len = recv(fd, buffer, sizeof(buffer), 0);
		if (len < (ssize_t)NLMSG_HDRLEN || header->nlmsg_type != AUDIT_LKRG)
			continue;
		printf("%.*s\n", (int)(len - NLMSG_HDRLEN),
		       (const char *)NLMSG_DATA(header));
		fflush(stdout);
	}
}
