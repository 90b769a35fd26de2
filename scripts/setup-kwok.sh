#!/usr/bin/env bash
# Gets KWOK, which tells the API server of nodes and pods that run nowhere: hundreds of services on one machine.
#
#   scripts/setup-kwok.sh            prints the folder with kwok and stages/, what it tells of a node and of a pod
#
# It is the one that setup/kwok/go.mod names, built once from its Go modules into ~/.cache/relctl-e2e/kwok-VERSION (or
# $RELCTL_E2E_CACHE/kwok-VERSION): less than four minutes, one job at a time, after setup-control-plane.sh, whose packages it shares. Ends with 3 where there is no Go
# as new as that file asks.
set -euo pipefail

. "$(dirname "${BASH_SOURCE[0]}")/setup/common.sh"

copy_stages() {
  local module unfinished="$1/stages.unfinished"
  module="$(cd "$SETUP/kwok" && go list -m -f '{{.Dir}}' sigs.k8s.io/kwok)"
  rm -rf "$unfinished"
  mkdir -p "$unfinished"
  cp "$module"/kustomize/stage/node/fast/node-*.yaml "$module"/kustomize/stage/pod/fast/pod-*.yaml "$unfinished/"
  chmod -R u+w "$unfinished"
  mv "$unfinished" "$1/stages"
}

main() {
  local version folder
  export GOTOOLCHAIN=local
  go_serves kwok || no_go_for kwok
  version="$(module_version kwok sigs.k8s.io/kwok)"
  folder="$CACHE/kwok-$version"
  lock "kwok-$version"
  if ! has_all "$folder" kwok; then
    say "building KWOK $version from its Go modules"
    build_tools kwok "$folder" ''
  fi
  [[ -d "$folder/stages" ]] || copy_stages "$folder"
  printf '%s\n' "$folder"
}

main "$@"
