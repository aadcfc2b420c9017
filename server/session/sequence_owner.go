package session

import (
	"slices"
	"strings"

	"github.com/jackc/pgerrcode"

	"github.com/miniodb/miniodb/catalog"
	"github.com/miniodb/miniodb/internal/pgerr"
	"github.com/miniodb/miniodb/sql"
)

// ownerOfSequence finds the column that a sequence goes with: its table, nil if there is none, and its index.
func ownerOfSequence(db *catalog.Database, seq catalog.Name) (*catalog.Table, int) {
	for _, t := range db.Tables {
		for i := range t.Columns {
			if q := t.Columns[i].OwnedSequence(); q != nil && *q == seq {
				return t, i
			}
		}
	}
	return nil, 0
}

// defaultUse is a column whose default takes numbers from a sequence that is not its own.
type defaultUse struct {
	table  *catalog.Table
	column int
}

// defaultsOf lists the columns whose defaults name a sequence, the ones that draw from it as serial columns do aside.
func defaultsOf(db *catalog.Database, seq catalog.Name) []defaultUse {
	if db.Sequences[seq] == nil {
		return nil
	}
	var out []defaultUse
	for _, name := range sortedNames(db.Tables) {
		t := db.Tables[name]
		for i := range t.Columns {
			c := &t.Columns[i]
			if c.Sequence == nil && strings.Contains(c.Default, "val") && slices.ContainsFunc(sql.SequencesIn(c.Default), func(n catalog.Name) bool {
				return n.Name == seq.Name && (n.Schema == "" || n.Schema == seq.Schema)
			}) {
				out = append(out, defaultUse{t, i})
			}
		}
	}
	return out
}

// ownSequenceBy carries out OWNED BY: the sequence is dropped with the column, and has its owner.
func (s *Session) ownSequenceBy(db *catalog.Database, seq *catalog.Sequence, by *sql.OwnedBy) error {
	old, at := ownerOfSequence(db, seq.Name)
	if old != nil && old.Columns[at].Identity != "" {
		return pgerr.New(pgerrcode.FeatureNotSupported, "cannot change ownership of identity sequence").
			WithDetail("Sequence %q is linked to table %q.", seq.Name.Name, old.Name.Name)
	}
	var owner *catalog.Table
	if by.Column != "" {
		full, ok, err := s.resolver().own(by.Table)
		switch {
		case err != nil:
			return err
		case !ok:
			return noRelation(by.Table)
		case db.Tables[full] == nil || db.Tables[full].Materialized():
			return pgerr.New(pgerrcode.WrongObjectType, "sequence cannot be owned by relation %q", full.Name)
		case catalog.OwnerOID(db.Tables[full].Owner) != catalog.OwnerOID(seq.Owner):
			return pgerr.New(pgerrcode.ObjectNotInPrerequisiteState, "sequence must have same owner as table it is linked to")
		case full.Schema != seq.Name.Schema:
			return pgerr.New(pgerrcode.ObjectNotInPrerequisiteState, "sequence must be in same schema as table it is linked to")
		}
		owner = db.Tables[full]
	}
	if old != nil {
		free := cloneTable(old)
		free.Columns[at].Sequence, free.Columns[at].Owned = nil, nil
		if owner == old {
			owner = free
		} else if err := s.addOps(catalog.Op{PutTable: free}); err != nil {
			return err
		}
	}
	if owner == nil {
		return nil
	}
	n := cloneTable(owner)
	i := n.ColumnByName(by.Column)
	if i < 0 {
		return pgerr.New(pgerrcode.UndefinedColumn, "column %q of relation %q does not exist", by.Column, n.Name.Name)
	}
	col := &n.Columns[i]
	if col.OwnedSequence() != nil {
		return pgerr.New(pgerrcode.FeatureNotSupported, "a column that owns two sequences is not supported")
	}
	if name, ok := sql.SequenceDefault(col.Default); ok && name.Name == seq.Name.Name && (name.Schema == "" || name.Schema == seq.Name.Schema) {
		col.Sequence, col.Default = &seq.Name, sql.NextvalDefault(seq.Name)
	} else {
		col.Owned = &seq.Name
	}
	return s.addOps(catalog.Op{PutTable: n})
}
