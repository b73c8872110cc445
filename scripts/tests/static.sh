# SPDX-License-Identifier: GPL-2.0-only
#
# What can be said without running anything: style, analysers, documentation
# comments, and the ways in which it must build.

in_tree() {
	cd "$tree"
	"$@"
}

# === Style ===

patch_style() {
	for p in $(series_patches); do
		quiet scripts/checkpatch.pl --strict --no-signoff --ignore FILE_PATH_CHANGES \
			--terse --no-summary --show-types "$LKRG_PATCHES/$p" || :
	done
}

file_style() {
	files=$(cd "$LKRG_TOP" && find security include tools -name '*.[ch]' -o -name '*.sh' -o -name Kconfig)
	# shellcheck disable=SC2086
	quiet scripts/checkpatch.pl --strict --terse --no-summary --show-types -f $files || :
}

doc_comments() {
	quiet scripts/kernel-doc -Wall -Werror -none security/lkrg/*.[ch] security/lkrg/tests/*.c include/linux/lkrg*.h
}

# Sphinx has something to say about others, too. Where it names files, these are
# relative to what the kernel is built from and to.
documents() {
	for p in $(series_patches); do
		patch_files "$p"
	done | sed -n -e '/^Documentation\//p' -e '$s/.*/lkrg/p' >"$LKRG_TMP/documents"
	make -C "$tree" O="$LKRG_TMP/htmldocs" htmldocs SPHINXDIRS='admin-guide security' \
		SPHINXOPTS=-q >"$LKRG_TMP/htmldocs.log" 2>&1 || {
		tail -n 20 "$LKRG_TMP/htmldocs.log"
		return 1
	}
	[ -s "$LKRG_TMP/htmldocs/Documentation/output/admin-guide/LSM/lkrg.html" ] || echo 'there is no page'
	sed -e "s,$(pwd -P),," -e "s,$LKRG_TMP,," "$LKRG_TMP/htmldocs.log" |
		grep -F -f "$LKRG_TMP/documents" || :
}

# === Analysers ===

lint() {
	quiet "$LKRG_TOP/scripts/build" --config lint ${kernel:+--kernel "$kernel"} "$@"
}

sparse_and_warnings() {
	lint W=1 KCFLAGS=-Werror C=2 \
		CF='-fdiagnostic-prefix -D__CHECK_ENDIAN__' security/lkrg/
	# What the kernel's own header of latched trees does looks like a mix of address spaces.
	grep 'sparse: ' "$LKRG_CACHE/logs/build-lint.log" | grep -v '/include/linux/rbtree\.h:' || :
}

# SELinux and three others have warnings of their own.
core_warnings() {
	# shellcheck disable=SC2046
	lint W=1 KCFLAGS=-Werror $(touched_objects |
		grep -vxE 'security/selinux/.*|kernel/(kprobes|reboot)\.o|lib/vsprintf\.o')
}

# A report names a file; the rest is what coccicheck says about itself.
semantic_patches() {
	mkdir -p "$LKRG_TMP/cocci"
	make -C "$tree" O="$LKRG_TMP/cocci" coccicheck MODE=report M="$tree/security/lkrg" >"$LKRG_TMP/cocci.log" 2>&1 || {
		tail -n 20 "$LKRG_TMP/cocci.log"
		return 1
	}
	grep "^$tree/security/lkrg/" "$LKRG_TMP/cocci.log" || :
}

# once NAME COMMAND...: a slow check whose result depends only on the guard's
# own files and on the kernel is not repeated for the same files.
once() {
	mark=$LKRG_CACHE/static/$1-$(find security/lkrg include/linux/lkrg*.h -type f -exec sha256sum {} + |
		sort | cat - "$LKRG_RUN/id" | sha256sum | cut -c 1-16)
	[ ! -e "$mark" ] || return 0
	shift
	found=$("$@" 2>&1) && [ -z "$found" ] || {
		printf '%s\n' "$found"
		return 1
	}
	mkdir -p "${mark%/*}"
	: >"$mark"
}

# === Builds ===

touch_patches() {
	for p in $(series_patches); do
		patch_is_new "$p" || echo "$p"
	done
}

