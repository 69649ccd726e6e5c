# Sourced: what a script of this folder needs from Debian or Ubuntu, given as COMMAND:PACKAGE or PATH:PACKAGE, a word each.

missing_packages() {
    for entry in $1; do
        command -v "${entry%%:*}" >/dev/null 2>&1 || [ -e "${entry%%:*}" ] || printf '%s ' "${entry##*:}"
    done
}

# Installs without letting a package start its service: that has no business here.
apt_install() {
    local policy=/usr/sbin/policy-rc.d made=no status=0
    if [ ! -e "$policy" ]; then
        printf '#!/bin/sh\nexit 101\n' > "$policy"
        chmod 755 "$policy"
        made=yes
    fi
    export DEBIAN_FRONTEND=noninteractive
    # shellcheck disable=SC2086
    { apt-get update -qq && apt-get install -y -qq --no-install-recommends $1 >/dev/null; } || status=$?
    [ "$made" = no ] || rm -f "$policy"
    return "$status"
}

# install_missing "COMMAND:PACKAGE …" WHAT: WHAT is what happens to those that cannot be installed here.
install_missing() {
    local packages
    packages=$(missing_packages "$1")
    [ -n "$packages" ] || return 0
    if [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null 2>&1; then
        echo "installing: $packages"
        apt_install "$packages"
    else
        echo "missing, so $2: install $packages" >&2
    fi
}
