#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Attacks on mode and owner of files in memory, and all that changes them in a
# legal way, about which the guard has to be silent.
#
# With lkrg enabled the use that is made of the attack has to be refused and
# reported, once, with the file, what is on record and what is there; without it
# this is the control: an ordinary user has to become root, or to read and run what
# he may not.

DIR=$(dirname "$(readlink -f "$0")")
. "$DIR/../kselftest/ktap_helpers.sh"
. "$DIR/functions.sh"
. "$DIR/attacks.sh"

UID_USER=1000

# attack, mode and owner before, use, what it prints if it works, and what differs
attacks="
inode-root:0755 1000:1000:run:uid 0 gid 0:mode 0100755 -> 0106777, uid 1000 -> 0, gid 1000 -> 0
inode-suid:0755 0:0:run:uid 0 gid 1000:mode 0100755 -> 0104755
inode-sgid:0755 1000:0:run:uid 1000 gid 0:mode 0100755 -> 0102755
inode-uid:4755 1000:1000:run:uid 0 gid 1000:uid 1000 -> 0
inode-gid:2755 1000:1000:run:uid 1000 gid 0:gid 1000 -> 0
inode-open:0600 0:0:read:the secret:mode 0100600 -> 0100666
inode-open:0600 0:0:truncate::mode 0100600 -> 0100666
inode-open:0600 0:0:append::mode 0100600 -> 0100666
inode-suid:0755 1000:1000:chmod::mode 0100755 -> 0104755
inode-private:0755 0:0:chmod and run:uid 0 gid 1000:mode 0100755 -> 0104755
inode-record:0755 0:0:run:uid 0 gid 1000:what is known of it was changed
inode-blank:0755 0:0:run:uid 0 gid 1000:what is known of it was changed
"

as_user()
{
	"$DIR/inode_victim" run "$UID_USER" "$@"
}

# What the user does with it
use_target()
{
	case $use in
	run)		as_user "$place/target" whoami ;;
	"chmod and run") # as who has stolen a file system uid
			chmod 4755 "$place/target" && as_user "$place/target" whoami ;;
	read)		as_user "$DIR/inode_victim" read "$place/target" ;;
	truncate)	as_user /bin/sh -c "truncate -s 0 $place/target" ;;
	append)		as_user /bin/sh -c "echo more >> $place/target" ;;
	chmod)		as_user /bin/sh -c "chmod 0700 $place/target" ;;
	esac > "$out" 2>&1
	status=$?
}

make_target()
{
	rm -f "$place/target"
	case $use in
	*run)	cp "$DIR/inode_victim" "$place/target" ;;
	*)	echo "the secret" > "$place/target" ;;
	esac
	chown "${1#* }" "$place/target"
	chmod "${1% *}" "$place/target"
}

attack_target()
{
	(cd "$place" && echo "$1" > "$DEVICE") || fault "$1 cannot be done"
}

describe_target()
{
	# The name is shown as it is seen, or from the root of its file system.
	echo "Kernel: inode changed: ($place|$below)/target \($type, $inode\): $differs; $done"
}

# Arguments: place, type of its file system, and where in that it is
inode_attack()
{
	title="$attack, then $use on $type"
	problem=
	make_target "$before"
	inode=$(stat -c %i "$place/target")
	mark
	attack_target "$attack"
	use_target
	if [ "$guard" = on ]; then
		[ "$status" != 0 ] || fault "it worked: $(said)"
		done=refused
		expect_report "$(describe_target)"
		# Refused each time, reported once.
		mark
		use_target
		[ "$status" != 0 ] || fault "it worked the second time: $(said)"
		expect_silence
	else
		[ "$status" = 0 ] || fault "it does not work: $(said)"
		[ -z "$proof" ] || grep -qx "$proof" "$out" || fault "no proof: $(said)"
	fi
	mark
	attack_target inode-restore
	cat "$place/target" > /dev/null || fault "as it was, and refused"
	rm -f "$place/target"
	expect_silence
	verdict "$title"
}

