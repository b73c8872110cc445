# SPDX-License-Identifier: GPL-2.0-only
#
# Common code of the scripts, for "set -eu" callers that live one directory
# below the top of the checkout:  . "$(dirname "$0")/lib.sh"
#
# Messages go to stderr, so that stdout carries only what the caller asks for.

LC_ALL=C
export LC_ALL
umask 022

# Kernel source that is found or made here is never a git checkout, and
# neither a hook's environment nor the user's settings may shape a patch or a
# build.
unset GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE GIT_PREFIX GIT_CONFIG_PARAMETERS GIT_DIFF_OPTS
unset CDPATH ARCH CROSS_COMPILE KBUILD_OUTPUT KCFLAGS LLVM O
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1 GIT_ATTR_NOSYSTEM=1

# === Messages and small helpers ===

info() {
	printf '%s: %s\n' "${0##*/}" "$*" >&2
}

die() {
	info "$*"
	exit 1
}

# misuse TEXT: wrong arguments; the caller has set USAGE to one line.
misuse() {
	info "$*; usage: $USAGE"
	exit 2
}

# need TOOL PACKAGE
need() {
	command -v "$1" >/dev/null ||
		die "$1 is missing: install it with 'apt-get install $2'"
}

# need_space GIGABYTES: room in the cache, tested before anything is written.
need_space() {
	mkdir -p "$LKRG_CACHE"
	free=$(df -Pk "$LKRG_CACHE" | awk 'NR == 2 { print int($4 / 1048576) }')
	[ "$free" -ge "$1" ] ||
		die "$LKRG_CACHE has $free GB free and $1 GB are needed:" \
		    "make room, or set XDG_CACHE_HOME to a larger disk"
}

# at_exit COMMAND: run it when the script ends, however it ends.
LKRG_AT_EXIT=:
at_exit() {
	LKRG_AT_EXIT="$1; $LKRG_AT_EXIT"
	trap 'eval "$LKRG_AT_EXIT"' EXIT
	trap 'exit 129' HUP
	trap 'exit 130' INT
	trap 'exit 143' TERM
}

# scratch: a directory in LKRG_TMP that goes away when the script ends.
scratch() {
	mkdir -p "$LKRG_CACHE/tmp"
	LKRG_TMP=$(mktemp -d "$LKRG_CACHE/tmp/${0##*/}.XXXXXX")
	at_exit "rm -rf '$LKRG_TMP'"
}

# with_lock NAME COMMAND...: one holder of NAME at a time, in a subshell.
with_lock() {
	mkdir -p "$LKRG_CACHE"
	(
		name=$1
		shift
		flock -n 9 || {
			info "waiting for another script that holds $LKRG_CACHE/$name.lock"
			flock 9
		}
		"$@" 9>&-
	) 9>"$LKRG_CACHE/$1.lock"
}

# step TEXT COMMAND...: one line that says what is done and how long it took;
# the output goes to a log file, whose end is shown if the command fails.
step() {
	mkdir -p "$LKRG_CACHE/logs"
	step_log=$LKRG_CACHE/logs/$(printf '%s' "${0##*/} $1" | tr -cs 'A-Za-z0-9.\n' '-').log
	step_start=$(date +%s)
	printf '%s: %s ... ' "${0##*/}" "$1" >&2
	shift
	# Not "if": inside a condition the command would run without set -e.
	set +e
	(set -e; "$@") >"$step_log" 2>&1
	step_rc=$?
	set -e
	if [ "$step_rc" -ne 0 ]; then
		printf 'failed after %s s\n' "$(($(date +%s) - step_start))" >&2
		tail -n 20 "$step_log" >&2
		info "the whole log is $step_log"
		return "$step_rc"
	fi
	printf '%s s\n' "$(($(date +%s) - step_start))" >&2
}

# === Where things are ===

LKRG_TOP=$(cd "$(dirname "$0")/.." && pwd -P)
LKRG_CACHE=${XDG_CACHE_HOME:-${HOME:?}/.cache}/lkrg
case $LKRG_CACHE in
*[[:space:]:]*)
	die "a kernel can't be built in '$LKRG_CACHE': set XDG_CACHE_HOME to a path without spaces and colons" ;;
