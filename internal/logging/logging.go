// Package logging sets up the one logger that main makes and everybody else is given.
//
// It owns the output format and the level names. There is no package-level logger: a component takes a zerolog.Logger and adds its
// `component` field with For. Keys are snake_case; SQL text and secrets are never logged above debug.
package logging

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/rs/zerolog"
	"golang.org/x/term"
)

// Formats of the log.
const (
	Auto    = "auto"    // console when the output is a terminal, JSON otherwise
	Console = "console" // aligned lines for people
	JSON    = "json"    // one object a line
)

// Levels are the accepted level names, from the most to the least talkative.
var Levels = []string{"trace", "debug", "info", "warn", "error"}

// New makes a logger that writes to w from the given level on.
func New(w io.Writer, level, format string) (zerolog.Logger, error) {
	lvl, err := zerolog.ParseLevel(strings.ToLower(level))
	if err != nil || level == "" {
		return zerolog.Nop(), fmt.Errorf("log level %q: want %s", level, strings.Join(Levels, ", "))
	}
	terminal := isTerminal(w)
	switch format {
	case JSON:
	case Console, Auto, "":
		if format == Console || terminal {
			w = zerolog.ConsoleWriter{Out: w, TimeFormat: time.TimeOnly + ".000", NoColor: !terminal}
		}
	default:
		return zerolog.Nop(), fmt.Errorf("log format %q: want %s, %s or %s", format, Auto, Console, JSON)
	}
	return zerolog.New(zerolog.SyncWriter(w)).Level(lvl).With().Timestamp().Logger(), nil
}

// For returns the logger of one component.
func For(log zerolog.Logger, component string) zerolog.Logger {
	return log.With().Str("component", component).Logger()
}

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}