all_attacks()
{
	place=$1
	type=$2
	below=$3
	while IFS=: read -r attack mode group use proof differs <&3; do
		[ -n "$attack" ] || continue
		owner_group=${group%%:*}
		before="$mode:$owner_group"
		inode_attack
	done 3<<END
$attacks
END
	more_attacks
}

# What execve() has read is there while it reads, and for no moment longer: it is
# what was read that counts.
flash()
{
	title="inode-flash, then run on $type"
	problem=
	use=run
	make_target "0755 0:0"
	inode=$(stat -c %i "$place/target")
	mark
	attack_target inode-flash
	use_target
	[ "$status" = 0 ] || fault "it does not run: $(said)"
	if [ "$guard" = on ]; then
		grep -qx "uid $UID_USER gid $UID_USER" "$out" || fault "it worked: $(said)"
		differs="mode 0100755 -> 0104755" done=refused
		expect_report "$(describe_target)"
	else
		grep -qx "uid 0 gid $UID_USER" "$out" || fault "no proof: $(said)"
		expect_silence
	fi
	[ "$(stat -c %a "$place/target")" = 755 ] || fault "it is still there"
	attack_target inode-restore
	rm -f "$place/target"
	verdict "$title"
}

# Whether a file is guarded was decided with its file system, not when it is made.
disowned()
{
	title="$1, then run on $type"
	problem=
	use=run attack=inode-suid differs="mode 0100755 -> 0104755" done=refused
	mark
	attack_target "$1"
	make_target "0755 0:0"
	attack_target super-restore
	inode=$(stat -c %i "$place/target")
	attack_target "$attack"
	use_target
	if [ "$guard" = on ]; then
		[ "$status" != 0 ] || fault "it worked: $(said)"
		expect_report "$(describe_target)"
	else
		grep -qx "uid 0 gid $UID_USER" "$out" || fault "no proof: $(said)"
		expect_silence
	fi
	attack_target inode-restore
	rm -f "$place/target"
	verdict "$title"
}

# What everybody does in a directory where everybody may write
changes="
create::> target/new
mkdir:mkdir target/new
mknod:mkfifo target/new
symlink:ln -s file target/new
link:ln own/file target/new
unlink:rm -f target/file
rmdir:rmdir target/dir
rename to:mv own/file target/new
rename from:mv target/file own/new
setxattr:$DIR/inode_victim attribute target
"

# The argument is the change.
change_directory()
{
	title="inode-write, then $change on $type"
	problem=
	differs="mode 040755 -> 040777" done=refused
	rm -rf "$place/target" "$place/own"
	mkdir -p "$place/target/dir" "$place/own"
	echo text > "$place/target/file"
	echo text > "$place/own/file"
	chown -R "$UID_USER:$UID_USER" "$place/own"
	chmod 0755 "$place/target"
	inode=$(stat -c %i "$place/target")
	mark
	attack_target inode-write
	as_user /bin/sh -c "cd $place && $1" < /dev/null > "$out" 2>&1
	status=$?
	if [ "$guard" = on ]; then
		[ "$status" != 0 ] || fault "it worked: $(said)"
		expect_report "$(describe_target)"
	else
		[ "$status" = 0 ] || fault "it does not work: $(said)"
		expect_silence
	fi
	attack_target inode-restore
	rm -r "$place/target" "$place/own"
	verdict "$title"
}