# objects_of PATCH: what it touches, as objects. A header stands for the core
# files that include nearly every header.
objects_of() {
	for f in $(patch_files "$1"); do
		case $f in
		tools/* | Documentation/* | MAINTAINERS)	;;
		*.c)	echo "${f%.c}.o" ;;
		*)	echo init/main.o kernel/fork.o kernel/cred.o security/security.o security/lsm_syscalls.o ;;
		esac
	done | tr ' ' '\n' | sort -u
}

touched_objects() {
	for p in $(touch_patches); do
		objects_of "$p"
	done | sort -u
}

without_option() {
	quiet "$LKRG_TOP/scripts/build" --config "$1" ${kernel:+--kernel "$kernel"}
}

# prefixes: apply patch by patch to a copy of the pristine source, and build
# what each one touches with the option absent or off. A source file is in one
# patch, and only headers tell it apart from itself at the end of the series:
# patches up to the next one that touches something else are built together. A
# prefix that was built before with the same content is only applied.
prefixes() {
	base=$(base_tree)
	configs=$LKRG_TOP/scripts/configs
	copy=$LKRG_CACHE/prefix/source
	O=$LKRG_CACHE/prefix/build
	ccache_env
	rm -rf "$copy"
	mkdir -p "$O" "$LKRG_CACHE/static"
	cp -al "$base" "$copy"
	{
		cat "$LKRG_RUN/id" "$configs/small.config" "$configs/lint.config"
		gcc --version
	} >"$LKRG_TMP/prefix"
	objects=
	for p in $(series_patches); do
		touches_source_only "$p" || prefix
		cat "$LKRG_PATCHES/$p" >>"$LKRG_TMP/prefix"
		patch -d "$copy" -p1 -s -f <"$LKRG_PATCHES/$p"
		! patch_is_new "$p" || continue
		[ -n "$objects" ] || first=$p
		objects="$objects $(objects_of "$p")"
		last=$p
	done
	prefix
	rm -rf "$copy"
}

touches_source_only() {
	! patch_files "$1" | grep -qv '\.c$'
}

prefix() {
	# shellcheck disable=SC2086
	set -- $objects
	objects=
	[ $# -eq 0 ] || check "static: what ${first%.patch} to ${last%.patch} touch builds with the patches up to there" prefix_builds "$@"
}

prefix_builds() {
	mark=$LKRG_CACHE/static/prefix-$(sha256sum <"$LKRG_TMP/prefix" | cut -c 1-16)
	[ ! -e "$mark" ] || return 0
	quiet make -C "$copy" O="$O" -s tinyconfig
	cat "$configs/small.config" "$configs/lint.config" >"$LKRG_TMP/prefix.config"
	quiet "$copy/scripts/kconfig/merge_config.sh" -m -O "$O" "$O/.config" "$LKRG_TMP/prefix.config"
	quiet make -C "$copy" O="$O" -s olddefconfig
	quiet make -C "$copy" O="$O" CC="$CC" -j"$(nproc)" "$@"
	: >"$mark"
}

test_static() {
	need sparse sparse
	need spatch coccinelle
	need ocamlopt ocaml-nox
	need perl perl
	build small || return 0
	passed 'static: the kernel builds with the guard'
	tree=$(patched_tree)

	check 'static: checkpatch --strict, every patch' in_tree patch_style
	check 'static: checkpatch --strict, every file' in_tree file_style
	check 'static: kernel-doc' in_tree doc_comments
	check 'static: W=1 -Werror and sparse, security/lkrg' sparse_and_warnings
	check 'static: W=1 -Werror, touched files of the core' core_warnings
	check 'static: coccicheck' in_tree once coccicheck semantic_patches
	# Without the option, too; and so does what the patches touch in the small one.
	check 'static: the kernel builds with allnoconfig' without_option allno
	with_lock prefix prefixes

	# That has another layout of nearly everything: a second build from nothing.
	[ -n "$full" ] || return 0
	check 'static: the kernel builds without the option' without_option off
	if command -v sphinx-build >/dev/null; then
		check 'static: make htmldocs says nothing about the documents' in_tree documents
	else
		skipped 'static: make htmldocs: it is not installed (package python3-sphinx)'
	fi
}
