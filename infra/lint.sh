#!/usr/bin/env bash
# Lints the synthesized templates of every environment with cfn-lint, which knows what CloudFormation takes in each region.
# It is installed from PyPI once, in the versions of cfn-lint.txt, below dist. Without it nothing is skipped: it fails.
set -euo pipefail
cd "$(dirname "$0")/.."

fail() {
	echo "lint-template: $*" >&2
	exit 1
}
command -v python3 >/dev/null || fail "python3 is missing and cfn-lint needs it: install Python 3.10 or newer"
command -v node >/dev/null || fail "node is missing and CDK needs it: install Node.js"

versions=infra/cfn-lint.txt
tools=dist/cfn-lint-$(cksum <"$versions" | cut -d' ' -f1)
if [ ! -e "$tools/installed" ]; then
	rm -rf "$tools"
	python3 -m venv "$tools" || fail "python3 cannot make a virtual environment: install its venv module"
	"$tools/bin/pip" install -q --disable-pip-version-check -r "$versions" ||
		fail "cfn-lint could not be installed: PyPI must be reachable (pip's settings apply), and Python be 3.10 or newer"
	touch "$tools/installed"
fi

go build -o dist/synthesize ./infra
linted=0
for approved in infra/testdata/*-stateful.golden; do # each environment has one
	env=$(basename "$approved" -stateful.golden)
	out=dist/lint/$env
	rm -rf "$out"
	dist/synthesize -env "$env" -code "" -out "$out"
	region=$(python3 -c 'import json, sys
artifacts = json.load(open(sys.argv[1]))["artifacts"].values()
regions = {a["environment"].split("/")[-1] for a in artifacts if a["type"] == "aws:cloudformation:stack"}
assert len(regions) == 1, regions
print(regions.pop())' "$out/manifest.json")
	templates=("$out"/*.template.json)
	[ "${#templates[@]}" -ge 4 ] || fail "$out holds ${#templates[@]} templates, an environment has four"
	"$tools/bin/cfn-lint" --regions "$region" --non-zero-exit-code informational -- "${templates[@]}" ||
		fail "mend what $("$tools/bin/cfn-lint" --version) found in $env"
	linted=$((linted + ${#templates[@]}))
done
echo "$("$tools/bin/cfn-lint" --version): $linted templates without a finding"
