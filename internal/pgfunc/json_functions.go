package pgfunc

import (
	"strconv"
	"strings"

	"github.com/jackc/pgerrcode"

	"github.com/miniodb/miniodb/internal/pgerr"
)

// jsonFunctions take and give JSON as text. Lists of texts travel as JSON arrays of strings and nulls.
var jsonFunctions = map[string]function{
	"jsonb_in": strict1(func(s string) (string, error) {
		v, err := parseJSON(s)
		if err != nil {
			return "", err
		}
		return v.String(), nil
	}),
	"json_in": strict1(func(s string) (string, error) {
		_, err := readJSON(s, true)
		return s, err
	}),
	"jsonb_key": strict1(func(s string) (string, error) {
		v, err := parseJSON(s)
		return string(v.sortKey(nil, true)), err
	}),
	"json_get":       {3, 3, jsonGet},
	"json_path":      {3, 3, jsonGetPath},
	"jsonb_contains": jsonPair(func(a, b value) (string, error) { return boolText(contains(a, b, true)), nil }),
	"jsonb_exists": strict2(func(a, k string) (string, error) {
		v, err := parseJSON(a)
		return boolText(v.exists(k)), err
	}),
	"jsonb_exists_any": jsonKeys(func(v value, keys []*string) string {
		for _, k := range keys {
			if k != nil && v.exists(*k) {
				return "true"
			}
		}
		return "false"
	}),
	"jsonb_exists_all": jsonKeys(func(v value, keys []*string) string {
		for _, k := range keys {
			if k != nil && !v.exists(*k) {
				return "false"
			}
		}
		return "true"
	}),
	"jsonb_concat": jsonPair(func(a, b value) (string, error) { return concatJSON(a, b), nil }),
	"jsonb_delete": strict2(func(a, k string) (string, error) { return deleteKeys(a, []*string{&k}) }),
	"jsonb_delete_keys": {2, 2, func(args []*string) (*string, error) {
		keys, err := textList(*args[1])
		if err != nil {
			return nil, err
		}
		return result(deleteKeys(*args[0], keys))
	}},
	"jsonb_delete_index": strict2(deleteIndex),
	"jsonb_delete_path":  {2, 2, func(args []*string) (*string, error) { return changePath(args, "delete", nil) }},
	"jsonb_set":          {4, 4, jsonbSet},
	"jsonb_insert":       {4, 4, jsonbSet2},
	"jsonb_set_lax":      {5, 5, jsonbSetLax},
	"json_strip_nulls": strict2(func(a, b string) (string, error) {
		v, err := readJSON(a, b != "b")
		if err != nil {
			return "", err
		}
		return string(stripNulls(v).append(nil, b == "b")), nil
	}),
	"jsonb_pretty": strict1(func(a string) (string, error) {
		v, err := parseJSON(a)
		return string(v.pretty(nil, 0)), err
	}),
	"json_typeof": strict1(func(a string) (string, error) {
		v, err := readJSON(a, true)
		return []string{"null", "string", "number", "boolean", "array", "object"}[v.kind], err
	}),
	"json_array_length":  strict1(jsonLength),
	"json_elements":      strict2(func(a, name string) (string, error) { return elements(a, name, false) }),
	"json_elements_text": strict2(func(a, name string) (string, error) { return elements(a, name, true) }),
	"json_keys":          strict2(objectKeys),
	"json_values":        strict2(func(a, name string) (string, error) { return objectValues(a, name, false) }),
	"json_values_text":   strict2(func(a, name string) (string, error) { return objectValues(a, name, true) }),
	"json_object":        {2, 2, jsonObjectOf},
	"json_merge_rows":    strict2(jsonObjectAgg),
	"json_scalar":        {2, 2, jsonScalar},
	"json_quote":         strict1(func(a string) (string, error) { return string(quoteJSON(nil, a)), nil }),
	"json_array_literal": strict1(jsonArrayLiteral),
}

func jsonPair(f func(a, b value) (string, error)) function {
	return strict2(func(a, b string) (string, error) {
		x, err := parseJSON(a)
		if err != nil {
			return "", err
		}
		y, err := parseJSON(b)
		if err != nil {
			return "", err
		}
		return f(x, y)
	})
}

func jsonKeys(f func(v value, keys []*string) string) function {
	return strict2(func(a, list string) (string, error) {
		v, err := parseJSON(a)
		if err != nil {
			return "", err
		}
		keys, err := textList(list)
		if err != nil {
			return "", err
		}
		return f(v, keys), nil
	})
}

