#!/bin/sh
# Ask for something, take its first step, see what happened: with curl and jq alone.
#
#   PORTAL_URL=http://127.0.0.1:8000 PORTAL_TOKEN=esm_… ./client.sh OFFERING ANSWERS.json [FIELD=FILE …]
set -eu
offering=$1 answers=$2
shift 2
api="$PORTAL_URL/api/v1"
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT

# call METHOD ADDRESS [curl options]: the body to $place/body, headers to $place/headers, the status
# to stdout. Without an answer, and for 429 and 5xx with Retry-After, curl tries again; a post must
# then carry the same Idempotency-Key, so that it has one effect.
call() {
    method=$1 address=$2
    shift 2
    curl -sS --retry 5 --retry-connrefused --max-time 60 -X "$method" \
        -H "Authorization: Bearer $PORTAL_TOKEN" -D "$place/headers" -o "$place/body" \
        -w '%{http_code}' "$@" "$address"
}
key() { cat /proc/sys/kernel/random/uuid; }
tag() { sed -n 's/^[Ee][Tt][Aa][Gg]: *\(.*\)\r$/\1/p' "$place/headers"; }
refused() { jq -r '"\(.status) \(.code): \(.detail)"' "$place/body" >&2; exit 1; }

status=$(call GET "$api/events?start=now")
[ "$status" = 200 ] || refused
cursor=$(jq -r .cursor "$place/body")

for part in "$@"; do set -- "$@" -F "files.${part%%=*}=@${part#*=}"; shift; done
status=$(call POST "$api/requests" -H "Idempotency-Key: $(key)" \
    -F "offering=$offering" -F "data=<$answers" "$@")
[ "$status" = 201 ] || refused
ref=$(jq -r .ref "$place/body")
echo "asked $ref"

step="$api/requests/$ref/visits/1"
tries=0
while :; do
    status=$(call GET "$step")
    [ "$status" = 200 ] || refused
    status=$(call POST "$step/claim" -H "Idempotency-Key: $(key)" -H "If-Match: $(tag)")
    # 412: it changed since it was read; read it again.
    tries=$((tries + 1))
    [ "$status" = 412 ] && [ "$tries" -lt 5 ] || break
done
[ "$status" = 200 ] || refused
jq -r '"took \(.stage) \(.state)"' "$place/body"

while [ -n "$cursor" ]; do
    status=$(call GET "$api/events?subject=$ref&cursor=$cursor")
    [ "$status" = 200 ] || refused
    jq -r '.items[] | "event \(.type)"' "$place/body"
    cursor=$(jq -r 'if .next then .cursor else "" end' "$place/body")
done
