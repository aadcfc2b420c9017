package ducktree

import "strings"

// kind says what a field holds.
type kind uint8

const (
	scalar   kind = iota // a string, number or boolean, or a list of them
	value                // a constant or a type: JSON in which nothing is an expression
	nothing              // must be null, "", false or empty
	expr                 // an expression, or null
	exprs                // a list of them
	exprRows             // a list of lists of them
	node                 // a query, or null
	nodes                // a list of them
	table                // an item of FROM, or null
	record               // an object whose fields stand under the name of the record
	records              // a list of them
)

var kinds = map[string]kind{"s": scalar, "v": value, "-": nothing, "e": expr, "e*": exprs, "e**": exprRows, "n": node, "n*": nodes, "t": table}

// field is what a field of a node holds; of is the name of the record.
type field struct {
	kind kind
	of   string
}

// grammar are the fields of every kind of node, by class or type (DuckDB 1.5, src/include/duckdb/storage/serialization).
var grammar = func() map[string]map[string]field {
	out := map[string]map[string]field{}
	for line := range strings.SplitSeq(fields, "\n") {
		name, list, ok := strings.Cut(strings.TrimSpace(line), " ")
		if !ok {
			continue
		}
		of := map[string]field{}
		for _, f := range strings.Fields(list) {
			key, holds, _ := strings.Cut(f, ":")
			k, ok := kinds[holds]
			switch {
			case ok:
				of[key] = field{kind: k}
			case strings.HasSuffix(holds, "*"):
				of[key] = field{kind: records, of: strings.TrimSuffix(holds, "*")}
			default:
				of[key] = field{kind: record, of: holds}
			}
		}
		out[name] = of
	}
	return out
}()

// fields, a line a kind of node. Expressions also have class, type, alias and query_location, items of FROM type, alias, query_location and sample,
// queries type, modifiers and cte_map. Indented by two words: the records within.
const fields = `
BETWEEN input:e lower:e upper:e
CASE case_checks:when* else_expr:e
CAST child:e cast_type:v try_cast:s
COLLATE child:e collation:s
COLUMN_REF column_names:s
COMPARISON left:e right:e
CONJUNCTION children:e*
CONSTANT value:v
FUNCTION function_name:s schema:s catalog:s children:e* filter:e order_bys:orders distinct:s is_operator:s export_state:-
LAMBDA lhs:e expr:e syntax_type:s
OPERATOR children:e*
PARAMETER identifier:s
POSITIONAL_REFERENCE index:s
STAR relation_name:s exclude_list:s replace_list:replacement* columns:s expr:e unpacked:s qualified_exclude_list:v rename_list:v
SUBQUERY subquery_type:s subquery:statement child:e comparison_type:s
WINDOW function_name:s schema:s catalog:s children:e* partitions:e* orders:order* start:s end:s start_expr:e end_expr:e offset_expr:e default_expr:e ignore_nulls:s filter_expr:e exclude_clause:s distinct:s arg_orders:order*

EMPTY column_name_alias:-
BASE_TABLE schema_name:s table_name:s catalog_name:s column_name_alias:s at_clause:-
SUBQUERY_REF subquery:statement column_name_alias:s
JOIN left:t right:t condition:e join_type:s ref_type:s using_columns:s delim_flipped:s duplicate_eliminated_columns:e*
TABLE_FUNCTION function:e column_name_alias:s with_ordinality:s
EXPRESSION_LIST expected_names:s expected_types:v values:e** column_name_alias:s
PIVOT source:t aggregates:e* unpivot_names:s pivots:pivot* groups:s column_name_alias:s include_nulls:s
SHOW_REF table_name:- query:n show_type:s catalog_name:- schema_name:- column_name_alias:s

SELECT_NODE select_list:e* from_table:t where_clause:e group_expressions:e* group_sets:s aggregate_handling:s having:e sample:v qualify:e
SET_OPERATION_NODE setop_type:s left:n right:n setop_all:s children:n*
RECURSIVE_CTE_NODE cte_name:s union_all:s left:n right:n aliases:s key_targets:e* payload_aggregates:e*

ORDER_MODIFIER type:s orders:order*
LIMIT_MODIFIER type:s limit:e offset:e
LIMIT_PERCENT_MODIFIER type:s limit:e offset:e
DISTINCT_MODIFIER type:s distinct_on_targets:e*

statement node:n named_param_map:v
when when_expr:e then_expr:e
order type:s null_order:s expression:e
orders type:s orders:order*
replacement key:s value:e
pivot pivot_expressions:e* unpivot_names:s entries:entry* pivot_enum:- subquery:-
entry values:v star_expr:e alias:s
cte aliases:s query:statement materialized:s key_targets:e* payload_aggregates:e*
`
