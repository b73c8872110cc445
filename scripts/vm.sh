# SPDX-License-Identifier: GPL-2.0-only
#
# The machinery of scripts/boot, sourced after lib.sh: a root file system made
# of busybox, the jobs in scripts/guest and the selftests of a build; a job in
# a second small cpio; QEMU; and what to make of the way in which a guest ended.
#
# The guest has two serial ports. The first is the kernel's console and goes to
# a log file. The second carries the output of the job and two marker lines
# that start with a word which changes with each boot.

VM_QEMU=qemu-system-x86_64

# Exit statuses that are not the job's.
VM_PANIC=100
VM_TIMEOUT=101
VM_LOST=102

# build_dir CONFIG: the O= directory of a configuration.
build_dir() {
	echo "$LKRG_CACHE/build/${LKRG_ID:+$LKRG_ID-}$1"
}

vm_need() {
	need $VM_QEMU qemu-system-x86
	need busybox busybox-static
	need cpio cpio
	need gcc gcc
	[ -z "$(ldd "$(command -v busybox)" 2>/dev/null | grep '=>')" ] ||
		die "busybox needs libraries, which the guest lacks: install it with 'apt-get install busybox-static'"
}

# pack DIR FILE: a cpio archive that depends on names, modes and contents only.
pack() {
	(cd "$1" && find . -exec touch -hd @0 {} + && find . -print | sort |
		cpio -o -H newc -R 0:0 --reproducible --quiet) >"$2"
}

# vm_root SELFTESTS: print the path of the root file system with the installed
# selftests SELFTESTS, if there are any. It is made once for each content.
vm_root() {
	guest=$LKRG_TOP/scripts/guest
	busybox=$(command -v busybox)
	key=$(for d in "$guest" "$1"; do
			[ ! -d "$d" ] ||
				(cd "$d" && find . -type f -exec sha256sum {} + -printf '%m %p\n' | sort)
		done | cat - "$busybox" "$LKRG_TOP/scripts/vm.sh" | sha256sum | cut -c 1-16)
	root=$LKRG_CACHE/initramfs/$key.cpio
	if [ -f "$root" ]; then
		touch "$root"
	else
		mkdir -p "$LKRG_CACHE/initramfs"
		find "$LKRG_CACHE/initramfs" -name '*.cpio' -mtime +7 -exec rm -f {} +
		vm_populate "$LKRG_TMP/root" "$1"
		pack "$LKRG_TMP/root" "$LKRG_TMP/root.cpio"
		mv "$LKRG_TMP/root.cpio" "$root"
		rm -rf "$LKRG_TMP/root"
	fi
	echo "$root"
}

vm_populate() {
	mkdir -p "$1/bin" "$1/dev" "$1/etc" "$1/guest" "$1/home/alice" "$1/home/bob" \
		"$1/job" "$1/proc" "$1/root" "$1/run" "$1/selftests" "$1/sys" "$1/tmp" "$1/usr"
	ln -s ../bin "$1/usr/bin"
	ln -s bin "$1/sbin"
	cp "$busybox" "$1/bin/busybox"
	for applet in $(busybox --list); do
		case $applet in
		# The selftests' runner wants options that this timeout has not.
		busybox | timeout) ;;
		*)	ln -s busybox "$1/bin/$applet" ;;
		esac
	done
	printf '%s\n' 'root:x:0:0:root:/root:/bin/sh' 'alice:x:1000:1000::/home/alice:/bin/sh' \
		'bob:x:1001:1001::/home/bob:/bin/sh' >"$1/etc/passwd"
	printf '%s\n' 'root:x:0:' 'sudo:x:27:bob' 'alice:x:1000:' 'bob:x:1001:' >"$1/etc/group"
	printf '%s:*:::::::\n' root alice bob >"$1/etc/shadow"
	echo 'what only root may read' >"$1/root/secret"
	chmod 600 "$1/etc/shadow" "$1/root/secret"
	chmod 700 "$1/root"
	for f in "$guest"/*; do
		name=${f##*/}
		case $name in
		init)	install -m 755 "$f" "$1/init" ;;
		*.c)	gcc -O2 -Wall -static -s -o "$1/bin/${name%.c}" "$f" ||
				die "gcc can't make a static program: install it with 'apt-get install gcc libc6-dev'" ;;
		*)	install -m 755 "$f" "$1/guest/$name" ;;
		esac
	done
	chmod 4755 "$1/bin/asroot"
	[ ! -d "$2" ] || cp -r "$2/." "$1/selftests"
}

quoted() {
	for arg; do
		printf "'%s' " "$(printf '%s\n' "$arg" | sed "s/'/'\\\\''/g")"
	done
}

