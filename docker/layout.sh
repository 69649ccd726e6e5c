#!/bin/sh
# Lays out the files of the image, in its first stage: the distribution is in /usr/lib/iam-broker, the launcher beside this
# script.
#
#   BROKER_UID=10001 layout.sh DIRECTORY
set -eu

image=$1
home=/usr/lib/iam-broker
built=$(dirname "$0")
if [ ! -x "$built/iam-broker" ]; then
    echo "layout.sh: there is no launcher for the image: install musl-gcc or gcc with a static C library, and build again" >&2
    exit 1
fi

umask 022
mkdir -p "$image$home/bin" "$image$home/lib/launch" "$image/usr/bin" "$image/etc/iam-broker"
cp -p "$built/iam-broker" "$home/bin/iam-broker-credential" "$image$home/bin/"
# The times of the jars too: the AOT caches are good for jars of exactly their age.
cp -a "$home"/lib/* "$image$home/lib/"
# Whatever mask the files were built with, the broker is none of their owners.
chmod -R u=rwX,go=rX "$image$home"
for command in iam-broker iam-broker-credential; do
    ln -s "../lib/iam-broker/bin/$command" "$image/usr/bin/$command"
done

# Of the runtime java alone, for one processor; the AOT caches make its own archive of classes superfluous.
(
    cd "$image$home/lib"
    find runtime/bin -type f ! -name java -exec rm {} +
    rm -rf .built runtime/legal
    case $(uname -m) in
    x86_64) rm -f native/*_aarch_64.so ;;
    aarch64) rm -f native/*_x86_64.so ;;
    esac
    for cache in iam-broker-commands-*.aot; do
        [ ! -s "$cache" ] || rm -f runtime/lib/server/classes.jsa
    done
)

# What the script would run, seen by a java of ours in its place: the options stand there and nowhere else.
cat >"$home/lib/runtime/bin/java.new" <<'END'
#!/bin/sh
echo "umask $(umask)"
[ -z "${GLIBC_TUNABLES-}" ] || echo "env GLIBC_TUNABLES=$GLIBC_TUNABLES"
for word in "$0" "$@"; do
    echo "arg $word"
done
END
chmod 755 "$home/lib/runtime/bin/java.new"
mv "$home/lib/runtime/bin/java.new" "$home/lib/runtime/bin/java"
unset GLIBC_TUNABLES
export IAM_BROKER_JAVA_OPTS=@IAM_BROKER_JAVA_OPTS@
# The last line is the command itself, which the launcher is given anew.
sh "$home/bin/iam-broker" serve | sed '$d' >"$image$home/lib/launch/daemon"
sh "$home/bin/iam-broker" status | sed '$d' >"$image$home/lib/launch/commands"

# Names for the numbers, here and in messages; root has no password and no shell.
echo "root:x:0:0:root:/:/sbin/nologin
iam-broker:x:$BROKER_UID:$BROKER_UID:iam-broker:/:/sbin/nologin" >"$image/etc/passwd"
echo "root:x:0:
iam-broker:x:$BROKER_UID:" >"$image/etc/group"

# A volume begins with the owner and mode of what it is mounted over.
mkdir -p "$image/run/iam-broker" "$image/var/lib/iam-broker"
chmod 750 "$image/run/iam-broker"
chmod 700 "$image/var/lib/iam-broker"
chown "$BROKER_UID:$BROKER_UID" "$image/run/iam-broker" "$image/var/lib/iam-broker"
