#!/usr/bin/env bash
# Takes the live-call application away from AWS; options: ./destroy.sh --help.
exec "$(dirname "${BASH_SOURCE[0]}")/apps/live-call/destroy.sh" "$@"
