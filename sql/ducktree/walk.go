package ducktree

import (
	"strings"

	"github.com/jackc/pgerrcode"

	"github.com/miniodb/miniodb/internal/pgerr"
)

// expr walks an expression. Calls and names get what the policy has for them.
func (w *walker) expr(x map[string]any, with *ctes) error {
	class := text(x, "class")
	if grammar[class] == nil || strings.HasSuffix(class, "_REF") && class != "COLUMN_REF" || text(x, "type") == "" {
		return unknown("expression %q", class)
	}
	if err := w.record(class, x, with, "class", "type", "alias", "query_location"); err != nil {
		return err
	}
	switch class {
	case "FUNCTION":
		return w.call(x, false)
	case "WINDOW":
		return w.call(x, false)
	case "PARAMETER":
		id, err := w.policy.Parameter(text(x, "identifier"))
		x["identifier"] = id
		return err
	case "COLUMN_REF":
		list, _ := x["column_names"].([]any)
		names := make([]string, len(list))
		for i, n := range list {
			names[i], _ = n.(string)
		}
		if c := w.policy.Column(names); c != nil {
			constant(x, *c, names[len(names)-1])
		}
	}
	return nil
}

// constant makes a string constant of an expression; name is what its column would be called.
func constant(x map[string]any, s, name string) {
	alias := text(x, "alias")
	if alias == "" {
		alias = name
	}
	for key := range x {
		delete(x, key)
	}
	x["class"], x["type"], x["alias"], x["query_location"] = "CONSTANT", "VALUE_CONSTANT", alias, 0
	x["value"] = map[string]any{"type": map[string]any{"id": "VARCHAR", "type_info": nil}, "is_null": false, "value": s}
}

func (w *walker) call(x map[string]any, inFrom bool) error {
	name := text(x, "function_name")
	full := name
	schema, catalog := text(x, "schema"), text(x, "catalog")
	if schema != "" {
		full = schema + "." + name
	}
	if catalog != "" || schema != "" && schema != "main" {
		return pgerr.New(pgerrcode.UndefinedFunction, "function %s does not exist", full)
	}
	args, _ := x["children"].([]any)
	orders := x["arg_orders"]
	if by, ok := x["order_bys"].(map[string]any); ok {
		orders = by["orders"]
	}
	c := Call{Name: name, Args: len(args), Operator: x["is_operator"] == true, Window: text(x, "class") == "WINDOW", Table: inFrom,
		Aggregated: x["distinct"] == true || x["filter"] != nil || x["filter_expr"] != nil || !empty(orders)}
	as, value, err := w.policy.Function(c)
	if err != nil {
		return err
	}
	if value != nil {
		constant(x, *value, name)
		return nil
	}
	x["function_name"] = as
	return nil
}

// table walks an item of FROM.
func (w *walker) table(x map[string]any, with *ctes) error {
	kind := text(x, "type")
	name := kind
	switch kind {
	case "SUBQUERY":
		name = "SUBQUERY_REF"
	case "EMPTY", "BASE_TABLE", "JOIN", "TABLE_FUNCTION", "EXPRESSION_LIST", "PIVOT", "SHOW_REF":
	default:
		return unknown("an item of FROM %q", kind)
	}
	if w.tables++; w.tables > maxTables*8 {
		return tooComplex()
	}
	if err := w.value(x["sample"]); err != nil {
		return err
	}
	switch kind {
	case "BASE_TABLE":
		if err := w.baseTable(x, with); err != nil {
			return err
		}
	case "TABLE_FUNCTION":
		return w.tableFunction(x, with)
	case "SHOW_REF":
		if x["query"] == nil {
			return unknown("SHOW and DESCRIBE without a relation")
		}
	}
	return w.record(name, x, with, "type", "alias", "query_location", "sample")
}