# Where everybody may write, and remove what is his.  Arguments: how, and by what.
sticky()
{
	title="inode-owner, then $1 in a sticky directory on $type"
	problem=
	differs="uid 0 -> $UID_USER" done=refused
	mkdir -m 1777 "$place/sticky"
	(
		cd "$place/sticky" && case $1 in
		unlink)	echo text > target ;;
		rmdir)	mkdir target ;;
		esac
	)
	inode=$(stat -c %i "$place/sticky/target")
	as_user /bin/sh -c "cd $place/sticky && $2" > "$out" 2>&1 &&
		fault "anybody may: $(said)"
	mark
	(cd "$place/sticky" && echo inode-owner > "$DEVICE") || fault "not done"
	as_user /bin/sh -c "cd $place/sticky && $2" < /dev/null > "$out" 2>&1
	status=$?
	if [ "$guard" = on ]; then
		[ "$status" != 0 ] || fault "it worked: $(said)"
		where="($place|$below)/sticky/target"
		expect_report "Kernel: inode changed: $where \($type, $inode\): $differs; $done"
	else
		[ "$status" = 0 ] || fault "it does not work: $(said)"
		expect_silence
	fi
	attack_target inode-restore
	rm -r "$place/sticky"
	verdict "$title"
}

more_attacks()
{
	sticky unlink "rm -f target"
	sticky rmdir "rmdir target"
	flash
	disowned super-flag
	disowned super-blank
	while IFS=: read -r change command <&3; do
		[ -z "$change" ] || change_directory "$command"
	done 3<<END
$changes
END
}

# With pint_enforce=0 it works and is reported once; what is declared afterwards
# does not become the truth.
logged_only()
{
	title="pint_enforce=0"
	if [ "$guard" = off ]; then
		ktap_test_skip "$title: lkrg is not enabled"
		return
	fi
	problem=
	use=run attack=inode-suid differs="mode 0100755 -> 0104755"
	make_target "0755 0:0"
	inode=$(stat -c %i "$place/target")
	echo 0 > "$KNOBS/pint_enforce"
	mark
	attack_target "$attack"
	use_target
	grep -qx "uid 0 gid $UID_USER" "$out" || fault "it does not work: $(said)"
	done=logged
	expect_report "$(describe_target)"
	chown 0:1 "$place/target"
	chmod 4711 "$place/target"
	echo 1 > "$KNOBS/pint_enforce"
	use_target
	[ "$status" != 0 ] || fault "chmod made it right: $(said)"
	attack_target inode-restore
	rm -f "$place/target"
	verdict "$title"
}

# === Honest work ===

honest()
{
	run_test "$1 on $type" silently "$2"
}

silently()
{
	"$1"
	expect_silence
}

# Arguments: file, and what is to be seen there
expect_mode()
{
	found=$(stat -c '%a %u:%g' "$1") || fault "$1 is gone"
	[ "$found" = "$2" ] || fault "$1 is $found instead of $2"
	cat "$1" > /dev/null 2>&1 || fault "$1 cannot be read"
}

modes_and_owners()
{
	cp "$DIR/inode_victim" "$place/file"
	chown 1000:1000 "$place/file"
	for mode in 755 4755 2755 6755 1711 600 0; do
		chmod "$mode" "$place/file"
		expect_mode "$place/file" "$mode 1000:1000"
	done
	chmod 6755 "$place/file"
	chown 1001:1002 "$place/file"
	expect_mode "$place/file" "755 1001:1002"
	chown 0 "$place/file"
	chgrp 7 "$place/file"
	chmod 4755 "$place/file"
	[ "$(as_user "$place/file" whoami)" = "uid 0 gid $UID_USER" ] ||
		fault "it does not run as root"
	as_user "$place/file" read "$place/file" > /dev/null || fault "it cannot read"
}

lost_bits()
{
	echo text > "$place/file"
	for how in "echo more >> $place/file" "truncate -s 1 $place/file" \
			"echo other > $place/file"; do
		chown 1000:1000 "$place/file"
		chmod 6777 "$place/file"
		as_user /bin/sh -c "$how" || fault "$how: cannot be done"
		[ "$(stat -c %a "$place/file")" = 777 ] ||
			fault "$how: $(stat -c %a "$place/file")"
		cat "$place/file" > /dev/null || fault "$how: cannot be read"
	done
}

