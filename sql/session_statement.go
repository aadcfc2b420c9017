package sql

import (
	"strings"
	"unicode"

	"github.com/jackc/pgerrcode"
	pg_query "github.com/pganalyze/pg_query_go/v6"

	"github.com/miniodb/miniodb/catalog"
	"github.com/miniodb/miniodb/internal/pgerr"
)

// sessionStatement fills in Command and Tag of statements that concern the session, and refuses all that nobody knows.
func (c *classifier) sessionStatement(s *Statement, node *pg_query.Node) error {
	var err error
	switch n := node.GetNode().(type) {
	case *pg_query.Node_TransactionStmt:
		return c.transaction(s, n.TransactionStmt)
	case *pg_query.Node_VariableSetStmt:
		return c.set(s, n.VariableSetStmt)
	case *pg_query.Node_VariableShowStmt:
		name := strings.ToLower(n.VariableShowStmt.Name)
		s.Tag, s.Command = "SHOW", &Show{Name: name}
		if name == "all" {
			s.Command = &Show{All: true}
		}
	case *pg_query.Node_DiscardStmt:
		target, ok := map[pg_query.DiscardMode]DiscardTarget{
			pg_query.DiscardMode_DISCARD_ALL: DiscardAll, pg_query.DiscardMode_DISCARD_PLANS: DiscardPlans,
			pg_query.DiscardMode_DISCARD_SEQUENCES: DiscardSequences, pg_query.DiscardMode_DISCARD_TEMP: DiscardTemp,
		}[n.DiscardStmt.Target]
		if !ok {
			return unsupported("this DISCARD is not supported")
		}
		tags := map[DiscardTarget]string{DiscardAll: "ALL", DiscardPlans: "PLANS", DiscardSequences: "SEQUENCES", DiscardTemp: "TEMP"}
		s.Tag, s.Command = "DISCARD "+tags[target], &Discard{Target: target}
	case *pg_query.Node_ExplainStmt:
		s.Tag = "EXPLAIN"
		s.Command, err = c.explain(s, n.ExplainStmt)
	case *pg_query.Node_PrepareStmt:
		s.Tag = "PREPARE"
		s.Command, err = c.prepare(s, n.PrepareStmt)
	case *pg_query.Node_ExecuteStmt:
		s.Tag = "EXECUTE"
		s.Command, err = c.execute(n.ExecuteStmt)
	case *pg_query.Node_DeallocateStmt:
		s.Tag, s.Command = "DEALLOCATE", &Deallocate{Name: n.DeallocateStmt.Name}
		if n.DeallocateStmt.Name == "" {
			s.Tag, s.Command = "DEALLOCATE ALL", &Deallocate{All: true}
		}
	case *pg_query.Node_DeclareCursorStmt:
		s.Tag = "DECLARE CURSOR"
		s.Command, err = c.declare(n.DeclareCursorStmt)
	case *pg_query.Node_FetchStmt:
		s.Tag = "FETCH"
		if n.FetchStmt.Ismove {
			s.Tag = "MOVE"
		}
		s.Command = fetch(n.FetchStmt)
	case *pg_query.Node_ClosePortalStmt:
		s.Tag, s.Command = "CLOSE CURSOR", &CloseCursor{Name: n.ClosePortalStmt.Portalname}
		if n.ClosePortalStmt.Portalname == "" {
			s.Tag, s.Command = "CLOSE CURSOR ALL", &CloseCursor{All: true}
		}
	case *pg_query.Node_ListenStmt:
		s.Tag, s.Command = "LISTEN", &Listen{Channel: n.ListenStmt.Conditionname}
	case *pg_query.Node_UnlistenStmt:
		s.Tag, s.Command = "UNLISTEN", &Listen{Channel: n.UnlistenStmt.Conditionname, Stop: true, All: n.UnlistenStmt.Conditionname == ""}
	case *pg_query.Node_NotifyStmt:
		s.Tag, s.Command = "NOTIFY", &Notify{Channel: n.NotifyStmt.Conditionname, Payload: n.NotifyStmt.Payload}
	case *pg_query.Node_CallStmt:
		s.Tag = "CALL"
		s.Command, err = c.call(n.CallStmt)
	default:
		return c.noOp(s, node)
	}
	return err
}

