package sql

import (
	"slices"
	"strconv"
	"strings"

	"github.com/miniodb/miniodb/catalog"
	"github.com/miniodb/miniodb/internal/sqltype"
)

// maxIdentBytes is NAMEDATALEN-1: longer identifiers are cut by the grammar, not here.
const maxIdentBytes = 63

// maxCells bounds the values of one INSERT: each costs some 60 bytes, however short its text.
const maxCells = 4 << 20

// cellSlab is how many cells are allocated at once.
const cellSlab = 8192

// castWords are the type names of one word that the scanner takes after :: and before a string. All others are the grammar's.
var castWords = map[string]*sqltype.Type{
	"int2": scanType(sqltype.Int2), "smallint": scanType(sqltype.Int2), "int": scanType(sqltype.Int4), "int4": scanType(sqltype.Int4),
	"integer": scanType(sqltype.Int4), "int8": scanType(sqltype.Int8), "bigint": scanType(sqltype.Int8),
	"float4": scanType(sqltype.Float4), "real": scanType(sqltype.Float4), "float8": scanType(sqltype.Float8),
	"numeric": scanType(sqltype.Numeric), "text": scanType(sqltype.Text), "varchar": scanType(sqltype.Varchar),
	"bool": scanType(sqltype.Bool), "boolean": scanType(sqltype.Bool), "bytea": scanType(sqltype.Bytea),
	"date": scanType(sqltype.Date), "time": scanType(sqltype.Time), "timestamp": scanType(sqltype.Timestamp),
	"timestamptz": scanType(sqltype.Timestamptz), "interval": scanType(sqltype.Interval), "uuid": scanType(sqltype.UUID),
	"json": scanType(sqltype.JSON), "jsonb": scanType(sqltype.JSONB),
}

func scanType(oid sqltype.OID) *sqltype.Type {
	t := sqltype.Of(oid)
	return &t
}

// insertScanner reads INSERT INTO t [(columns)] VALUES (constants), ... without the grammar, whose trees cost some fifty times as much.
// Whatever it does not know for certain it leaves to the grammar; what it takes, it must take as the grammar would.
type insertScanner struct {
	lexer
	cells  []Cell // slab that rows are cut from
	params int
}

// sameWord compares a word with a keyword, ASCII case aside: equal lengths leave no room for other letters that fold to ASCII.
func sameWord(w, keyword string) bool {
	return len(w) == len(keyword) && strings.EqualFold(w, keyword)
}

// scanInsert tries the statement at text[start:]. textEnd is the end of its last token, next the position of its semicolon or len(text).
func scanInsert(text string, start int) (ins *Insert, params, textEnd, next int, ok bool) {
	if len(text)-start < len("insert") || !strings.EqualFold(text[start:start+len("insert")], "insert") {
		return nil, 0, 0, 0, false
	}
	s := &insertScanner{lexer: lexer{text: text, pos: start}}
	if s.lexer.word(s.next()) != "insert" || s.lexer.word(s.next()) != "into" {
		return nil, 0, 0, 0, false
	}
	ins = &Insert{}
	t, ok := s.head(ins)
	if !ok || s.lexer.word(t) != "values" {
		return nil, 0, 0, 0, false
	}
	for {
		row, ok := s.row(len(ins.Rows) == 0, ins)
		if !ok {
			return nil, 0, 0, 0, false
		}
		ins.Rows = append(ins.Rows, row)
		if len(ins.Rows)*len(row) > maxCells {
			return nil, 0, 0, 0, false
		}
		textEnd = s.pos
		switch t := s.next(); {
		case t.kind == tokEOF, t.kind == tokOp && t.op == ';':
			return ins, s.params, textEnd, t.start, true
		case t.kind == tokOp && t.op == ',':
		default:
			return nil, 0, 0, 0, false
		}
	}
}

// head reads the table and the columns and returns the token after them.
func (s *insertScanner) head(ins *Insert) (token, bool) {
	first, ok := s.ident(s.next())
	if !ok {
		return token{}, false
	}
	ins.Target = catalog.Name{Name: first}
	t := s.next()
	if t.kind == tokOp && t.op == '.' {
		second, ok := s.ident(s.next())
		if !ok {
			return t, false
		}
		ins.Target = catalog.Name{Schema: first, Name: second}
		t = s.next()
	}
	if t.kind != tokOp || t.op != '(' {
		return t, true
	}
	for {
		col, ok := s.ident(s.next())
		if !ok || len(ins.Columns) == maxColumns || slices.Contains(ins.Columns, col) {
			return t, false
		}
		ins.Columns = append(ins.Columns, col)
		switch t = s.next(); {
		case t.kind == tokOp && t.op == ',':
		case t.kind == tokOp && t.op == ')':
			return s.next(), true
		default:
			return t, false
		}
	}
}

