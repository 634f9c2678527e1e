#!/bin/sh
# Installs the Debian packages named as arguments, as root, and leaves nothing running.
#
# policy-rc.d (Debian Policy, 9.11.3) forbids starting services while we install. One that is
# already there belongs to the administrator, or to a container image, and stays as it is.
set -eu
export DEBIAN_FRONTEND=noninteractive
export LC_ALL=C
PATH=$PATH:/usr/sbin:/sbin

guard=/usr/sbin/policy-rc.d
if [ ! -e "$guard" ]; then
    trap 'rm -f "$guard"' EXIT
    trap 'exit 1' HUP INT TERM
    printf '#!/bin/sh\nexit 101\n' > "$guard"
    chmod 755 "$guard"
fi

# Without an answer the package would ask, or configure a mail server for this machine.
case " $* " in
*' postfix '*)
    echo 'postfix postfix/main_mailer_type select No configuration' | debconf-set-selections
    ;;
esac

install() {
    apt-get -q -y -o DPkg::Lock::Timeout=120 install --no-install-recommends "$@"
}

# Lists that are not there, or older than a week, name versions that the mirror no longer has.
if [ -z "$(find /var/lib/apt/lists -name '*_Packages*' -mtime -7 2>/dev/null | head -n 1)" ]; then
    apt-get -q -o DPkg::Lock::Timeout=120 update
    install "$@"
else
    install "$@" || { apt-get -q -o DPkg::Lock::Timeout=120 update && install "$@"; }
fi
