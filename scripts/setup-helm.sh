#!/usr/bin/env bash
# Gets the real Helm that the tests render charts with.
#
#   scripts/setup-helm.sh            prints the folder with helm
#
# The helm on the PATH if it is a Helm 3 or 4; otherwise the one that setup/helm/go.mod names, built once from its Go modules into
# ~/.cache/relctl-e2e/helm-VERSION (or $RELCTL_E2E_CACHE/helm-VERSION): less than a minute after setup-control-plane.sh, whose
# packages it shares. Ends with 3 where there is neither a helm nor a Go as new as that file asks.
set -euo pipefail

. "$(dirname "${BASH_SOURCE[0]}")/setup/common.sh"

main() {
  local found version folder
  if found="$(command -v helm)" && [[ "$(helm version --template '{{.Version}}' 2>/dev/null)" == v[34].* ]]; then
    dirname "$(readlink -f "$found")"
    return
  fi
  go_serves helm || no_go_for helm
  version="$(module_version helm helm.sh/helm/v4)"
  folder="$CACHE/helm-$version"
  lock "helm-$version"
  if ! has_all "$folder" helm; then
    say "building Helm $version from its Go modules"
    build_tools helm "$folder" "-X helm.sh/helm/v4/internal/version.version=v$version"
  fi
  printf '%s\n' "$folder"
}

main "$@"
