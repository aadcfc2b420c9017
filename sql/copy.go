package sql

import (
	"slices"
	"strings"

	"github.com/jackc/pgerrcode"
	pg_query "github.com/pganalyze/pg_query_go/v6"

	"github.com/miniodb/miniodb/internal/pgerr"
)

// copy classifies COPY. The words of errors are those of PostgreSQL 15 (commands/copy.c, ProcessCopyOptions).
func (c *classifier) copy(n *pg_query.CopyStmt) (*Copy, error) {
	if n.IsProgram || n.Filename != "" {
		what := map[[2]bool]string{
			{false, true}: "COPY from a file", {false, false}: "COPY to a file",
			{true, true}: "COPY from an external program", {true, false}: "COPY to an external program",
		}[[2]bool{n.IsProgram, n.IsFrom}]
		return nil, pgerr.New(pgerrcode.InsufficientPrivilege, "permission denied: %s is not allowed", what).
			WithHint("Anyone can COPY to stdout or from stdin. psql's \\copy command also works for anyone.")
	}
	if n.WhereClause != nil {
		return nil, unsupported("COPY FROM ... WHERE is not supported")
	}
	out := &Copy{From: n.IsFrom}
	var err error
	if n.Query != nil {
		if sel := n.Query.GetSelectStmt(); sel != nil && takeInto(sel) != nil {
			return nil, unsupported("COPY (SELECT INTO) is not supported")
		}
		if out.Query, err = c.query(n.Query); err != nil {
			return nil, err
		}
	} else {
		if out.Table, err = c.name(n.Relation); err != nil {
			return nil, err
		}
		for _, name := range stringsOf(n.Attlist) {
			if slices.Contains(out.Columns, name) {
				return nil, pgerr.New(pgerrcode.DuplicateColumn, "column \"%s\" specified more than once", name)
			}
			out.Columns = append(out.Columns, name)
		}
	}
	o := copyOptionReader{classifier: c, from: n.IsFrom}
	out.Options, err = o.read(n.Options)
	if err != nil {
		return nil, err
	}
	return out, nil
}

// copyOptionReader reads the options of one COPY; nil strings are options that were not given.
type copyOptionReader struct {
	*classifier
	from                             bool
	out                              CopyOptions
	delimiter, null, quote, escape   *string
	forceQuote, forceNotNull, forceN bool
}

func (r *copyOptionReader) read(nodes []*pg_query.Node) (CopyOptions, error) {
	seen := map[string]bool{}
	for _, node := range nodes {
		def := node.GetDefElem()
		if seen[def.Defname] {
			return r.out, r.at(pgerr.New(pgerrcode.SyntaxError, "conflicting or redundant options"), def.Location)
		}
		seen[def.Defname] = true
		if err := r.option(def); err != nil {
			return r.out, r.at(pgerr.From(err), def.Location)
		}
	}
	if err := r.check(); err != nil {
		return r.out, err
	}
	return r.out, nil
}

func (r *copyOptionReader) option(def *pg_query.DefElem) error {
	text := func() (*string, error) {
		s, ok := defText(def)
		if !ok || def.Arg == nil {
			return nil, pgerr.New(pgerrcode.SyntaxError, "%s requires a parameter", def.Defname)
		}
		return &s, nil
	}
	var err error
	switch def.Defname {
	case "format":
		var s *string
		if s, err = text(); err != nil {
			return err
		}
		switch *s {
		case "text":
			r.out.Format = CopyText
		case "csv":
			r.out.Format = CopyCSV
		case "binary":
			r.out.Format = CopyBinary
		default:
			return pgerr.New(pgerrcode.InvalidParameterValue, "COPY format \"%s\" not recognized", clip(*s))
		}
	case "freeze":
		s, _ := defText(def)
		if _, ok := defBool(def, s); !ok {
			return pgerr.New(pgerrcode.SyntaxError, "freeze requires a Boolean value")
		}
	case "delimiter":
		r.delimiter, err = text()
	case "null":
		r.null, err = text()
	case "quote":
		r.quote, err = text()
	case "escape":
		r.escape, err = text()
	case "header":
		s, _ := defText(def)
		if strings.EqualFold(s, "match") {
			r.out.Header, r.out.HeaderMatch = true, true
			break
		}
		on, ok := defBool(def, s)
		if !ok {
			return pgerr.New(pgerrcode.SyntaxError, "header requires a Boolean value or \"match\"")
		}
		r.out.Header = on
	case "force_quote":
		r.forceQuote = true
		r.out.ForceQuote, r.out.ForceQuoteAll, err = columnList(def)
	case "force_not_null":
		r.forceNotNull = true
		r.out.ForceNotNull, r.out.ForceNotNullAll, err = columnList(def)
	case "force_null":
		r.forceN = true
		r.out.ForceNull, r.out.ForceNullAll, err = columnList(def)
	case "encoding":
		var s *string
		if s, err = text(); err != nil {
			return err
		}
		switch strings.ToLower(strings.NewReplacer("-", "", "_", "").Replace(*s)) {
		case "utf8", "unicode":
			r.out.Encoding = "UTF8"
		case "sqlascii", "latin1", "latin2", "latin9", "win1250", "win1251", "win1252", "iso88591", "iso88592", "iso885915", "eucjp", "sjis", "gbk", "gb18030", "big5", "koi8r", "euckr", "euccn":
			return unsupported("COPY encoding \"%s\" is not supported", clip(*s)).WithHint("Only UTF8 is.")
		default:
			return pgerr.New(pgerrcode.InvalidParameterValue, "argument to option \"encoding\" must be a valid encoding name")
		}
	case "dedup_token":
		var s *string
		if s, err = text(); err != nil {
			return err
		}
		if *s == "" || len(*s) > maxTokenBytes {
			return pgerr.New(pgerrcode.InvalidParameterValue, "argument to option \"dedup_token\" must have 1 to %d bytes", maxTokenBytes)
		}
		r.out.DedupToken = *s
	default:
		return pgerr.New(pgerrcode.SyntaxError, "option \"%s\" not recognized", clip(def.Defname))
	}
	return err
}

