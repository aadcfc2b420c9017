package engine

import (
	"github.com/jackc/pgerrcode"

	"github.com/miniodb/miniodb/internal/pgerr"
)

// clauseRules translate errors about what stands where in a query.
var clauseRules = []rule{
	on(`(?i)^More than one row returned by a subquery`, pgerrcode.CardinalityViolation, `more than one row returned by a subquery used as an expression`),
	on(`^Subquery returns \d+ columns - expected 1`, pgerrcode.SyntaxError, `subquery must return only one column`),
	on(`^Subquery returns \d+ columns`, pgerrcode.SyntaxError, `subquery has the wrong number of columns`),
	on(`^Set operations can only apply to expressions with the same number`, pgerrcode.SyntaxError, `each UNION, INTERSECT or EXCEPT query must have the same number of columns`),
	on(`^(\w+(?: BY)?)(?: clause)? cannot contain aggregates`, pgerrcode.GroupingError, `aggregate functions are not allowed in {1}`),
	on(`^(\w+(?: BY)?)(?: clause)? cannot contain window functions`, pgerrcode.WindowingError, `window functions are not allowed in {1}`),
	on(`^aggregate function calls cannot be nested`, pgerrcode.GroupingError, `aggregate function calls cannot be nested`),
	on(`^aggregate function calls cannot contain window function calls`, pgerrcode.WindowingError, `aggregate function calls cannot contain window function calls`),
	on(`^window function calls cannot be nested`, pgerrcode.WindowingError, `window function calls cannot be nested`),
	on(`^ORDER term out of range`, pgerrcode.InvalidColumnReference, `ORDER BY position is not in select list`),
	on(`^GROUP BY term out of range`, pgerrcode.InvalidColumnReference, `GROUP BY position is not in select list`),
	on(`^(table ".*?" has \d+ columns available but \d+ columns specified)`, pgerrcode.InvalidColumnReference, `{1}`),
	on(`^\* expression without FROM clause`, pgerrcode.SyntaxError, `SELECT * with no tables specified is not valid`),
	on(`^LIMIT/OFFSET cannot be negative`, pgerrcode.InvalidRowCountInLimitClause, `LIMIT and OFFSET must not be negative`),
	on(`^Argument for ntile must be greater than zero`, pgerrcode.InvalidArgumentForNtileFunction, `argument of ntile must be greater than zero`),
	on(`^PERCENTILEs can only take parameters in the range`, pgerrcode.NumericValueOutOfRange, `percentile value is not between 0 and 1`),
	on(`^DECIMAL type (width must be between 1 and 38|scale cannot be greater than width)`, pgerrcode.InvalidParameterValue, `numeric {1}`),
	on(`^collations are only supported for type varchar`, pgerrcode.DatatypeMismatch, `collations are only supported by text types`),
	on(`^interval cannot be 0`, pgerrcode.InvalidParameterValue, `step size cannot equal zero`),
	on(`^table (\S+) has \d+ columns but \d+ values were supplied`, pgerrcode.SyntaxError, `INSERT into "{1}" has another number of expressions than target columns`),
	onFunc(`^Cannot mix values of type (.*) and (.*) in (CASE|COALESCE|BETWEEN|IN|\w+)`, func(_ *duckError, m []string) *pgerr.Error {
		return pgerr.New(pgerrcode.DatatypeMismatch, "%s types %s and %s cannot be matched", m[3], typeName(m[1]), typeName(m[2]))
	}),
	onFunc(`^Cannot compare values of type (.*) and (?:type )?(.*?) (?:in |- )`, func(_ *duckError, m []string) *pgerr.Error {
		return pgerr.New(pgerrcode.UndefinedFunction, "operator does not exist: %s = %s", typeName(m[1]), typeName(m[2])).WithHint("%s", operatorHint)
	}),
	onFunc(`^UNNEST\(\) can only be applied to lists, structs and NULL, not (.*)`, func(_ *duckError, m []string) *pgerr.Error {
		return noFunction("unnest(" + m[1] + ")")
	}),
	on(`^(?:Expected \d+ parameters, but |Values were not provided for the following prepared statement parameters: )(.*)`, pgerrcode.UndefinedParameter, `parameters are missing: {1}`),
	on(`(?s)^((?:missing|unexpected) [)\]]|no argument for repetition operator|bad repetition operator|invalid escape sequence|invalid character class|invalid perl operator|trailing \\|invalid repetition size|invalid named capture group|invalid UTF-8|pattern too large)`, pgerrcode.InvalidRegularExpression, `invalid regular expression: {1}`),
}
