#!/usr/bin/env bash
# Annotates what is wrong with the definitions, and puts the plan into the run's summary.
#
# Reads CAMPAIGNSYNC_CAMPAIGNS and CAMPAIGNSYNC_STATE, and:
#   MAX_CREATES      fail where a plan sends more; empty for any
#   COMMENT          whether there will be a comment, true or false
#   ALLOW_CUT_ROWS   whether the report may leave out campaigns that are sent, true or false
#   ALLOW_RENAMES    whether likely renames, which are not sent, may pass, true or false
# Fails where a plan can't be made, or must not pass. Outputs:
#   report         the file with the plan as Markdown for a comment, or with what hindered it
#   has-work       whether a sync would have something to create or to resolve
#   is-untouched   whether the pull request is known to change neither definitions nor state
#   is-quiet       whether there is nothing to send and nothing found
#   plan           what sync.sh takes as PLAN; empty where this fails
set -euo pipefail

programs=$RUNNER_TEMP/campaignsync/bin
here=$(dirname "${BASH_SOURCE[0]}")
report=$RUNNER_TEMP/campaignsync-plan.md
summary=$RUNNER_TEMP/campaignsync-summary.md
file=$RUNNER_TEMP/campaignsync-plan.json
# What a sync reads: the commit, byte for byte, and not what the attributes make of it in this folder.
options=(--commit HEAD --format markdown)

# GitHub's preview of a pull request is the merge of it into its base, the merge's first parent.
is_untouched() {
    git rev-parse --quiet --verify 'HEAD^2' > /dev/null &&
        git diff --quiet 'HEAD^1' HEAD -- "$CAMPAIGNSYNC_CAMPAIGNS" "$CAMPAIGNSYNC_STATE"
}

# Each line of what is given, in the log, and below both reports.
refuse() {
    local reason
    while IFS= read -r reason; do
        printf '\n\n**%s**\n' "$reason" | tee -a "$summary" >> "$report"
        echo "::error title=campaignsync::$reason"
    done <<< "$1"
}

"$programs/campaignsync" validate --format github 2> /dev/null || true # the plan meets the same problems

status=0 has_work=false is_stopped=false plan='' reasons=''
"$programs/python" -I "$here/touched.py" | tee "$summary" > "$report"
"$programs/campaignsync" plan "${options[@]}" --detailed-exitcode --out "$file" >> "$report" || status=$?
# 8: something to send, and the policy wants it stopped.
[[ $status != 8 ]] || is_stopped=true status=2
if [[ $status == 0 || $status == 2 ]]; then
    [[ $status != 2 ]] || has_work=true status=0
    # Where this fails there would be a plan without its rows, and nothing to miss them by.
    "$programs/campaignsync" plan "${options[@]}" --summary >> "$summary" || [[ $? == 8 ]] ||
        { status=1; refuse "The plan could not be written whole: nobody could review it. Run this again."; }
    reports=("$summary")
    [[ $COMMENT != true ]] || reports+=("$report")
    # Here, before anybody is asked to approve what the sync would then refuse.
    plan=$("$programs/python" -I "$here/hand_over.py" "$file" "$MAX_CREATES") ||
        { status=1 reasons=$plan plan=''; }
    [[ -z $reasons ]] || refuse "$reasons"
    reasons=$("$programs/python" -I "$here/verdict.py" "$file" "${reports[@]}") || { status=1 plan=''; }
    [[ -z $reasons ]] || refuse "$reasons"
    # That is for reviewers: what was merged in spite of it is sent.
    [[ $is_stopped == false || ${GITHUB_EVENT_NAME:-} != pull_request* ]] ||
        { status=1; refuse "The policy says that what was found must stop this: fix it, or have it waived."; }
    [[ $status == 0 ]] || plan=''
else
    cp "$report" "$summary"
fi
cat "$summary" >> "$GITHUB_STEP_SUMMARY"
{
    echo "report=$report"
    echo "has-work=$has_work"
    echo "is-untouched=$([[ $status == 0 ]] && is_untouched && echo true || echo false)"
    echo "plan=$plan"
} >> "$GITHUB_OUTPUT"
exit "$status"
