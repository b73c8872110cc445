# SPDX-License-Identifier: GPL-2.0-only
#
# Settings: what may be set by whom, what nobody can take back, and who writes over
# them in memory.

# The lines that say that a knob is locked
refusals() {
	grep -c 'LKRG: ISSUE: lkrg\.[a-z_]*: lkrg\.[a-z_]* is locked and cannot be weakened until reboot, nothing changed' "$console"
}

admin_guide=$LKRG_TOP/Documentation/admin-guide/LSM/lkrg.rst

# The tables in the document say of each knob and profile what the code says, and the
# list of sysctls and that of boot parameters have them all.
documented() {
	of_code >"$LKRG_TMP/knobs"
	[ "$(wc -l <"$LKRG_TMP/knobs")" -gt 20 ] || echo 'no knob was found'
	sed -n 's/^\([a-z_]*\)  *\([0-9]*-[0-9]*\)  *\([0-9]*\)  .*/\1 \2 \3/p' \
		"$admin_guide" | sort | diff "$LKRG_TMP/knobs" - || :
	of_code -v profiles=1 >"$LKRG_TMP/profiles"
	[ "$(wc -l <"$LKRG_TMP/profiles")" -gt 10 ] || echo 'no profile was found'
	sed -n 's/^\([a-z_]*\(  *[0-9]\)\{4,\}\)$/\1/p' "$admin_guide" | tr -s ' ' | sort |
		diff "$LKRG_TMP/profiles" - || :
	for knob in $(cut -d ' ' -f 1 "$LKRG_TMP/knobs") umh_allow; do
		grep -qE "^([a-z_]+, )?$knob(, [a-z_]+)?\$" "$LKRG_TOP/Documentation/admin-guide/sysctl/lkrg.rst" ||
			echo "no sysctl: $knob"
		grep -qE "^\+[[:space:]]+lkrg\.$knob=" "$LKRG_TOP"/patches/*-kernel-parameters.patch ||
			echo "no boot parameter: $knob"
	done
}

# of_code [AWK OPTION...]
of_code() {
	awk "$@" -f "$LKRG_TOP/scripts/tests/knobs.awk" "$LKRG_TOP/security/lkrg/knob_defs.h" \
		"$LKRG_TOP/security/lkrg/param.c" | sort
}

# tested_by PROGRAM: the ranges that it tries are those of the code.
tested_by() {
	sed -n '/^} knobs\[\] = {$/,/^};$/s/.*{ "\([a-z_]*\)", \([0-9]*\), \([0-9]*\)[ ,].*/\1 \2-\3/p' \
		"$LKRG_TOP/tools/testing/selftests/lkrg/$1.c" | sort >"$LKRG_TMP/tested"
	cut -d ' ' -f 1,2 "$LKRG_TMP/knobs" | diff - "$LKRG_TMP/tested" || :
}

# base_test cannot take the lock back.
tested() {
	tested_by base_test | grep -vx -e '< lock 0-1' -e '[0-9]*d[0-9]*' || :
	tested_by fuzz_interface
}

# kinds FIELD: the names (2) or titles (4) of all kinds of violation
kinds() {
	awk -F '"' -v field="$1" '/^} kinds/ { on = 1 } /^};/ { on = 0 } on && NF == 5 { print $field }' \
		"$LKRG_TOP/security/lkrg/report.c"
}

show_knobs='cd /proc/sys/lkrg; for knob in *; do echo "$knob=$(cat $knob)"; done'

# Of each knob another value than the default, by the table that documented() has made.
# The lock has guests of its own, and what sets others, or nothing, is no knob.
others() {
	awk '$1 !~ /^(lock|trigger|hide|profile_.*)$/ { split($2, range, "-"); print $1 "=" range[$3 == range[2] ? 1 : 2] }' \
		"$LKRG_TMP/knobs" >"$LKRG_TMP/others"
	echo 'umh_allow=/bin/some,key:/bin/other' >>"$LKRG_TMP/others"
}

