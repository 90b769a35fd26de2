#!/usr/bin/env bash
# Gets the real cosign that the tests sign and attest images with, and crane, which puts images into a registry and is one itself.
#
#   scripts/setup-cosign.sh            prints the folder with cosign and crane
#
# They are the versions that setup/cosign/go.mod names, built once from their Go modules into ~/.cache/relctl-e2e/cosign-VERSION (or
# $RELCTL_E2E_CACHE/cosign-VERSION). Ends with 3 where there is no Go as new as that file asks.
set -euo pipefail

. "$(dirname "${BASH_SOURCE[0]}")/setup/common.sh"

main() {
  local version folder
  go_serves cosign || no_go_for cosign
  version="$(module_version cosign github.com/sigstore/cosign/v3)"
  folder="$CACHE/cosign-$version"
  lock "cosign-$version"
  if ! has_all "$folder" cosign crane; then
    say "building cosign $version from its Go modules"
    build_tools cosign "$folder" "-X sigs.k8s.io/release-utils/version.gitVersion=v$version"
  fi
  printf '%s\n' "$folder"
}

main "$@"
