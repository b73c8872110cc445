# SPDX-License-Identifier: GPL-2.0-only
#
# In the guest: the cost of work. /job/c.cpio is a root with a compiler, make
# and a C tree in /src.

set -e
export PATH=/usr/bin:/bin
printf 'lsm\t%s\n' "$(cat /sys/kernel/security/lsm)"
mkdir /tmp/c /tmp/churn
cd /tmp/c
cpio -id </job/c.cpio
rm /job/c.cpio
mount -t proc proc proc
mount -t devtmpfs devtmpfs dev
/job/cost compile chroot . make -C /src
/job/cost churn /job/churn /tmp/churn
