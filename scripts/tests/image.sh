# SPDX-License-Identifier: GPL-2.0-only
#
# The image guard: what the kernel changes in its own text is no violation, and
# what somebody else changes is found and dealt with as kint_enforce says. (That
# each attack on the image is reported in the right words is tested by the part
# process, with the other attacks.)

# reported MENTIONS: the flipped byte in two passes, reported by one
reported() {
	changed=$(sed -n 's/^changed: //p' "$out")
	[ -n "$changed" ] || echo 'no byte was changed'
	lines=$(grep -cF "LKRG: ALERT: DETECT: Kernel: text changed: $changed; logged" "$console") || :
	[ "$lines" -eq 1 ] || echo "$lines reports of $changed"
	lines=$(grep -cF "$still" "$console") || :
	[ "$lines" -eq "$1" ] || echo "mentioned $lines times instead of $1"
	# Each pass counts it, and neither believes it.
	[ "$(grep -c '^violations 1$' "$out")" -eq 2 ] &&
		[ "$(grep -cxF "Still there: Kernel: text changed: $changed" "$out")" -eq 2 ] ||
		cat "$out"
}

# Who loads modules tries it in one way and then in another one.
left() {
	times=$(grep -c 'lkrg_attack: every user' "$console") &&
		grep -qx "not loaded, reports $times" "$out" || cat "$out"
}

loaded() {
	grep -c '^loaded 1, reports 0$' "$out" | grep -qx 2 && grep -qx 'loaded 0, reports 0' "$out" || cat "$out"
}

# The flipped byte is still known when lock prefixes have been put back.
prefixed() {
	patched=$(sed -n 's/^\([0-9]*\) instructions patched, 0 refused$/\1/p' "$out")
	[ "${patched:-0}" -gt 100 ] || cat "$out"
	grep -q '^Still there: Kernel: text changed: kernel_halt+' "$out" ||
		echo 'it is not in status any more'
}

# Those that make the kernel patch itself, or load modules, in a kernel that has
# all of what they test, but for a module with events: a probe of its tracepoints, when
# it is not there, is an oops without the guard, too (unregister_trace_fprobe() does
# not know TRACEPOINT_STUB). The selftests of BPF want a compiler for it; it is
# lib/test_bpf.c that has everything compiled.
patching='cpu-hotplug ftrace kmod livepatch static_keys user_events'

no_skips() {
	grep '^# ok .* # SKIP' "$out" || :
}

# In a kernel that has all ways to patch itself that there are.
test_patching() {
	about=image
	. "$LKRG_TOP/scripts/tests/selftests.sh"

	# shellcheck disable=SC2086
	compared patching $patching || return 0
	guest image-patching --smp 4 --memory 2048 --timeout 1200 -- /selftests/run_kselftest.sh -t lkrg:image_test.sh
	went_well 'image: the kernel patches itself in each way'
	tap 'image: in each way' "$out"
	check 'image: nothing of it was skipped' no_skips
	clean_console 'image: the kernel patches itself in each way: nothing else on the console' "$image"

	in_debian bpf --timeout 1800 -- /guest/debian modprobe test_bpf
	silent 'image: every instruction of BPF'

	# On a CPU that wants padding patched, and thunks that it calls
	guest image-calls --cpu Skylake-Server --append 'spectre_v2=retpoline retbleed=stuff' --timeout 1200 -- \
		/guest/mitigated retbleed Stuffing /selftests/run_kselftest.sh -t lkrg:image_test.sh
	went_well 'image: calls are counted'
	tap 'image: calls are counted' "$out"
	clean_console 'image: calls are counted: nothing else on the console' "$image"

	guest image-debugger --smp 1 --timeout 1200 -- /guest/debugged
	went_well 'image: a debugger'
	clean_console 'image: a debugger: nothing on the console'
}