// noOp takes the statements that have nothing to do here.
func (c *classifier) noOp(s *Statement, node *pg_query.Node) error {
	out := &NoOp{}
	var err error
	switch n := node.GetNode().(type) {
	case *pg_query.Node_VacuumStmt:
		if s.Tag = "ANALYZE"; n.VacuumStmt.IsVacuumcmd {
			s.Tag = "VACUUM"
		}
		for _, r := range n.VacuumStmt.Rels {
			name, err := c.name(r.GetVacuumRelation().GetRelation())
			if err != nil {
				return err
			}
			out.Names = append(out.Names, name)
		}
	case *pg_query.Node_CheckPointStmt:
		s.Tag = "CHECKPOINT"
	case *pg_query.Node_ConstraintsSetStmt:
		s.Tag = "SET CONSTRAINTS"
	case *pg_query.Node_LockStmt:
		s.Tag = "LOCK TABLE"
		out.Names, err = c.names(n.LockStmt.Relations)
		switch out.Lock = catalog.Update | catalog.Delete | catalog.Truncate; n.LockStmt.Mode { // the numbers of lockdefs.h
		case 1: // ACCESS SHARE
			out.Lock = catalog.Select
		case 3: // ROW EXCLUSIVE
			out.Lock |= catalog.Insert
		}
	case *pg_query.Node_ReindexStmt:
		s.Tag = "REINDEX"
		if n.ReindexStmt.Kind == pg_query.ReindexObjectType_REINDEX_OBJECT_INDEX { // CREATE INDEX makes none
			return pgerr.New(pgerrcode.UndefinedTable, "relation \"%s\" does not exist", n.ReindexStmt.Relation.GetRelname())
		}
		if n.ReindexStmt.Relation != nil {
			out.Names, err = c.names([]*pg_query.Node{{Node: &pg_query.Node_RangeVar{RangeVar: n.ReindexStmt.Relation}}})
		}
	case *pg_query.Node_ClusterStmt:
		s.Tag = "CLUSTER"
		if n.ClusterStmt.Relation != nil {
			out.Names, err = c.names([]*pg_query.Node{{Node: &pg_query.Node_RangeVar{RangeVar: n.ClusterStmt.Relation}}})
		}
		if name := n.ClusterStmt.Indexname; err == nil && name != "" {
			return pgerr.New(pgerrcode.UndefinedObject, "index \"%s\" for table \"%s\" does not exist", name, n.ClusterStmt.Relation.GetRelname())
		}
	case *pg_query.Node_IndexStmt:
		s.Tag = "CREATE INDEX"
		if out.Names, err = c.names([]*pg_query.Node{{Node: &pg_query.Node_RangeVar{RangeVar: n.IndexStmt.Relation}}}); err != nil {
			return err
		}
		notice := "CREATE INDEX makes no index: files are pruned by their statistics"
		if n.IndexStmt.Unique {
			notice += ", and UNIQUE is not enforced"
		}
		out.Notices = append(out.Notices, pgerr.Notice(pgerrcode.SuccessfulCompletion, "%s", notice))
	case *pg_query.Node_UpdateStmt, *pg_query.Node_DeleteStmt, *pg_query.Node_MergeStmt:
		return unsupported("%s is not supported", statementName(node)).
			WithHint("Write the rows to keep into a new table with CREATE TABLE AS, or remove all rows with TRUNCATE.")
	default:
		return unsupported("%s is not supported", statementName(node))
	}
	s.Command = out
	return err
}

// oddNames are the statements that are not called as their nodes are.
var oddNames = map[string]string{
	"CreateStmt": "CREATE TABLE", "CreateTrigStmt": "CREATE TRIGGER", "CreateEventTrigStmt": "CREATE EVENT TRIGGER",
	"AlterEventTrigStmt": "ALTER EVENT TRIGGER", "CreatePLangStmt": "CREATE LANGUAGE", "CreateFdwStmt": "CREATE FOREIGN DATA WRAPPER",
	"AlterFdwStmt": "ALTER FOREIGN DATA WRAPPER", "CreateAmStmt": "CREATE ACCESS METHOD", "CreatedbStmt": "CREATE DATABASE",
	"DropdbStmt": "DROP DATABASE", "DefineStmt": "CREATE of this kind of object", "CompositeTypeStmt": "CREATE TYPE", "CreateEnumStmt": "CREATE TYPE",
	"CreateRangeStmt": "CREATE TYPE", "AlterEnumStmt": "ALTER TYPE", "RuleStmt": "CREATE RULE", "RenameStmt": "ALTER ... RENAME",
	"AlterObjectSchemaStmt": "ALTER ... SET SCHEMA", "AlterOwnerStmt": "ALTER ... OWNER TO", "GrantRoleStmt": "GRANT", "AlterSeqStmt": "ALTER SEQUENCE",
	"SecLabelStmt": "SECURITY LABEL", "CreateStatsStmt": "CREATE STATISTICS", "AlterStatsStmt": "ALTER STATISTICS",
	"RefreshMatViewStmt": "REFRESH MATERIALIZED VIEW", "CreateTableAsStmt": "CREATE TABLE AS", "CreateTableSpaceStmt": "CREATE TABLESPACE",
	"DropTableSpaceStmt": "DROP TABLESPACE", "ViewStmt": "CREATE VIEW", "DropOwnedStmt": "DROP OWNED", "ReassignOwnedStmt": "REASSIGN OWNED",
}

