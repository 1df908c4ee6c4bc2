#!/usr/bin/env bash
# Runs the sync, and puts its result into the run's summary.
#
# Reads the program's own variables, and:
#   BRANCH           the branch to push to; empty for the default branch
#   PLANNED_COMMIT   sync nothing unless the definitions are still those of this commit; empty for no matter
#   PUSH_TOKEN       the token for GitHub; it reaches git by its environment, and no file
# Outputs: exit-code, and artifact: the name under which to keep $RUNNER_TEMP/campaignsync-kept on failure.
set -euo pipefail

kept=$RUNNER_TEMP/campaignsync-kept
result=$kept/result.md
mkdir -p "$kept"

say() { printf '%s\n' "$1" | tee -a "$GITHUB_STEP_SUMMARY"; }

give_git_the_token() {
    local header number=${GIT_CONFIG_COUNT:-0}
    header=$(printf 'x-access-token:%s' "$PUSH_TOKEN" | base64 | tr -d '\n')
    printf '::add-mask::%s\n' "$header"
    # For this server alone, wherever else a remote may be.
    export "GIT_CONFIG_KEY_$number=http.$GITHUB_SERVER_URL/.extraheader"
    export "GIT_CONFIG_VALUE_$number=AUTHORIZATION: basic $header"
    export GIT_CONFIG_COUNT=$((number + 1))
}

has_moved_on() {
    [[ -n $PLANNED_COMMIT ]] && ! git diff --quiet "$PLANNED_COMMIT" HEAD -- "$CAMPAIGNSYNC_CAMPAIGNS"
}

# The signal of a cancelled job comes to this shell: it is passed on, and the program records what it did.
run_to_its_end() {
    "$@" &
    local program=$! status is_signalled
    trap 'is_signalled=true; kill -TERM "$program" 2> /dev/null || true' INT TERM
    while true; do
        is_signalled=false status=0
        wait "$program" || status=$?
        [[ $is_signalled == true ]] || break
    done
    trap - INT TERM
    return "$status"
}

if has_moved_on; then
    say "**Nothing was synced:** the definitions were changed after this plan; the run of that change has its own."
    echo "::warning title=campaignsync::Superseded: the definitions were changed after this plan."
    echo "exit-code=0" >> "$GITHUB_OUTPUT"
    exit 0
fi

echo "artifact=campaignsync-${CAMPAIGNSYNC_STATE//[^A-Za-z0-9._-]/-}" >> "$GITHUB_OUTPUT"
[[ -z $PUSH_TOKEN ]] || give_git_the_token
unset PUSH_TOKEN
[[ -z $BRANCH ]] || export CAMPAIGNSYNC_BRANCH=$BRANCH

status=0
run_to_its_end "$RUNNER_TEMP/campaignsync/bin/campaignsync" sync --push --format markdown > "$result" || status=$?
echo "exit-code=$status" >> "$GITHUB_OUTPUT"
cat "$result" >> "$GITHUB_STEP_SUMMARY"
[[ ! -f $CAMPAIGNSYNC_STATE ]] || cp "$CAMPAIGNSYNC_STATE" "$kept/"
exit "$status"
