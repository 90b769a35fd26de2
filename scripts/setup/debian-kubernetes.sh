# Builds the oldest Kubernetes that is supported from Debian's own source package, whose dependencies are vendored. Sourced by
# setup-control-plane.sh; the Go compiler comes from Debian too, so a machine without any Go has a control plane.

readonly DEBIAN_KUBERNETES=1.20.2
readonly DEBIAN=bookworm
readonly DEBIAN_GO=/usr/lib/go-1.19/bin/go # newer compilers may not build this source, whatever is first on the PATH
readonly REFLECT2=/usr/share/gocode/src/github.com/modern-go/reflect2
readonly KEYRING=/usr/share/keyrings/debian-archive-keyring.gpg

# The machine's own archive and key, but a sources list and an index of its own: nothing of the machine's apt set-up changes.
fetch_debian_source() {
  local work="$1" version="$2" uri
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
  dpkg-source --no-check -x "$work"/kubernetes_*"$version"*.dsc "$work/go/src/k8s.io/kubernetes" >&2
}

# The vendored reflect2 iterates over maps through an internal of the Go runtime that Go 1.18 changed: it corrupts memory, and
# an API server with custom resources soon crashes. Debian's own package of it is the version that was repaired.
repair_reflect2() {
  local vendored=vendor/github.com/modern-go/reflect2
  rm -rf "$vendored"
  cp -rL "$REFLECT2" "$vendored"
  rm -f "$vendored"/*_test.go
}

# debian_go WORK ARGUMENT...
debian_go() {
  local work="$1"
  shift
  env -u GOROOT -u GOFLAGS GO111MODULE=off CGO_ENABLED=0 GOPATH="$work/go" GOCACHE="$work/go-cache" "$DEBIAN_GO" "$@"
}

# debian_go_build WORK VERSION PROGRAM PACKAGE
debian_go_build() {
  local package minor="${2#*.}" flags='-s -w'
  # The first is what --version prints, the second what the API server tells its clients.
  for package in k8s.io/kubernetes/vendor/k8s.io/{component-base,client-go/pkg}/version; do
    flags+=" -X $package.gitVersion=v$2 -X $package.gitMajor=1 -X $package.gitMinor=${minor%%.*}"
  done
  debian_go "$1" build -ldflags "$flags" -o "$3" "$4"
}

# kube-apiserver links one generated file that the source package does not ship: the OpenAPI description of all its types.
generate_openapi() {
  local work="$1" version="$2" inputs
  # -R, because most of vendor/k8s.io is symbolic links.
  inputs="$(grep -Rl --include='*.go' '+k8s:openapi-gen=' pkg cmd plugin vendor/k8s.io | xargs -n1 dirname | sort -u |
    grep -Ev '/(code-generator|sample-apiserver|kube-openapi|tests?|testdata)(/|$)' |
    sed 's|^|k8s.io/kubernetes/|' | paste -sd,)"
  debian_go_build "$work" "$version" "$work/openapi-gen" k8s.io/kubernetes/vendor/k8s.io/kube-openapi/cmd/openapi-gen
  env -u GOROOT -u GOFLAGS PATH="${DEBIAN_GO%/go}:$PATH" GO111MODULE=off GOPATH="$work/go" GOCACHE="$work/go-cache" \
    "$work/openapi-gen" --input-dirs "$inputs" --output-package k8s.io/kubernetes/pkg/generated/openapi \
    --output-file-base zz_generated.openapi --output-base "$work/go/src" \
    --go-header-file vendor/k8s.io/code-generator/hack/boilerplate.go.txt --report-filename "$work/openapi-report" >&2
  grep -q '/apiextensions/v1.CustomResourceDefinition":' pkg/generated/openapi/zz_generated.openapi.go ||
    fail 'the OpenAPI description lacks types that the API server needs'
}

# build_from_debian VERSION FOLDER: FOLDER is whole or not there at all.
build_from_debian() {
  local version="$1" folder="$2" work="$CACHE/build" unfinished="$2.unfinished" part
  install_packages "golang-1.19-go=$DEBIAN_GO" "golang-github-modern-go-reflect2-dev=$REFLECT2" dpkg-dev=dpkg-source
  rm -rf "$work" "$unfinished"
  mkdir -p "$work" "$unfinished"
  say "fetching the source of Kubernetes $version"
  fetch_debian_source "$work" "$version"
  cd "$work/go/src/k8s.io/kubernetes"
  repair_reflect2
  say 'generating the OpenAPI description'
  generate_openapi "$work" "$version"
  for part in kube-apiserver kube-controller-manager kubectl; do
    say "building $part"
    debian_go_build "$work" "$version" "$unfinished/$part" "k8s.io/kubernetes/cmd/$part"
  done
  cd /
  rm -rf "$work" "$folder"
  mv "$unfinished" "$folder"
}