// statementName is what users call the statement of a node.
func statementName(node *pg_query.Node) string {
	if node.GetNode() == nil {
		return "this statement"
	}
	m := node.ProtoReflect()
	fd := m.WhichOneof(m.Descriptor().Oneofs().Get(0))
	if fd == nil {
		return "this statement"
	}
	name := string(fd.Message().Name())
	switch n := node.GetNode().(type) {
	case *pg_query.Node_GrantStmt:
		if !n.GrantStmt.IsGrant {
			return "REVOKE"
		}
	case *pg_query.Node_GrantRoleStmt:
		if !n.GrantRoleStmt.IsGrant {
			return "REVOKE"
		}
	}
	if odd, ok := oddNames[name]; ok {
		return odd
	}
	var b strings.Builder
	for i, r := range strings.TrimSuffix(name, "Stmt") {
		if i > 0 && unicode.IsUpper(r) {
			b.WriteByte(' ')
		}
		b.WriteRune(unicode.ToUpper(r))
	}
	return b.String()
}

func (c *classifier) transaction(s *Statement, n *pg_query.TransactionStmt) error {
	out := &Transaction{Chain: n.Chain, Savepoint: n.SavepointName}
	switch n.Kind {
	case pg_query.TransactionStmtKind_TRANS_STMT_BEGIN:
		s.Tag, out.Kind = "BEGIN", TxBegin
	case pg_query.TransactionStmtKind_TRANS_STMT_START:
		s.Tag, out.Kind = "START TRANSACTION", TxBegin
	case pg_query.TransactionStmtKind_TRANS_STMT_COMMIT:
		s.Tag, out.Kind = "COMMIT", TxCommit
	case pg_query.TransactionStmtKind_TRANS_STMT_ROLLBACK:
		s.Tag, out.Kind = "ROLLBACK", TxRollback
	case pg_query.TransactionStmtKind_TRANS_STMT_SAVEPOINT:
		s.Tag, out.Kind = "SAVEPOINT", TxSavepoint
	case pg_query.TransactionStmtKind_TRANS_STMT_RELEASE:
		s.Tag, out.Kind = "RELEASE", TxRelease
	case pg_query.TransactionStmtKind_TRANS_STMT_ROLLBACK_TO:
		s.Tag, out.Kind = "ROLLBACK", TxRollbackTo
	default:
		return unsupported("prepared transactions are not supported")
	}
	modes, err := c.modes(n.Options)
	out.Modes, s.Command = modes, out
	return err
}

func (c *classifier) modes(nodes []*pg_query.Node) (TransactionModes, error) {
	var m TransactionModes
	for _, node := range nodes {
		def := node.GetDefElem()
		value, ok := constCell(def.Arg.GetAConst())
		if !ok {
			return m, c.at(pgerr.New(pgerrcode.SyntaxError, "invalid transaction mode"), def.Location)
		}
		on := value.Text != "0"
		switch def.Defname {
		case "transaction_isolation":
			m.Isolation = value.Text
		case "transaction_read_only":
			m.ReadOnly = &on
		case "transaction_deferrable":
			m.Deferrable = &on
		}
	}
	return m, nil
}

func (c *classifier) set(s *Statement, n *pg_query.VariableSetStmt) error {
	name := strings.ToLower(n.Name)
	s.Tag = "SET"
	switch n.Kind {
	case pg_query.VariableSetKind_VAR_RESET:
		s.Tag, s.Command = "RESET", &Reset{Name: name}
		return nil
	case pg_query.VariableSetKind_VAR_RESET_ALL:
		s.Tag, s.Command = "RESET", &Reset{All: true}
		return nil
	case pg_query.VariableSetKind_VAR_SET_DEFAULT:
		s.Command = &Set{Name: name, Local: n.IsLocal, Default: true}
		return nil
	case pg_query.VariableSetKind_VAR_SET_MULTI:
		if name != "transaction" && name != "session characteristics" {
			return unsupported("SET %s is not supported", strings.ToUpper(n.Name))
		}
		modes, err := c.modes(n.Args)
		s.Command = &SetTransaction{Modes: modes, Session: name != "transaction"}
		return err
	case pg_query.VariableSetKind_VAR_SET_VALUE:
		out := &Set{Name: name, Local: n.IsLocal}
		for _, arg := range n.Args {
			value, err := c.setValue(arg)
			if err != nil {
				return err
			}
			out.Values = append(out.Values, value)
		}
		s.Command = out
		return nil
	}
	return unsupported("SET ... FROM CURRENT is not supported")
}

// setValue prints an argument of SET as PostgreSQL's flatten_set_variable_args does.
func (c *classifier) setValue(n *pg_query.Node) (string, error) {
	if cast := n.GetTypeCast(); cast != nil { // SET TIME ZONE INTERVAL '-08:00' HOUR TO MINUTE
		text, ok := constCell(cast.Arg.GetAConst())
		if !ok {
			return "", pgerr.New(pgerrcode.SyntaxError, "invalid value of SET")
		}
		return "INTERVAL '" + text.Text + "'", nil
	}
	v, ok := constCell(n.GetAConst())
	if !ok || v.Kind == CellNull {
		return "", pgerr.New(pgerrcode.SyntaxError, "invalid value of SET")
	}
	return v.Text, nil
}
