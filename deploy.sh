#!/usr/bin/env bash
# Deploys the live-call application to AWS; options: ./deploy.sh --help.
exec "$(dirname "${BASH_SOURCE[0]}")/apps/live-call/deploy.sh" "$@"
