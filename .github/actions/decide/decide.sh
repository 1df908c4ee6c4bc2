#!/usr/bin/env bash
# Carries out what a person decided: adopt records an existing campaign as a definition's, forget drops an entry.
#
# Reads the program's own variables, those that are empty as if they weren't there, and:
#   DECISION     adopt or forget
#   SUBJECT      the definition's file for adopt, the campaign's name for forget
#   CAMP_ID      which campaign, where several have the name; empty for the only one
#   PUSH_TOKEN   the token for GitHub
set -euo pipefail

. "$(dirname "${BASH_SOURCE[0]}")/../git_token.sh"
options=(--push)
case $DECISION in
    adopt) [[ -z $CAMP_ID ]] || options+=(--camp-id "$CAMP_ID") ;;
    forget) ;;
    *)
        echo "::error title=campaignsync::The decision must be adopt or forget."
        exit 1
        ;;
esac
said=$RUNNER_TEMP/campaignsync-decision.txt
status=0
"$RUNNER_TEMP/campaignsync/bin/campaignsync" "$DECISION" "${options[@]}" -- "$SUBJECT" > "$said" 2>&1 || status=$?
cat "$said"
# Names are foreign text: in an indented block nothing of them is Markdown.
{
    echo "### campaignsync $DECISION"
    echo
    sed 's/^/    /' "$said"
} >> "$GITHUB_STEP_SUMMARY"
exit "$status"