# vm_job FILES COMMAND...: the second cpio, LKRG_TMP/job.cpio: a script that
# runs COMMAND, the word of this boot, and the FILES (one a line), all in /job.
vm_job() {
	files=$1
	shift
	word=lkrg-$(od -An -N 12 -tx1 /dev/urandom | tr -d ' \n')
	rm -rf "$LKRG_TMP/job"
	mkdir -p "$LKRG_TMP/job/job"
	printf 'cd /root\nexec %s\n' "$(quoted "$@")" >"$LKRG_TMP/job/job/run"
	echo "$word" >"$LKRG_TMP/job/job/word"
	chmod 600 "$LKRG_TMP/job/job/word"
	printf %s "$files" | while read -r f; do
		cp "$f" "$LKRG_TMP/job/job/"
	done
	pack "$LKRG_TMP/job" "$LKRG_TMP/job.cpio"
}

# vm_accel KERNEL: kvm where a guest comes up under it, which the existence of
# /dev/kvm does not say, so that one guest is tried on each machine. Else TCG,
# all CPUs in one thread: with a thread for each, QEMU now and then executes a
# breakpoint of the kernel's text patching that is no longer there, in one boot
# out of ten and in most runs that switch function tracing on and off.
vm_accel() {
	known=$LKRG_CACHE/accel-$(cat /etc/machine-id /proc/sys/kernel/osrelease 2>/dev/null | sha256sum | cut -c 1-12)
	if [ -w /dev/kvm ] && [ ! -f "$known" ]; then
		info 'trying once whether a guest comes up under KVM (at most 15 s)'
		timeout -k 2 15 $VM_QEMU -accel kvm -cpu host -m 256 -nodefaults -display none -no-reboot \
			-kernel "$1" -append 'console=ttyS0 panic=-1' \
			-serial "file:$LKRG_TMP/kvm" </dev/null >/dev/null 2>&1 || :
		if grep -q 'Kernel panic - not syncing: VFS\|Run /' "$LKRG_TMP/kvm" 2>/dev/null; then
			echo kvm
		else
			echo tcg
		fi >"$LKRG_TMP/accel"
		mv "$LKRG_TMP/accel" "$known"
	fi
	if [ -w /dev/kvm ] && [ "$(cat "$known")" = kvm ]; then
		echo kvm
	else
		echo tcg,thread=single
	fi
}

# vm_relay WORD DIR: copy the job's output from stdin to stdout as it comes,
# without the markers; leave DIR/status.
vm_relay() {
	while IFS= read -r line || [ -n "$line" ]; do
		case $line in
		"$1 begin") ;;
		*"$1 exit "[0-9]*)
			printf '%s' "${line%"$1 exit "*}"
			echo "${line##* }" >"$2/status" ;;
		*)	printf '%s\n' "$line" ;;
		esac
	done
}

# vm_monitor: the ends of QEMU's monitor, LKRG_TMP/monitor.in and .out, and a
# reader of what it says, into LKRG_TMP/registers.
vm_monitor() {
	rm -f "$LKRG_TMP/monitor.in" "$LKRG_TMP/monitor.out"
	mkfifo "$LKRG_TMP/monitor.in" "$LKRG_TMP/monitor.out"
	tr -d '\r' <"$LKRG_TMP/monitor.out" >"$LKRG_TMP/registers" 2>/dev/null &
}

# vm_monitor_end: the reader waits for a QEMU that did not come up.
vm_monitor_end() {
	: <>"$LKRG_TMP/monitor.out"
}

# vm_button SECONDS MONITOR: press the power button again and again.
vm_button() {
	while sleep "$1" && echo system_powerdown; do
		:
	done >"$2"
}

# For "sh -c": run QEMU. A guest that takes too long says why: on SIGURG, QEMU
# is asked for the registers of all CPUs, and the kernel, by an NMI, for its
# tasks; that ends the guest, if anything in it still works.
vm_watched='trap '\''printf "info registers -a\nnmi\n" >"$0"'\'' URG
	"$@" &
	wait $! || rc=$?
	while kill -0 $! 2>/dev/null; do
		rc=0
		wait $! || rc=$?
	done
	exit ${rc-0}'

# vm_verdict LOG DIR: how the guest ended, from its console, from DIR/status
# (left if the job did) and DIR/qemu (exit status of timeout and QEMU):
# "ran STATUS", "panic TEXT", "int3", "timeout" or "lost". The panic of the NMI
# of vm_watched is none.
#
# int3: QEMU's TCG sometimes runs a stale breakpoint of the kernel's text
# patching, mostly while the second CPU comes up: an oops before init.
vm_verdict() {
	if ! grep -q 'Run /init as init process' "$1" && grep -q 'int3: 0000 \[#1\]' "$1"; then
		echo int3
	elif panic=$(sed -n -e '/: NMI: Not continuing/d' -e 's/^.*Kernel panic - not syncing: //p' "$1" |
			tr -d '\r' | head -n 1) && [ -n "$panic" ]; then
		echo "panic $panic"
	elif [ -s "$2/status" ]; then
		echo "ran $(cat "$2/status")"
	elif [ "$(cat "$2/qemu")" = 124 ] || [ "$(cat "$2/qemu")" = 137 ]; then
		echo timeout
	else
		echo lost
	fi
}
