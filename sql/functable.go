package sql

import (
	_ "embed"
	"strings"
	"sync"

	"github.com/miniodb/miniodb/internal/sqltype"
)

//go:embed functions.txt
var functionText string

// signature is one overload of a function of the allow-list.
type signature struct {
	args     []string // type names; "any", "anyarray", "anyelement"
	variadic bool
	ret      string
	set      bool
	template string
	volatile bool
}

// engineFunctions are DuckDB's own functions that may be called beside PostgreSQL's: they read nothing but their arguments, keep no
// state, and give results no larger than what they are given. Types are left to DuckDB.
var engineFunctions = wordSet(`array_distinct array_has_all array_has_any bit_count contains damerau_levenshtein date_diff datediff dayname
	dayofmonth dayofweek dayofyear editdist3 ends_with epoch epoch_ms epoch_ns epoch_us even flatten from_base64 gamma hamming hash
	isinf isnan isodow isoyear jaccard jaro_similarity jaro_winkler_similarity json_array json_contains json_exists
	json_extract json_extract_string json_keys json_merge_patch json_object json_type json_valid json_value julian last_day
	list_append list_concat list_contains list_distinct list_extract list_has_all list_has_any list_intersect list_position
	list_reverse_sort list_slice list_sort list_sum list_unique list_value list_zip log2 lgamma mismatches month monthname
	nfc_normalize parse_filename prefix quarter regexp_escape regexp_extract regexp_extract_all regexp_full_match regexp_matches
	sha1 signbit strftime string_split strip_accents strlen strptime struct_extract struct_pack suffix time_bucket to_base64
	to_days to_hours to_minutes to_months to_seconds to_weeks to_years try_strptime typeof ucase lcase unhex unicode url_decode url_encode
	week weekday weekofyear year yearweek day hour minute second decade century millennium era hex instr
	list_min list_max list_avg list_count list_first list_last map_keys map_values map_entries map_extract len`)

// fileFunctions read files, settings or the server itself. They are refused with 42501 rather than as unknown, so that it is plain that
// they are barred on purpose.
var fileFunctions = wordSet(`read_csv read_csv_auto sniff_csv read_parquet parquet_scan parquet_metadata parquet_schema parquet_file_metadata
	parquet_kv_metadata parquet_bloom_probe parquet_full_metadata read_json read_json_auto read_json_objects read_json_objects_auto read_ndjson
	read_ndjson_auto read_ndjson_objects read_text read_blob read_duckdb glob arrow_scan arrow_scan_dumb seq_scan index_scan query query_table
	getenv getvariable which_secret duckdb_secrets duckdb_settings duckdb_tables duckdb_columns duckdb_functions duckdb_databases
	duckdb_extensions duckdb_memory duckdb_temporary_files duckdb_logs duckdb_log_contexts duckdb_variables duckdb_views
	duckdb_schemas duckdb_types duckdb_indexes duckdb_constraints duckdb_sequences duckdb_dependencies duckdb_keywords duckdb_optimizers
	duckdb_external_file_cache duckdb_prepared_statements duckdb_approx_database_count duckdb_connection_count duckdb_coordinate_systems
	duckdb_secret_types pragma_database_size pragma_table_info pragma_show pragma_storage_info pragma_metadata_info pragma_collations
	pragma_version pragma_platform pragma_user_agent pragma_database_list pragma_show_tables checkpoint force_checkpoint enable_logging
	disable_logging enable_profiling set_log_level truncate_duckdb_logs write_log json_execute_serialized_sql json_serialize_sql
	json_serialize_plan json_deserialize_sql from_substrait sql_auto_complete test_all_types test_vector_types repeat_row summary
	delta_scan iceberg_scan postgres_scan sqlite_scan mysql_scan load_aws_credentials unpivot_list parse_duckdb_log_message
	pg_read_file pg_read_binary_file pg_ls_dir pg_stat_file lo_import lo_export dblink dblink_exec st_read read_xlsx read_avro
	read_delta write_parquet current_query sleep_ms setseed in_search_path add_parquet_key enable_verification import_database storage_info`)

func wordSet(s string) map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(s) {
		m[w] = true
	}
	return m
}

// barredFunction reports a function that is refused as a matter of security, whatever its arguments.
func barredFunction(name string) bool {
	return fileFunctions[name] || strings.HasPrefix(name, "duckdb_") || strings.HasPrefix(name, "pragma_") ||
		strings.HasPrefix(name, "read_") || strings.HasPrefix(name, "parquet_") || strings.HasPrefix(name, "__internal")
}

