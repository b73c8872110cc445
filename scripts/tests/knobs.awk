# SPDX-License-Identifier: GPL-2.0-only
#
# Read knob_defs.h and param.c. Print of each sysctl "NAME MIN-MAX DEFAULT", or with
# "profiles" of each knob that a profile sets, and of the profile itself, its value in
# each of them.

/^LKRG_KNOB\(/ {
	split(substr($0, length("LKRG_KNOB(") + 1), field, /, /)
	initial[field[1]] = field[4]
	rows[nr_rows++] = field[1] " " field[2] "-" field[3] " " field[4]
	next
}

/^static const .* = {$/ {
	table = $(NF - 2)
	sub(/\[\]$/, "", table)
	next
}
/^};$/ { table = "" }

table ~ /^(validate|enforce)_knobs$/ {
	kind = table
	sub(/_knobs$/, "", kind)
	while (match($0, /LKRG_KNOB_[a-z_]+/)) {
		knob[kind, ++nr_knobs[kind]] = substr($0, RSTART + 10, RLENGTH - 10)
		$0 = substr($0, RSTART + RLENGTH)
	}
}

# Which profile it is that has the defaults is found out by the way.
table ~ /^(validate|enforce)_profiles$/ {
	kind = table
	sub(/_profiles$/, "", kind)
	gsub(/[^0-9 ]/, "")
	if (NF != nr_knobs[kind])
		print "another number of values than of knobs: " kind " " $0
	same = 1
	for (i = 1; i <= NF; i++) {
		values[kind, i] = values[kind, i] " " $i
		same = same && initial[knob[kind, i]] == $i
	}
	if (same)
		default_profile[kind] = nr_profiles[kind] + 0
	numbers[kind] = numbers[kind] " " nr_profiles[kind]++ + 0
}

# Those that are no sysctls are told apart in the next line.
table == "names" && /^\t{ { "/ {
	split($0, field, /"/)
	name = field[2]
	if ($0 ~ /boot_only/)
		next
	split(field[3], field, /[^0-9]+/)
	if (sub(/^profile_/, "", name))
		rows[nr_rows++] = "profile_" name " 0-" nr_profiles[name] - 1 " " default_profile[name]
	else
		rows[nr_rows++] = name " " field[2] "-" field[3] " 0"
}

END {
	if (!profiles) {
		for (i = 0; i < nr_rows; i++)
			print rows[i]
		exit
	}
	for (kind in numbers) {
		print "profile_" kind numbers[kind]
		for (i = 1; i <= nr_knobs[kind]; i++)
			print knob[kind, i] values[kind, i]
	}
}
