#!/usr/bin/env bash
# Gets actionlint, which reads the workflow that `relctl init` writes for GitHub.
#
#   scripts/setup-actionlint.sh      prints the folder with actionlint
#
# It is the one that setup/actionlint/go.mod names, built once from its Go modules into ~/.cache/relctl-e2e/actionlint-VERSION (or
# $RELCTL_E2E_CACHE/actionlint-VERSION). Ends with 3 where there is no Go as new as that file asks.
set -euo pipefail

. "$(dirname "${BASH_SOURCE[0]}")/setup/common.sh"

main() {
  local version folder
  go_serves actionlint || no_go_for actionlint
  version="$(module_version actionlint github.com/rhysd/actionlint)"
  folder="$CACHE/actionlint-$version"
  lock "actionlint-$version"
  if ! has_all "$folder" actionlint; then
    say "building actionlint $version from its Go modules"
    build_tools actionlint "$folder" "-X github.com/rhysd/actionlint.version=$version"
  fi
  printf '%s\n' "$folder"
}

main "$@"
