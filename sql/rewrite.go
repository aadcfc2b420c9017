package sql

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/jackc/pgerrcode"
	pg_query "github.com/pganalyze/pg_query_go/v6"

	"github.com/miniodb/miniodb/catalog"
	"github.com/miniodb/miniodb/internal/pgerr"
	"github.com/miniodb/miniodb/internal/sqltype"
)

// Limits of one query. DuckDB's optimizer is not interruptible, so what it is given must be small enough beforehand.
const (
	maxExprDepth   = 400     // nested expressions, joins and subqueries
	maxRelations   = 64      // relations in joins, over the whole query
	maxSetOps      = 500     // branches of UNION and its kin, over the whole query
	maxViewDepth   = 32      // views within views
	maxTextBytes   = 4 << 20 // of the resulting DuckDB text
	maxColumnCount = 1664    // of a select list, as in PostgreSQL
	// An expression that a macro evaluates more than once is evaluated beforehand when that adds up to more than so many operations.
	maxRepeatedWeight = 60
	// The DuckDB text may be so much longer than the query and its views.
	maxGrowth = 40
)

// translator turns one PostgreSQL query into DuckDB text. It never passes through what it does not know: every construct is written by
// a case of its own, so what is not listed cannot reach the engine.
//
// It resolves names and types itself, as PostgreSQL's parse analysis does, because most differences between the dialects (division,
// parameters, output names, result types of aggregates) depend on types that are not in the tree.
type translator struct {
	env     Env
	text    string // of the statement whose tree is being translated; locations count from there
	inView  int    // depth of views; positions are not reported inside
	depth   int
	rels    int
	setOps  int
	token   string
	aliases map[string]int
	scans   []*scanUse
	systems []SystemScan
	params  []sqltype.Type // OID 0: not known yet
	tested  []int          // parameters in IS [NOT] NULL
	views   []string       // being expanded, against loops
	timed   bool
	calls   bool // functions about the catalogs
	acting  bool // functions that act, in the text
	uses    []*relationUse
	within  []*catalog.View // views that are being expanded, innermost last
	input   int             // bytes of the query and of the views in it

	frames    []*frame // calls of functions that are being expanded, innermost last
	expanded  int      // how many have been
	functions []*catalog.Function
	enums     []*catalog.Type // that the query depends on

	top       *pg_query.SelectStmt // the whole query
	returning bool                 // its select list is that of RETURNING
	acts      bool                 // the select list being translated is the whole query's and may hold actions
	actions   []*pendingAction
}

type scanUse struct {
	scan Scan
	used map[int32]bool
}

func newTranslator(text string, env Env) (*translator, error) {
	var raw [12]byte
	if _, err := rand.Read(raw[:]); err != nil {
		return nil, fmt.Errorf("name scans: %w", err)
	}
	t := &translator{env: env, text: text, token: hex.EncodeToString(raw[:]), aliases: map[string]int{}, input: len(text)}
	for _, oid := range env.Params {
		ty := sqltype.Type{}
		if oid != 0 && oid != sqltype.Unknown {
			ty = sqltype.Of(oid)
		}
		t.params = append(t.params, ty)
	}
	return t, nil
}

// Rewrite turns a query into DuckDB's dialect. Errors are *pgerr.Error with PostgreSQL's SQLSTATE, words and position: 42P01, 42703,
// 42702, 42883, 42804, 42P18, 42501 for what the sandbox bars, 54001 for what is too complex, 0A000 for what is not supported.
func Rewrite(q *Query, env Env) (*Select, error) {
	t, err := newTranslator(q.Text, env)
	if err != nil {
		return nil, err
	}
	stmt := q.Node.GetSelectStmt()
	if stmt == nil {
		return nil, pgerr.New(pgerrcode.FeatureNotSupported, "only queries can be rewritten")
	}
	if q.Stored {
		t.env.ShowNumerics = false
	}
	t.returning = q.Returning
	return t.rewrite(stmt)
}

