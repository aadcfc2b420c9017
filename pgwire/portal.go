package pgwire

import (
	"context"

	"github.com/jackc/pgerrcode"

	"github.com/miniodb/miniodb/internal/pgerr"
	"github.com/miniodb/miniodb/internal/vector"
)

// portal is a bound statement and, once executed, its result with the place that was reached in it.
type portal struct {
	name    string
	number  int64 // see SavepointSession
	stmt    *statement
	params  []Param
	bytes   int     // of params
	formats []int16 // one a column; nil: text

	// ctx lives as long as the result, across Executes: a suspended result may depend on it.
	ctx    context.Context
	cancel context.CancelCauseFunc
	res    Result
	done   bool

	batch *vector.Batch // of which row is the next to send
	row   int
	enc   rowEncoder
}

func errNoPortal(name string) error {
	return pgerr.New(pgerrcode.InvalidCursorName, `portal "%s" does not exist`, name)
}

// open gives the portal its context, once.
func (p *portal) open(ctx context.Context) {
	if p.ctx == nil {
		p.ctx, p.cancel = context.WithCancelCause(ctx)
	}
}

// finish closes the result and keeps the portal, so that another Execute finds it at its end.
func (p *portal) finish() {
	if p.res != nil {
		p.res.Close()
	}
	if p.cancel != nil {
		p.cancel(nil)
	}
	p.res, p.batch, p.params, p.done = nil, nil, nil, true
}

func (c *conn) dropPortal(name string) {
	if p := c.portals[name]; p != nil {
		delete(c.portals, name)
		c.paramBytes -= p.bytes
		p.finish()
	}
}

// dropPortals ends all portals but one, as the end of a transaction does.
func (c *conn) dropPortals(but *portal) {
	for name, p := range c.portals {
		if p != but {
			c.dropPortal(name)
		}
	}
}

// EndPortals implements PortalOutlet.
func (o *outlet) EndPortals(above int64) {
	c := (*conn)(o)
	for name, p := range c.portals {
		if p.number > above && p != c.executing {
			c.dropPortal(name)
		}
	}
}

// execute runs a portal from where it stands for up to MaxRows rows.
func (c *conn) execute(ctx context.Context, m *fields) error {
	name, maxRows := m.text(), int32(m.u32())
	if err := m.end(); err != nil {
		return err
	}
	p := c.portals[string(name)]
	if p == nil {
		if done, err := c.executeCursor(ctx, string(name), maxRows); done || err != nil {
			return err
		}
		return errNoPortal(string(name))
	}
	if p.stmt.stmt == nil {
		c.empty('I')
		return nil
	}
	if err := c.allowed(p.stmt.parsed); err != nil {
		return err
	}
	if p.done {
		if p.stmt.columns() == nil {
			return pgerr.New(pgerrcode.ObjectNotInPrerequisiteState, `portal "%s" cannot be run`, p.name)
		}
		c.commandComplete("SELECT 0")
		return nil
	}
	p.open(ctx)
	defer c.run(p.cancel)()
	defer c.unlimit()
	c.limit()
	c.executing = p
	defer func() { c.executing = nil }()
	if err := c.step(p, int64(maxRows)); err != nil {
		err = explain(p.ctx, err)
		p.finish()
		return err
	}
	return nil
}

// step starts the portal if need be and sends its next rows.
func (c *conn) step(p *portal, limit int64) error {
	inBlock := c.session.InBlock()
	if err := c.startPortal(p); err != nil {
		return err
	}
	tag, more, err := c.pull(p.ctx, p, max(limit, 0))
	if err != nil {
		return err
	}
	if more {
		c.empty('s')
		return nil
	}
	p.finish()
	if inBlock && !c.session.InBlock() {
		c.dropPortals(p)
	}
	c.commandComplete(tag)
	return nil
}

// startPortal executes the portal's statement unless that has been done.
func (c *conn) startPortal(p *portal) error {
	if p.res != nil {
		return nil
	}
	if err := checkFormats(p.formats); err != nil {
		return err
	}
	res, err := c.start(p.ctx, p.stmt.parsed, p.stmt.stmt, p.params)
	if err != nil {
		return err
	}
	p.res, p.params = res, nil
	return nil
}
