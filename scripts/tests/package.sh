# SPDX-License-Identifier: GPL-2.0-only
#
# The patched tree makes Debian packages, with the guard in the image, and an
# archive of the selftests.

test_package() {
	need dpkg-buildpackage dpkg-dev
	need dh debhelper
	build small || return 0
	O=$(build_dir small)
	rm -f "${O%/*}"/linux-*.deb
	check 'package: make bindeb-pkg' quiet "$LKRG_TOP/scripts/build" ${kernel:+--kernel "$kernel"} bindeb-pkg
	check 'package: the image is in it' has_image
	rm -f "${O%/*}"/linux-*.deb "${O%/*}"/linux-*.buildinfo "${O%/*}"/linux-*.changes
	check 'package: make gen_tar' has_selftests
}

has_image() {
	for deb in "${O%/*}"/linux-image-[0-9]*.deb; do
		dpkg-deb -c "$deb" | grep ' \./boot/vmlinuz-' >/dev/null || echo "$deb has no /boot/vmlinuz"
		dpkg-deb --fsys-tarfile "$deb" | tar -xO --wildcards './boot/config-*' |
			grep -x CONFIG_SECURITY_LKRG=y >/dev/null || echo "$deb was built without the guard"
	done
}

has_selftests() {
	ccache_env
	quiet make -C "$(patched_tree)/tools/testing/selftests" O="$LKRG_TMP/tar" \
		CC="$CC" TARGETS=lkrg FORCE_TARGETS=1 KDIR="$O" \
		KHDR_INCLUDES="-isystem $O/usr/include" gen_tar
	find "$LKRG_TMP/tar" -name 'kselftest.tar*' -exec tar -tf {} + >"$LKRG_TMP/files"
	for file in run_kselftest.sh lkrg/base_test lkrg/process_test lkrg/attack_test.sh lkrg/image_test.sh \
			lkrg/attack_victim lkrg/attacks.txt lkrg/functions.sh lkrg/test_modules/lkrg_attack.ko; do
		grep "/$file\$" "$LKRG_TMP/files" >/dev/null || echo "$file is not in the archive"
	done
}
