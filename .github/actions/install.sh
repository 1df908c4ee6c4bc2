#!/usr/bin/env bash
# Installs campaignsync into a virtual environment of its own, $RUNNER_TEMP/campaignsync.
#
# VERSION: a release, such as 1.2.0; empty: the code that this file came with, so that the commit which
# names the action names the program too. Its dependencies then are the files that requirements.txt lists
# by hash: what is to hold the account's secret is not whatever was published an hour ago.
#
# -I: the working directory is a pull request's, and a venv.py or pip.py in it would be run.
set -euo pipefail

source_tree=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
place=$RUNNER_TEMP/campaignsync
install=("$place/bin/python" -I -m pip --disable-pip-version-check --quiet install)

python -I -m venv "$place"
if [[ -z $VERSION ]]; then
    "${install[@]}" --require-hashes --requirement "$source_tree/.github/actions/requirements.txt"
    "${install[@]}" --no-deps --no-build-isolation "$source_tree"
elif [[ $VERSION =~ ^[0-9]+(\.[0-9]+)*((a|b|rc)[0-9]+)?$ ]]; then
    "${install[@]}" "campaignsync==$VERSION"
else
    printf '::error title=campaignsync::The input "version" is no release, such as 1.2.0.\n'
    exit 1
fi
"$place/bin/campaignsync" --version
