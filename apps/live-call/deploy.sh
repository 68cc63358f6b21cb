#!/usr/bin/env bash
# Deploys everything to the AWS account of the current credentials, and says what to do next.
# Usage: ./deploy.sh [--area-code NNN] [--keep-number] [--yes]
#   AWS_REGION / AWS_DEFAULT_REGION / the profile's region: us-east-1 (default) or us-west-2.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

# As "engines" of package.json has it.
readonly NODE_WANTED=20.19
area_code=''
keep_number='false'
approval='broadening'

fail() {
  printf 'deploy: %s\n' "$1" >&2
  exit 1
}

while (($# > 0)); do
  case "$1" in
    --area-code)
      [[ "${2:-}" =~ ^[0-9]{3}$ ]] || fail '--area-code takes three digits, for example 206.'
      area_code="$2"
      shift 2
      ;;
    --keep-number) keep_number='true' && shift ;;
    --yes) approval='never' && shift ;;
    -h | --help) sed -n '2,4s/^# //p' "$0" && exit 0 ;;
    *) fail "Unknown option $1; try --help." ;;
  esac
done

command -v node >/dev/null || fail "Node.js is missing: install version ${NODE_WANTED} or newer."
node -e 'const [a, b] = process.versions.node.split("."), [x, y] = process.argv[1].split(".");
  process.exit(+a > +x || (+a === +x && +b >= +y) ? 0 : 1)' "$NODE_WANTED" ||
  fail "Node.js $(node --version) is too old: install version ${NODE_WANTED} or newer."
command -v aws >/dev/null || fail 'The AWS CLI is missing: install it, then run "aws configure".'

account="$(aws sts get-caller-identity --query Account --output text 2>/dev/null)" ||
  fail 'No valid AWS credentials: run "aws configure" or "aws sso login" (and set AWS_PROFILE).'
region="${AWS_REGION:-${AWS_DEFAULT_REGION:-$(aws configure get region || true)}}"
region="${region:-us-east-1}"
case "$region" in
  us-east-1 | us-west-2) ;;
  *) fail "Region ${region} sells no numbers for SIP media applications: set AWS_REGION to us-east-1 or us-west-2." ;;
esac
export AWS_REGION="$region" CDK_DEFAULT_REGION="$region" CDK_DEFAULT_ACCOUNT="$account"
export CDK_DISABLE_CLI_TELEMETRY=1 CDK_NAG=1
printf 'Account %s, Region %s. The telephone number costs money until ./destroy.sh.\n' "$account" "$region"

(cd ../.. && npm ci --no-audit --no-fund)
npx --no-install vite build console

if ! aws cloudformation describe-stacks --region "$region" --stack-name CDKToolkit >/dev/null 2>&1; then
  printf 'Preparing the account for the CDK (once per account and Region) …\n'
  npx --no-install cdk bootstrap --no-notices "aws://${account}/${region}"
fi

context=(--context "keepNumber=${keep_number}")
[[ -z "$area_code" ]] || context+=(--context "areaCode=${area_code}")
npx --no-install cdk deploy LiveCall --no-notices --require-approval "$approval" "${context[@]}"

output() {
  aws cloudformation describe-stacks --region "$region" --stack-name LiveCall \
    --query "Stacks[0].Outputs[?OutputKey=='$1'].OutputValue" --output text
}
pool="$(output UserPoolId)"
cat <<NEXT

Deployed.
  Number to dial   $(output PhoneNumber)
  Operators' page  $(output ConsoleUrl)
  API              $(output ApiUrl)

Next: make an operator (a temporary password comes by mail), then sign in to the page and create a meeting:
  aws cognito-idp admin-create-user --region ${region} --user-pool-id ${pool} \\
    --username you@example.com --user-attributes Name=email,Value=you@example.com Name=email_verified,Value=true
NEXT
