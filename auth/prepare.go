package auth

import (
	"unicode/utf8"

	"github.com/xdg-go/stringprep"
)

// saslprep is RFC 4013 as PostgreSQL applies it (pg_saslprep), which differs in two places: U+200B, which two of the RFC's tables map, becomes a space and
// is not left out; and what is prohibited is looked for before the normalisation, which is a step of its own.
var (
	saslprep = stringprep.Profile{
		Mappings:  []stringprep.Mapping{stringprep.SASLprep.Mappings[1], stringprep.SASLprep.Mappings[0]},
		Prohibits: stringprep.SASLprep.Prohibits,
		CheckBiDi: true,
	}
	nfkc = stringprep.Profile{Normalize: true}
)

// prepare brings a password into the form that is hashed. What SASLprep does not allow is used as it is: a password is never refused for its characters.
func prepare(password string) string {
	if !utf8.ValidString(password) {
		return password
	}
	mapped, err := saslprep.Prepare(password)
	if err != nil || mapped == "" {
		return password
	}
	out, err := nfkc.Prepare(mapped)
	if err != nil {
		return password
	}
	return out
}