# At boot, once each
are_refused() {
	{
		echo 'lkrg.hide: has no meaning in tree, use nothing: the guard is part of the kernel, nothing changed'
		for name in addr pk port; do
			echo "lkrg.net_server_$name: has no meaning in tree, use netconsole, or the remote plug-in of auditd, nothing changed"
		done
	} >"$LKRG_TMP/refused"
	sed '/Run \/init as init process/,$d' "$console" | sed -n 's/.*LKRG: ISSUE: //p' | tr -d '\r' |
		sort | diff "$LKRG_TMP/refused" - || :
}

# have_values FILE
have_values() {
	! grep -vxFf "$out" "$1"
}

# Each file with descriptions is pulled into the document about the design.
descriptions_pulled() {
	cd "$LKRG_TOP"
	grep -l '^/\*\*' security/lkrg/*.[ch] include/linux/lkrg*.h include/trace/events/lkrg.h |
		while read -r file; do
			grep -qx ".. kernel-doc:: $file" Documentation/security/lkrg.rst ||
				echo "not in Documentation/security/lkrg.rst: $file"
		done
}

# There are two tables: what each kind is, and what to do. They name no other one.
kinds_documented() {
	{
		kinds 4
		kinds 4
	} | sort >"$LKRG_TMP/kinds"
	[ -s "$LKRG_TMP/kinds" ] || echo 'no kind was found'
	awk '/^=+  =+$/ { on = length($1) == 22 ? !on : 0 } on' "$admin_guide" |
		sed -n 's/^\([a-z ]*[a-z]\)  .*/\1/p' | sort | diff "$LKRG_TMP/kinds" - || :
}

# Each line that is no report, and each panic, has an entry, with something in place of what varies.
messages_documented() {
	sed -n -e 's/.*pr_[a-z]*("\([A-Z][^"]*\)\\n".*/LKRG: \1/p' \
		-e 's/.*panic("\(LKRG: [^"]*\)".*/Kernel panic - not syncing: \1/p' \
		"$LKRG_TOP"/security/lkrg/*.c >"$LKRG_TMP/messages"
	[ -s "$LKRG_TMP/messages" ] || echo 'no message was found'
	while IFS= read -r message; do
		pattern=$(printf '%s' "$message" | sed -e 's/[][*^$.]/\\&/g' -e 's/%\\\*pE/<[a-z]*>/g' -e 's/%[lz]*[a-z]/<[a-z]*>/g')
		grep -qx "\`\`$pattern\`\`" "$admin_guide" || echo "not documented: $message"
	done <"$LKRG_TMP/messages"
}

# Each switch that somebody guards is in the table of them, and no other one.
switches_documented() {
	sed -n 's/^+LKRG_GUARD\(_VIA\)\?(LKRG_\(SWITCH\|RISES\|STAYS_[0-9]\|TAINT\|FTRACE\), \([^,)]*\).*/\3/p' \
		"$LKRG_TOP"/patches/*.patch | sort -u >"$LKRG_TMP/switches"
	[ -s "$LKRG_TMP/switches" ] || echo 'no switch was found'
	awk '/^=+  =+$/ { on = length($1) == 38 ? !on : 0 } on' "$admin_guide" |
		sed -n 's/^\([a-z_., ]*[a-z]\)  .*/\1/p' | tr -d ' ' | tr , '\n' |
		sort | diff "$LKRG_TMP/switches" - || :
}

# Files and counters are part of the ABI.
state_documented() {
	abi=$LKRG_TOP/Documentation/ABI/testing/securityfs-lkrg
	sed -n -e 's/^\t{ "\([a-z]*\)", &[a-z]*_fops },$/What:.*lkrg\/\1$/p' \
		-e 's/.*seq_printf(m, "\([a-z_]*\) %lu\\n".*/^\t\t\1 /p' \
		"$LKRG_TOP/security/lkrg/securityfs.c" >"$LKRG_TMP/state"
	kinds 2 | sed 's/.*/\\<&\\>/' >>"$LKRG_TMP/state"
	[ -s "$LKRG_TMP/state" ] || echo 'no file was found'
	while IFS= read -r pattern; do
		grep -q "$pattern" "$abi" || echo "not documented: $pattern"
	done <"$LKRG_TMP/state"
}

