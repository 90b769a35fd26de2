#!/bin/sh
# Runs a command in a network namespace of its own, in which 198.18.0.0/15 (RFC 2544, for tests of network devices) is this machine:
#   test/cluster/own-network.sh COMMAND...
# Kubernetes refuses loopback addresses in EndpointSlices, so pods that a real gateway is to find need others. Nothing gets out of it.
set -eu
if [ "${RELCTL_OWN_NETWORK:-}" != yes ]; then
  # Without root, a user namespace gives the right to make one; some systems forbid that.
  [ "$(id -u)" = 0 ] && kind=--net || kind='--net --map-root-user'
  RELCTL_OWN_NETWORK=yes exec unshare $kind "$0" "$@"
fi
ip link set lo up
ip route add local 198.18.0.0/15 dev lo
exec "$@"
