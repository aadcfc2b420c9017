package sql

// Statement is one statement of a text, classified.
type Statement struct {
	// Text is the statement's own text without the semicolon and the white space and comments around it. For the inner statement of
	// EXPLAIN and PREPARE it is the text of the outer one, since locations in trees count from there.
	Text string
	// Offset is where Text begins in the text given to Parse, in characters from 0. A position in Text plus Offset is a position in
	// what the client sent.
	Offset int
	// Command says what to do; never nil.
	Command Command
	// Tag is the command tag as CommandComplete has it, but for the row count: "SELECT", "INSERT 0", "COPY", "CREATE TABLE". FETCH, MOVE
	// and COPY take a count as SELECT does.
	Tag string
	// Params is the highest $n in Text, 0 for none. The inner statement of PREPARE has its own; PREPARE itself has none.
	Params int
}

func (s *Statement) setOffset(chars int) {
	s.Offset = chars
	switch c := s.Command.(type) {
	case *Explain:
		c.Inner.setOffset(chars)
	case *PrepareStmt:
		c.Inner.setOffset(chars)
	}
}

// Command is a classified statement; each kind has a struct of its own, always used by pointer.
type Command interface{ command() }

func (*Query) command()          {}
func (*Insert) command()         {}
func (*CreateTable) command()    {}
func (*CreateTableAs) command()  {}
func (*CreateView) command()     {}
func (*CreateSchema) command()   {}
func (*CreateSequence) command() {}
func (*Drop) command()           {}
func (*CreateFunction) command() {}
func (*DropFunction) command()   {}
func (*Truncate) command()       {}
func (*Refresh) command()        {}
func (*Copy) command()           {}
func (*Transaction) command()    {}
func (*SetTransaction) command() {}
func (*Set) command()            {}
func (*Show) command()           {}
func (*Reset) command()          {}
func (*Discard) command()        {}
func (*Listen) command()         {}
func (*Notify) command()         {}
func (*Explain) command()        {}
func (*PrepareStmt) command()    {}
func (*ExecuteStmt) command()    {}
func (*Deallocate) command()     {}
func (*DeclareCursor) command()  {}
func (*Fetch) command()          {}
func (*CloseCursor) command()    {}
func (*Call) command()           {}
func (*Comment) command()        {}
func (*NoOp) command()           {}