/*) ;;
*)	die "XDG_CACHE_HOME must be an absolute path" ;;
esac

# The version that the patches were made against, e.g. 6.12.117.
read -r LKRG_BASE _ <"$LKRG_TOP/BASE"
LKRG_PACKAGE=linux-source-${LKRG_BASE%.*}
LKRG_KERNEL=
LKRG_ID=

# kernel_option DIR|TARBALL: the user's own kernel instead of Debian's.
kernel_option() {
	[ -e "$1" ] || die "$1: no such directory or tarball"
	LKRG_KERNEL=$(readlink -f "$1")
	if [ -d "$LKRG_KERNEL" ]; then
		is_kernel "$LKRG_KERNEL" || die "$1 is not a kernel source tree"
		LKRG_ID=dir-$(printf '%s' "$LKRG_KERNEL" | sha256sum | cut -c 1-12)
	else
		case $LKRG_KERNEL in
		*.xz)	need xz xz-utils ;;
		*.zst)	need zstd zstd ;;
		esac
		tar -tf "$LKRG_KERNEL" 2>/dev/null | head -n 1 | grep -q . ||
			die "$1 is neither a directory nor a tarball"
		LKRG_ID=tar-$(sha256sum <"$LKRG_KERNEL" | cut -c 1-12)
	fi
}

is_kernel() {
	[ -f "$1/Makefile" ] && [ -f "$1/Kbuild" ] && [ -f "$1/security/Kconfig" ]
}

package_version() {
	dpkg-query -W -f '${db:Status-Status} ${Version}\n' "$LKRG_PACKAGE" 2>/dev/null |
		sed -n 's/^installed //p'
}

# base_id: names the kernel in use: the version of Debian's package, which is
# asked again each time because the package moves, or the user's kernel.
base_id() {
	id=${LKRG_ID:-$(package_version)}
	[ -n "$id" ] || id=$(find "$LKRG_CACHE/base" -mindepth 1 -maxdepth 1 \
		-name '[0-9]*' -printf '%f\n' 2>/dev/null | sort -V | tail -n 1)
	[ -n "$id" ] || die "there is no kernel source yet: run scripts/prepare"
	echo "$id"
}

# base_tree, patched_tree: paths of the pristine and of the prepared source.
base_tree() {
	id=$(base_id) && echo "$LKRG_CACHE/base/$id"
}

patched_tree() {
	id=$(base_id) && echo "$LKRG_CACHE/tree/$id"
}

# kernel_version DIR: e.g. 6.12.117
kernel_version() {
	sed -n 's/^\(VERSION\|PATCHLEVEL\|SUBLEVEL\) *= *//p' "$1/Makefile" | head -n 3 | paste -sd .
}

# ccache_env: the environment of every build. Two trees with the same file
# share its object, because paths below the cache are made relative.
ccache_env() {
	need ccache ccache
	export CCACHE_DIR="$LKRG_CACHE/ccache" CCACHE_BASEDIR="$LKRG_CACHE"
	export CCACHE_NOHASHDIR=1 CCACHE_MAXSIZE=10G CC='ccache gcc'
	export KBUILD_BUILD_TIMESTAMP=2026-01-01
	export KBUILD_BUILD_USER=lkrg KBUILD_BUILD_HOST=lkrg
}

# === The pristine source ===

# base_get: see to it that the kernel in use is unpacked in the cache.
base_get() {
	[ -n "$LKRG_ID" ] || (base_id) >/dev/null 2>&1 || package_install
	LKRG_ID=$(base_id)
	if [ ! -d "$(base_tree)" ]; then
		with_lock base base_make
	elif dir_changed; then
		die "$LKRG_KERNEL changed since it was copied:" \
		    "scripts/prepare --force --kernel $LKRG_KERNEL copies it again," \
		    "without edits made in $(patched_tree)"
	fi
}

package_install() {
	other='give a kernel with --kernel DIR|TARBALL'
	command -v apt-get >/dev/null || die "there is no apt-get here: $other"
	[ "$(id -u)" -eq 0 ] ||
		die "$LKRG_PACKAGE is missing: 'apt-get install $LKRG_PACKAGE' as root, or $other"
	step 'apt-get update' apt-get update &&
		step "apt-get install $LKRG_PACKAGE" env DEBIAN_FRONTEND=noninteractive \
			apt-get install -y --no-install-recommends "$LKRG_PACKAGE" ||
		die "$LKRG_PACKAGE can't be installed: is there a network? Or $other"
}