// textList reads a JSON array of strings and nulls.
func textList(s string) ([]*string, error) {
	v, err := readJSON(s, true)
	if err != nil {
		return nil, err
	}
	out := make([]*string, len(v.items))
	for i := range v.items {
		if t, ok := v.items[i].plain(); ok {
			out[i] = &t
		}
	}
	return out, nil
}

func textListJSON(list []*string) string {
	dst := []byte{'['}
	for i, s := range list {
		if i > 0 {
			dst = append(dst, ',')
		}
		if s == nil {
			dst = append(dst, "null"...)
			continue
		}
		dst = quoteJSON(dst, *s)
	}
	return string(append(dst, ']'))
}

// locate finds a member or element in JSON text without making values; the last of repeated keys. ok is false when there is none.
func locate(s, key string, isKey bool, index int) (from, to int, ok bool, err error) {
	r := jsonReader{s: s, raw: true}
	r.space()
	if r.i >= len(s) {
		return 0, 0, false, badJSON(s)
	}
	open := s[r.i]
	if isKey && open != '{' || !isKey && open != '[' {
		return 0, 0, false, nil
	}
	if !isKey && index < 0 {
		v, err := readJSON(s, true)
		if err != nil {
			return 0, 0, false, err
		}
		if index += len(v.items); index < 0 {
			return 0, 0, false, nil
		}
	}
	r.i++
	for n := 0; ; n++ {
		r.space()
		if r.i < len(s) && (s[r.i] == '}' || s[r.i] == ']') {
			return from, to, ok, nil
		}
		hit := !isKey && n == index
		if isKey {
			if r.i >= len(s) || s[r.i] != '"' {
				return 0, 0, false, badJSON(s)
			}
			k, err := r.str()
			if err != nil {
				return 0, 0, false, err
			}
			hit = k == key
			r.space()
			if r.i >= len(s) || s[r.i] != ':' {
				return 0, 0, false, badJSON(s)
			}
			r.i++
			r.space()
		}
		start := r.i
		if err := r.skip(); err != nil {
			return 0, 0, false, err
		}
		if hit {
			from, to, ok = start, r.i, true
			if !isKey {
				return from, to, ok, nil
			}
		}
		r.space()
		if r.i >= len(s) {
			return 0, 0, false, badJSON(s)
		}
		if s[r.i] == ',' {
			r.i++
		}
	}
}

// skip passes over a value.
func (r *jsonReader) skip() error {
	depth := 0
	for r.i < len(r.s) {
		switch c := r.s[r.i]; c {
		case '{', '[':
			depth++
			r.i++
		case '}', ']':
			if depth == 0 {
				return nil
			}
			depth--
			r.i++
		case '"':
			r.i++
			for r.i < len(r.s) && r.s[r.i] != '"' {
				if r.s[r.i] == '\\' {
					r.i++
				}
				r.i++
			}
			if r.i >= len(r.s) {
				return badJSON(r.s)
			}
			r.i++
		case ',', ' ', '\n', '\r', '\t':
			if depth == 0 {
				return nil
			}
			r.i++
			continue
		default:
			r.i++
			continue
		}
		if depth == 0 {
			return nil
		}
	}
	return nil
}

// shown gives what was found: as JSON, or as text without the quotes of a string; NULL for null as text.
func shown(s string, as string) (*string, error) {
	s = strings.Trim(s, " \t\r\n")
	if as == "json" {
		return &s, nil
	}
	switch {
	case s == "null":
		return nil, nil
	case strings.HasPrefix(s, `"`):
		r := jsonReader{s: s}
		t, err := r.str()
		return result(t, err)
	}
	return &s, nil
}

// jsonGet is -> and ->>: (json, key or index, how) where how is "key json", "key text", "index json" or "index text".
func jsonGet(args []*string) (*string, error) {
	how, as, _ := strings.Cut(*args[2], " ")
	index := 0
	if how == "index" {
		var err error
		if index, err = strconv.Atoi(*args[1]); err != nil {
			return nil, nil
		}
	}
	from, to, ok, err := locate(*args[0], *args[1], how == "key", index)
	if err != nil || !ok {
		return nil, err
	}
	return shown((*args[0])[from:to], as)
}

