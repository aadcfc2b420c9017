package pgfunc

import (
	"errors"
	"strings"

	"github.com/jackc/pgerrcode"
	"github.com/miniodb/miniodb/internal/pgerr"
)

// jsonpathFunctions take (jsonb, path, variables, silent); paths are SQL/JSON's without datetime() and variables of like_regex.
var jsonpathFunctions = map[string]function{
	"jsonb_path_query":       {4, 4, pathQuery},
	"jsonb_path_query_array": {4, 4, pathQueryArray},
	"jsonb_path_query_first": {4, 4, pathQueryFirst},
	"jsonb_path_exists":      {4, 4, pathExists},
	"jsonb_path_match":       {4, 4, pathMatch},
}

// runPath evaluates (jsonb, path, variables, silent). What was found before an error that silence swallows is returned, failed is then true.
func runPath(args []*string, firstOnly bool) (out []value, failed bool, err error) {
	root, err := parseJSON(*args[0])
	if err != nil {
		return nil, false, err
	}
	n, lax, err := parsePath(*args[1])
	if err != nil {
		return nil, false, err
	}
	var vars value // of kind null where a variable is null: the operators have no variables
	if *args[2] != "" {
		if vars, err = parseJSON(*args[2]); err != nil {
			return nil, false, err
		}
		if vars.kind != jsonObject {
			return nil, false, pgerr.New(pgerrcode.InvalidParameterValue, "\"vars\" argument is not an object")
		}
	}
	r := pathRun{root: root, vars: vars, lax: lax}
	err = r.walk(n, root, func(v value) error {
		if firstOnly && lax {
			out = []value{v}
			return errEnough
		}
		return gather(&out, v)
	})
	switch {
	case errors.Is(err, errEnough):
		err = nil
	case err != nil && (*args[3] == "true" || *args[3] == "t") && strings.HasPrefix(pgerr.Code(err), "22"):
		return out, true, nil
	}
	return out, false, err
}

func pathQuery(args []*string) (*string, error) {
	list, _, err := runPath(args, false)
	if err != nil {
		return nil, err
	}
	texts, size := make([]*string, len(list)), 0
	for i := range list {
		s := list[i].String()
		if size += len(s); size > maxResultBytes {
			return nil, tooLarge()
		}
		texts[i] = &s
	}
	return result(textListJSON(texts), nil)
}

func pathQueryArray(args []*string) (*string, error) {
	list, _, err := runPath(args, false)
	if err != nil {
		return nil, err
	}
	return result(value{kind: jsonArray, items: list}.String(), nil)
}

func pathQueryFirst(args []*string) (*string, error) {
	list, _, err := runPath(args, false)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	return result(list[0].String(), nil)
}

func pathExists(args []*string) (*string, error) {
	list, failed, err := runPath(args, true)
	if err != nil || failed {
		return nil, err
	}
	return result(boolText(len(list) > 0), nil)
}

func pathMatch(args []*string) (*string, error) {
	list, _, err := runPath(args, false)
	if err != nil {
		return nil, err
	}
	if len(list) == 1 {
		switch list[0].kind {
		case jsonBool:
			return result(boolText(list[0].truth), nil)
		case jsonNull:
			return nil, nil
		}
	}
	if *args[3] == "true" || *args[3] == "t" {
		return nil, nil
	}
	return nil, pgerr.New(codeNotScalar, "single boolean result is expected")
}
