package session

import (
	"context"
	"crypto/x509/pkix"
	"encoding/asn1"
	"fmt"
	"math/big"
	"strings"
	"unicode/utf8"

	"github.com/miniodb/miniodb/catalog"
	"github.com/miniodb/miniodb/internal/sqltype"
	"github.com/miniodb/miniodb/sql"
)

// oidStatSSL is PostgreSQL's OID of the view.
const oidStatSSL uint32 = 12249

const (
	maxNameBytes   = 63 // of the names in pg_stat_ssl, as PostgreSQL's NAMEDATALEN
	maxSerialDigit = 29 // before the point of a numeric without precision
)

// sslRelation is pg_stat_ssl (PostgreSQL 15 documentation, 28.2.4): how sessions are encrypted. Those that a role may not look at are left out.
func sslRelation(n *Node) *systemObject {
	return &systemObject{
		System: sql.System{Name: catalog.Name{Schema: catalogSchema, Name: "pg_stat_ssl"}, OID: oidStatSSL, Columns: SystemColumns("pid", sqltype.Int4, "ssl", sqltype.Bool,
			"version", sqltype.Text, "cipher", sqltype.Text, "bits", sqltype.Int4, "client_dn", sqltype.Text, "client_serial", sqltype.Numeric, "issuer_dn", sqltype.Text)},
		rows: func(_ context.Context, s *Session, _ []*string) ([][]*string, error) {
			var out [][]*string
			for _, o := range n.open() {
				if !s.maySee(o) {
					continue
				}
				t := o.client.TLS
				if t == nil {
					out = append(out, Row(o.client.ProcessID, false, nil, nil, nil, nil, nil, nil))
					continue
				}
				var subject, serial, issuer any
				if c := t.Certificate; c != nil {
					subject, serial, issuer = distinguishedName(c.RawSubject), serialText(c.SerialNumber), distinguishedName(c.RawIssuer)
				}
				out = append(out, Row(o.client.ProcessID, true, t.Version, t.Cipher, t.Bits, subject, serial, issuer))
			}
			return out, nil
		},
	}
}

// serialText is a certificate's number, nil where it has more digits than our numeric can hold.
func serialText(n *big.Int) any {
	if text := n.String(); len(text) <= maxSerialDigit {
		return text
	}
	return nil
}

// shortNames are the names that OpenSSL prints for the attributes of a distinguished name.
var shortNames = map[string]string{
	"2.5.4.3": "CN", "2.5.4.4": "SN", "2.5.4.5": "serialNumber", "2.5.4.6": "C", "2.5.4.7": "L", "2.5.4.8": "ST", "2.5.4.9": "street", "2.5.4.10": "O",
	"2.5.4.11": "OU", "2.5.4.12": "title", "2.5.4.17": "postalCode", "2.5.4.42": "GN", "1.2.840.113549.1.9.1": "emailAddress", "0.9.2342.19200300.100.1.25": "DC",
	"0.9.2342.19200300.100.1.1": "UID",
}

// distinguishedName prints a name as PostgreSQL does: /C=DE/CN=name, cut to maxNameBytes. What cannot be read is nil.
func distinguishedName(der []byte) any {
	var name pkix.RDNSequence
	if rest, err := asn1.Unmarshal(der, &name); err != nil || len(rest) > 0 {
		return nil
	}
	var b strings.Builder
	for _, set := range name {
		for _, a := range set {
			short, ok := shortNames[a.Type.String()]
			if !ok {
				short = "UNDEF"
			}
			fmt.Fprintf(&b, "/%s=%s", short, escapeName(fmt.Sprint(a.Value)))
		}
	}
	text := b.String()
	for len(text) > maxNameBytes {
		_, size := utf8.DecodeLastRuneInString(text)
		text = text[:len(text)-size]
	}
	return text
}

// escapeName escapes what RFC 2253, section 2.4 asks for.
func escapeName(v string) string {
	var b strings.Builder
	for i, r := range v {
		if strings.ContainsRune(`,+"\<>;`, r) || i == 0 && (r == '#' || r == ' ') || i == len(v)-1 && r == ' ' {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}