// jsonGetPath is #> and #>>.
func jsonGetPath(args []*string) (*string, error) {
	path, err := textList(*args[1])
	if err != nil {
		return nil, err
	}
	s := *args[0]
	for _, p := range path {
		if p == nil {
			return nil, nil
		}
		s = strings.TrimLeft(s, " \t\r\n")
		isKey, index := true, 0
		if strings.HasPrefix(s, "[") {
			isKey = false
			if index, err = strconv.Atoi(strings.TrimSpace(*p)); err != nil {
				return nil, nil
			}
		}
		from, to, ok, err := locate(s, *p, isKey, index)
		if err != nil || !ok {
			return nil, err
		}
		s = s[from:to]
	}
	return shown(s, *args[2])
}

// exists is ?: a key of an object, a string among the elements of an array, or the string itself.
func (v value) exists(k string) bool {
	switch v.kind {
	case jsonObject:
		return v.member(k) >= 0
	case jsonArray:
		for _, e := range v.items {
			if e.kind == jsonString && e.text == k {
				return true
			}
		}
	case jsonString:
		return v.text == k
	}
	return false
}

// contains is @>. An array contains a scalar that is one of its elements, at the top level alone.
func contains(a, b value, top bool) bool {
	switch {
	case a.kind == jsonObject && b.kind == jsonObject:
		for i, k := range b.keys {
			j := a.member(k)
			if j < 0 || !contains(a.items[j], b.items[i], false) {
				return false
			}
		}
		return true
	case a.kind == jsonArray && b.kind == jsonArray:
		for _, y := range b.items {
			found := false
			for _, x := range a.items {
				if contains(x, y, false) {
					found = true
					break
				}
			}
			if !found {
				return false
			}
		}
		return true
	case a.kind == jsonArray && top && b.kind < jsonArray:
		for _, x := range a.items {
			if x.kind < jsonArray && compareJSON(x, b) == 0 {
				return true
			}
		}
		return false
	}
	return a.kind == b.kind && compareJSON(a, b) == 0
}

func concatJSON(a, b value) string {
	if a.kind == jsonObject && b.kind == jsonObject {
		out := value{kind: jsonObject, keys: append(append([]string(nil), a.keys...), b.keys...), items: append(append([]value(nil), a.items...), b.items...)}
		out.normalise()
		return out.String()
	}
	list := func(v value) []value {
		if v.kind == jsonArray {
			return v.items
		}
		return []value{v}
	}
	return value{kind: jsonArray, items: append(append([]value(nil), list(a)...), list(b)...)}.String()
}

func deleteKeys(a string, keys []*string) (string, error) {
	v, err := parseJSON(a)
	if err != nil {
		return "", err
	}
	if v.kind < jsonArray {
		return "", pgerr.New(pgerrcode.InvalidParameterValue, "cannot delete from scalar")
	}
	gone := map[string]bool{}
	for _, k := range keys {
		if k != nil {
			gone[*k] = true
		}
	}
	out := value{kind: v.kind}
	for i, e := range v.items {
		if v.kind == jsonObject && gone[v.keys[i]] || v.kind == jsonArray && e.kind == jsonString && gone[e.text] {
			continue
		}
		if v.kind == jsonObject {
			out.keys = append(out.keys, v.keys[i])
		}
		out.items = append(out.items, e)
	}
	return out.String(), nil
}

func deleteIndex(a, index string) (string, error) {
	v, err := parseJSON(a)
	if err != nil {
		return "", err
	}
	i, err := strconv.Atoi(index)
	switch {
	case err != nil:
		return "", err
	case v.kind < jsonArray:
		return "", pgerr.New(pgerrcode.InvalidParameterValue, "cannot delete from scalar")
	case v.kind == jsonObject:
		return "", pgerr.New(pgerrcode.InvalidParameterValue, "cannot delete from object using integer index")
	}
	if i < 0 {
		i += len(v.items)
	}
	if i >= 0 && i < len(v.items) {
		v.items = append(append([]value(nil), v.items[:i]...), v.items[i+1:]...)
	}
	return v.String(), nil
}

// jsonbSet is jsonb_set(target, path, value, create).
func jsonbSet(args []*string) (*string, error) {
	nv, err := parseJSON(*args[2])
	if err != nil {
		return nil, err
	}
	op := "replace"
	if *args[3] == "true" || *args[3] == "t" {
		op = "create"
	}
	return changePath(args, op, &nv)
}

// jsonbSet2 is jsonb_insert(target, path, value, after).
func jsonbSet2(args []*string) (*string, error) {
	nv, err := parseJSON(*args[2])
	if err != nil {
		return nil, err
	}
	op := "before"
	if *args[3] == "true" || *args[3] == "t" {
		op = "after"
	}
	return changePath(args, op, &nv)
}

