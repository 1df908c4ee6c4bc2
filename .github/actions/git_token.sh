#!/usr/bin/env bash
# Sourced: gives git the token for GitHub, by its environment and no file.
#
# Reads PUSH_TOKEN, and unsets it; empty: git can push without.
if [[ -n $PUSH_TOKEN ]]; then
    number=${GIT_CONFIG_COUNT:-0}
    header=$(printf 'x-access-token:%s' "$PUSH_TOKEN" | base64 | tr -d '\n')
    printf '::add-mask::%s\n' "$header"
    # For this server alone, wherever else a remote may be. The empty one first: it drops the header of a checkout
    # that kept its credentials, and a server refuses two.
    export "GIT_CONFIG_KEY_$number=http.$GITHUB_SERVER_URL/.extraheader" "GIT_CONFIG_VALUE_$number="
    number=$((number + 1))
    export "GIT_CONFIG_KEY_$number=http.$GITHUB_SERVER_URL/.extraheader"
    export "GIT_CONFIG_VALUE_$number=AUTHORIZATION: basic $header"
    export GIT_CONFIG_COUNT=$((number + 1))
fi
unset PUSH_TOKEN header number
