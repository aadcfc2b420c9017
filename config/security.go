package config

// security checks what must hold among the settings of authentication and encryption. The files are read by the server.
func (v *validator) security() {
	s := &v.cfg.Security
	v.oneOf("security.mode", s.Mode, "none", "token")
	v.oneOf("security.require_tls", s.RequireTLS, "none", "remote", "all")
	v.oneOf("security.client_cert", s.ClientCert, "none", "verify", "authenticate")
	if !s.EnableTLS {
		v.check("security.require_tls", s.RequireTLS != "all", "needs security.enable_tls")
		v.check("security.client_cert", s.ClientCert == "none", "needs security.enable_tls")
		v.check("security.cleartext_roles", len(s.CleartextRoles) == 0, "needs security.enable_tls")
		if s.CertFile != "" || s.KeyFile != "" || s.CAFile != "" {
			v.warn("security.tls_cert_file", "security.enable_tls is false")
		}
		return
	}
	v.check("security.tls_cert_file", s.CertFile != "", "must be given with security.enable_tls")
	v.check("security.tls_key_file", s.KeyFile != "", "must be given with security.enable_tls")
	if s.ClientCert != "none" {
		v.check("security.tls_ca_file", s.CAFile != "", "must be given with security.client_cert %s", s.ClientCert)
		v.check("security.require_tls", s.RequireTLS != "none", "a connection without TLS shows no certificate: want remote or all with security.client_cert %s", s.ClientCert)
	} else if s.CAFile != "" {
		v.warn("security.tls_ca_file", "security.client_cert is none")
	}
}