// maxTokenBytes bounds a de-duplication token.
const maxTokenBytes = 512

func columnList(def *pg_query.DefElem) (names []string, all bool, err error) {
	switch v := def.Arg.GetNode().(type) {
	case *pg_query.Node_AStar:
		return nil, true, nil
	case *pg_query.Node_List:
		return stringsOf(v.List.Items), false, nil
	}
	return nil, false, pgerr.New(pgerrcode.InvalidParameterValue, "argument to option \"%s\" must be a list of column names", def.Defname)
}

// check applies the rules between options and fills in the defaults, in PostgreSQL's order.
func (r *copyOptionReader) check() error {
	o := &r.out
	csv := o.Format == CopyCSV
	invalid := func(message string) error { return pgerr.New(pgerrcode.InvalidParameterValue, "%s", message) }
	if o.Format == CopyBinary {
		if r.delimiter != nil {
			return pgerr.New(pgerrcode.SyntaxError, "cannot specify DELIMITER in BINARY mode")
		}
		if r.null != nil {
			return pgerr.New(pgerrcode.SyntaxError, "cannot specify NULL in BINARY mode")
		}
	}
	delimiter, null, quote := "\t", `\N`, `"`
	if csv {
		delimiter, null = ",", ""
	}
	setString(&delimiter, r.delimiter)
	setString(&null, r.null)
	setString(&quote, r.quote)
	escape := quote
	setString(&escape, r.escape)
	switch {
	case len(delimiter) != 1:
		return unsupported("COPY delimiter must be a single one-byte character")
	case delimiter == "\r" || delimiter == "\n":
		return invalid("COPY delimiter cannot be newline or carriage return")
	case strings.ContainsAny(null, "\r\n"):
		return invalid("COPY null representation cannot use newline or carriage return")
	case !csv && strings.Contains("\\.abcdefghijklmnopqrstuvwxyz0123456789", delimiter):
		return invalid("COPY delimiter cannot be \"" + delimiter + "\"")
	case o.Format == CopyBinary && o.Header:
		return unsupported("cannot specify HEADER in BINARY mode")
	case o.HeaderMatch && !r.from:
		return unsupported("cannot use \"match\" with HEADER in COPY TO")
	case !csv && r.quote != nil:
		return unsupported("COPY quote available only in CSV mode")
	case csv && len(quote) != 1:
		return unsupported("COPY quote must be a single one-byte character")
	case csv && delimiter == quote:
		return invalid("COPY delimiter and quote must be different")
	case !csv && r.escape != nil:
		return unsupported("COPY escape available only in CSV mode")
	case csv && len(escape) != 1:
		return unsupported("COPY escape must be a single one-byte character")
	case !csv && r.forceQuote:
		return unsupported("COPY force quote available only in CSV mode")
	case r.forceQuote && r.from:
		return unsupported("COPY force quote only available using COPY TO")
	case !csv && r.forceNotNull:
		return unsupported("COPY force not null available only in CSV mode")
	case r.forceNotNull && !r.from:
		return unsupported("COPY force not null only available using COPY FROM")
	case !csv && r.forceN:
		return unsupported("COPY force null available only in CSV mode")
	case r.forceN && !r.from:
		return unsupported("COPY force null only available using COPY FROM")
	case strings.Contains(null, delimiter):
		return unsupported("COPY delimiter must not appear in the NULL specification")
	case csv && strings.Contains(null, quote):
		return unsupported("CSV quote character must not appear in the NULL specification")
	case o.DedupToken != "" && !r.from:
		return unsupported("COPY dedup_token only available using COPY FROM")
	}
	o.Delimiter, o.Null = delimiter[0], null
	if csv {
		o.Quote, o.Escape = quote[0], escape[0]
	}
	return nil
}

func setString(to *string, given *string) {
	if given != nil {
		*to = *given
	}
}
