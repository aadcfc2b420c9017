package sql

import (
	"strings"
	"unicode/utf8"
)

// What a query in DuckDB's dialect may call: functions that read nothing but their arguments, keep no state, and give results no larger than what they
// are given. DuckDB's other functions are unknown to it.

// dialectFunctions are scalar functions and macros of DuckDB, beside engineFunctions.
var dialectFunctions = wordSet(`abs acos acosh add age ago apply array_append array_apply array_cat array_concat array_contains array_cosine_distance
	array_cosine_similarity array_cross_product array_distance array_distinct array_dot_product array_extract array_filter array_grade_up array_has
	array_indexof array_inner_product array_intersect array_length array_negative_dot_product array_negative_inner_product array_pop_back array_pop_front
	array_position array_prepend array_push_back array_push_front array_reverse array_reverse_sort array_select array_slice array_sort array_to_json
	array_to_string array_transform array_unique array_value array_where array_zip ascii asin asinh atan atan2 atanh base64 bin bit_length bit_position
	cardinality cbrt ceil ceiling char_length character_length chr concat concat_ws cos cosh cot date_add date_part date_sub date_trunc datepart datesub datetrunc
	days_in_month decode degrees divide element_at encode exp factorial fdiv filter floor fmod format_bytes formatreadabledecimalsize formatreadablesize
	from_binary from_hex gcd gen_random_uuid get_current_time get_current_timestamp current_date current_localtime current_localtimestamp grade_up greatest
	greatest_common_divisor isfinite ilike_escape json json_array_length json_extract_path json_extract_path_text json_pretty json_quote lcm least
	least_common_multiple left left_grapheme length length_grapheme levenshtein like_escape list_any_value list_apply list_approx_count_distinct list_bit_and
	list_bit_or list_bit_xor list_bool_and list_bool_or list_cat list_cosine_distance list_cosine_similarity list_distance list_dot_product list_element
	list_entropy list_filter list_grade_up list_has list_histogram list_indexof list_inner_product list_kurtosis list_kurtosis_pop list_mad list_median list_mode
	list_negative_dot_product list_negative_inner_product list_pack list_prepend list_product list_reverse list_select list_sem list_skewness list_stddev_pop
	list_stddev_samp list_string_agg list_transform list_var_pop list_var_samp list_where ln log log10 lower ltrim make_date make_time make_timestamp make_timestamp_ms
	make_timestamp_ns make_timestamptz map map_concat map_contains map_contains_entry map_contains_value map_extract_value map_from_entries md5 md5_number
	md5_number_lower md5_number_upper microsecond millisecond mod multiply nanosecond nextafter normalized_interval not_ilike_escape not_like_escape now nullif
	octet_length ord parse_dirname parse_dirpath parse_formatted_bytes parse_path pi position pow power radians random
	regexp_replace regexp_split_to_array regexp_split_to_table reverse right right_grapheme round round_even roundbankers row row_to_json rtrim sha256 sign
	sin sinh split split_part sqrt starts_with str_split str_split_regex string_split_regex string_to_array strpos struct_concat struct_contains struct_extract_at
	struct_has struct_indexof struct_insert struct_keys struct_position struct_update struct_values substr substring substring_grapheme subtract tan tanh timezone
	timezone_hour timezone_minute to_binary to_centuries to_decades to_hex to_json to_microseconds to_millennia to_milliseconds to_quarters to_timestamp
	today transaction_timestamp translate trim trunc unbin union_extract union_tag union_value unnest upper uuid uuid_extract_timestamp uuid_extract_version uuidv4
	uuidv7 wavg weighted_avg xor`)

// dialectAggregates can have OVER, too.
var dialectAggregates = wordSet(`any_value approx_count_distinct approx_quantile approx_top_k arbitrary arg_max arg_max_null arg_max_nulls_last arg_min arg_min_null
	arg_min_nulls_last argmax argmin array_agg avg bit_and bit_or bit_xor bool_and bool_or corr count count_if count_star countif covar_pop covar_samp entropy
	favg first fsum geomean geometric_mean group_concat histogram histogram_exact json_group_array json_group_object kahan_sum kurtosis kurtosis_pop last list listagg
	mad max max_by mean median min min_by mode product quantile quantile_cont quantile_disc regr_avgx regr_avgy regr_count regr_intercept regr_r2 regr_slope regr_sxx
	regr_sxy regr_syy reservoir_quantile sem skewness stddev stddev_pop stddev_samp string_agg sum sumkahan var_pop var_samp variance`)

var dialectWindows = wordSet(`cume_dist dense_rank fill first_value lag last_value lead nth_value ntile percent_rank rank rank_dense row_number`)

// dialectOperators are functions that are written as operators.
var dialectOperators = wordSet(`+ - * / // % ^ ** & | ~ << >> || ! !__postfix @ ^@ ~~ !~~ ~~* !~~* ~~~ -> ->> @> <@ && <-> <=>`)

// dialectTables are functions in FROM.
var dialectTables = wordSet(`generate_series range unnest json_each json_tree`)

// boundedFunction is a macro of the prelude that does what a function does and refuses to exhaust memory.
type boundedFunction struct {
	name string
	args int
}

var dialectBounded = map[string][]boundedFunction{
	"repeat":          {{"pg_repeat", 2}},
	"lpad":            {{"pg_lpad", 3}},
	"rpad":            {{"pg_rpad", 3}},
	"replace":         {{"pg_replace", 3}},
	"range":           {{"pg_range1", 1}, {"pg_range", 2}, {"pg_range_by", 3}},
	"generate_series": {{"pg_span1", 1}, {"pg_span", 2}, {"pg_span_by", 3}},
	"regexp_replace":  {{"pg_regexp_replace", 4}},
}

// dialectInner are those macros.
var dialectInner = func() map[string]bool {
	out := map[string]bool{}
	for _, list := range dialectBounded {
		for _, b := range list {
			out[b.name] = true
		}
	}
	return out
}()

// DialectCalls reports a function that the text of a query in DuckDB's dialect may hold: one that may be called, or stands for one.
func DialectCalls(name string) bool {
	return dialectInner[name] || dialectFunctions[name] || dialectAggregates[name] || dialectWindows[name] || dialectOperators[name] || dialectTables[name] ||
		engineFunctions[name]
}

// dialectNames turns names of columns that DuckDB makes of expressions into what was written, as far as that is known.
var dialectNames = func() *strings.Replacer {
	pairs := []string{"main.", ""}
	for name, list := range dialectBounded {
		for _, b := range list {
			pairs = append(pairs, b.name+"(", name+"(")
		}
	}
	return strings.NewReplacer(pairs...)
}()

// DialectColumn returns the name of an output column that DuckDB calls so: no longer than a name can be, without what was put into the text here.
func DialectColumn(name string) string {
	if strings.ContainsAny(name, "(") {
		name = dialectNames.Replace(name)
	}
	if len(name) <= maxIdentBytes {
		return name
	}
	end := maxIdentBytes
	for !utf8.RuneStart(name[end]) {
		end--
	}
	return name[:end]
}