// jsonbSetLax is jsonb_set_lax(target, path, value, create, null_value_treatment) with a value that may be NULL.
func jsonbSetLax(args []*string) (*string, error) {
	for i, a := range args {
		if a == nil && i != 2 {
			if i == 4 {
				return nil, pgerr.New(pgerrcode.InvalidParameterValue, "null_value_treatment must be \"delete_key\", \"return_target\", \"use_json_null\", or \"raise_exception\"")
			}
			return nil, nil
		}
	}
	if args[2] != nil {
		return jsonbSet(args[:4])
	}
	switch *args[4] {
	case "raise_exception":
		return nil, pgerr.New(pgerrcode.NullValueNotAllowedDataException, "JSON value must not be null")
	case "use_json_null":
		null := "null"
		return jsonbSet([]*string{args[0], args[1], &null, args[3]})
	case "delete_key":
		return changePath(args, "delete", nil)
	case "return_target":
		return args[0], nil
	}
	return nil, pgerr.New(pgerrcode.InvalidParameterValue, "null_value_treatment must be \"delete_key\", \"return_target\", \"use_json_null\", or \"raise_exception\"")
}

func changePath(args []*string, op string, nv *value) (*string, error) {
	v, err := parseJSON(*args[0])
	if err != nil {
		return nil, err
	}
	path, err := textList(*args[1])
	if err != nil {
		return nil, err
	}
	if v.kind < jsonArray {
		if op == "delete" {
			return nil, pgerr.New(pgerrcode.InvalidParameterValue, "cannot delete path in scalar")
		}
		return nil, pgerr.New(pgerrcode.InvalidParameterValue, "cannot set path in scalar")
	}
	if len(path) == 0 || len(v.items) == 0 && op != "create" && op != "before" && op != "after" {
		return result(v.String(), nil)
	}
	out, err := setPath(v, path, 0, op, nv)
	return result(out.String(), err)
}

// setPath changes what lies at path[level:].
func setPath(v value, path []*string, level int, op string, nv *value) (value, error) {
	if path[level] == nil {
		return v, pgerr.New(pgerrcode.NullValueNotAllowedDataException, "path element at position %d is null", level+1)
	}
	last := level == len(path)-1
	switch v.kind {
	case jsonObject:
		i := v.member(*path[level])
		out := value{kind: jsonObject, keys: append([]string(nil), v.keys...), items: append([]value(nil), v.items...)}
		switch {
		case i < 0 && last && op != "replace" && op != "delete":
			out.keys, out.items = append(out.keys, *path[level]), append(out.items, *nv)
			out.normalise()
		case i < 0:
		case !last:
			e, err := setPath(v.items[i], path, level+1, op, nv)
			if err != nil {
				return v, err
			}
			out.items[i] = e
		case op == "delete":
			out.keys, out.items = append(out.keys[:i], out.keys[i+1:]...), append(out.items[:i], out.items[i+1:]...)
		case op == "before" || op == "after":
			return v, pgerr.New(pgerrcode.InvalidParameterValue, "cannot replace existing key").
				WithHint("Try using the function jsonb_set to replace key value.")
		default:
			out.items[i] = *nv
		}
		return out, nil
	case jsonArray:
		i, err := strconv.Atoi(strings.TrimSpace(*path[level]))
		if err != nil {
			return v, pgerr.New(pgerrcode.InvalidTextRepresentation, "path element at position %d is not an integer: \"%s\"", level+1, *path[level])
		}
		n := len(v.items)
		if i < 0 {
			if -i > n {
				i = -1 << 31
			} else {
				i += n
			}
		}
		out := value{kind: jsonArray, items: append([]value(nil), v.items...)}
		create := op != "replace" && op != "delete"
		switch {
		case last && create && (i < 0 || n == 0):
			out.items = append([]value{*nv}, out.items...)
		case last && create && i >= n:
			out.items = append(out.items, *nv)
		case i < 0 || i >= n:
		case !last:
			e, err := setPath(v.items[i], path, level+1, op, nv)
			if err != nil {
				return v, err
			}
			out.items[i] = e
		case op == "delete":
			out.items = append(out.items[:i], out.items[i+1:]...)
		case op == "before":
			out.items = append(out.items[:i], append([]value{*nv}, v.items[i:]...)...)
		case op == "after":
			out.items = append(out.items[:i+1], append([]value{*nv}, v.items[i+1:]...)...)
		default:
			out.items[i] = *nv
		}
		return out, nil
	}
	return v, nil
}

