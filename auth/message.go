package auth

import (
	"encoding/base64"
	"fmt"
	"strings"

	"github.com/jackc/pgerrcode"

	"github.com/miniodb/miniodb/internal/pgerr"
)

// bindingType is the one kind of channel binding that PostgreSQL clients know (RFC 5929, section 4).
const bindingType = "tls-server-end-point"

// scanner reads a SCRAM message from its beginning (RFC 5802, section 7). Errors are PostgreSQL's (auth-scram.c).
type scanner string

// value reads "attr=value" and the comma behind it, if there is one.
func (s *scanner) value(attr byte) (string, error) {
	if c := s.peek(); c != attr {
		return "", malformed("Expected attribute \"%c\" but found \"%s\".", attr, shown(c))
	}
	return s.rest(attr)
}

// any reads the next attribute, whichever it is.
func (s *scanner) any() (attr byte, value string, err error) {
	switch attr = s.peek(); {
	case attr == 0:
		return 0, "", malformed("Attribute expected, but found end of string.")
	case (attr|0x20) < 'a' || (attr|0x20) > 'z':
		return 0, "", malformed("Attribute expected, but found invalid character \"%s\".", shown(attr))
	}
	value, err = s.rest(attr)
	return attr, value, err
}

func (s *scanner) rest(attr byte) (string, error) {
	tail, ok := strings.CutPrefix(string((*s)[1:]), "=")
	if !ok {
		return "", malformed("Expected character \"=\" for attribute \"%c\".", attr)
	}
	value, tail, _ := strings.Cut(tail, ",")
	*s = scanner(tail)
	return value, nil
}

// peek returns the next byte, 0 at the end.
func (s *scanner) peek() byte {
	if *s == "" {
		return 0
	}
	return (*s)[0]
}

// skip goes past a comma.
func (s *scanner) skip() error {
	if c := s.peek(); c != ',' {
		return malformed("Comma expected, but found character \"%s\".", shown(c))
	}
	*s = (*s)[1:]
	return nil
}

// shown makes a byte fit for a message.
func shown(c byte) string {
	if c >= 0x21 && c <= 0x7e {
		return "'" + string(rune(c)) + "'"
	}
	return fmt.Sprintf("0x%02x", c)
}

// checkWhole refuses what no SCRAM message is.
func checkWhole(msg []byte) error {
	switch {
	case len(msg) == 0:
		return malformed("The message is empty.")
	case strings.IndexByte(string(msg), 0) >= 0:
		return malformed("Message length does not match input length.")
	}
	return nil
}

// checkFirst reads client-first-message and returns its header, up to the second comma, which the last message repeats.
func checkFirst(msg string, o offer) (header string, err error) {
	s := scanner(msg)
	switch flag := s.peek(); {
	case flag != 'n' && flag != 'y' && flag != 'p':
		return "", malformed("Unexpected channel-binding flag \"%s\".", shown(flag))
	case flag == 'p' && !o.plus:
		return "", malformed("The client selected SCRAM-SHA-256 without channel binding, but the SCRAM message includes channel binding data.")
	case flag == 'p':
		kind, err := s.value('p')
		if err != nil {
			return "", err
		}
		if kind != bindingType {
			return "", pgerr.Fatal(pgerrcode.ProtocolViolation, "unsupported SCRAM channel-binding type \"%s\"", printable(kind))
		}
	case o.plus:
		return "", malformed("The client selected SCRAM-SHA-256-PLUS, but the SCRAM message does not include channel binding data.")
	case flag == 'y' && o.binding != nil:
		return "", pgerr.Fatal(pgerrcode.InvalidAuthorizationSpecification, "SCRAM channel binding negotiation error").
			WithDetail("The client supports SCRAM channel binding but thinks the server does not.  However, this server does support channel binding.")
	default:
		s = s[1:]
		if err := s.skip(); err != nil {
			return "", err
		}
	}
	switch c := s.peek(); c {
	case ',':
		s = s[1:]
	case 'a':
		return "", pgerr.Fatal(pgerrcode.FeatureNotSupported, "client uses authorization identity, but it is not supported")
	default:
		return "", malformed("Unexpected attribute \"%s\" in client-first-message.", shown(c))
	}
	header = msg[:len(msg)-len(s)]
	if s.peek() == 'm' {
		return "", pgerr.Fatal(pgerrcode.FeatureNotSupported, "client requires an unsupported SCRAM extension")
	}
	if _, err := s.value('n'); err != nil {
		return "", err
	}
	nonce, err := s.value('r')
	if err != nil {
		return "", err
	}
	if printable(nonce) != nonce {
		return "", pgerr.Fatal(pgerrcode.ProtocolViolation, "non-printable characters in SCRAM nonce")
	}
	for s != "" {
		if _, _, err := s.any(); err != nil {
			return "", err
		}
	}
	return header, nil
}

// boundValue is attribute c that belongs to a header: what it said, and what the connection is bound to.
func boundValue(header string, o offer) string {
	data := []byte(header)
	if o.plus {
		data = append(data, o.binding...)
	}
	return base64.StdEncoding.EncodeToString(data)
}

// checkFinal reads client-final-message, all but the proof itself.
func checkFinal(msg, bound, nonce string, o offer) error {
	s := scanner(msg)
	got, err := s.value('c')
	switch {
	case err != nil:
		return err
	case got != bound && o.plus:
		return pgerr.Fatal(pgerrcode.InvalidAuthorizationSpecification, "SCRAM channel binding check failed")
	case got != bound:
		return pgerr.Fatal(pgerrcode.ProtocolViolation, "unexpected SCRAM channel-binding attribute in client-final-message")
	}
	gotNonce, err := s.value('r')
	if err != nil {
		return err
	}
	for {
		attr, value, err := s.any()
		if err != nil {
			return err
		}
		if attr != 'p' {
			continue // extensions are left out
		}
		if raw, err := base64.StdEncoding.DecodeString(value); err != nil || len(raw) != keyBytes {
			return malformed("Malformed proof in client-final-message.")
		}
		break
	}
	switch {
	case s != "":
		return malformed("Garbage found at the end of client-final-message.")
	case gotNonce != nonce:
		return pgerr.Fatal(pgerrcode.ProtocolViolation, "invalid SCRAM response").WithDetail("Nonce does not match.")
	}
	return nil
}

// printable replaces what is not a visible ASCII character by '?'.
func printable(s string) string {
	out := []byte(s)
	for i, c := range out {
		if c < 0x21 || c > 0x7e {
			out[i] = '?'
		}
	}
	return string(out)
}
