package sql

import (
	"strconv"
	"strings"

	"github.com/miniodb/miniodb/internal/sqltype"
)

// bind puts arguments into a template with $1, $2... Arguments that are costly to evaluate as often as the template, with its macros
// expanded, does are evaluated once, through a one-element list.
func (t *translator) bind(ret sqltype.OID, template string, args ...expr) expr {
	out := typed("", ret, args...)
	names := make([]string, len(args))
	weight, cost, most := 0, 0, 1
	for i, a := range args {
		names[i] = a.sql
		weight += a.weight
		uses := templateUses(template, i+1)
		cost += a.weight * max(uses, 1)
		most = max(most, uses)
	}
	if most > 1 && cost > maxRepeatedWeight {
		var fields []string
		for i, a := range args {
			if a.lit != nil || a.null || a.weight == 1 && a.col != nil {
				continue
			}
			f := "a" + strconv.Itoa(i+1)
			fields = append(fields, f+" := "+a.sql)
			names[i] = "pg_v." + f
		}
		if len(fields) > 0 {
			out.sql = "list_transform([struct_pack(" + strings.Join(fields, ", ") + ")], lambda pg_v: " + fill(template, names) + ")[1]"
			out.weight = weight + 2
			return out
		}
	}
	out.sql = fill(template, names)
	out.weight = cost + 1
	return out
}

func fill(template string, args []string) string {
	var b strings.Builder
	for i := 0; i < len(template); i++ {
		if template[i] == '$' && i+1 < len(template) && template[i+1] >= '1' && template[i+1] <= '9' {
			if n := int(template[i+1] - '1'); n < len(args) {
				b.WriteString(args[n])
			}
			i++
			continue
		}
		if template[i] == '$' && i+1 < len(template) && template[i+1] == '$' {
			b.WriteByte('$')
			i++
			continue
		}
		if template[i] == '$' && i+1 < len(template) && template[i+1] == '*' {
			b.WriteString(strings.Join(args, ", "))
			i++
			continue
		}
		b.WriteByte(template[i])
	}
	return b.String()
}
