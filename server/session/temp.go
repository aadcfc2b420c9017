package session

import (
	"context"
	"maps"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgerrcode"

	"github.com/miniodb/miniodb/catalog"
	"github.com/miniodb/miniodb/internal/pgerr"
	"github.com/miniodb/miniodb/sql"
)

// Temporary objects belong to a session: they are in no log and no store, nobody else sees them, and they end with it. Their definitions stand in a
// database of their own that is laid over the one that all share, so that whatever looks names up finds them; their rows are in the engine (temprows.go).
// Like settings, all of it is a value that a rollback puts back.

// maxTempObjects bounds the temporary relations of a session.
const maxTempObjects = 1000

// firstTempOID begins the OIDs of temporary objects. They come round again after maxTempOIDs, and what is derived from them for types and indexes keeps clear of
// what is derived from the first four million OIDs of the catalog.
const (
	firstTempOID uint32 = 1<<29 + 1<<22
	maxTempOIDs  uint32 = 1 << 22
)

// tempState are a session's temporary objects at one moment. What it points to does not change.
type tempState struct {
	objects  *catalog.Database // the temporary schema alone; nil before the first object
	parts    map[uuid.UUID][]tempPart
	onCommit map[uuid.UUID]sql.OnCommit

	// counters are sequences as they are after nextval, by OID. No rollback turns the numbers back: the sequences do change. Which there are does not, but for
	// the first number, which earlier states see as well.
	counters map[uint32]*catalog.Sequence
}

// tempSpace is what a session keeps of its temporary objects.
type tempSpace struct {
	schema string // its name, also before it is there
	now    tempState

	relations map[*tempRelation]bool // in the engine
	touched   bool                   // some may be in nobody's state any more

	// merged is base with objects laid over it.
	merged, base, objects *catalog.Database
}

func newTempSpace(process uint32) tempSpace {
	return tempSpace{
		schema: sql.TempSchemaPrefix + itoa(int64(process)), relations: map[*tempRelation]bool{},
	}
}

// temporary reports whether a relation is a temporary one.
func temporary(n catalog.Name) bool { return strings.HasPrefix(n.Schema, sql.TempSchemaPrefix) }

// over lays the temporary objects over a version of the catalog.
func (t *tempSpace) over(base *catalog.Database) *catalog.Database {
	objects := t.now.objects
	if objects == nil {
		return base
	}
	if t.merged == nil || t.base != base || t.objects != objects {
		n := *base
		n.Schemas, n.Tables, n.Views, n.Sequences = maps.Clone(base.Schemas), maps.Clone(base.Tables), maps.Clone(base.Views), maps.Clone(base.Sequences)
		maps.Copy(n.Schemas, objects.Schemas)
		maps.Copy(n.Tables, objects.Tables)
		maps.Copy(n.Views, objects.Views)
		maps.Copy(n.Sequences, objects.Sequences)
		t.merged, t.base, t.objects = &n, base, objects
	}
	return t.merged
}

// opName is the relation that an operation is about.
func opName(op catalog.Op) (n catalog.Name) {
	switch {
	case op.PutTable != nil:
		n = op.PutTable.Name
	case op.DropTable != nil:
		n = *op.DropTable
	case op.PutView != nil:
		n = op.PutView.Name
	case op.DropView != nil:
		n = *op.DropView
	case op.PutSequence != nil:
		n = op.PutSequence.Name
	case op.DropSequence != nil:
		n = *op.DropSequence
	case op.Rename != nil:
		n = op.Rename.From
	case op.PutAccess != nil && op.PutAccess.Relation != nil:
		n = *op.PutAccess.Relation
	}
	return n
}

