package auth

import (
	"strings"
	"testing"
)

// FuzzMessages reads messages of an exchange in every state; only the proof of the password may be good enough.
func FuzzMessages(f *testing.F) {
	v, err := derive("sesame", []byte("0123456789abcdef"), 1)
	if err != nil {
		f.Fatal(err)
	}
	f.Add("n,,n=,r=abc", "c=biws,r=abc,p=AAAA", false, false)
	f.Add("p=tls-server-end-point,,n=,r=abc", "c=cD10bHMtc2VydmVyLWVuZC1wb2ludCwsAAAA,r=abc,p=AAAA", true, true)
	f.Add("y,,n=a=2Cb,r=abc,x=1", "c=eSws,r=abc,x=1,p=,", true, false)
	f.Fuzz(func(t *testing.T, first, final string, bound, plus bool) {
		o := offer{plus: plus && bound}
		if bound {
			o.binding = []byte("binding")
		}
		e, err := newExchange(v, false, o)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := e.first(first); err != nil {
			return
		}
		_, nonce, _ := strings.Cut(final, "r=")
		nonce, _, _ = strings.Cut(nonce, ",")
		msg := strings.Replace(final, "r="+nonce, "r="+e.nonce, 1) // so that more than the nonce is tried
		if _, err := e.final(msg); err == nil {
			t.Fatalf("%q was good enough", msg)
		}
	})
}

// FuzzVerifier reads what may be a verifier: what is read is written as it was, and a password is never taken for one.
func FuzzVerifier(f *testing.F) {
	v, err := derive("sesame", []byte("0123456789abcdef"), 4096)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(v.String())
	f.Add("SCRAM-SHA-256$4096:$:")
	f.Add("secret")
	f.Fuzz(func(t *testing.T, s string) {
		v, err := parseVerifier(s)
		if err != nil {
			return
		}
		again, err := parseVerifier(v.String())
		if err != nil || again.String() != v.String() {
			t.Fatalf("%q became %q: %v", s, v.String(), err)
		}
	})
}