func stripNulls(v value) value {
	out := v
	out.items, out.keys = nil, nil
	for i, e := range v.items {
		if v.kind == jsonObject {
			if e.kind == jsonNull {
				continue
			}
			out.keys = append(out.keys, v.keys[i])
		}
		out.items = append(out.items, stripNulls(e))
	}
	return out
}

func (v value) pretty(dst []byte, level int) []byte {
	if v.kind < jsonArray {
		return v.append(dst, true)
	}
	open, end := byte('['), byte(']')
	if v.kind == jsonObject {
		open, end = '{', '}'
	}
	dst = append(dst, open)
	indent := func(n int) {
		dst = append(dst, '\n')
		for range n * 4 {
			dst = append(dst, ' ')
		}
	}
	for i, e := range v.items {
		if i > 0 {
			dst = append(dst, ',')
		}
		indent(level + 1)
		if v.kind == jsonObject {
			dst = append(quoteJSON(dst, v.keys[i]), ": "...)
		}
		dst = e.pretty(dst, level+1)
	}
	indent(level)
	return append(dst, end)
}

func jsonLength(a string) (string, error) {
	v, err := readJSON(a, true)
	switch {
	case err != nil:
		return "", err
	case v.kind == jsonObject:
		return "", pgerr.New(pgerrcode.InvalidParameterValue, "cannot get array length of a non-array")
	case v.kind != jsonArray:
		return "", pgerr.New(pgerrcode.InvalidParameterValue, "cannot get array length of a scalar")
	}
	return strconv.Itoa(len(v.items)), nil
}

// rawItems are the texts of the elements or members of JSON text.
func rawItems(s string, object bool) (keys []string, items []string, err error) {
	if _, err := readJSON(s, true); err != nil {
		return nil, nil, err
	}
	r := jsonReader{s: s}
	r.space()
	r.i++
	for {
		r.space()
		if s[r.i] == '}' || s[r.i] == ']' {
			return keys, items, nil
		}
		if object {
			k, err := r.str()
			if err != nil {
				return nil, nil, err
			}
			keys = append(keys, k)
			r.space()
			r.i++
			r.space()
		}
		start := r.i
		if err := r.skip(); err != nil {
			return nil, nil, err
		}
		items = append(items, s[start:r.i])
		r.space()
		if s[r.i] == ',' {
			r.i++
		}
	}
}

func firstByte(s string) byte {
	s = strings.TrimLeft(s, " \t\r\n")
	if s == "" {
		return 0
	}
	return s[0]
}

func elements(a, name string, text bool) (string, error) {
	what := "a scalar"
	switch firstByte(a) {
	case '[':
		_, items, err := rawItems(a, false)
		if err != nil {
			return "", err
		}
		return listOf(items, text)
	case '{':
		if what = "an object"; strings.HasPrefix(name, "json_") {
			return "", pgerr.New(pgerrcode.InvalidParameterValue, "cannot call %s on a non-array", name)
		}
	}
	if what == "an object" {
		return "", pgerr.New(pgerrcode.InvalidParameterValue, "cannot extract elements from an object")
	}
	if strings.HasPrefix(name, "json_") {
		return "", pgerr.New(pgerrcode.InvalidParameterValue, "cannot call %s on a scalar", name)
	}
	return "", pgerr.New(pgerrcode.InvalidParameterValue, "cannot extract elements from %s", what)
}

func listOf(items []string, text bool) (string, error) {
	as := "json"
	if text {
		as = "text"
	}
	list := make([]*string, len(items))
	for i, it := range items {
		s, err := shown(it, as)
		if err != nil {
			return "", err
		}
		list[i] = s
	}
	return textListJSON(list), nil
}

func objectKeys(a, name string) (string, error) {
	if firstByte(a) != '{' {
		return "", notObject(a, name)
	}
	keys, _, err := rawItems(a, true)
	if err != nil {
		return "", err
	}
	list := make([]*string, len(keys))
	for i := range keys {
		list[i] = &keys[i]
	}
	return textListJSON(list), nil
}