// applyTemp changes the temporary objects by those of ops that are about them, and returns the others.
func (s *Session) applyTemp(ops []catalog.Op) ([]catalog.Op, error) {
	var own, others []catalog.Op
	for _, op := range ops {
		if temporary(opName(op)) {
			own = append(own, op)
		} else {
			others = append(others, op)
		}
	}
	if len(own) == 0 {
		return ops, nil
	}
	objects := s.temp.now.objects
	if objects == nil {
		s.temp.now.counters = map[uint32]*catalog.Sequence{}
		objects = catalog.NewDatabase()
		objects.Schemas = map[string]*catalog.Schema{s.temp.schema: {OID: s.node.tempOID(), Name: s.temp.schema}}
	}
	objects, err := objects.Apply(objects.Version, own)
	if err != nil {
		return nil, err
	}
	if n := len(objects.Tables) + len(objects.Views) + len(objects.Sequences); n > maxTempObjects {
		return nil, pgerr.New(pgerrcode.ConfigurationLimitExceeded, "a session cannot have more than %d temporary objects", maxTempObjects)
	}
	for _, op := range own {
		if op.DropTable != nil {
			if t := s.temp.now.objects.Tables[*op.DropTable]; t != nil {
				s.setTempParts(t.UUID, nil)
			}
		}
		if q := op.PutSequence; q != nil {
			counters := maps.Clone(s.temp.now.counters)
			delete(counters, q.OID)
			s.temp.now.counters = counters
		}
	}
	s.temp.now.objects, s.bound = objects, boundCache{}
	return others, nil
}

// tempOID gives a temporary object its OID.
func (n *Node) tempOID() uint32 { return firstTempOID + n.tempOIDs.Add(1)%maxTempOIDs }

// newOID is the OID of the next object of that name, and more for those that are made along with it.
func (s *Session) newOIDs(n catalog.Name) (next func() uint32) {
	if temporary(n) {
		return s.node.tempOID
	}
	oid := s.database().NextOID
	return func() uint32 {
		oid++
		return oid - 1
	}
}

// placed says where a new relation goes. One that is said to be temporary goes to the session's own schema, wherever search_path leads.
func (s *Session) placed(n catalog.Name, temp bool) (catalog.Name, error) {
	if temp && n.Schema == "" {
		n.Schema = sql.TempAlias
	}
	return s.resolver().place(n)
}

// mayCreateTemp wants the privilege on the database to have temporary objects.
func (s *Session) mayCreateTemp() error {
	if s.rights().OnDatabase()&catalog.Temporary == 0 {
		return forbidden("permission denied to create temporary tables in database %q", catalog.DatabaseName)
	}
	return nil
}

// tempCounter is a temporary sequence as its numbers have moved it on; nil: there is none.
func (s *Session) tempCounter(n catalog.Name) *catalog.Sequence {
	q := s.database().Sequences[n]
	if q == nil {
		return nil
	}
	counter := s.temp.now.counters[q.OID]
	if counter == nil {
		copied := *q
		counter = &copied
		s.temp.now.counters[q.OID] = counter
	}
	return counter
}

// restoreTemp goes back to what the temporary objects were. The rows that were added since are removed.
func (s *Session) restoreTemp(to tempState) {
	if to.objects != s.temp.now.objects {
		s.bound = boundCache{}
	}
	s.temp.now = to
	for _, parts := range to.parts {
		if n := len(parts); n > 0 {
			s.cutTemp(parts[n-1].relation, parts[n-1].high)
		}
	}
}

// commitTemp does what ON COMMIT says.
func (s *Session) commitTemp() {
	for id, what := range s.temp.now.onCommit {
		t := s.temp.now.objects.TableByUUID(id)
		switch {
		case t == nil:
			n := maps.Clone(s.temp.now.onCommit)
			delete(n, id)
			s.temp.now.onCommit = n
		case what == sql.DeleteRows:
			s.setTempParts(id, nil)
		case what == sql.DropAtCommit:
			if _, err := s.applyTemp(unique(s.dropOps(s.database(), t.Name))); err != nil {
				s.node.log.Error().Err(err).Stringer("table", t.Name).Msg("a temporary table stays")
			}
		}
	}
}

// discardTemp drops all temporary objects.
func (s *Session) discardTemp() {
	if s.temp.now.objects != nil {
		s.temp.now, s.bound, s.temp.touched = tempState{}, boundCache{}, true
	}
}

// closeTemp removes the relations at the end of the session.
func (s *Session) closeTemp() {
	s.discardTemp()
	s.sweepTemp(context.Background())
}
