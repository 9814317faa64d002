#!/usr/bin/env bash
# Agents that others collected, into target/peers/agents: crawlers with instances of each, and a
# sample of what people's browsers send. Does nothing when they are there.
set -euo pipefail
cd "$(dirname "$0")/../.."
peers=$PWD/target/peers/agents
mkdir -p "$peers"

# Two runs at once would trip over each other.
exec 9>"$peers/lock"
flock 9

stamp="crawler-user-agents@1.60.0 user-agents@2.1.198"
[ "$(cat "$peers/stamp" 2>/dev/null)" != "$stamp" ] || exit 0
npm install --prefix "$peers" --silent --no-audit --no-fund --no-save $stamp
node tests/peers/agents.mjs "$peers"
printf '%s' "$stamp" >"$peers/stamp"