func notObject(a, name string) error {
	what := "a scalar"
	if firstByte(a) == '[' {
		what = "an array"
	}
	if strings.Contains(name, "each") {
		if strings.HasPrefix(name, "jsonb") {
			what = "a non-object"
		} else if what == "an array" {
			return pgerr.New(pgerrcode.InvalidParameterValue, "cannot deconstruct an array as an object")
		} else {
			return pgerr.New(pgerrcode.InvalidParameterValue, "cannot deconstruct a scalar")
		}
	}
	return pgerr.New(pgerrcode.InvalidParameterValue, "cannot call %s on %s", name, what)
}

func objectValues(a, name string, text bool) (string, error) {
	if firstByte(a) != '{' {
		return "", notObject(a, name)
	}
	_, items, err := rawItems(a, true)
	if err != nil {
		return "", err
	}
	return listOf(items, text)
}

// jsonObjectOf is json_object: of a list of keys and values in turn (second argument NULL), or of two lists.
func jsonObjectOf(args []*string) (*string, error) {
	keys, err := textList(*args[0])
	if err != nil {
		return nil, err
	}
	var values []*string
	if args[1] != nil {
		if values, err = textList(*args[1]); err != nil {
			return nil, err
		}
		if len(keys) != len(values) {
			return nil, pgerr.New(pgerrcode.ArraySubscriptError, "mismatched array dimensions")
		}
	} else {
		if len(keys)%2 != 0 {
			return nil, pgerr.New(pgerrcode.ArraySubscriptError, "array must have even number of elements")
		}
		var k []*string
		for i, s := range keys {
			if i%2 == 0 {
				k = append(k, s)
			} else {
				values = append(values, s)
			}
		}
		keys = k
	}
	dst := []byte{'{'}
	for i, k := range keys {
		if k == nil {
			return nil, pgerr.New(pgerrcode.NullValueNotAllowedDataException, "null value not allowed for object key")
		}
		if i > 0 {
			dst = append(dst, ", "...)
		}
		dst = append(quoteJSON(dst, *k), " : "...)
		if values[i] == nil {
			dst = append(dst, "null"...)
		} else {
			dst = quoteJSON(dst, *values[i])
		}
	}
	return result(string(append(dst, '}')), nil)
}

// jsonObjectAgg puts pairs together that travel as an array of {"k": text, "v": JSON text}.
func jsonObjectAgg(a, kind string) (string, error) {
	v, err := readJSON(a, true)
	if err != nil {
		return "", err
	}
	dst := []byte("{ ")
	out := value{kind: jsonObject}
	for i, e := range v.items {
		k, val := e.member("k"), e.member("v")
		if k < 0 || val < 0 {
			return "", badJSON(a)
		}
		key, ok := e.items[k].plain()
		if !ok {
			if kind == "jsonb" {
				return "", pgerr.New(pgerrcode.InvalidParameterValue, "field name must not be null")
			}
			return "", pgerr.New(pgerrcode.InvalidParameterValue, "field name must not be null")
		}
		text, ok := e.items[val].plain()
		if !ok {
			text = "null"
		}
		if kind == "jsonb" {
			x, err := parseJSON(text)
			if err != nil {
				return "", err
			}
			out.keys, out.items = append(out.keys, key), append(out.items, x)
			continue
		}
		if i > 0 {
			dst = append(dst, ", "...)
		}
		dst = append(append(quoteJSON(dst, key), " : "...), text...)
	}
	if kind == "jsonb" {
		out.normalise()
		return out.String(), nil
	}
	return string(append(dst, " }"...)), nil
}

// jsonScalar converts jsonb to a number or boolean: (jsonb, type).
func jsonScalar(args []*string) (*string, error) {
	v, err := parseJSON(*args[0])
	if err != nil {
		return nil, err
	}
	want := jsonNumber
	if *args[1] == "boolean" {
		want = jsonBool
	}
	if v.kind != want {
		name := []string{"jsonb null", "jsonb string", "jsonb numeric", "jsonb boolean", "jsonb array", "jsonb object"}[v.kind]
		return nil, pgerr.New(pgerrcode.InvalidParameterValue, "cannot cast %s to type %s", name, *args[1])
	}
	s, _ := v.plain()
	return &s, nil
}

// jsonArrayLiteral turns a JSON array into the text of a PostgreSQL array; other JSON stays as it is.
func jsonArrayLiteral(a string) (string, error) {
	if firstByte(a) != '[' {
		return a, nil
	}
	_, items, err := rawItems(a, false)
	if err != nil {
		return "", err
	}
	list, err := listOf(items, true)
	if err != nil {
		return "", err
	}
	return arrayOut(list)
}
