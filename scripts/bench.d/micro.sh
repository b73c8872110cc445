# SPDX-License-Identifier: GPL-2.0-only
#
# In the guest: the cost of single operations.

printf 'lsm\t%s\n' "$(cat /sys/kernel/security/lsm)"
exec /job/micro /job/bench_module.ko bench_module
