#!/usr/bin/env bash
# Asks the account what became of the recorded campaigns, and puts that into the run's summary.
#
# Reads the program's own variables, those that are empty as if they weren't there.
# Fails where the account could not be asked. Outputs:
#   report      the file with the report as Markdown
#   differs     whether somebody should look at a campaign, true or false; empty where that isn't known
#   exit-code   how the program ended
set -euo pipefail

report=$RUNNER_TEMP/campaignsync-status.md

status=0
"$RUNNER_TEMP/campaignsync/bin/campaignsync" status --format markdown --detailed-exitcode > "$report" || status=$?
cat "$report" >> "$GITHUB_STEP_SUMMARY"
{
    echo "report=$report"
    echo "exit-code=$status"
    case $status in
        0) echo "differs=false" ;;
        2) echo "differs=true" ;;
        *) echo "differs=" ;;
    esac
} >> "$GITHUB_OUTPUT"
if [[ $status == 2 ]]; then
    echo "::warning title=campaignsync::Some campaigns are not as they were sent: see this run's summary."
    exit 0
fi
exit "$status"
