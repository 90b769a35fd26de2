#!/usr/bin/env bash
# Gets the real Kubernetes control plane, Prometheus and Alertmanager that the end-to-end tests run against.
#
#   scripts/setup-control-plane.sh            prints the folder with etcd, kube-apiserver, kube-controller-manager and kubectl
#   scripts/setup-control-plane.sh oldest     the same with the oldest Kubernetes that is supported, 1.20.2
#
# The first of these that can be had:
#   1. the folder that KUBEBUILDER_ASSETS names, if it holds etcd, kube-apiserver and kube-controller-manager (the convention of
#      controller-runtime's envtest; a kubectl in it is used too);
#   2. where there is a Go as new as setup/control-plane/go.mod asks: the Kubernetes that stands there, from its Go modules,
#      built once: about four minutes on two idle cores, a Go build cache of 2.7 GB;
#   3. Kubernetes 1.20.2 from Debian's source package (setup/debian-kubernetes.sh), built once in about four minutes.
# What is built lies in ~/.cache/relctl-e2e/kubernetes-VERSION (or $RELCTL_E2E_CACHE/kubernetes-VERSION); running this again does
# nothing. etcd, Prometheus and Alertmanager come from Debian packages. Needs root for apt-get.
set -euo pipefail

readonly PARTS=(etcd kube-apiserver kube-controller-manager)
. "$(dirname "${BASH_SOURCE[0]}")/setup/common.sh"
. "$SETUP/debian-kubernetes.sh"

build_newest() {
  local version="$1" minor package flags=''
  minor="${version#*.}"
  # The first is what --version prints, the second what kubectl tells about itself.
  for package in k8s.io/component-base/version k8s.io/client-go/pkg/version; do
    flags+=" -X $package.gitVersion=v$version -X $package.gitMajor=1 -X $package.gitMinor=${minor%%.*} -X $package.gitTreeState=clean"
  done
  say "building Kubernetes $version from its Go modules"
  build_tools control-plane "$2" "$flags"
}

main() {
  local wanted="${1:-newest}" version folder build
  install_packages prometheus=/usr/bin/prometheus prometheus-alertmanager=/usr/bin/prometheus-alertmanager
  if [[ "$wanted" == newest && -n "${KUBEBUILDER_ASSETS:-}" ]]; then
    if has_all "$KUBEBUILDER_ASSETS" "${PARTS[@]}"; then
      say 'using KUBEBUILDER_ASSETS'
      printf '%s\n' "$KUBEBUILDER_ASSETS"
      return
    fi
    say "KUBEBUILDER_ASSETS lacks one of ${PARTS[*]}; not used"
  fi
  if [[ "$wanted" == newest ]] && go_serves control-plane; then
    version="$(module_version control-plane k8s.io/kubernetes)" build=build_newest
  else
    [[ "$wanted" == oldest ]] || say 'no Go that builds a current Kubernetes; taking the oldest that is supported'
    version="$DEBIAN_KUBERNETES" build=build_from_debian
  fi
  install_packages etcd-server=/usr/bin/etcd util-linux=flock
  folder="$CACHE/kubernetes-$version"
  lock "kubernetes-$version"
  has_all "$folder" "${PARTS[@]}" kubectl || "$build" "$version" "$folder"
  ln -sf /usr/bin/etcd "$folder/etcd"
  printf '%s\n' "$folder"
}

main "$@"