func (w *walker) baseTable(x map[string]any, with *ctes) error {
	schema, name := text(x, "schema_name"), text(x, "table_name")
	if c := text(x, "catalog_name"); c != "" {
		return pgerr.New(pgerrcode.FeatureNotSupported, "cross-database references are not implemented: \"%s.%s.%s\"", c, schema, name)
	}
	if text(x, "alias") == "" {
		x["alias"] = name
	}
	if schema == "" {
		for c := with; c != nil; c = c.parent {
			if strings.EqualFold(c.name, name) {
				x["table_name"] = c.as
				return nil
			}
		}
	}
	as, err := w.policy.Relation(schema, name)
	x["schema_name"], x["table_name"] = "", as
	return err
}

// tableFunction walks a call in FROM, whose function is one of FROM only.
func (w *walker) tableFunction(x map[string]any, with *ctes) error {
	f, ok := x["function"].(map[string]any)
	if !ok || text(f, "class") != "FUNCTION" {
		return unknown("this function in FROM")
	}
	if err := w.record("FUNCTION", f, with, "class", "type", "alias", "query_location"); err != nil {
		return err
	}
	if err := w.call(f, true); err != nil {
		return err
	}
	rest := map[string]any{}
	for k, v := range x {
		if k != "function" {
			rest[k] = v
		}
	}
	return w.record("TABLE_FUNCTION", rest, with, "type", "alias", "query_location", "sample")
}

// query walks a query: its WITH list, which what comes after sees, and the rest.
func (w *walker) query(x map[string]any, with *ctes) error {
	kind := text(x, "type")
	switch kind {
	case "SELECT_NODE":
	case "SET_OPERATION_NODE":
		if w.setOp++; w.setOp > maxSetOps {
			return tooComplex()
		}
	case "RECURSIVE_CTE_NODE": // stands in a WITH list only
		return unknown("a recursive query here")
	default:
		return unknown("query %q", kind)
	}
	with, err := w.withList(x["cte_map"], with)
	if err != nil {
		return err
	}
	if err := w.modifiers(x["modifiers"], with); err != nil {
		return err
	}
	return w.record(kind, x, with, "type", "modifiers", "cte_map")
}

func (w *walker) modifiers(v any, with *ctes) error {
	if v == nil {
		return nil
	}
	return each(v, func(m map[string]any) error {
		kind := text(m, "type")
		if !strings.HasSuffix(kind, "_MODIFIER") {
			return unknown("modifier %q", kind)
		}
		return w.record(kind, m, with)
	})
}

// withList walks WITH queries: each sees those before it, and itself when it is recursive.
func (w *walker) withList(v any, with *ctes) (*ctes, error) {
	list, ok := v.(map[string]any)
	if v != nil && (!ok || len(list) > 1) {
		return nil, unknown("this WITH list")
	}
	if list["map"] == nil {
		return with, nil
	}
	err := each(list["map"], func(item map[string]any) error {
		name := text(item, "key")
		c, ok := item["value"].(map[string]any)
		if !ok || len(item) != 2 {
			return unknown("this WITH query")
		}
		as := w.policy.CTE(name)
		item["key"] = as
		self := &ctes{parent: with, name: name, as: as}
		if err := w.cte(c, with, self); err != nil {
			return err
		}
		with = self
		return nil
	})
	return with, err
}

func (w *walker) cte(c map[string]any, with, self *ctes) error {
	q, _ := c["query"].(map[string]any)
	n, _ := q["node"].(map[string]any)
	if text(n, "type") != "RECURSIVE_CTE_NODE" {
		return w.record("cte", c, with)
	}
	if text(n, "cte_name") != self.name {
		return unknown("this recursive query")
	}
	rest := map[string]any{}
	for k, v := range c {
		if k != "query" {
			rest[k] = v
		}
	}
	if err := w.record("cte", rest, self); err != nil {
		return err
	}
	inner, err := w.withList(n["cte_map"], self)
	if err != nil {
		return err
	}
	if err := w.modifiers(n["modifiers"], inner); err != nil {
		return err
	}
	n["cte_name"] = self.as
	return w.record("RECURSIVE_CTE_NODE", n, inner, "type", "modifiers", "cte_map")
}
