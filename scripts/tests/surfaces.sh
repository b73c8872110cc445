# SPDX-License-Identifier: GPL-2.0-only
#
# What else exploits end in: programs that the kernel starts, its flow, inodes, switches
# and pointers.

# The other modules, and which switches that nobody can turn off are turned on
modules=$without
one_way=

# surface NAME TEST PATTERN...: with the guard, and without, in the kernel that was built
# last. The guest has a disk in its memory.
surface() {
	name=$1 test=$2
	shift 2
	guest "$name" --smp 2 --timeout 1800 --lsm "$modules,lkrg" -- env LKRG_TEST_DEVICE=/dev/ram0 "LKRG_TEST_ONE_WAY=$one_way" /selftests/run_kselftest.sh -t "lkrg:$test"
	went_well "$name: with lkrg"
	tap "$name" "$out"
	clean_console "$name: with lkrg nothing else on the console" "$@"

	guest "$name-control" --smp 2 --timeout 1800 --lsm "$modules" -- env LKRG_TEST_DEVICE=/dev/ram0 "LKRG_TEST_ONE_WAY=$one_way" /selftests/run_kselftest.sh -t "lkrg:$test"
	went_well "$name: without lkrg"
	tap "$name: without lkrg" "$out"
	clean_console "$name: without lkrg nothing else on the console"
}

test_surfaces() {
	build small || return 0

	surface helper helper_test.sh "$issues" "$helpers" "$blocked" "$keys"
	guest helper-boot --append 'lkrg.umh_allow=/bin/true lkrg.lock=1' -- /guest/attack umh-run
	went_well 'helper: a program that was listed at boot is started'
	clean_console 'helper: listed at boot, nothing on the console'
	guest helper-panic --append 'lkrg.umh_enforce=2' --expect-panic 'helper changed: modprobe_path' -- /guest/attack helper-modprobe_path
	went_well 'helper: umh_enforce=2 is a panic'
	check 'helper: the report before the panic' judge_panic 'DETECT: Kernel: helper changed: modprobe_path: ".*" -> "/bin/true"; panic$'

	surface flow flow_test.sh "$flow"
	guest flow-panic --append lkrg.pcfi_enforce=2 --expect-panic 'control flow broken: from ' -- /guest/attack flow-gadget-commit
	went_well 'flow: pcfi_enforce=2 is a panic'
	check 'flow: the report before the panic' judge_panic 'DETECT: Task: .*: control flow broken: from lkrg_attack_gadget.*; at commit_creds: panic$'

	surface inode inode_test.sh "$inodes"

	surface pointer pointer_test.sh "$pointers"

	one_way='kexec_load_disabled modules_disabled aa_g_lock_policy ftrace_disabled
		sysctl_unprivileged_bpf_disabled ptrace_scope'
	surface switch switch_test.sh "$switches"
	one_way='sig_enforce kernel_locked_down'
	modules=capability,lockdown,selinux
	surface switch-selinux switch_test.sh "$switches"
	guest switch-boot --append 'sysctl.kernel.kptr_restrict=2 sysctl.kernel.yama.ptrace_scope=2 sysctl.kernel.modules_disabled=1 module.sig_enforce=1 apparmor.mode=complain lockdown=integrity' -- \
		sh -c '. /selftests/lkrg/functions.sh; cd /proc/sys/kernel; echo $(cat kptr_restrict yama/ptrace_scope modules_disabled /sys/module/module/parameters/sig_enforce /sys/kernel/security/lockdown /sys/module/apparmor/parameters/mode); run_pass'
	went_well 'switch: set at boot'
	check 'switch: set at boot' grep -L '^2 2 1 Y none \[integrity\] confidentiality complain$' "$out"
	clean_console 'switch: set at boot, nothing on the console'
	guest switch-panic-late --append lkrg.kint_enforce=0 --expect-panic 'switch changed: sysctl_protected_symlinks' -- \
		sh -c '. /selftests/lkrg/functions.sh; load_attacks /selftests/lkrg/test_modules; cd /sys/module/lkrg_attack/parameters; echo sysctl_protected_symlinks >variable; echo 0 >value; echo variable >"$DEVICE"; run_pass; echo 2 >/proc/sys/lkrg/kint_enforce; run_pass'
	went_well 'switch: kint_enforce=2 is a panic, also of what was logged before'
	check 'switch: the reports before that panic' judge_panic 'DETECT: Kernel: switch changed: sysctl_protected_symlinks: 1 -> 0; (logged|panic)$'

	guest switch-panic --append lkrg.kint_enforce=2 --expect-panic 'switch changed: sysctl_protected_symlinks' -- /guest/attack variable sysctl_protected_symlinks 0
	went_well 'switch: kint_enforce=2 is a panic'
	check 'switch: the report before the panic' judge_panic 'DETECT: Kernel: switch changed: sysctl_protected_symlinks: 1 -> 0; panic$'

	[ -n "$full" ] || return 0
	modules=$without
	one_way=
	config=starter
	build starter || return 0
	surface helper-starter helper_test.sh "$issues" "$helpers" "$blocked" "$keys"
}
