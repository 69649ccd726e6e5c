#!/bin/sh
# Writes manual pages and completions into the share folder of an exploded distribution, and what a Debian package has of
# them, compressed, into another.
#
#   documents.sh DIST DEB VERSION MAIL TIME     MAIL and TIME (2026-01-31T00:00:00Z) are those of the changelog
set -eu

dist=$(cd "$1" && pwd)
deb=$2
version=$(echo "$3" | sed 's/-SNAPSHOT$/~SNAPSHOT/')

"$dist/bin/iam-broker" __documents "$dist/share"
# The plugin's own name, and those that kubectl looks for.
echo '.so man1/iam-broker-kube-credential.1' >"$dist/share/man/man1/iam-broker-credential.1"
for name in kubectl-iam_broker kubectl_complete-iam_broker; do
    echo '.so man1/iam-broker.1' >"$dist/share/man/man1/$name.1"
done

rm -rf "$deb"
mkdir -p "$deb/share/man/man1" "$deb/share/doc/iam-broker"
cp -R "$dist/share/bash-completion" "$dist/share/zsh" "$dist/share/fish" "$deb/share/"
for page in "$dist"/share/man/man1/*.1; do
    gzip -9n <"$page" >"$deb/share/man/man1/${page##*/}.gz"
done
cat >"$deb/changelog" <<END
iam-broker ($version) unstable; urgency=medium

  * What changed is in CHANGELOG.md of the sources.

 -- iam-broker <$4>  $(LC_ALL=C date -u -d "$5" '+%a, %d %b %Y %H:%M:%S +0000')
END
gzip -9n <"$deb/changelog" >"$deb/share/doc/iam-broker/changelog.gz"