test_control() {
	check 'control: the knobs are documented as they are' documented
	check 'control: the knobs are tested as they are' tested
	check 'control: descriptions of functions are in the document' descriptions_pulled
	check 'control: each kind of violation is documented, with what to do' kinds_documented
	check 'control: each switch is documented' switches_documented
	check 'control: each other message is documented' messages_documented
	check 'control: files and counters are documented' state_documented
	build small || return 0

	# What the module had and the guard has not is refused unless it says so.
	module='lkrg.hide=1 lkrg.hide=0 lkrg.net_server_addr=10.0.0.1 lkrg.net_server_port=514 lkrg.net_server_port=0 lkrg.net_server_pk='
	guest control --timeout 1800 --append "audit=1 ima_policy=critical_data sysctl.lkrg.interval=33 lkrg.profile_enforce=1 $module lkrg.net_server_pk=$(printf 'f%063d' 1)" -- \
		sh -c 'cd /proc/sys/lkrg; echo "$(cat interval kint_enforce smep_enforce profile_enforce hide | tr "\n" " ")"; exec /selftests/run_kselftest.sh -t lkrg:base_test -t lkrg:control_test.sh'
	went_well 'control: with lkrg'
	tap control "$out"
	check 'control: parameters at boot' grep -L '^33 1 2 1 0 $' "$out"
	check 'control: parameters of the module' are_refused
	clean_console 'control: nothing else on the console' "$issues" "$victims" "$image" "$flow" \
		'DETECT: CPU: (register|gate) changed: .*; logged$' \
		'ISSUE: lkrg\.patch: module lkrg_[a-z]+: .*: (allowed|refused)$' \
		'DETECT: Kernel: policy changed: lkrg\.(interval|kint_enforce|booted): [0-9]+ -> 0; restored$' \
		'BLOCK: UMH: helper blocked: .*, to load a module: umh_validate is 2; refused$' \
		'DETECT: [0-9]+ reports (were too many for the log|did not fit), see stats$' \
		'BLOCK: Module: (insmod|load_probe)\[[0-9]+/[0-9]+\]: module blocked: '

	# A panic is the default, and not what other guests have.
	sed 's/ .* /=/' "$LKRG_TMP/knobs" >"$LKRG_TMP/defaults"
	echo 'umh_allow=' >>"$LKRG_TMP/defaults"
	guest control-defaults --append lkrg.kint_enforce=2 -- sh -c "$show_knobs"
	went_well 'control: the defaults'
	check 'control: each knob has its default' have_values "$LKRG_TMP/defaults"
	clean_console 'control: the defaults, nothing else on the console'

	others
	guest control-boot --append "$(sed 's/^/lkrg./' "$LKRG_TMP/others" | tr '\n' ' ')" -- sh -c "$show_knobs"
	went_well 'control: each knob at boot'
	check 'control: each knob at boot has its value' have_values "$LKRG_TMP/others"
	# The kernel itself asks for some.
	clean_console 'control: each knob at boot, nothing else on the console' \
		'BLOCK: Module: swapper/0\[1/1\]: module blocked: crypto-'

	guest control-fuzz --smp 4 --timeout 600 -- /selftests/lkrg/fuzz_interface -l 10
	went_well 'control: every file of the interface'
	tap control "$out"
	clean_console 'control: every file of the interface, nothing else on the console' "$issues"

	allowed=lkrg.umh_allow=/bin/a,key:/bin/b
	guest control-lock --append "$allowed" -- /guest/locked
	went_well 'control: with lkrg.lock=1'
	check 'control: each refusal has its line' count_is 21
	clean_console 'control: with lkrg.lock=1 nothing else on the console' "$issues"

	guest control-lock-boot --append "lkrg.lock=1 lkrg.kint_enforce=1 $allowed" -- /guest/locked lockdown
	went_well 'control: locked at boot'
	clean_console 'control: locked at boot, nothing else on the console' "$issues"

	guest control-lockdown --append "lockdown=integrity $allowed" -- /guest/locked lockdown
	went_well 'control: with lockdown'
	clean_console 'control: with lockdown nothing else on the console' "$issues"

	guest control-ima -- sh -c '. /selftests/lkrg/functions.sh; cd /sys/kernel/security/ima; run_pass; grep " lkrg\| baseline " ascii_runtime_measurements; echo "measure func=CRITICAL_DATA label=lkrg" >policy; run_pass; run_pass; awk "/ baseline / || / settings / { print \$5 }" ascii_runtime_measurements'
	went_well 'control: IMA gets a policy late'
	check 'control: what was not measured at boot is measured then, once' is_measured
	clean_console 'control: IMA gets a policy late, nothing else on the console'

	if command -v ausearch >/dev/null; then
		guest control-audit --append audit=1 -- /guest/audited
		went_well 'control: an audited attack'
		check 'control: ausearch finds it' is_searched
	else
		skipped 'control: ausearch: it is not installed (package auditd)'
	fi
	tracers
	off_the_machine
	by_auditd

	guest control-silent --append 'lkrg.kint_enforce=2' --expect-panic 'policy changed: lkrg.kint_enforce: 2 -> 0' -- \
		sh -c '. /selftests/lkrg/functions.sh; load_attacks /selftests/lkrg/test_modules; echo log-silence >"$DEVICE"; exec /guest/attack policy-kint_enforce'
	went_well 'control: a panic with a silenced log'
	check 'control: the report before the panic with a silenced log' judge_panic 'DETECT: Kernel: policy changed: lkrg\.kint_enforce: 2 -> 0; panic$'

	guest control-taint --append 'lkrg.kint_enforce=1 panic_on_taint=0x200' --expect-panic 'policy changed: lkrg.kint_enforce: 1 -> 0' -- /guest/attack policy-kint_enforce
	went_well 'control: panic_on_taint'
	check 'control: the report before that panic' judge_panic 'DETECT: Kernel: policy changed: lkrg\.kint_enforce: 1 -> 0; panic$'

	guest control-panic --append 'lkrg.kint_enforce=2' --expect-panic 'policy changed: lkrg.kint_enforce: 2 -> 0' -- /guest/attack policy-kint_enforce
	went_well 'control: kint_enforce=2 is a panic, also of who sets it to 0'
	check 'control: the report before the panic' judge_panic 'DETECT: Kernel: policy changed: lkrg\.kint_enforce: 2 -> 0; panic$'
}

