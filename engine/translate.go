package engine

import (
	"strings"

	"github.com/jackc/pgerrcode"

	"github.com/miniodb/miniodb/internal/pgerr"
)

func translate(e duckError) *pgerr.Error {
	return pgerr.New(pgerrcode.InternalError, "%s", firstLine(e.Message))
}

func firstLine(s string) string {
	line, _, _ := strings.Cut(s, "\n")
	return strings.TrimSpace(line)
}
