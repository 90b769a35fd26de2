#!/usr/bin/env bash
# Gets the real gateway that the end-to-end tests route through: Traefik, and the standard CRDs of Gateway API.
#
#   scripts/setup-gateway.sh            prints the folder with traefik and crds/
#
# Both are the versions that setup/gateway/go.mod names. Traefik is built once from its Go module into
# ~/.cache/relctl-e2e/gateway-VERSION (or $RELCTL_E2E_CACHE/gateway-VERSION): three to four minutes on two idle cores. The module as it is
# cannot be built outside of its makers' repository; setup/gateway/traefik.patch mends that, and changes nothing of routing:
#   - a nested module and the dashboard are not in the zip: two empty structs, and a page that says so;
#   - a fork of go-http-auth is not served: the original, with which basic authentication refuses everybody;
#   - the DNS challenges of ACME and the provider for ECS are left out, for the memory that compiling some hundred clouds takes.
# Ends with 3 where there is no Go as new as setup/gateway/go.mod asks.
set -euo pipefail

. "$(dirname "${BASH_SOURCE[0]}")/setup/common.sh"

module_folder() { (cd "$SETUP/gateway" && go list -m -f '{{.Dir}}' "$1"); }

build() {
  local version="$1" folder="$2" source="$CACHE/build-gateway" unfinished="$2.unfinished"
  rm -rf "$source" "$unfinished"
  mkdir -p "$unfinished/crds"
  say "building Traefik $version from its Go module"
  (cd "$SETUP/gateway" && go mod download github.com/traefik/traefik/v3 sigs.k8s.io/gateway-api)
  cp -r "$(module_folder github.com/traefik/traefik/v3)" "$source"
  chmod -R u+w "$source"
  cd "$source"
  git init -q # or git apply would look at the repository around, if any
  git apply "$SETUP/gateway/traefik.patch"
  CGO_ENABLED=0 go build -trimpath -ldflags "-s -w -X github.com/traefik/traefik/v3/pkg/version.Version=$version" \
    -o "$unfinished/traefik" ./cmd/traefik >&2
  cp "$(module_folder sigs.k8s.io/gateway-api)"/config/crd/standard/gateway.networking.k8s.io_*.yaml "$unfinished/crds/"
  cd /
  chmod -R u+w "$unfinished"
  rm -rf "$source" "$folder"
  mv "$unfinished" "$folder"
}

main() {
  local version folder
  export GOTOOLCHAIN=local
  go_serves gateway || no_go_for gateway
  version="$(module_version gateway github.com/traefik/traefik/v3)"
  folder="$CACHE/gateway-$version"
  lock "gateway-$version"
  has_all "$folder" traefik || build "$version" "$folder"
  printf '%s\n' "$folder"
}

main "$@"
