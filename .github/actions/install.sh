#!/usr/bin/env bash
# Installs campaignsync into a virtual environment of its own, $RUNNER_TEMP/campaignsync.
#
# What is installed is the code that this file came with, so that the commit which names the action names the
# program too. Its dependencies are the files that requirements.txt lists by hash: what is to hold the account's
# secret is not whatever was published an hour ago.
#
# -I: the working directory is a pull request's, and a venv.py or pip.py in it would be run.
set -euo pipefail

source_tree=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
place=$RUNNER_TEMP/campaignsync
install=("$place/bin/python" -I -m pip --disable-pip-version-check --quiet install)

python -I -m venv "$place"
"${install[@]}" --require-hashes --only-binary :all: --requirement "$source_tree/.github/actions/requirements.txt"
"${install[@]}" --no-deps --no-build-isolation "$source_tree"
"$place/bin/campaignsync" --version
