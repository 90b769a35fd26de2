module relctl/gateway

go 1.26.0

// Pins what setup-gateway.sh downloads; what Traefik itself is built from stands in its own go.mod and go.sum.
require (
	github.com/traefik/traefik/v3 v3.7.13
	sigs.k8s.io/gateway-api v1.6.1
)
