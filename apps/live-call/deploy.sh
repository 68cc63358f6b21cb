#!/usr/bin/env bash
# See ./deploy.sh --help for what it does and its options. It needs Node.js and the AWS command line.
set -eu
command -v node >/dev/null || {
  printf 'deploy: Node.js is missing: install version 20.19 or newer.\n' >&2
  exit 1
}
exec node "$(dirname "${BASH_SOURCE[0]}")/deploy/run.mjs" deploy "$@"
