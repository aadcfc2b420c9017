package auth

import (
	"crypto/hmac"
	"crypto/sha256"
	"errors"

	"github.com/xdg-go/scram"
)

// SecretBytes is the length of a database's secret.
const SecretBytes = 32

var errSecret = errors.New("auth: the secret of the database is too short")

// mock is the verifier of a role that has none: the same one at each attempt, and no password fits.
func mock(secret []byte, role string) verifier {
	derived := func(what string) []byte {
		mac := hmac.New(sha256.New, secret)
		_, _ = mac.Write([]byte(what + "\x00" + role)) // it does not fail
		return mac.Sum(nil)
	}
	return verifier{scram.StoredCredentials{
		KeyFactors: scram.KeyFactors{Salt: string(derived("salt")[:saltBytes]), Iters: iterations},
		StoredKey:  derived("stored key"), ServerKey: derived("server key"),
	}}
}