base_make() (
	base=$(base_tree)
	[ ! -d "$base" ] || exit 0
	new=$LKRG_CACHE/base/.${base##*/}
	need_space 6
	# What a killed run may have left.
	rm -rf "$new"
	mkdir -p "$new"
	trap 'rm -rf "$new" "$new.state"' EXIT
	trap 'exit 130' INT TERM HUP

	if [ -d "$LKRG_KERNEL" ]; then
		need rsync rsync
		dir_state >"$new.state"
		step "copying $LKRG_KERNEL" dir_copy "$new"
		mv "$new.state" "$base.state"
	else
		tarball=${LKRG_KERNEL:-/usr/src/$LKRG_PACKAGE.tar.xz}
		[ -f "$tarball" ] ||
			die "$tarball is missing: 'apt-get install --reinstall $LKRG_PACKAGE'"
		need xz xz-utils
		step "unpacking $tarball" tar -xf "$tarball" -C "$new" \
			--strip-components=1 --no-same-owner --no-same-permissions ||
			die "$tarball can't be unpacked: is it complete?"
		is_kernel "$new" || die "$tarball is not a kernel source tarball"
	fi
	mv "$new" "$base"
)

# dir_copy NEW: the user may have built there, and an O= build needs a clean source.
dir_copy() {
	rsync -rlptE --exclude=/.git --exclude='*.o' --exclude='*.ko' \
		--exclude='*.a' --exclude='*.cmd' "$LKRG_KERNEL/" "$1/"
	if [ -e "$1/.config" ] || [ -d "$1/include/config" ]; then
		make -C "$1" -s mrproper
	fi
}

# dir_changed: is the copy of the user's directory out of date?
dir_changed() {
	[ -d "$LKRG_KERNEL" ] && [ "$(dir_state)" != "$(cat "$(base_tree).state" 2>/dev/null)" ]
}

dir_state() {
	find "$LKRG_KERNEL" -path "$LKRG_KERNEL/.git" -prune -o -type f \
		! -name '*.o' ! -name '*.ko' ! -name '*.a' ! -name '*.cmd' \
		-printf '%P %s %T@\n' | sort | sha256sum
}

# === The series ===
#
# A patch either edits files of the kernel (touch) and is the truth for them,
# or adds files (new) and has a header that is kept by hand and a body that
# scripts/refresh makes from the overlay directories. Its "diff --git" lines
# say which files it owns; such a line alone is how a file gets into a patch.

LKRG_PATCHES=$LKRG_TOP/patches
LKRG_OVERLAY='Documentation include security tools'

series_patches() {
	sed -e 's/[[:space:]]*#.*//' -e '/^$/d' "$LKRG_TOP/series"
}

# overlay_files: what git would take, also where the checkout is no git
# repository. Like what follows, it needs scratch.
overlay_files() (
	cd "$LKRG_TOP"
	export GIT_DIR="$LKRG_TMP/overlay.git"
	git init -q
	# shellcheck disable=SC2086
	git --work-tree=. ls-files -o --exclude-per-directory=.gitignore -- $LKRG_OVERLAY
)

# patch_files PATCH: the files that it owns.
patch_files() {
	sed -n -e '1,/^---$/d' -e 's,^diff --git a/.* b/,,p' "$LKRG_PATCHES/$1"
}

# unlisted_files: of the overlay, in no patch.
unlisted_files() {
	for p in $(series_patches); do
		patch_files "$p"
	done | sort -u >"$LKRG_TMP/listed"
	overlay_files | sort | comm -23 - "$LKRG_TMP/listed"
}

# patch_is_new PATCH: does it add files?
patch_is_new() {
	! grep -q '^--- a/' "$LKRG_PATCHES/$1" || return 1
	for f in $(patch_files "$1"); do
		[ ! -e "$(base_tree)/$f" ] || return 1
	done
}

# patch_body PATCH: without the "diff --git" lines that stand alone.
patch_body() {
	sed '1,/^---$/d' "$LKRG_PATCHES/$1" |
		awk '/^diff --git / { held = $0; next } held { print held; held = "" } { print }'
}

# as_left TREE FILE CONTENT: is that what prepare last left as FILE in TREE?
as_left() {
	left=$(awk -v f="$2" '$2 == f { print $1 }' "$1/.lkrg/manifest")
	if [ -n "$left" ]; then
		sum=$(sha256sum <"$3")
		echo "$left" | grep -qxF "${sum%% *}"
	else
		cmp -s "$(base_tree)/$2" "$3"
	fi
}

# is_edited TREE FILE
is_edited() {
	[ -e "$1/$2" ] && ! as_left "$1" "$2" "$1/$2"
}

# series_apply WORK [OUT [TREE]]: the whole series, from the files that it
# touches and the overlay. WORK becomes a git repository with the pristine
# files as HEAD and the patched ones in the index and beside it. OUT gets the
# patches as they ought to be. With TREE, edits of core files that were made
# there go into their patches.
series_apply() (
	work=$1 out=${2-} tree=${3-}
	base=$(base_tree)
	version=$(kernel_version "$base")
	if [ -n "$tree" ] && [ "$version" != "$LKRG_BASE" ]; then
		die "BASE says $LKRG_BASE and this kernel is $version: set BASE and run scripts/refresh first"
	fi

	mkdir -p "$work"
	for p in $(series_patches); do
		[ -f "$LKRG_PATCHES/$p" ] || die "series names $p, which is not in patches/"
		grep -q '^---$' "$LKRG_PATCHES/$p" ||
			die "patches/$p: a line '---' must end the header"
		! patch_is_new "$p" || continue
		for f in $(patch_files "$p"); do
			[ -f "$base/$f" ] ||
				die "patches/$p edits $f, which kernel $version does not have"
			mkdir -p "$(dirname "$work/$f")"
			cp -p "$base/$f" "$work/$f"
		done
	done

	cd "$work"
	throwaway_repository
	before=HEAD
	for p in $(series_patches); do
		if patch_is_new "$p"; then
			patch_copy_files
		else
			patch_apply
			[ -z "$tree" ] || patch_take_edits
		fi
		[ -n "$out" ] || continue
		if [ "$version" = "$LKRG_BASE" ] || patch_is_new "$p"; then
			patch_write >"$out/$p"
		else
			# Its line numbers are those of the kernel in BASE.
			cp "$LKRG_PATCHES/$p" "$out/$p"
		fi
		before=$(git write-tree)
	done
)

# throwaway_repository: git for the present directory, with its files committed.
throwaway_repository() {
	git init -q
	git config user.name lkrg
	git config user.email lkrg@localhost
	git config core.fsync none
	git add -A
	git commit -q --allow-empty -m base
}

# The steps of series_apply for one patch.

patch_copy_files() {
	for f in $(patch_files "$p"); do
		if [ -f "$LKRG_TOP/$f" ]; then
			mkdir -p "$(dirname "$f")"
			cp -p "$LKRG_TOP/$f" "$f"
			git add "$f"
		fi
	done
}

patch_apply() {
	patch_body "$p" >.git/body
	grep -q '^@@' .git/body || return 0
	if ! git apply --index .git/body 2>.git/error; then
		f=$(sed -n 's/^error: patch failed: \(.*\):[0-9]*$/\1/p' .git/error | head -n 1)
		die "patches/$p does not apply to ${f:-kernel} of $version:" \
		    "port that hunk to $base/$f, or use a kernel nearer to $LKRG_BASE"
	fi
}

patch_take_edits() {
	for f in $(patch_files "$p"); do
		is_edited "$tree" "$f" || continue
		as_left "$tree" "$f" "$f" ||
			die "$f was changed both in patches/$p and in $tree:" \
			    "put the edit into the patch by hand, then scripts/prepare --force"
		cp "$tree/$f" "$f"
		git add "$f"
	done
}

patch_write() {
	if git diff-index --cached --quiet "$before"; then
		! grep -q '^@@' "$LKRG_PATCHES/$p" ||
			die "patches/$p has nothing left in it: delete it and its line in series"
		info "patches/$p has nothing in it yet"
		cat "$LKRG_PATCHES/$p"
		return
	fi
	sed '/^---$/q' "$LKRG_PATCHES/$p"
	git diff-index --cached --stat=72 --summary -p --no-renames "$before" |
		sed '/^index /d'
}
