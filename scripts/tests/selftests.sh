# SPDX-License-Identifier: GPL-2.0-only
#
# Selftests of other subsystems, in a small Debian: with the guard they have to do what
# they do without it, and the guard has to be silent about them. Of the part in $about.

debian_packages='stress-ng sudo iproute2 kmod login passwd uidmap util-linux mount bsdutils
	libasan8 libubsan1 libcap2 libcap-ng0 procps python3-minimal
	bubblewrap crun podman'

# debian_root: print the path of an archive with the Debian, which is made once.
debian_root() {
	release=$(. /etc/os-release && echo "$VERSION_CODENAME")
	# shellcheck disable=SC2086
	set -- mmdebstrap --quiet --variant=essential \
		--include="$(echo $debian_packages | tr ' ' ,)" \
		--aptopt='Apt::Install-Recommends "false"' \
		--dpkgopt='path-exclude=/usr/share/doc/*' \
		--dpkgopt='path-exclude=/usr/share/locale/*' \
		--dpkgopt='path-exclude=/usr/share/man/*' "$release"
	root=$LKRG_CACHE/debian/$(echo "$*" | sha256sum | cut -c 1-16).cpio
	if [ ! -f "$root" ]; then
		need mmdebstrap mmdebstrap
		mkdir -p "$LKRG_CACHE/debian"
		mkdir "$LKRG_TMP/debian"
		step "a small Debian $release" "$@" "$LKRG_TMP/debian/debian" || return
		pack "$LKRG_TMP/debian" "$LKRG_TMP/debian.cpio"
		mv "$LKRG_TMP/debian.cpio" "$root"
		rm -rf "$LKRG_TMP/debian"
	fi
	echo "$root"
}

# install_selftests TARGET...: into an archive, with the modules that they load;
# without the benchmarks, whose results are about the machine
install_selftests() {
	ccache_env
	O=$(build_dir "$config")
	root=$LKRG_TMP/selftests/debian
	mkdir -p "$root"
	quiet make -C "$(patched_tree)/tools/testing/selftests" O="$O" KDIR="$O" CC="$CC" \
		TARGETS="$*" FORCE_TARGETS=1 KSFT_INSTALL_PATH="$root/selftests" \
		-j"$(nproc)" install &&
		sed -i '/_benchmark$/d' "$root/selftests/kselftest-list.txt" &&
		quiet make -C "$O" INSTALL_MOD_PATH="$root/usr" INSTALL_MOD_STRIP=1 modules_install &&
		pack "$LKRG_TMP/selftests" "$LKRG_TMP/selftests.cpio"
	rm -rf "$LKRG_TMP/selftests"
}

# in_debian NAME [OPTION...] -- COMMAND...
in_debian() {
	name=$1
	shift
	guest "$about-$name" --memory 2048 --archive "$debian" \
		--archive "$LKRG_TMP/selftests.cpio" "$@"
}

# selftests NAME [OPTION...]: leaves the results in NAME, one a line, sorted. Of
# old tests, without TAP, there is only the exit status; a process has a number
# that changes. What guest() sets is left in NAME.guest, for who runs it beside others.
selftests() {
	name=$1
	shift
	in_debian "$name" --timeout 5400 "$@" -- /guest/debian /selftests/run_kselftest.sh
	echo "rc=$rc out='$out' console='$console' errors='$errors'" >"$LKRG_TMP/$name.guest"
	awk -f "$LKRG_TOP/scripts/tests/tap.awk" "$out" | sed -n \
		-e 's,/proc/[0-9]*/,/proc/PID/,' \
		-e 's/^FAILED: \(.*: \)there is no TAP of it$/passed: \1exit status 0/' \
		-e '/^\(passed\|FAILED\|skipped\): /p' | sort >"$LKRG_TMP/$name"
}

# silent TEXT: the last guest, whose guard made passes all the time
silent() {
	went_well "$1"
	check "$1: there were passes all the time" passes
	clean_console "$1: nothing on the console"
}

# By itself it makes one every 15 s.
passes() {
	uptime=$(sed -n 's/^\[ *\([0-9]*\)\..*/\1/p' "$console" | tail -n 1)
	made=$(sed -n 's/^passes //p' "$out")
	[ "${made:-0}" -gt $((uptime / 5)) ] || echo "${made:-no} passes in $uptime s"
}

# Two runs without the guard say which results are always the same; such a result
# must be that of a run with it, or the guard has broken something.
compare() {
	cd "$LKRG_TMP" || return
	comm -12 control-1 control-2 >same
	sort -m guarded-1 guarded-2 >guarded
	comm -12 same guarded | sed -n \
		-e "s/^passed: /&$about: /p" \
		-e "s/^skipped: /&$about: /p" \
		-e "s/^FAILED: \(.*\)/skipped: $about: \1: fails without lkrg, too/p"
	comm -23 same guarded | sed "s/^/FAILED: $about: not with lkrg: /"
	comm -23 control-1 control-2 | sed -n "s/^[a-zA-Z]*: \(.*\)/skipped: $about: \1: differs between runs without lkrg/p"
}

# tested TARGET...: each of them has something that works here.
tested() {
	for target; do
		grep -q "^passed: $target: " "$LKRG_TMP/same" || echo "$target: nothing passes without lkrg"
	done
}

# compared CONFIG TARGET...: with the guard they do what they do without it.
compared() {
	config=$1
	shift
	debian=$(debian_root) || {
		failed "$about: there is no Debian to run them in"
		return 1
	}
	build "$config" || return
	check "$about: the selftests build ($config)" install_selftests "$@"
	[ -f "$LKRG_TMP/selftests.cpio" ] || return
	for i in 1 2; do
		selftests control-$i --smp 4 --lsm "$without" &
		echo $! >"$LKRG_RUN/beside"
		selftests guarded-$i --smp 4
		wait
		rm "$LKRG_RUN/beside"
		. "$LKRG_TMP/control-$i.guest"
		went_well "$about: selftests without lkrg, run $i ($config)"
		clean_console "$about: selftests without lkrg, run $i ($config): nothing on the console"
		. "$LKRG_TMP/guarded-$i.guest"
		silent "$about: selftests, run $i ($config)"
	done
	compare | tee -a "$LKRG_TMP/results"
	check "$about: selftests without lkrg ($config): each target has tests that pass" tested "$@"
}
