package server

import (
	"net"
	"strconv"

	"github.com/miniodb/miniodb/config"
	"github.com/miniodb/miniodb/pgwire"
)

// wireSettings are the run-time parameters that SHOW takes from the configuration.
func wireSettings(cfg *config.Config) map[string]string {
	out := map[string]string{
		"max_connections": strconv.Itoa(cfg.Pgwire.MaxConnections), "superuser_reserved_connections": strconv.Itoa(pgwire.DefaultReserved),
		"max_prepared_transactions": "0",
	}
	if host, port, err := net.SplitHostPort(cfg.Server.PgAddr); err == nil {
		if host == "" {
			host = "*"
		}
		out["listen_addresses"], out["port"] = host, port
	}
	if tlsConfig(&cfg.Security) != nil {
		out["ssl"] = "on"
	}
	return out
}
