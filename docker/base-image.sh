#!/usr/bin/env bash
# Makes the two images that docker/Dockerfile begins with from Debian's packages, where none can be pulled: the base, which
# is the C library and zlib, and the one that the files are laid out in, which is busybox.
#
#   docker/base-image.sh [PREFIX]     imports PREFIX:base and PREFIX:build, iam-broker-from-debian unless told
#
#   docker build -f docker/Dockerfile -t iam-broker \
#       --build-arg BASE=iam-broker-from-debian:base --build-arg BUILD=iam-broker-from-debian:build .
#
# Takes a Debian or Ubuntu with docker, and no root. Packages come from where apt gets them.
set -euo pipefail

prefix=${1:-iam-broker-from-debian}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# apt downloads as a user of its own.
chmod 755 "$work"

# unpack DIRECTORY PACKAGE…
unpack() {
    local directory=$1
    shift
    mkdir -m 777 "$work/packages"
    (cd "$work/packages" && apt-get download -qq "$@" >/dev/null) || {
        echo "base-image.sh: no package $*: run 'apt-get update'" >&2
        return 1
    }
    for package in "$work/packages"/*.deb; do
        dpkg-deb -x "$package" "$directory"
    done
    rm -r "$work/packages"
}

# import DIRECTORY TAG: everything in it belongs to root.
import() {
    tar -C "$1" --owner=0 --group=0 --numeric-owner --sort=name -c . | docker import - "$prefix:$2" >/dev/null
    echo "$prefix:$2"
}

base=$work/base
mkdir -m 755 "$base"
unpack "$base" libc6 zlib1g
# Of glibc: nothing but the libraries; other character sets are the JVM's own.
rm -rf "$base/usr/share" "$base/usr/lib"/*/gconv "$base/usr/sbin" "$base/sbin" "$base/etc/ld.so.conf.d"
mkdir -p -m 755 "$base/etc" "$base/proc" "$base/sys" "$base/dev" "$base/run" "$base/var/lib"
mkdir -m 1777 "$base/tmp"
import "$base" base

build=$work/build
mkdir -m 755 "$build"
unpack "$build" busybox-static
mkdir -m 1777 "$build/tmp"
for tool in $("$build/bin/busybox" --list); do
    [ "$tool" = busybox ] || ln -sf busybox "$build/bin/$tool"
done
import "$build" build
