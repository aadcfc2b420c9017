package definition

import "strconv"

// namer gives the items of FROM the names by which columns call them, which no query around them uses (PostgreSQL: set_rtable_names). A query gets its names
// before those inside it, WITH among them.
type namer struct{ used []string }

func (m *namer) unique(name string) string {
	out := name
	for i := 1; ; i++ {
		free := true
		for _, u := range m.used {
			free = free && u != out
		}
		if free {
			m.used = append(m.used, out)
			return out
		}
		out = name + "_" + strconv.Itoa(i)
	}
}

func (m *namer) query(q *query) {
	if q == nil {
		return
	}
	level := len(m.used)
	defer func() { m.used = m.used[:level] }()
	for _, i := range q.from {
		m.item(i)
	}
	for _, c := range q.ctes {
		m.query(c.query)
	}
	m.query(q.left)
	m.query(q.right)
	for _, i := range q.from {
		m.inside(i)
	}
	for _, t := range q.targets {
		m.expr(t.expr)
	}
	for _, row := range q.values {
		m.exprs(row)
	}
	m.exprs(q.distinctOn)
	m.expr(q.where)
	m.exprs(q.group)
	m.expr(q.having)
	m.orders(q.order)
	for _, w := range q.windows {
		m.window(w)
	}
}

func (m *namer) item(i *item) {
	if i.join != "" {
		m.item(i.left)
		m.item(i.right)
		return
	}
	name := i.alias
	if name == "" {
		name = i.plain
	}
	i.refname = m.unique(name)
}

// inside goes on to the queries of an item.
func (m *namer) inside(i *item) {
	if i.join != "" {
		m.inside(i.left)
		m.inside(i.right)
		m.expr(i.on)
		return
	}
	m.query(i.query)
	m.exprs(i.calls)
}

func (m *namer) exprs(list []*node) {
	for _, n := range list {
		m.expr(n)
	}
}

func (m *namer) orders(list []order) {
	for _, o := range list {
		m.expr(o.expr)
	}
}

func (m *namer) window(w *window) {
	m.exprs(w.partition)
	m.orders(w.order)
}

func (m *namer) expr(n *node) {
	if n == nil {
		return
	}
	m.exprs(n.args)
	for _, w := range n.whens {
		m.expr(w.cond)
		m.expr(w.result)
	}
	m.expr(n.result)
	for _, b := range n.bounds {
		m.expr(b.lower)
		m.expr(b.upper)
	}
	m.orders(n.order)
	m.expr(n.filter)
	if n.over != nil {
		m.window(n.over)
	}
	if n.kind == kindSublink {
		m.query(n.query)
	}
}