# programs DIR PROGRAM...: put programs of this machine into DIR, with the libraries
# that they load.
programs() {
	root=$1
	shift
	for program; do
		path=$(PATH=$PATH:/usr/sbin command -v "$program") || {
			skipped "control: $program is not installed (scripts/setup --full)"
			return 1
		}
		mkdir -p "$root${path%/*}"
		cp -L "$path" "$root$path"
		ldd "$path" | grep -o '/[^ ]*' | xargs cp -L --parents -t "$root"
	done
}

tracers() {
	programs "$LKRG_TMP/tracers" trace-cmd perf bpftrace || return 0
	# bpftrace knows types by headers where the kernel does not tell them.
	cp -L --parents -R -t "$root" /usr/include/linux /usr/include/asm-generic /usr/include/x86_64-linux-gnu/asm
	echo 'typedef int pid_t;' >"$root/usr/include/pid_t.h"
	pack "$root" "$root.cpio"
	guest control-tracers --memory 2048 --timeout 300 --archive "$root.cpio" -- /guest/traced
	went_well 'control: an attack is traced'
	for tool in trace-cmd perf bpftrace; do
		check "control: $tool has the fields of the event" is_traced_by "$tool"
	done
}

# Which thread it was is in the report. Strings that bpftrace shows have 64 bytes.
is_traced_by() {
	fields='kind=cred_overwritten reaction=kill at=file_open pid=[0-9]* tgid=[0-9]* cpu=-1: ALERT: DETECT: Task: attack_victim\[.*: credential overw'
	grep -q "^$1: .*$fields" "$out" || cat "$out"
}

