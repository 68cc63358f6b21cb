#!/usr/bin/env bash
# Removes everything that ./deploy.sh made, the telephone number included (unless it was kept on purpose).
# Usage: ./destroy.sh [--yes]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

fail() {
  printf 'destroy: %s\n' "$1" >&2
  exit 1
}

force=()
case "${1:-}" in
  '') ;;
  --yes) force=(--force) ;;
  -h | --help) sed -n '2,3s/^# //p' "$0" && exit 0 ;;
  *) fail "Unknown option $1; try --help." ;;
esac

command -v aws >/dev/null || fail 'The AWS CLI is missing.'
account="$(aws sts get-caller-identity --query Account --output text 2>/dev/null)" ||
  fail 'No valid AWS credentials: run "aws configure" or "aws sso login" (and set AWS_PROFILE).'
region="${AWS_REGION:-${AWS_DEFAULT_REGION:-$(aws configure get region || true)}}"
region="${region:-us-east-1}"
export AWS_REGION="$region" CDK_DEFAULT_REGION="$region" CDK_DEFAULT_ACCOUNT="$account" CDK_DISABLE_CLI_TELEMETRY=1

[[ -d node_modules ]] || npm ci --no-audit --no-fund
# An empty list is an unset one to the bash 3.2 of macOS, hence the +.
npx --no-install cdk destroy LiveCall --no-notices ${force[@]+"${force[@]}"}

if aws cloudformation describe-stacks --region "$region" --stack-name LiveCall >/dev/null 2>&1; then
  fail 'The stack is still there: look at its events in the CloudFormation console, then run this again.'
fi
# The CDK's own functions (which empty buckets and copy files) log to groups that Lambda made for them.
logs="$(aws logs describe-log-groups --region "$region" --log-group-name-prefix /aws/lambda/LiveCall- \
  --query 'logGroups[].logGroupName' --output text)"
for group in $logs; do
  [[ "$group" == None ]] || aws logs delete-log-group --region "$region" --log-group-name "$group"
done
printf 'Gone. The CDK bootstrap stack (CDKToolkit) stays: other applications may use it.\n'
