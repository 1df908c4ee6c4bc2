#!/usr/bin/env bash
# Annotates what is wrong with the definitions, and puts the plan into the run's summary.
#
# Reads CAMPAIGNSYNC_CAMPAIGNS and CAMPAIGNSYNC_STATE, and MAX_CREATES: fail where a plan creates more; empty
# for any. Fails where a plan can't be made. Outputs:
#   report         the file with the plan as Markdown, or with what hindered it
#   has-work       whether a sync would have something to create or to resolve
#   is-untouched   whether the pull request is known to change neither definitions nor state
#   commit         the commit that was planned
set -euo pipefail

campaignsync=$RUNNER_TEMP/campaignsync/bin/campaignsync
report=$RUNNER_TEMP/campaignsync-plan.md

# GitHub's preview of a pull request is the merge of it into its base, the merge's first parent.
is_untouched() {
    git rev-parse --quiet --verify 'HEAD^2' > /dev/null &&
        git diff --quiet 'HEAD^1' HEAD -- "$CAMPAIGNSYNC_CAMPAIGNS" "$CAMPAIGNSYNC_STATE"
}

creates() {
    "$campaignsync" plan --format json |
        "$RUNNER_TEMP/campaignsync/bin/python" -I -c 'import json, sys; print(len(json.load(sys.stdin)["create"]))'
}

"$campaignsync" validate --format github 2> /dev/null || true # the plan meets the same problems

status=0 has_work=false
"$campaignsync" plan --format markdown --detailed-exitcode > "$report" || status=$?
if [[ $status == 2 ]]; then
    has_work=true
    status=0
    # Before anybody is asked to approve what the sync would then refuse.
    if [[ $MAX_CREATES =~ ^[0-9]+$ && $(creates) -gt $MAX_CREATES ]]; then
        status=1
        refusal="The plan creates $(creates) campaigns, and at most $MAX_CREATES are allowed (the input max-creates)."
        printf '\n**%s**\n' "$refusal" >> "$report"
        echo "::error title=campaignsync::$refusal"
    fi
fi
cat "$report" >> "$GITHUB_STEP_SUMMARY"
{
    echo "report=$report"
    echo "has-work=$has_work"
    echo "is-untouched=$([[ $status == 0 ]] && is_untouched && echo true || echo false)"
    echo "commit=$(git rev-parse HEAD)"
} >> "$GITHUB_OUTPUT"
exit "$status"
