package logging

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestJSONHasComponentAndLevel(t *testing.T) {
	var out bytes.Buffer
	log, err := New(&out, "info", Auto)
	require.NoError(t, err)
	log = For(log, "ingest")
	log.Debug().Msg("hidden")
	log.Info().Int64("buffered_rows", 3).Msg("flushed")

	var line map[string]any
	require.NoError(t, json.Unmarshal(out.Bytes(), &line), "one line only: %s", out.String())
	require.Equal(t, "ingest", line["component"])
	require.Equal(t, "info", line["level"])
	require.EqualValues(t, 3, line["buffered_rows"])
	require.Contains(t, line, "time")
}

func TestConsoleIsPlainWithoutTerminal(t *testing.T) {
	var out bytes.Buffer
	log, err := New(&out, "WARN", Console)
	require.NoError(t, err)
	log.Warn().Msg("slow")
	require.Contains(t, out.String(), "WRN slow")
	require.NotContains(t, out.String(), "\x1b")
}

func TestBadNames(t *testing.T) {
	_, err := New(&bytes.Buffer{}, "loud", JSON)
	require.ErrorContains(t, err, `log level "loud": want trace, debug, info, warn, error`)
	_, err = New(&bytes.Buffer{}, "info", "xml")
	require.ErrorContains(t, err, `log format "xml"`)
}
