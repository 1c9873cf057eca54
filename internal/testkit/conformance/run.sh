#!/usr/bin/env bash
# Runs the contracts of the table and of queues against independent imitations of AWS, moto and DynamoDB Local, and reports
# what differs. They are installed once, into the user's cache folder; that needs python3, and java and mvn.
# What an imitation is known to get wrong is listed beside the contract tests of each driver; anything else fails.
set -euo pipefail

MOTO_VERSION=5.2.1

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../../.." && pwd)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/winback/conformance
results=$cache/results
mkdir -p "$results"
rm -f "$results"/*.json "$results"/*.log

started=()
stop() {
	for pid in "${started[@]:-}"; do
		[ -n "$pid" ] && kill "$pid" 2>/dev/null || true
	done
}
trap stop EXIT

need() {
	for tool in "$@"; do
		command -v "$tool" >/dev/null || { echo "conformance: $tool is needed and not installed" >&2; exit 1; }
	done
}
need go python3 java mvn curl

free_port() {
	python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

# ready NAME PORT PID waits until the server answers anything at all.
ready() {
	for _ in $(seq 120); do
		curl -s -m 2 -o /dev/null "http://127.0.0.1:$2/" && return
		kill -0 "$3" 2>/dev/null || break
		sleep 0.5
	done
	echo "conformance: $1 does not start; its last words:" >&2
	tail -20 "$results/$1.log" >&2
	exit 1
}

# contract NAME PACKAGE TEST keeps the events of one contract; the report judges them.
contract() {
	echo "running $1 ..."
	(cd "$root" && go test -count=1 -timeout=40m -json -run "^$3\$" "$2") >"$results/$1.json" || true
}

moto=$cache/moto-$MOTO_VERSION
if [ ! -e "$moto/installed" ]; then
	echo "installing moto $MOTO_VERSION ..."
	python3 -m venv "$moto"
	"$moto/bin/pip" -q install "moto[server]==$MOTO_VERSION"
	touch "$moto/installed"
fi
dynamodb=$cache/dynamodb-local-$(cksum <"$here/pom.xml" | cut -d' ' -f1)
if [ ! -e "$dynamodb/installed" ]; then
	echo "installing DynamoDB Local ..."
	mvn -q -B -f "$here/pom.xml" dependency:copy-dependencies "-DoutputDirectory=$dynamodb"
	touch "$dynamodb/installed"
fi

port=$(free_port)
(cd "$dynamodb" && exec java "-Djava.library.path=$dynamodb" -cp "$dynamodb/*" com.amazonaws.services.dynamodbv2.local.main.ServerRunner -inMemory -port "$port" >"$results/dynamodb-local.log" 2>&1) &
started+=($!)
ready dynamodb-local "$port" $!
WINBACK_DYNAMODB_ENDPOINT=http://127.0.0.1:$port WINBACK_DYNAMODB_NAME=dynamodb-local \
	contract "table on DynamoDB Local" ./internal/aws/dynamotable TestAnEndpointKeepsTheContract

# The other way round: what our own DynamoDB answers on the wire, DynamoDB Local has to answer, too. It starts one itself.
WINBACK_CONFORMANCE=1 \
	contract "wire of DynamoDB on DynamoDB Local" ./internal/testkit/dynamosim 'TestDynamoDBLocal(PlaysTheSameScript|AgreesOnWhateverIsAsked)'

port=$(free_port)
"$moto/bin/moto_server" -H 127.0.0.1 -p "$port" >"$results/moto.log" 2>&1 &
started+=($!)
ready moto "$port" $!
WINBACK_DYNAMODB_ENDPOINT=http://127.0.0.1:$port WINBACK_DYNAMODB_NAME=moto \
	contract "table on moto" ./internal/aws/dynamotable TestAnEndpointKeepsTheContract
WINBACK_SQS_ENDPOINT=http://127.0.0.1:$port \
	contract "queues on moto" ./internal/aws/sqsqueue TestTheContractOfQueuesAtAnEndpoint

cd "$root" && go run ./internal/testkit/conformance "$results"/*.json | tee "$results/report.txt"
