# SPDX-License-Identifier: GPL-2.0-only
#
# The patched tree makes Debian packages, with the guard in the image.

test_package() {
	need dpkg-buildpackage dpkg-dev
	need dh debhelper
	build small || return 0
	O=$(build_dir small)
	rm -f "${O%/*}"/linux-*.deb
	check 'package: make bindeb-pkg' quiet "$LKRG_TOP/scripts/build" ${kernel:+--kernel "$kernel"} bindeb-pkg
	check 'package: the image is in it' has_image
	rm -f "${O%/*}"/linux-*.deb "${O%/*}"/linux-*.buildinfo "${O%/*}"/linux-*.changes
}

has_image() {
	for deb in "${O%/*}"/linux-image-[0-9]*.deb; do
		dpkg-deb -c "$deb" | grep -q ' \./boot/vmlinuz-' || echo "$deb has no /boot/vmlinuz"
		dpkg-deb --fsys-tarfile "$deb" | tar -xO --wildcards './boot/config-*' |
			grep -qx CONFIG_SECURITY_LKRG=y || echo "$deb was built without the guard"
	done
}
