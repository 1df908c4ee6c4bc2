#!/usr/bin/env bash
# Runs the sync, and puts its result into the run's summary.
#
# Reads the program's own variables, those that are empty as if they weren't there, and:
#   PUSH_TOKEN   the token for GitHub; it reaches git by its environment, and no file
#   PLAN         what plan.sh gave: send nothing else; empty for all
# Outputs: exit-code; and kept and artifact: the folder to keep on failure, and under which name.
set -euo pipefail

# One for each state and attempt: several syncs may be steps of one job, and a job may run again.
name=campaignsync-${CAMPAIGNSYNC_STATE//[^A-Za-z0-9._-]/-}
kept=$RUNNER_TEMP/$name
result=$kept/result.md
mkdir -p "$kept"
{
    echo "kept=$kept"
    echo "artifact=$name-${GITHUB_RUN_ATTEMPT:-1}"
} >> "$GITHUB_OUTPUT"

# What no commit holds yet is in the program's journal. Links are left out: one could lead to anything that
# this user can read, such as the secrets in a process's environment.
keep_journal() {
    find "$(git rev-parse --git-common-dir)/campaignsync" -maxdepth 1 -type f -name '*.jsonl' -size +0 \
        -exec cp -- {} "$kept/" \; 2> /dev/null || true
}

# The signal of a cancelled job comes to this shell: it is passed on, and the program records what it did.
# The runner waits for some seconds, then kills: what is on disk is kept at once, and first.
run_to_its_end() {
    "$@" &
    local program=$! status is_signalled
    trap 'is_signalled=true; keep_journal; kill -TERM "$program" 2> /dev/null || true' INT TERM
    while true; do
        is_signalled=false status=0
        wait "$program" || status=$?
        [[ $is_signalled == true ]] || break
    done
    trap - INT TERM
    return "$status"
}

. "$(dirname "${BASH_SOURCE[0]}")/../git_token.sh"

options=(--push --format markdown)
if [[ -n $PLAN ]]; then
    plan=$RUNNER_TEMP/$name-plan.json
    options+=(--plan "$plan")
    if ! base64 --decode <<< "$PLAN" | gzip --decompress > "$plan"; then
        echo "exit-code=1" >> "$GITHUB_OUTPUT"
        echo "::error title=campaignsync::The input plan is not what the plan action gave, so nothing was sent." \
            "Run the workflow again from its plan. (GitHub drops an output that seems to hold a secret.)"
        exit 1
    fi
fi
unset PLAN

status=0
run_to_its_end "$RUNNER_TEMP/campaignsync/bin/campaignsync" sync "${options[@]}" > "$result" || status=$?
echo "exit-code=$status" >> "$GITHUB_OUTPUT"
cat "$result" >> "$GITHUB_STEP_SUMMARY"
keep_journal
exit "$status"
