#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# attack_loop.sh ROUNDS: the attacks on tasks of attacks.txt and their benign twins so
# many times, see attack_loop.c; attack_test.sh is what says that each of them works.

DIR=$(dirname "$(readlink -f "$0")")
. "$DIR/../kselftest/ktap_helpers.sh"
. "$DIR/functions.sh"
. "$DIR/attacks.sh"

need_root
[ $# = 1 ] || skip_all "usage: attack_loop.sh ROUNDS"
prepare_attacks
read_table
make_files

while IFS='|' read -r attack prepared use report twin; do
	case $attack,$use in
	\#* | *,pass | *,early | *,hidden | *,loaded | *,lying | *,mapped | *,foreign | *,hooked | \
		*,compiled)
		continue
		;;
	esac
	expand_report "$report"
	printf '%s\t%s\t%s\t%s\t%s\n' "$attack" "$prepared" "$use" "$report" "$twin"
done < "$scratch/attacks" > "$scratch/table"

"$DIR/attack_loop" "$1" "$work" "$scratch/table"