names()
{
	echo text > "$place/file"
	chown 0:0 "$place/file"
	chmod 4755 "$place/file"
	ln "$place/file" "$place/link"
	mv "$place/file" "$place/moved"
	cat "$place/link" "$place/moved" > /dev/null || fault "links"
	chmod 0640 "$place/link"
	expect_mode "$place/moved" "640 0:0"
	ln -s moved "$place/symbolic"
	cat "$place/symbolic" > /dev/null || fault "symbolic link"
	rm "$place/link" "$place/moved" "$place/symbolic"
}

# A mode that an ACL makes
acls()
{
	echo text > "$place/file"
	chown 0:0 "$place/file"
	chmod 0604 "$place/file"
	"$DIR/inode_victim" acl "$place/file" > "$out" || fault "no ACL: $(said)"
	expect_mode "$place/file" "674 0:0"
	chmod 0640 "$place/file"
	expect_mode "$place/file" "640 0:0"
}

all_types()
{
	mkdir "$place/dir"
	chown 0:1000 "$place/dir"
	chmod 2775 "$place/dir"
	mkdir "$place/dir/sub"
	echo text > "$place/dir/file"
	[ "$(stat -c '%a %g' "$place/dir/sub")" = "2755 1000" ] || fault "sub"
	expect_mode "$place/dir/file" "644 0:1000"
	as_user /bin/sh -c "echo text > $place/dir/own; ls $place/dir" > /dev/null ||
		fault "directory"
	mkfifo "$place/fifo"
	mknod "$place/null" c 1 3
	chmod 666 "$place/fifo" "$place/null"
	as_user /bin/sh -c ": <> $place/fifo && : > $place/null" || fault "special files"
	rm -r "$place/dir" "$place/fifo" "$place/null"
}

# It is the same file, wherever it is seen and as whose.
mounts()
{
	mkdir "$place/dir" "$place/mount"
	echo text > "$place/dir/file"
	chown 1000:1000 "$place/dir" "$place/dir/file"
	mount --bind "$place/dir" "$place/mount" || fault "bind mount"
	chmod 0640 "$place/mount/file"
	expect_mode "$place/dir/file" "640 1000:1000"
	umount "$place/mount"
	if "$DIR/inode_victim" remap 1000 1001 "$place/dir" "$place/mount" > "$out"; then
		expect_mode "$place/mount/file" "640 1001:1001"
		chmod 0604 "$place/mount/file"
		commands="chmod 0600 $place/mount/file; echo text > $place/mount/made"
		"$DIR/inode_victim" run 1001 /bin/sh -c "$commands" ||
			fault "idmapped mount"
		expect_mode "$place/dir/file" "600 1000:1000"
		chown 1001:1001 "$place/mount/file"
		expect_mode "$place/dir/file" "600 1000:1000"
		umount "$place/mount"
	else
		ktap_print_msg "no idmapped mount on $type: $(said)"
	fi
	mount -o remount,rw "$place" || fault "remount"
	expect_mode "$place/dir/file" "600 1000:1000"
	rm -r "$place/dir" "$place/mount"
}

overlay()
{
	for dir in lower upper work merged; do
		mkdir "$place/$dir"
	done
	cp "$DIR/inode_victim" "$place/lower/file"
	chmod 4755 "$place/lower/file"
	mount -t overlay -o "lowerdir=$place/lower,upperdir=$place/upper,workdir=$place/work" \
		overlay "$place/merged" || fault "no overlayfs"
	as_user "$place/merged/file" whoami > "$out" || fault "lower file: $(said)"
	chown 1000:1000 "$place/merged/file"
	chmod 2711 "$place/merged/file"
	expect_mode "$place/merged/file" "2711 1000:1000"
	expect_mode "$place/upper/file" "2711 1000:1000"
	as_user "$place/merged/file" whoami > "$out" || fault "upper file: $(said)"
	echo text > "$place/merged/made"
	chmod 600 "$place/merged/made"
	expect_mode "$place/upper/made" "600 0:0"
	umount "$place/merged"
	for dir in lower upper work merged; do
		rm -r "${place:?}/$dir"
	done
}

