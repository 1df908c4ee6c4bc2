#!/usr/bin/env bash
# Commits what the account has that definitions name, for offline checks and editors.
#
# Reads the program's own variables, those that are empty as if they weren't there, and:
#   PUSH_TOKEN   the token for GitHub
set -euo pipefail

. "$(dirname "${BASH_SOURCE[0]}")/../git_token.sh"
"$RUNNER_TEMP/campaignsync/bin/campaignsync" inventory --push | tee -a "$GITHUB_STEP_SUMMARY"