// ident takes an identifier that needs neither unescaping nor cutting and is no keyword with a meaning of its own.
func (s *insertScanner) ident(t token) (string, bool) {
	switch t.kind {
	case tokWord:
		w := s.lexer.word(t)
		return w, len(w) <= maxIdentBytes && !quotedKeywords[w]
	case tokQuoted:
		w := s.text[t.start+1 : t.end-1]
		return w, w != "" && len(w) <= maxIdentBytes && !strings.Contains(w, `"`)
	}
	return "", false
}

func (s *insertScanner) row(first bool, ins *Insert) ([]Cell, bool) {
	if t := s.next(); t.kind != tokOp || t.op != '(' {
		return nil, false
	}
	width := 0
	if !first {
		width = len(ins.Rows[0])
		if cap(s.cells)-len(s.cells) < width {
			s.cells = make([]Cell, 0, max(cellSlab, width))
		}
	} else {
		s.cells = make([]Cell, 0, 16)
	}
	begin := len(s.cells)
	for {
		cell, t, ok := s.cell()
		if !ok || t.kind != tokOp || first && len(s.cells) == maxColumns || !first && len(s.cells)-begin == width {
			return nil, false
		}
		s.cells = append(s.cells, cell)
		switch t.op {
		case ',':
		case ')':
			end := len(s.cells)
			return s.cells[begin:end:end], first || end-begin == width
		default:
			return nil, false
		}
	}
}

// cell reads one value and returns the token after it.
func (s *insertScanner) cell() (Cell, token, bool) {
	t := s.next()
	cell, signed := Cell{}, false
	switch t.kind {
	case tokString:
		cell = Cell{Kind: CellString, Text: s.stringValue(t)}
	case tokNumber:
		text := s.text[t.start:t.end]
		c, ok := numberCell(text)
		if !ok || !validNumber(text) {
			return cell, t, false
		}
		cell = c
	case tokOp:
		num := s.next()
		text := s.text[num.start:num.end]
		if num.kind != tokNumber || !validNumber(text) || t.op != '-' && t.op != '+' {
			return cell, t, false
		}
		if t.op == '-' {
			text = "-" + text
		}
		c, ok := numberCell(text)
		if !ok {
			return cell, t, false
		}
		cell, signed = c, true
	case tokParam:
		n, err := strconv.Atoi(s.text[t.start+1 : t.end])
		if err != nil || n < 1 || n > maxParams {
			return cell, t, false
		}
		s.params = max(s.params, n)
		cell = Cell{Kind: CellParam, Param: int32(n)}
	case tokWord:
		switch w := s.text[t.start:t.end]; { // compared without folding, which would allocate
		case sameWord(w, "null"):
			cell.Kind = CellNull
		case sameWord(w, "default"):
			return Cell{Kind: CellDefault}, s.next(), true
		case sameWord(w, "true"):
			cell = Cell{Kind: CellBool, Text: "true"}
		case sameWord(w, "false"):
			cell = Cell{Kind: CellBool, Text: "false"}
		default:
			typ, str := castWords[s.lexer.word(t)], s.next()
			if typ == nil || str.kind != tokString {
				return cell, t, false
			}
			return Cell{Kind: CellString, Text: s.stringValue(str), Cast: typ}, s.next(), true
		}
	default:
		return cell, t, false
	}
	t = s.next()
	if t.kind != tokOp || t.op != ':' {
		return cell, t, true
	}
	second := s.next()
	typ := castWords[s.lexer.word(s.next())]
	if signed || typ == nil || second.op != ':' || second.start != t.end {
		return cell, t, false
	}
	cell.Cast = typ
	return cell, s.next(), true
}

func (s *insertScanner) stringValue(t token) string {
	v := s.text[t.start+1 : t.end-1]
	if strings.IndexByte(v, '\'') >= 0 {
		v = strings.ReplaceAll(v, "''", "'")
	}
	return v
}

// validNumber checks the form of a decimal number: 1, 1., .5, 1.5e-3.
func validNumber(s string) bool {
	i, digits := 0, 0
	for i < len(s) && isDigit(s[i]) {
		i, digits = i+1, digits+1
	}
	if i < len(s) && s[i] == '.' {
		for i++; i < len(s) && isDigit(s[i]); i++ {
			digits++
		}
	}
	if digits == 0 {
		return false
	}
	if i < len(s) && (s[i] == 'e' || s[i] == 'E') {
		i++
		if i < len(s) && (s[i] == '+' || s[i] == '-') {
			i++
		}
		if i == len(s) {
			return false
		}
		for i < len(s) && isDigit(s[i]) {
			i++
		}
	}
	return i == len(s)
}
