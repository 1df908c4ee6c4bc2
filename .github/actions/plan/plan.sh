#!/usr/bin/env bash
# Annotates what is wrong with the definitions, and puts the plan into the run's summary.
#
# Reads CAMPAIGNSYNC_CAMPAIGNS and CAMPAIGNSYNC_STATE, and MAX_CREATES: fail where a plan sends more; empty
# for any. Fails where a plan can't be made. Outputs:
#   report         the file with the plan as Markdown, or with what hindered it
#   has-work       whether a sync would have something to create or to resolve
#   is-untouched   whether the pull request is known to change neither definitions nor state
#   plan           what sync.sh takes as PLAN; empty where this fails
set -euo pipefail

programs=$RUNNER_TEMP/campaignsync/bin
report=$RUNNER_TEMP/campaignsync-plan.md
file=$RUNNER_TEMP/campaignsync-plan.json

# GitHub's preview of a pull request is the merge of it into its base, the merge's first parent.
is_untouched() {
    git rev-parse --quiet --verify 'HEAD^2' > /dev/null &&
        git diff --quiet 'HEAD^1' HEAD -- "$CAMPAIGNSYNC_CAMPAIGNS" "$CAMPAIGNSYNC_STATE"
}

"$programs/campaignsync" validate --format github 2> /dev/null || true # the plan meets the same problems

status=0 has_work=false plan=
"$programs/campaignsync" plan --format markdown --detailed-exitcode --out "$file" > "$report" || status=$?
if [[ $status == 0 || $status == 2 ]]; then
    [[ $status == 0 ]] || has_work=true
    status=0
    # Here, before anybody is asked to approve what the sync would then refuse.
    plan=$("$programs/python" -I "$(dirname "${BASH_SOURCE[0]}")/hand_over.py" "$file" "$MAX_CREATES") || status=$?
    if [[ $status != 0 ]]; then
        printf '\n**%s**\n' "$plan" >> "$report"
        echo "::error title=campaignsync::$plan"
        plan=
    fi
fi
cat "$report" >> "$GITHUB_STEP_SUMMARY"
{
    echo "report=$report"
    echo "has-work=$has_work"
    echo "is-untouched=$([[ $status == 0 ]] && is_untouched && echo true || echo false)"
    echo "plan=$plan"
} >> "$GITHUB_OUTPUT"
exit "$status"