# What is read in again is what was written out.
read_again()
{
	cp "$DIR/inode_victim" "$place/file"
	for mode in 4755 600 2711; do
		chmod "$mode" "$place/file"
		sync
		echo 3 > /proc/sys/vm/drop_caches
		expect_mode "$place/file" "$mode 0:0"
	done
}

# Who opens while another one changes is in the middle of it, again and again.
races()
{
	echo text > "$place/file"
	"$DIR/inode_victim" change "$place/file" 10 > "$scratch/changed" &
	changer=$!
	for number in 1 2 3; do
		"$DIR/inode_victim" churn "$place/file" 10 > "$scratch/churn$number" &
	done
	while kill -0 "$changer" 2> /dev/null; do
		echo text > "$place/other"
		chmod 4755 "$place/other"
		ln "$place/other" "$place/again"
		cat "$place/again" > /dev/null || fault "a new name"
		rm "$place/other" "$place/again"
	done
	wait
	for result in "$scratch/changed" "$scratch"/churn*; do
		grep -q 'times$' "$result" || fault "$(cat "$result")"
	done
	ktap_print_msg "$(cat "$scratch/changed" "$scratch"/churn* | tr '\n' ' ')"
}

# They come and go with what drives them, and root gives them to others.
nodes()
{
	node=$scratch/dev/${DEVICE##*/}
	chown 1000:1000 "$node"
	chmod 0600 "$node"
	expect_mode "$node" "600 1000:1000"
	as_user /bin/sh -c ": < $node" || fault "its owner cannot open it"
	unload_attacks
	[ ! -e "$node" ] || fault "it stays"
	load_attacks "$DIR/test_modules" || fault "$load_error"
	expect_mode "$node" "666 0:0"
}

all_honest()
{
	honest "modes and owners" modes_and_owners
	honest "setuid bits are lost" lost_bits
	honest "names" names
	honest "ACL" acls
	honest "all types of files" all_types
	honest "mounts" mounts
	honest "overlayfs" overlay
	honest "inodes are read again" read_again
	honest "changes while others open" races
}

# A file system on a block device, if there is one that may be used
make_ext4()
{
	[ -b "${LKRG_TEST_DEVICE:-}" ] && mkdir -p "$scratch/ext4" &&
		mke2fs "$LKRG_TEST_DEVICE" > "$out" 2>&1 &&
		mount -t ext4 "$LKRG_TEST_DEVICE" "$scratch/ext4" 2> /dev/null
}

umount_all()
{
	rm -rf "$scratch/dev/lkrg_test"
	umount -l "$scratch/ext4" "$scratch/dev" 2> /dev/null
	cleanup
}

# Arguments: how many, and why
skip_tests()
{
	left=$1
	while [ "$left" -gt 0 ]; do
		ktap_test_skip "$2: $left"
		left=$((left - 1))
	done
}

need_root
prepare_attacks
trap umount_all EXIT
[ -x "$DIR/inode_victim" ] || skip_all "inode_victim is not built"
say_what_is_expected
chmod 0755 "$scratch"
tests=$(($(echo "$attacks" | grep -c :) + $(echo "$changes" | grep -c :) + 5))
ktap_set_plan $((3 * tests + 2 * 9 + 4 + 2))

all_attacks "$work" tmpfs
all_honest
logged_only
if make_ext4; then
	all_attacks "$scratch/ext4" ext4
	all_honest
else
	skip_tests $((tests + 9)) "ext4: no block device in LKRG_TEST_DEVICE"
fi
if mkdir "$scratch/dev" && mount -t devtmpfs none "$scratch/dev"; then
	mkdir "$scratch/dev/lkrg_test"
	all_attacks "$scratch/dev/lkrg_test" devtmpfs /lkrg_test
	honest "modes and owners" modes_and_owners
	honest "ACL" acls
	honest "all types of files" all_types
	honest "nodes of the kernel" nodes
else
	skip_tests $((tests + 4)) "no devtmpfs"
fi
sum_of_reports
ktap_finished
