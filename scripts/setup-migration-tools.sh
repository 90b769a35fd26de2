#!/usr/bin/env bash
# Gets the real command lines of migration tools that the tests run drafted Jobs with, from npm and PyPI.
#
#   scripts/setup-migration-tools.sh   prints the folder with node_modules and venv
#
# Versions stand in setup/migration-tools; they are installed once, into ~/.cache/relctl-e2e/migration-tools-DIGEST. Needs npm and
# Python 3 with venv (Debian: python3-venv). About a minute.
set -euo pipefail

. "$(dirname "${BASH_SOURCE[0]}")/setup/common.sh"

main() {
  local wanted="$SETUP/migration-tools" folder
  folder="$CACHE/migration-tools-$(cat "$wanted"/* | sha256sum | cut -c1-12)"
  lock migration-tools
  if [[ ! -e "$folder/complete" ]]; then
    say 'installing from npm and PyPI'
    install_packages python3-venv=/usr/share/doc/python3-venv
    rm -rf "$folder"
    mkdir -p "$folder"
    cp "$wanted"/* "$folder"
    (cd "$folder" && npm install --no-audit --no-fund --ignore-scripts >&2)
    python3 -m venv "$folder/venv"
    "$folder/venv/bin/pip" install --quiet --requirement "$folder/requirements.txt" >&2
    touch "$folder/complete"
  fi
  printf '%s\n' "$folder"
}

main "$@"
