# SPDX-License-Identifier: GPL-2.0-only
#
# Read TAP or KTAP, nested by four blanks (KUnit) or by "# " (kselftest), with
# or without the kernel's time stamps and among other lines of a log. Print one
# line for each test that has no subtests, as scripts/test does, under a FAILED
# one the lines before it; and FAILED where a plan is missing or not fulfilled.

function depth(line,   d) {
	for (d = 0; line ~ /^(    |# )/; d++)
		sub(/^(    |# )/, "", line)
	text = line
	return d
}

function forget() {
	noted = 0
}

function out(d, line) {
	held[d] = held[d] line "\n"
}

function result(d, word, name, why,   i) {
	out(d, word ": " name (why == "" ? "" : ": " why))
	if (word == "FAILED")
		for (i = noted > 12 ? noted - 12 : 0; i < noted; i++)
			out(d, "        " notes[i])
	forget()
}

function plan_fulfilled(d, name) {
	if (strict[d] && plan[d] == "")
		result(d, "FAILED", name, "a plan is missing")
	else if (plan[d] != "" && plan[d] != results[d])
		result(d, "FAILED", name, results[d] + 0 " of " plan[d] " planned tests have a result")
}

function reset(d) {
	plan[d] = ""
	results[d] = strict[d] = failures[d] = 0
	held[d] = ""
}

# Hand the lines of the level d+1 up, each with the name of its parent.
function close_level(d, name,   lines, n, i) {
	if (held[d + 1] == "" && plan[d + 1] == "")
		return 0
	close_level(d + 1, name)
	plan_fulfilled(d + 1, "the results")
	n = split(held[d + 1], lines, "\n")
	for (i = 1; i < n; i++) {
		if (match(lines[i], /^(passed|FAILED|skipped): /))
			out(d, substr(lines[i], 1, RLENGTH) name ": " substr(lines[i], RLENGTH + 1))
		else
			out(d, lines[i])
		if (lines[i] ~ /^FAILED: /)
			failures[d + 1]++
	}
	return 1
}

function test_line(d, failed,   name, directive, nested, suite) {
	results[d]++
	name = text
	sub(/^(not )?ok [0-9]+ *(- )?/, "", name)
	directive = ""
	if (match(name, / *# *(SKIP|skip|XFAIL|TIMEOUT|exit=)/)) {
		directive = substr(name, RSTART)
		name = substr(name, 1, RSTART - 1)
		sub(/^ *# */, "", directive)
	}
	sub(/ *# .*$/, "", name)
	suite = sub(/^selftests: /, "", name)
	nested = close_level(d, name)
	if (failed && !(nested && failures[d + 1]))
		result(d, "FAILED", name, directive)
	else if (!nested && sub(/^(SKIP|skip):? */, "", directive))
		result(d, "skipped", name, directive)
	else if (!nested && suite)
		result(d, "FAILED", name, "there is no TAP of it")
	else if (!nested)
		result(d, "passed", name, "")
	reset(d + 1)
	forget()
}

{
	sub(/\r$/, "")
	sub(/^\[ *[0-9]+\.[0-9]+\](\[ *[TC][0-9]+\])? /, "")
	d = depth($0)
}
text ~ /^K?TAP version / {
	seen = 1
	# A parameterized KUnit test does not know how many there will be.
	strict[d] = d == 0 || text ~ /^TAP/
	next
}
!seen { next }
# A whole program that is skipped says so in its plan, or it tests nothing.
text ~ /^1\.\.0/ {
	plan[d] = results[d] + 1
	results[d]++
	name = text
	if (sub(/^1\.\.0 *# *(SKIP|skip):? */, "", name) && name != "")
		result(d, "skipped", "all", name)
	else
		result(d, "FAILED", "all", "nothing is tested")
	next
}
text ~ /^1\.\.[0-9]+/ {
	# Runs one after the other: kselftest has one for each collection.
	if (d == 0 && plan[0] != "") {
		plan_fulfilled(0, "the results")
		results[0] = 0
	}
	plan[d] = substr(text, 4) + 0
	next
}
text ~ /^ok [0-9]/ { test_line(d, 0); next }
text ~ /^not ok [0-9]/ { test_line(d, 1); next }
text ~ /^Bail out!/ { result(d, "FAILED", text, ""); next }
{ notes[noted++] = $0 }

END {
	if (!seen)
		result(0, "FAILED", "the results", "there is no TAP")
	else {
		close_level(0, "unfinished")
		plan_fulfilled(0, "the results")
	}
	printf "%s", held[0]
}
