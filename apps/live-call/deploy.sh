#!/usr/bin/env bash
# ./deploy.sh --help says what it does and takes. It needs Node.js, and the AWS command line.
set -eu
command -v node >/dev/null || {
  printf 'deploy: Node.js is missing: install version 20.19 or newer.\n' >&2
  exit 1
}
exec node "$(dirname "${BASH_SOURCE[0]}")/deploy/run.mjs" deploy "$@"
