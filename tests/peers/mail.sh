#!/usr/bin/env bash
# The independent programs that mail is checked against, into target/peers: an HTML5 parser and an
# e-mail framework's pages (npm), a DKIM verifier and the rewriting anchor (PyPI), test keys
# (openssl). Does nothing when all are there. The versions are those the tests were written with.
set -euo pipefail
cd "$(dirname "$0")/../.."
peers=$PWD/target/peers/mail
mkdir -p "$peers"

# Two runs at once would trip over each other.
exec 9>"$peers/lock"
flock 9

stamp="parse5@7.3.0 foundation-emails@2.4.0 mjml@4 dkimpy==1.1.8 pytracking==0.2.2 pynacl lxml setuptools"
if [ "$(cat "$peers/stamp" 2>/dev/null)" != "$stamp" ]; then
    npm install --prefix "$peers" --silent --no-audit --no-fund --no-save \
        parse5@7.3.0 foundation-emails@2.4.0 mjml@4
    [ -x "$peers/venv/bin/python" ] || python3 -m venv "$peers/venv"
    "$peers/venv/bin/pip" install --quiet --disable-pip-version-check \
        dkimpy==1.1.8 pytracking==0.2.2 pynacl lxml setuptools
    printf '%s' "$stamp" >"$peers/stamp"
fi

[ -s "$peers/rsa.pem" ] || openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out "$peers/rsa.pem" 2>/dev/null
[ -s "$peers/ed25519.pem" ] || openssl genpkey -algorithm ED25519 -out "$peers/ed25519.pem"
openssl pkey -in "$peers/rsa.pem" -pubout -out "$peers/rsa.pub.pem"
openssl pkey -in "$peers/ed25519.pem" -pubout -out "$peers/ed25519.pub.pem"

# The pages: foundation-emails' own, and ours compiled by MJML.
mkdir -p "$peers/pages"
node tests/peers/mail_pages.mjs "$peers" tests/rewrite/mjml
