# What the scripts/setup-*.sh share: a cache folder, Debian packages, and programs built from Go modules.
# Sourced, not run. Each script says on stdout only where its programs are.

readonly SETUP="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
readonly CACHE="${RELCTL_E2E_CACHE:-${HOME:?}/.cache/relctl-e2e}"

say() { printf '%s: %s\n' "$(basename "$0" .sh)" "$*" >&2; }
fail() {
  say "$*"
  exit 1
}

# Ends with 3 where this machine has no Go to build a thing with: a caller may do without it, but not with a build that failed.
no_go_for() {
  say "no Go $(sed -n 's/^go //p' "$SETUP/$1/go.mod") or newer on the PATH to build it with"
  exit 3
}

# has_all FOLDER PROGRAM...
has_all() {
  local folder="$1" program
  shift
  for program in "$@"; do [[ -x "$folder/$program" ]] || return 1; done
}

# install_packages PACKAGE=FILE-OR-COMMAND...: installs those whose file or command is not there. Needs root for apt-get.
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

# lock NAME: holds a lock of the cache until the script ends, so that two runs do not build the same thing.
lock() {
  mkdir -p "$CACHE"
  exec 9>"$CACHE/$1.lock"
  flock -n 9 || { say 'another run is building; waiting for it' && flock 9; }
}

# go_serves MODULE: is there a Go as new as scripts/setup/MODULE/go.mod asks? A toolchain is never downloaded.
go_serves() {
  local wanted have
  command -v go >/dev/null || return 1
  wanted="$(sed -n 's/^go //p' "$SETUP/$1/go.mod")"
  have="$(GOTOOLCHAIN=local go env GOVERSION)"
  [[ "$(printf '%s\n' "$wanted" "${have#go}" | sort -V | head -n1)" == "$wanted" ]]
}

# module_version MODULE PATH: the version of a Go module that scripts/setup/MODULE/go.mod requires, without the v.
module_version() {
  awk -v path="$2" '$1 == "require" { $1 = ""; $0 = $0 } $1 == path { sub(/^v/, "", $2); print $2; exit }' "$SETUP/$1/go.mod"
}

# build_tools MODULE FOLDER LDFLAGS: builds all tools of scripts/setup/MODULE/go.mod; FOLDER is whole or not there at all.
build_tools() {
  local unfinished="$2.unfinished"
  rm -rf "$unfinished"
  mkdir -p "$unfinished"
  (cd "$SETUP/$1" && CGO_ENABLED=0 GOTOOLCHAIN=local go build -trimpath -ldflags "-s -w $3" -o "$unfinished/" tool >&2)
  rm -rf "$2"
  mv "$unfinished" "$2"
}
