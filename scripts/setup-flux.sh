#!/usr/bin/env bash
# Gets the real Flux that the end-to-end tests of `rollout: gitops` run beside: kustomize-controller, source-controller and their CRDs.
#
#   scripts/setup-flux.sh            prints the folder with kustomize-controller, source-controller and crds/
#
# Both are the versions that setup/flux/go.mod names, with what their own go.mod replaces. They are built once from their Go modules
# into ~/.cache/relctl-e2e/flux-VERSION (or $RELCTL_E2E_CACHE/flux-VERSION).
# Ends with 3 where there is no Go as new as setup/flux/go.mod asks.
set -euo pipefail

. "$(dirname "${BASH_SOURCE[0]}")/setup/common.sh"

readonly CONTROLLERS=(kustomize-controller source-controller)

copy_crds() {
  local controller
  mkdir -p "$1/crds"
  for controller in "${CONTROLLERS[@]}"; do
    cp "$(cd "$SETUP/flux" && go list -m -f '{{.Dir}}' "github.com/fluxcd/$controller")"/config/crd/bases/*.yaml "$1/crds/"
  done
  chmod -R u+w "$1/crds"
}

main() {
  local version folder
  export GOTOOLCHAIN=local
  go_serves flux || no_go_for flux
  version="$(module_version flux github.com/fluxcd/kustomize-controller)"
  folder="$CACHE/flux-$version"
  lock "flux-$version"
  if ! has_all "$folder" "${CONTROLLERS[@]}"; then
    say "building Flux's controllers $version from their Go modules"
    build_tools flux "$folder" ''
  fi
  [[ -d "$folder/crds" ]] || copy_crds "$folder"
  printf '%s\n' "$folder"
}

main "$@"
