#!/bin/sh
# build.sh OUTPUT VERSION [plain|launcher|sanitized|fuzz|options]: builds the native client, or the launcher of the image, as
# static as the machine allows.
# Without a working C compiler it says so in one line, leaves OUTPUT.missing with the reason, and succeeds.
set -eu
output=$1 version=$2 kind=${3:-plain}
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$(dirname "$output")"
output=$(cd "$(dirname "$output")" && pwd)/$(basename "$output")
new=$output.new.$$
trap 'rm -f "$new" "$new.c"' EXIT

warnings='-std=c11 -Wall -Wextra -Werror'
hardening='-O2 -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2 -fstack-protector-strong -Wl,-z,relro,-z,now,-z,noexecstack -s'
sanitizers='-g -O1 -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer'
sources='line.c json.c http.c'

# The probe is a program that runs: a compiler without its headers, libraries or sanitizer is no compiler.
printf '#include <sys/socket.h>\n#include <unistd.h>\nint main(void) { return getuid() == (uid_t)-1; }\n' > "$new.c"
works() { # shellcheck disable=SC2086
    command -v "$1" > /dev/null 2>&1 && $1 $2 -o "$new" "$new.c" > /dev/null 2>&1 && "$new"; }

chosen=
try() { if [ -z "$chosen" ] && works "$1" "$2"; then chosen="$1 $2"; fi; }
case $kind in
    plain | launcher)
        sources="client.c options.c $sources"
        [ "$kind" = plain ] || sources='launcher.c line.c'
        try "${CC:-musl-gcc}" "-static $hardening"
        for compiler in musl-gcc gcc cc clang; do try "$compiler" "-static $hardening"; done
        for compiler in ${CC:-} gcc cc clang; do try "$compiler" "$hardening"; done ;;
    sanitized)
        sources="client.c options.c $sources"
        for compiler in ${CC:-} gcc clang; do try "$compiler" "$sanitizers"; done ;;
    fuzz)
        sources="fuzz_response.c $sources"
        for compiler in ${CC:-} gcc clang; do try "$compiler" "$sanitizers"; done ;;
    options)
        sources='fuzz_options.c options.c line.c'
        for compiler in ${CC:-} gcc clang; do try "$compiler" "$sanitizers"; done ;;
    *) echo "build.sh: unknown kind '$kind': plain, launcher, sanitized, fuzz or options" >&2; exit 2 ;;
esac

if [ -z "$chosen" ]; then
    reason="no C compiler that builds the $kind client (musl-gcc, gcc, cc or clang with a C library): the Java twin serves"
    rm -f "$output"
    echo "$reason" > "$output.missing"
    echo "broker-client: $reason"
    exit 0
fi
cd "$here"
# shellcheck disable=SC2086
$chosen $warnings -DVERSION="\"$version\"" -o "$new" $sources
# Renamed into place: the one before may be running.
mv -f "$new" "$output"
rm -f "$output.missing"