// FileReference reports whether a name that stands where a relation or function is wanted speaks of files or of the server's inside:
// a path, a URL, a file name with an extension that DuckDB would read, or a file-reading function.
func FileReference(name string) bool {
	lower := strings.ToLower(name)
	if barredFunction(lower) || strings.ContainsAny(lower, "/\\*?") || strings.Contains(lower, "://") {
		return true
	}
	for _, ext := range []string{".csv", ".tsv", ".parquet", ".json", ".jsonl", ".ndjson", ".db", ".duckdb", ".gz", ".zst", ".txt", ".arrow", ".xlsx", ".avro"} {
		if strings.HasSuffix(lower, ext) {
			return true
		}
	}
	return false
}

var functionTable = sync.OnceValue(func() map[string][]signature {
	table := map[string][]signature{}
	lines := strings.Split(functionText, "\n")
	for line := range strings.SplitSeq(catalogFunctionText, "\n") {
		if strings.Contains(line, " = ") { // the others are the session's to answer
			lines = append(lines, line)
		}
	}
	for _, line := range lines {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		name, sig, ok := parseSignature(line)
		if ok {
			table[name] = append(table[name], sig)
		}
	}
	return table
})

func parseSignature(line string) (string, signature, bool) {
	var s signature
	open := strings.IndexByte(line, '(')
	closing := strings.IndexByte(line, ')')
	if open < 1 || closing < open {
		return "", s, false
	}
	name := line[:open]
	if args := strings.TrimSpace(line[open+1 : closing]); args != "" {
		for _, a := range strings.Split(args, ",") {
			a = strings.TrimSpace(a)
			if strings.HasSuffix(a, "...") {
				a, s.variadic = strings.TrimSuffix(a, "..."), true
			}
			s.args = append(s.args, a)
		}
	}
	rest := strings.TrimSpace(line[closing+1:])
	ret, template, has := strings.Cut(rest, " = ")
	if !has {
		ret = rest
		template = name + "($*)"
	}
	if i := strings.LastIndex(template, " ; "); i >= 0 {
		s.volatile = strings.TrimSpace(template[i+3:]) == "volatile"
		template = template[:i]
	}
	s.ret, s.set = strings.CutPrefix(strings.TrimSpace(ret), "set of ")
	s.template = strings.TrimSpace(template)
	return name, s, true
}

var typeWords = map[string]sqltype.OID{"bool": sqltype.Bool, "int2": sqltype.Int2, "int4": sqltype.Int4, "int8": sqltype.Int8,
	"float4": sqltype.Float4, "float8": sqltype.Float8, "numeric": sqltype.Numeric, "text": sqltype.Text, "bytea": sqltype.Bytea,
	"date": sqltype.Date, "time": sqltype.Time, "timestamp": sqltype.Timestamp, "timestamptz": sqltype.Timestamptz,
	"interval": sqltype.Interval, "bpchar": sqltype.Bpchar, "uuid": sqltype.UUID, "json": sqltype.JSON, "jsonb": sqltype.JSONB, "oid": sqltype.Oid, "name": sqltype.Name,
	"text[]": 1009, "int4[]": 1007, "char": sqltype.Char, "regclass": sqltype.Regclass, "regtype": sqltype.Regtype, "regproc": sqltype.Regproc,
	"regprocedure": sqltype.Regprocedure, "regoper": sqltype.Regoper, "regoperator": sqltype.Regoperator, "regnamespace": sqltype.Regnamespace,
	"regrole": sqltype.Regrole, "regcollation": sqltype.Regcollation, "pg_node_tree": sqltype.NodeTree, "int2vector": sqltype.Int2vector,
	"oidvector": sqltype.Oidvector, "oid[]": 1028, "name[]": 1003, "aclitem[]": 1034, "xid": sqltype.Xid, "bit": sqltype.Bit, "varbit": sqltype.Varbit}

// argType returns the type word of the i-th of n arguments; ok is false when the overload does not take n.
func (s *signature) argType(i, n int) (string, bool) {
	switch {
	case s.variadic && n >= len(s.args):
		return s.args[min(i, len(s.args)-1)], true
	case n != len(s.args):
		return "", false
	}
	return s.args[i], true
}
