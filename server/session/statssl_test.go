package session

import (
	"crypto/x509/pkix"
	"encoding/asn1"
	"math/big"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestDistinguishedName(t *testing.T) {
	for want, name := range map[string]pkix.Name{
		"/C=DE/O=An \\\"odd\\\" one\\, or two/CN=visitor": {Country: []string{"DE"}, Organization: []string{`An "odd" one, or two`}, CommonName: "visitor"},
		"/CN=ü":                          {CommonName: "ü"},
		"/CN=" + strings.Repeat("ü", 29): {CommonName: strings.Repeat("ü", 40)}, // not cut inside of a letter
	} {
		der, err := asn1.Marshal(name.ToRDNSequence())
		require.NoError(t, err)
		require.Equal(t, want, distinguishedName(der))
	}
	require.Nil(t, distinguishedName([]byte("no name")))
	require.Equal(t, "42", serialText(big.NewInt(42)))
	require.Nil(t, serialText(new(big.Int).Lsh(big.NewInt(1), 100)))
}
