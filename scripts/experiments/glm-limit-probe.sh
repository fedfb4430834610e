#!/bin/sh
# Probes where a GLM coding plan ends: cc probe glm, under the Node that this checkout brings along.
#   scripts/experiments/glm-limit-probe.sh --model glm-4-6 --repeat 20 --tokens 50 --sleep 1 [--port N] [--spend]
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
node="$root/node_modules/.ccp-node"
if [ ! -x "$node" ]; then
  echo "ccp: the checkout at $root is not set up" >&2
  echo "     its own Node is missing: node_modules/.ccp-node" >&2
  echo "     next: node scripts/ensure.mjs" >&2
  exit 1
fi
exec "$node" "$root/apps/cli/bin/cc.mjs" probe glm "$@"
