#!/usr/bin/env bash
# Gets the real forge that the tests of votes on a merge request run on: Gitea.
#
#   scripts/setup-gitea.sh            prints the folder with gitea and its templates
#
# It is the version that setup/gitea/go.mod names, built once from its Go module into ~/.cache/relctl-e2e/gitea-VERSION (or
# $RELCTL_E2E_CACHE/gitea-VERSION): some twenty minutes on a busy machine with two cores. Its module has no frontend (scripts and styles), so
# its pages are plain HTML; the API is whole. Needs a C compiler, for SQLite. Ends with 3 where there is no Go as new as setup/gitea/go.mod asks.
set -euo pipefail

. "$(dirname "${BASH_SOURCE[0]}")/setup/common.sh"

build() {
  local version="$1" folder="$2" source="$CACHE/build-gitea" unfinished="$2.unfinished" module
  rm -rf "$source" "$unfinished"
  mkdir -p "$unfinished"
  say "building Gitea $version from its Go module"
  module="$(cd "$SETUP/gitea" && go mod download -json code.gitea.io/gitea | sed -n 's/^\t"Dir": "\(.*\)",\?$/\1/p')"
  cp -r "$module" "$source"
  chmod -R u+w "$source"
  cd "$source"
  CGO_ENABLED=1 go build -buildvcs=false -mod=mod -trimpath -tags 'sqlite sqlite_unlock_notify' -ldflags "-s -w -X main.Version=$version" -o "$unfinished/gitea" . >&2
  cp -r templates options public "$unfinished/"
  cd /
  rm -rf "$source" "$folder"
  mv "$unfinished" "$folder"
}

main() {
  local version folder
  export GOTOOLCHAIN=local
  go_serves gitea || no_go_for gitea
  version="$(module_version gitea code.gitea.io/gitea)"
  folder="$CACHE/gitea-$version"
  lock "gitea-$version"
  has_all "$folder" gitea || build "$version" "$folder"
  printf '%s\n' "$folder"
}

main "$@"