# listen TYPE: set port, and write what arrives there to LKRG_TMP/received.
listen() {
	need python3 python3
	# What the last one has received would be taken for the port.
	rm -f "$LKRG_TMP/received"
	python3 -c 'if True:
		import socket, sys
		s = socket.socket(socket.AF_INET, getattr(socket, sys.argv[1]))
		s.bind(("127.0.0.1", 0))
		print(s.getsockname()[1], flush=True)
		s.settimeout(300)
		if sys.argv[1] == "SOCK_STREAM":
			s.listen()
			s = s.accept()[0]
		data = s.recv(65536)
		while data:
			print(data.decode("utf-8", "replace"), end="", flush=True)
			data = s.recv(65536)
	' "$1" >"$LKRG_TMP/received" 2>/dev/null &
	listener=$!
	while [ ! -s "$LKRG_TMP/received" ]; do sleep 0.1; done
	port=$(head -n 1 "$LKRG_TMP/received")
}

# auditd has the record, and tells another machine.
by_auditd() {
	programs "$LKRG_TMP/auditd" auditd audisp-remote || return 0
	pack "$root" "$root.cpio"
	listen SOCK_STREAM
	guest control-auditd --network --append audit=1 --archive "$root.cpio" -- /guest/remote "$port"
	went_well 'control: auditd with its remote plug-in'
	check 'control: the record has left by auditd' has_record
	kill "$listener" 2>/dev/null || :
	command -v ausearch >/dev/null || return 0
	sed 1d "$LKRG_TMP/received" >"$LKRG_TMP/audit.log"
	check 'control: ausearch finds what auditd has sent' is_searched_in "$LKRG_TMP/audit.log"
}

has_record() {
	grep -q 'type=UNKNOWN\[1429\] msg=audit(.* op=violation kind=cred_overwritten .* comm="attack_victim" reaction=kill ' \
		"$LKRG_TMP/received" || cat "$LKRG_TMP/received" "$out"
}

# What is left when the machine has stopped: the memory that ramoops has reserved, and
# what netconsole has sent.
off_the_machine() {
	listen SOCK_DGRAM
	ramoops='memmap=1M$0x20000000 ramoops.mem_address=0x20000000 ramoops.mem_size=0x100000 ramoops.record_size=0x20000 ramoops.ecc=1'
	guest control-ramoops-panic --ram "$LKRG_TMP/ram" --network \
		--append "lkrg.kint_enforce=2 $ramoops netconsole=@10.0.2.15/eth0,$port@10.0.2.2/" \
		--expect-panic 'policy changed: lkrg.kint_enforce: 2 -> 0' -- /guest/attack policy-kint_enforce
	went_well 'control: a panic to be remembered'
	guest control-ramoops --ram "$LKRG_TMP/ram" --append "$ramoops" -- \
		sh -c 'mount -t pstore none /sys/fs/pstore; cat /sys/fs/pstore/dmesg-ramoops-*'
	went_well 'control: the next boot'
	check 'control: the last report is in pstore' is_said_in "$out"
	check 'control: the last report has left by netconsole' is_said_in "$LKRG_TMP/received"
	kill "$listener" 2>/dev/null || :
}

is_said_in() {
	grep -q 'LKRG: ALERT: DETECT: Kernel: policy changed: lkrg.kint_enforce: 2 -> 0; panic' "$1" || tail -n 5 "$1"
}

# ausearch of auditd reads the record, with what it is about.
is_searched() {
	grep '^audit(' "$out" | sed 's/^/type=UNKNOWN[1429] msg=/' >"$LKRG_TMP/audit.log"
	[ -s "$LKRG_TMP/audit.log" ] || echo 'there is no record'
	is_searched_in "$LKRG_TMP/audit.log"
}

is_searched_in() {
	ausearch -if "$1" -m 1429 -i >"$LKRG_TMP/audit.found" 2>&1
	grep -q 'kind=cred_overwritten .*comm=attack_victim reaction=kill ' "$LKRG_TMP/audit.found" || cat "$LKRG_TMP/audit.found"
}

is_measured() {
	printf 'settings\nbaseline\n' | diff - "$out" || :
}

count_is() {
	lines=$(refusals) || :
	[ "$lines" -eq "$1" ] || echo "$lines lines instead of $1"
}
