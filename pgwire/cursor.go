package pgwire

import (
	"context"
)

// cursors are those of the session, or nil.
func (c *conn) cursors() CursorSession {
	s, _ := c.session.(CursorSession)
	return s
}

// describeCursor describes a cursor that SQL declared; ok is false if there is none of that name.
func (c *conn) describeCursor(name string) (cols []Column, formats []int16, ok bool) {
	s := c.cursors()
	if s == nil {
		return nil, nil, false
	}
	cols, binary, ok := s.DescribeCursor(name)
	if binary {
		formats = binaryFormats(len(cols))
	}
	return cols, formats, ok
}

func binaryFormats(n int) []int16 {
	formats := make([]int16, n)
	for i := range formats {
		formats[i] = 1
	}
	return formats
}

// executeCursor runs a cursor like a portal: from where it stands, for up to MaxRows rows. done is false if there is none of that name.
func (c *conn) executeCursor(ctx context.Context, name string, maxRows int32) (done bool, err error) {
	_, formats, ok := c.describeCursor(name)
	if !ok {
		return false, nil
	}
	if err := c.allowed(nil); err != nil {
		return true, err
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	defer c.run(cancel)()
	defer c.unlimit()
	c.limit()
	limit := max(int64(maxRows), 0)
	res, err := c.cursors().FetchCursor(name, limit)
	if err != nil {
		return true, err
	}
	defer res.Close()
	p := portal{res: res, formats: formats}
	tag, more, err := c.pull(ctx, &p, limit)
	switch {
	case err != nil:
		return true, explain(ctx, err)
	case more:
		c.empty('s')
	default:
		c.commandComplete(tag)
	}
	return true, nil
}