test_image() {
	bytes='\+0x[0-9a-f]+/0x[0-9a-f]+: [0-9a-f][0-9a-f] -> [0-9a-f][0-9a-f]; '
	flipped="DETECT: Kernel: text changed: kernel_halt$bytes"
	in_module="DETECT: Kernel: text changed: lkrg_attack_idle${bytes%:*} \[lkrg_attack\]:${bytes##*:}"
	still='DETECT: Kernel: still changed: reported before: 1; logged'
	build small || return 0

	guest image --timeout 1800 -- /selftests/run_kselftest.sh -t lkrg:image_test.sh
	went_well 'image: the kernel patches itself'
	tap image "$out"
	clean_console 'image: nothing else on the console' "$image"

	for enforce in 0 1; do
		guest image-report-$enforce --append "lkrg.interval=1800 lkrg.kint_validate=1 lkrg.kint_enforce=$enforce" -- /guest/flip-text
		went_well "image: kint_enforce=$enforce"
		check "image: with kint_enforce=$enforce one report in two passes, $enforce times mentioned" reported $enforce
		set -- "${flipped}logged\$"
		[ $enforce -eq 0 ] || set -- "$@" "$still\$"
		clean_console "image: with kint_enforce=$enforce nothing else on the console" "$@"
	done

	guest image-panic --append lkrg.kint_enforce=2 --expect-panic 'text changed: kernel_halt+' -- /guest/flip-text
	went_well 'image: kint_enforce=2 is a panic'
	check 'image: the report before the panic' judge_panic "${flipped}panic\$"

	guest image-panic-module --append lkrg.kint_enforce=2 --expect-panic 'text changed: lkrg_attack_idle+' -- /guest/flip-module
	went_well 'image: kint_enforce=2 is a panic, also while modules come and go'
	check 'image: the report before that panic' judge_panic "${in_module}panic\$"

	guest image-left -- /guest/left
	went_well 'image: a module that fails to load'
	check 'image: what it has left is found' left
	clean_console 'image: a module that fails to load: nothing else on the console' \
		'DETECT: Kernel: memory foreign: 0x0 of 4096 bytes from an address without a name, 1 pages: executable; logged$' \
		'DETECT: Kernel: still changed: reported before: [12]; logged$'

	guest image-cpu --append 'maxcpus=1 lkrg.interval=1800 lkrg.kint_validate=1' -- /guest/second-cpu
	went_well 'image: the second CPU comes late'
	check 'image: lock prefixes were patched, and the flipped byte is known' prefixed
	clean_console 'image: the second CPU comes late, nothing else on the console' \
		"${flipped}logged\$" "$still\$"

	guest image-kdump --append crashkernel=192M --add "$(build_dir small)/arch/x86/boot/bzImage" -- /guest/kdump
	went_well 'image: a kernel for a crash'
	check 'image: it was loaded twice, and unloaded' loaded
	clean_console 'image: a kernel for a crash, nothing on the console'

	[ -n "$full" ] || return 0
	# It may be where the kernel patches itself.
	site='( \([a-z ]+\))?'
	guest image-flips --timeout 1200 --smp 4 -- /guest/flips 100
	went_well 'image: 100 bits'
	clean_console 'image: 100 bits: nothing else on the console' "$still\$" \
		"DETECT: Kernel: text changed: kernel_(halt|power_off|restart)${bytes%; }$site; logged\$" \
		"${in_module}logged\$"

	guest image-hidden --timeout 600 --append 'lkrg.interval=1800 lkrg.kint_validate=1' -- /guest/hidden 60
	went_well 'image: hidden a minute after it was loaded'
	clean_console 'image: hidden a minute after it was loaded: nothing else on the console' \
		'DETECT: Kernel: module hidden: lkrg_attack, [0-9]+ bytes, text from _text\+0x[0-9a-f]+ to \+0x[0-9a-f]+: from the (list of modules|address tree); logged$'

	# 100,000 toggles of a static key
	guest image-storm --timeout 7200 --smp 4 -- /guest/storm 50000 50 100
	went_well 'image: patching without end'
	clean_console 'image: patching without end: nothing else on the console'

	guest image-loop --timeout 7200 --smp 4 -- /guest/repeat 20 -t lkrg:image_test.sh
	went_well 'image: 20 times'
	tap 'image: 20 times' "$out"
	clean_console 'image: 20 times: nothing else on the console' "$image"

	test_patching
}
