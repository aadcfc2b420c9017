package auth

import (
	"crypto/hmac"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/jackc/pgerrcode"
	"github.com/xdg-go/scram"

	"github.com/miniodb/miniodb/internal/pgerr"
)

// What PostgreSQL uses for the verifiers that it makes.
const (
	mechanism  = "SCRAM-SHA-256"
	iterations = 4096
	saltBytes  = 16
	keyBytes   = 32
)

// maxPlainIterations bounds the work that a password in clear text may cost. SCRAM leaves this work to the client.
const maxPlainIterations = 1_000_000

// verifier is what is kept of a password.
type verifier struct{ scram.StoredCredentials }

// Verifier returns what is kept of a password, as pg_authid.rolpassword has it: SCRAM-SHA-256$<iterations>:<salt>$<StoredKey>:<ServerKey>. A text that has
// this form already is returned as it is. "" stands for no password: for an empty one and for the verifier of an empty one. MD5 hashes are refused with 0A000.
func Verifier(password string) (string, error) {
	v, err := parseVerifier(password)
	switch {
	case password == "":
		return "", nil
	case err == nil:
		if v.Iters <= maxPlainIterations && v.fits("") {
			return "", nil
		}
		return password, nil
	case isMD5(password):
		return "", pgerr.New(pgerrcode.FeatureNotSupported, "MD5-hashed passwords are not supported").
			WithHint("Give the password itself, or a SCRAM-SHA-256 verifier.")
	}
	salt := make([]byte, saltBytes)
	if _, err := rand.Read(salt); err != nil {
		return "", fmt.Errorf("make a salt: %w", err)
	}
	made, err := derive(password, salt, iterations)
	if err != nil {
		return "", err
	}
	if made.fits("") {
		return "", nil
	}
	return made.String(), nil
}

func derive(password string, salt []byte, iters int) (verifier, error) {
	client, err := scram.SHA256.NewClientUnprepped("", prepare(password), "")
	if err != nil {
		return verifier{}, fmt.Errorf("derive a verifier: %w", err)
	}
	c, err := client.GetStoredCredentialsWithError(scram.KeyFactors{Salt: string(salt), Iters: iters})
	if err != nil {
		return verifier{}, fmt.Errorf("derive a verifier: %w", err)
	}
	return verifier{c}, nil
}

// String is the form in which a verifier is kept.
func (v verifier) String() string {
	b64 := base64.StdEncoding.EncodeToString
	return mechanism + "$" + strconv.Itoa(v.Iters) + ":" + b64([]byte(v.Salt)) + "$" + b64(v.StoredKey) + ":" + b64(v.ServerKey)
}

// fits reports whether this is the password, in time that does not depend on how much of it is right.
func (v verifier) fits(password string) bool {
	got, err := derive(password, []byte(v.Salt), v.Iters)
	return err == nil && hmac.Equal(got.ServerKey, v.ServerKey)
}

var errNoVerifier = errors.New("not a SCRAM-SHA-256 verifier")

// parseVerifier reads the form that String writes. Its errors do not repeat the text, which may be a password.
func parseVerifier(s string) (verifier, error) {
	var v verifier
	rest, ok := strings.CutPrefix(s, mechanism+"$")
	if !ok || strings.ContainsAny(s, "\r\n") { // base64 skips these
		return v, errNoVerifier
	}
	factors, keys, ok1 := strings.Cut(rest, "$")
	iters, salt, ok2 := strings.Cut(factors, ":")
	stored, server, ok3 := strings.Cut(keys, ":")
	n, err := strconv.ParseInt(iters, 10, 32)
	if !ok1 || !ok2 || !ok3 || err != nil || n < 1 {
		return v, errNoVerifier
	}
	b64 := base64.StdEncoding.Strict()
	saltRaw, err1 := b64.DecodeString(salt)
	v.Iters, v.Salt = int(n), string(saltRaw)
	var err2, err3 error
	v.StoredKey, err2 = b64.DecodeString(stored)
	v.ServerKey, err3 = b64.DecodeString(server)
	if err := errors.Join(err1, err2, err3); err != nil || len(saltRaw) == 0 || len(v.StoredKey) != keyBytes || len(v.ServerKey) != keyBytes {
		return v, errNoVerifier
	}
	return v, nil
}

// isMD5 reports the form of PostgreSQL's older verifiers: md5 and 32 hexadecimal digits.
func isMD5(s string) bool {
	return len(s) == 35 && strings.HasPrefix(s, "md5") && strings.Trim(s[3:], "0123456789abcdef") == ""
}
