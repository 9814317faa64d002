#!/usr/bin/env bash
# Open material for understanding inbound mail, into target/peers/inbound: test data of flufl.bounce,
# talon and mail-parser (PyPI sources) and of CPython (Debian's testsuite package). Does nothing
# when all is there. It is fetched, never committed.
set -euo pipefail
cd "$(dirname "$0")/../.."
here=$PWD
peers=$PWD/target/peers/inbound
mkdir -p "$peers"

# Two runs at once would trip over each other.
exec 9>"$peers/lock"
flock 9

stamp="flufl.bounce==6.0.0 talon==1.4.4 mail-parser==4.8.0 libpython3-testsuite 1"
[ "$(cat "$peers/stamp" 2>/dev/null)" != "$stamp" ] || exit 0

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" download --quiet --disable-pip-version-check --no-binary :all: --no-deps --dest "$work" \
    flufl.bounce==6.0.0 talon==1.4.4 mail-parser==4.8.0
for archive in "$work"/*.tar.gz; do tar -C "$work" -xzf "$archive"; done

package=$(apt-cache search '^libpython3\.[0-9]+-testsuite$' | cut -d' ' -f1 | sort -V | tail -1)
if [ -z "$package" ]; then
    apt-get update -qq
    package=$(apt-cache search '^libpython3\.[0-9]+-testsuite$' | cut -d' ' -f1 | sort -V | tail -1)
fi
mkdir "$work/deb"
(cd "$work/deb" && apt-get download -qq "$package" 2>/dev/null && dpkg-deb -x ./*.deb x)

for set in bounces parser cpython; do rm -rf "${peers:?}/$set"; mkdir "$peers/$set"; done
cp "$work"/flufl*/tests/data/*.txt "$peers/bounces/"
cp "$work"/mail_parser*/tests/mails/mail_* "$peers/parser/"
cp "$work"/deb/x/usr/lib/python3*/test/test_email/data/*.txt "$peers/cpython/"
python3 "$here/tests/peers/inbound_cases.py" "$(echo "$work"/talon*/)" "$(echo "$work"/flufl*/)" "$peers"
printf '%s' "$stamp" >"$peers/stamp"