func (t *translator) rewrite(stmt *pg_query.SelectStmt) (*Select, error) {
	t.top = stmt
	qr, err := t.query(stmt, nil, nil)
	if err != nil {
		return nil, err
	}
	if t.returning {
		qr.where = t.allParams()
	}
	out := &Select{}
	visible := 0
	visible, out.Actions = t.appendActions(qr)
	if t.env.TargetTypes != nil {
		if err := t.assignTargets(qr); err != nil {
			return nil, err
		}
	} else {
		t.settleOutputs(qr)
		for i := range qr.cols {
			if err := t.namesOut(qr, i); err != nil {
				return nil, err
			}
		}
	}
	for i, c := range qr.cols[:visible] {
		out.Columns = append(out.Columns, Column{Name: c.name, Type: c.e.typ, Fields: c.e.fields, RowOf: c.e.rowOf})
		out.Origins = append(out.Origins, c.e.origin)
		if i >= maxColumnCount {
			return nil, pgerr.New(pgerrcode.TooManyColumns, "target lists can have at most %d entries", maxColumnCount)
		}
	}
	if t.env.ShowNumerics {
		t.showNumerics(qr, visible)
	}
	out.Text = qr.render(true)
	if len(out.Text) > maxTextBytes || len(out.Text) > 1<<16+maxGrowth*t.input {
		return nil, tooComplex()
	}
	if out.Params, err = t.paramTypes(); err != nil {
		return nil, err
	}
	if len(out.Actions) == 0 && !t.acting && !t.returning {
		out.Shape = t.shape(qr)
	}
	for _, s := range t.scans {
		out.Scans = append(out.Scans, s.finish())
	}
	out.Systems = t.systems
	for _, u := range t.uses {
		out.Uses = append(out.Uses, u.finish())
	}
	out.Timed, out.Functions, out.Enums = t.timed, t.functions, t.enums
	out.Calls, out.Acts = t.calls, t.acting
	return out, nil
}

// allParams is a condition that holds and names every parameter: the engine wants to see $1 where there is $2, and the statement around a RETURNING list may
// have taken it.
func (t *translator) allParams() string {
	var b strings.Builder
	for i := range t.params {
		word := " AND "
		if i == 0 {
			word = " WHERE "
		}
		fmt.Fprintf(&b, "%s($%d IS NULL) IS NOT NULL", word, i+1)
	}
	return b.String()
}

func (s *scanUse) finish() Scan {
	sc := s.scan
	sc.Columns = []int32{}
	for _, c := range sc.Table.Columns {
		if s.used[c.ID] {
			sc.Columns = append(sc.Columns, c.ID)
		}
	}
	if len(sc.Columns) == len(sc.Table.Columns) {
		sc.Columns = nil
	}
	return sc
}

func (t *translator) paramTypes() ([]sqltype.Type, error) {
	for _, n := range t.tested {
		if t.params[n-1].OID == 0 {
			t.params[n-1] = sqltype.Of(sqltype.Text)
		}
	}
	for i, p := range t.params {
		if p.OID == 0 {
			return nil, pgerr.New(pgerrcode.IndeterminateDatatype, "could not determine data type of parameter $%d", i+1)
		}
	}
	return t.params, nil
}

// settleOutputs gives every output column the type that PostgreSQL announces.
func (t *translator) settleOutputs(q *query) {
	for i := range q.cols {
		q.coerceOutput(t, i)
	}
}

// position turns a byte offset of the tree into a 1-based character position; 0 inside views.
func (t *translator) position(loc int32) int {
	if t.inView > 0 || loc < 0 || int(loc) > len(t.text) {
		return 0
	}
	return utf8.RuneCountInString(t.text[:loc]) + 1
}

func (t *translator) errorf(loc int32, code, format string, args ...any) *pgerr.Error {
	for i, a := range args {
		if ty, ok := a.(sqltype.Type); ok {
			args[i] = t.spell(ty)
		}
	}
	return pgerr.New(code, format, args...).WithPosition(t.position(loc))
}

func (t *translator) unsupported(loc int32, what string) *pgerr.Error {
	return t.errorf(loc, pgerrcode.FeatureNotSupported, "%s is not supported", what)
}

func tooComplex() *pgerr.Error {
	return pgerr.New(pgerrcode.StatementTooComplex, "statement is too complex").
		WithHint("Split it, or nest less deeply.")
}

// enter counts nesting; leave must be called when it returned no error.
func (t *translator) enter() error {
	t.depth++
	if t.depth > maxExprDepth {
		return pgerr.New(pgerrcode.StatementTooComplex, "stack depth limit exceeded").
			WithHint("The statement nests deeper than %d levels.", maxExprDepth)
	}
	return nil
}

func (t *translator) leave() { t.depth-- }

// alias makes a name that no other relation of the query has, also when case is ignored, as DuckDB does.
func (t *translator) alias(name string) string {
	key := strings.ToLower(name)
	n := t.aliases[key]
	t.aliases[key] = n + 1
	if n == 0 {
		return name
	}
	for {
		try := fmt.Sprintf("%s_%d", name, n)
		if t.aliases[strings.ToLower(try)] == 0 {
			t.aliases[strings.ToLower(try)] = 1
			return try
		}
		n++
	}
}

// duckIdent quotes an identifier for DuckDB.
func duckIdent(s string) string { return `"` + strings.ReplaceAll(s, `"`, `""`) + `"` }

// duckString quotes a string for DuckDB, which knows no escapes in plain literals.
func duckString(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }
