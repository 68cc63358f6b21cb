#!/usr/bin/env bash
# Shows the stack, the numbers of the account, and whose they are; options: ./status.sh --help.
exec "$(dirname "${BASH_SOURCE[0]}")/apps/live-call/status.sh" "$@"
