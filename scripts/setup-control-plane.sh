#!/usr/bin/env bash
# Gets the real Kubernetes control plane, Prometheus and Alertmanager that the end-to-end tests run against.
#
#   scripts/setup-control-plane.sh            prints the folder with etcd, kube-apiserver and kube-controller-manager
#
# If KUBEBUILDER_ASSETS names a folder that holds the three, that folder is used (the convention of controller-runtime's
# envtest). Otherwise they are built once, from Debian's own source package of Kubernetes (1.20.2, with its dependencies
# vendored), into ~/.cache/relctl-e2e/bin (or $RELCTL_E2E_CACHE/bin): about four minutes on two cores. etcd, Prometheus,
# Alertmanager and the Go compiler come from Debian packages. Running it again does nothing. Needs root for apt-get.
set -euo pipefail

readonly KUBERNETES=1.20.2
readonly DEBIAN=bookworm
readonly GO=/usr/lib/go-1.19/bin/go # newer compilers may not build this source, whatever is first on the PATH
readonly PARTS=(etcd kube-apiserver kube-controller-manager)
readonly REFLECT2=/usr/share/gocode/src/github.com/modern-go/reflect2
readonly KEYRING=/usr/share/keyrings/debian-archive-keyring.gpg
cache="${RELCTL_E2E_CACHE:-${HOME:?}/.cache/relctl-e2e}"

say() { printf 'setup-control-plane: %s\n' "$*" >&2; }
fail() {
  say "$*"
  exit 1
}

has_all() {
  local part
  for part in "${PARTS[@]}"; do [[ -x "$1/$part" ]] || return 1; done
}

# Services of these packages would take fixed ports and outlive the tests: RUNLEVEL=1 keeps invoke-rc.d from starting them.
install_packages() {
  local missing=() entry
  for entry in "$@"; do
    [[ -e "${entry#*=}" ]] || command -v "${entry#*=}" >/dev/null || missing+=("${entry%%=*}")
  done
  ((${#missing[@]})) || return 0
  say "installing ${missing[*]}"
  apt-get update -q >&2
  RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "${missing[@]}" >&2
}

# The machine's own archive and key, but a sources list and an index of its own: nothing of the machine's apt set-up changes.
fetch_source() {
  local uri
  uri="$(apt-get indextargets --format '$(CODENAME) $(COMPONENT) $(REPO_URI)' 'Created-By: Packages' |
    awk -v suite="$DEBIAN" '$1 == suite && $2 == "main" { print $3; exit }')"
  [[ -n "$uri" ]] || fail "no archive of Debian $DEBIAN among this machine's apt sources; set KUBEBUILDER_ASSETS instead"
  mkdir -p "$work/lists/partial"
  printf 'deb-src [signed-by=%s] %s %s main\n' "$KEYRING" "$uri" "$DEBIAN" >"$work/sources.list"
  local apt=(apt-get -q -o "Dir::Etc::sourcelist=$work/sources.list" -o Dir::Etc::sourceparts=/dev/null
    -o "Dir::State::Lists=$work/lists" -o APT::Sandbox::User=root)
  "${apt[@]}" update >&2
  (cd "$work" && "${apt[@]}" source --download-only --only-source "kubernetes" >&2)
  mkdir -p "$work/go/src/k8s.io"
  dpkg-source --no-check -x "$work"/kubernetes_*"$KUBERNETES"*.dsc "$work/go/src/k8s.io/kubernetes" >&2
}

# The vendored reflect2 iterates over maps through an internal of the Go runtime that Go 1.18 changed: it corrupts memory, and
# an API server with custom resources soon crashes. Debian's own package of it is the version that was repaired.
repair_reflect2() {
  local vendored=vendor/github.com/modern-go/reflect2
  rm -rf "$vendored"
  cp -rL "$REFLECT2" "$vendored"
  rm -f "$vendored"/*_test.go
}

go_build() {
  local package flags='-s -w'
  # The first is what --version prints, the second what the API server tells its clients.
  for package in k8s.io/kubernetes/vendor/k8s.io/{component-base,client-go/pkg}/version; do
    flags+=" -X $package.gitVersion=v$KUBERNETES -X $package.gitMajor=1 -X $package.gitMinor=20"
  done
  env -u GOROOT -u GOFLAGS GO111MODULE=off CGO_ENABLED=0 GOPATH="$work/go" GOCACHE="$work/go-cache" "$GO" build \
    -ldflags "$flags" -o "$1" "$2"
}

# kube-apiserver links one generated file that the source package does not ship: the OpenAPI description of all its types.
generate_openapi() {
  local inputs
  # -R, because most of vendor/k8s.io is symbolic links.
  inputs="$(grep -Rl --include='*.go' '+k8s:openapi-gen=' pkg cmd plugin vendor/k8s.io | xargs -n1 dirname | sort -u |
    grep -Ev '/(code-generator|sample-apiserver|kube-openapi|tests?|testdata)(/|$)' |
    sed 's|^|k8s.io/kubernetes/|' | paste -sd,)"
  go_build "$work/openapi-gen" k8s.io/kubernetes/vendor/k8s.io/kube-openapi/cmd/openapi-gen
  env -u GOROOT -u GOFLAGS PATH="${GO%/go}:$PATH" GO111MODULE=off GOPATH="$work/go" GOCACHE="$work/go-cache" \
    "$work/openapi-gen" --input-dirs "$inputs" --output-package k8s.io/kubernetes/pkg/generated/openapi \
    --output-file-base zz_generated.openapi --output-base "$work/go/src" \
    --go-header-file vendor/k8s.io/code-generator/hack/boilerplate.go.txt --report-filename "$work/openapi-report" >&2
  grep -q '/apiextensions/v1.CustomResourceDefinition":' pkg/generated/openapi/zz_generated.openapi.go ||
    fail 'the OpenAPI description lacks types that the API server needs'
}

build() {
  work="$cache/build"
  rm -rf "$work"
  mkdir -p "$work" "$cache/bin"
  say "fetching the source of Kubernetes $KUBERNETES"
  fetch_source
  cd "$work/go/src/k8s.io/kubernetes"
  repair_reflect2
  say 'generating the OpenAPI description'
  generate_openapi
  local part
  for part in kube-apiserver kube-controller-manager; do
    say "building $part"
    go_build "$work/$part" "k8s.io/kubernetes/cmd/$part"
    mv "$work/$part" "$cache/bin/$part" # whole or not at all
  done
  cd /
  rm -rf "$work"
}

main() {
  install_packages prometheus=/usr/bin/prometheus prometheus-alertmanager=/usr/bin/prometheus-alertmanager \
    kubernetes-client=kubectl
  if [[ -n "${KUBEBUILDER_ASSETS:-}" ]] && has_all "$KUBEBUILDER_ASSETS"; then
    say "using KUBEBUILDER_ASSETS"
    printf '%s\n' "$KUBEBUILDER_ASSETS"
    return
  fi
  mkdir -p "$cache/bin"
  exec 9>"$cache/lock"
  flock -n 9 || { say 'another run is building; waiting for it' && flock 9; }
  if ! has_all "$cache/bin"; then
    install_packages "golang-1.19-go=$GO" "golang-github-modern-go-reflect2-dev=$REFLECT2" etcd-server=/usr/bin/etcd dpkg-dev=dpkg-source util-linux=flock
    ln -sf /usr/bin/etcd "$cache/bin/etcd"
    has_all "$cache/bin" || build
    say "built into the cache folder"
  fi
  printf '%s\n' "$cache/bin"
}

main "$@"
