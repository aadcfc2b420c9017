package session

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgerrcode"

	"github.com/miniodb/miniodb/catalog"
	"github.com/miniodb/miniodb/internal/duck"
	"github.com/miniodb/miniodb/internal/pgerr"
	"github.com/miniodb/miniodb/planner"
	"github.com/miniodb/miniodb/sql"
)

// What one system relation may hold: its rows travel in the text of the query.
const (
	maxSystemRows  = 500_000
	maxSystemBytes = 128 << 20
)

// systemRows is what was made of one relation or call for one query.
type systemRows struct {
	name string
	rows int
	text string // a query in DuckDB's dialect
}

// systemRows makes the rows of every system relation and function that a query names. Relations that it names twice are the same both times.
func (s *Session) systemRows(ctx context.Context, sel *sql.Select, r *rows) ([]systemRows, error) {
	out := make([]systemRows, len(sel.Systems))
	var image *pgImage
	first := map[*sql.System]int{}
	for i, use := range sel.Systems {
		if at, ok := first[use.System]; ok && len(use.Args) == 0 {
			out[i] = out[at]
			continue
		}
		first[use.System] = i
		o := s.node.systems.objects[use.System]
		if o == nil { // a sequence
			rows, err := s.sequenceRow(use.System.Name)
			if err != nil {
				return nil, err
			}
			out[i] = systemRows{name: use.System.Name.String(), rows: len(rows)}
			if out[i].text, err = rowsText(use.System, rows); err != nil {
				return nil, err
			}
			continue
		}
		if o.rows == nil {
			if image == nil {
				var release func()
				image, release = s.node.pgCatalog.use(s.database(), s.node.engine.Load())
				r.release = append(r.release, release)
			}
			table, err := s.node.pgCatalog.table(ctx, image, o.relation)
			if err != nil {
				return nil, err
			}
			out[i] = systemRows{name: o.Name.String(), text: "FROM " + hotTable(table)}
			continue
		}
		rows, err := o.rows(ctx, s, use.Args)
		if err != nil {
			var known *pgerr.Error
			if errors.As(err, &known) || ctx.Err() != nil {
				return nil, err
			}
			return nil, fmt.Errorf("read %s: %w", o.Name, err)
		}
		out[i] = systemRows{name: o.Name.String(), rows: len(rows)}
		if out[i].text, err = rowsText(&o.System, rows); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// rowsText writes rows as a query. All values are in one constant: 100,000 rows of eight columns take DuckDB 0.4 s so, and 5.9 s as VALUES.
func rowsText(o *sql.System, rows [][]*string) (string, error) {
	if len(rows) == 0 {
		return planner.NoRows(o.Columns)
	}
	if len(rows) > maxSystemRows {
		return "", tooManyRows(o.Name)
	}
	var b strings.Builder
	b.WriteString("SELECT ")
	for i, c := range o.Columns {
		typ, err := duck.Type(c.Type)
		if err != nil {
			return "", err
		}
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "CAST(r[%d] AS %s) AS %s", i+1, typ, duck.Ident(c.Name))
	}
	var values strings.Builder
	enc := json.NewEncoder(&values)
	enc.SetEscapeHTML(false)
	values.WriteByte('[')
	for i, row := range rows {
		if len(row) != len(o.Columns) {
			return "", fmt.Errorf("system relation %s: row of %d values for %d columns", o.Name, len(row), len(o.Columns))
		}
		if i > 0 {
			values.WriteByte(',')
		}
		if err := enc.Encode(row); err != nil { // replaces what is not UTF-8
			return "", fmt.Errorf("system relation %s: %w", o.Name, err)
		}
		if values.Len() > maxSystemBytes {
			return "", tooManyRows(o.Name)
		}
	}
	values.WriteByte(']')
	b.WriteString(" FROM (SELECT unnest(from_json(")
	b.WriteString(duck.Literal(values.String()))
	b.WriteString(`, '[["VARCHAR"]]')) AS r)`)
	return b.String(), nil
}

func tooManyRows(n catalog.Name) error {
	return pgerr.New(pgerrcode.ProgramLimitExceeded, "system relation %s is too large to be read", n).
		WithDetail("The limit is %d rows and %d MB.", maxSystemRows, maxSystemBytes>>20)
}

// Row makes one row of a system relation: integers, bool, float64, strings, time.Time, time.Duration (an interval), error, fmt.Stringer. nil, a
// zero time and a nil error are NULL.
func Row(values ...any) []*string {
	out := make([]*string, len(values))
	for i, v := range values {
		if text, ok := systemValue(v); ok {
			text = strings.ReplaceAll(text, "\x00", "")
			out[i] = &text
		}
	}
	return out
}

func systemValue(v any) (text string, ok bool) {
	switch v := v.(type) {
	case nil:
		return "", false
	case *string:
		if v == nil {
			return "", false
		}
		return *v, true
	case string:
		return v, true
	case bool:
		return strconv.FormatBool(v), true
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return "", false
		}
		return strconv.FormatFloat(v, 'g', -1, 64), true
	case time.Time:
		return v.UTC().Format("2006-01-02 15:04:05.999999+00"), !v.IsZero()
	case time.Duration:
		return strconv.FormatFloat(v.Seconds(), 'f', 6, 64) + " seconds", true
	case error:
		return v.Error(), true
	}
	return fmt.Sprint(v), true
}
