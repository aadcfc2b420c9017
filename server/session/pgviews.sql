-- The views of pg_catalog and information_schema that have rows. After "view" stand the name and the columns that the query below gives, in its order;
-- all others of the view are NULL. Types are those of PostgreSQL 15, to which the columns are cast.

view pg_catalog.pg_tables schemaname tablename tableowner tablespace hasindexes hasrules hastriggers rowsecurity
SELECT n.nspname, c.relname, pg_get_userbyid(c.relowner), NULL, c.relhasindex, c.relhasrules, c.relhastriggers, c.relrowsecurity
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'p')

view pg_catalog.pg_views schemaname viewname viewowner definition
SELECT n.nspname, c.relname, pg_get_userbyid(c.relowner), pg_get_viewdef(c.oid)
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind = 'v'

view pg_catalog.pg_matviews schemaname matviewname matviewowner tablespace hasindexes ispopulated definition
SELECT n.nspname, c.relname, pg_get_userbyid(c.relowner), NULL, c.relhasindex, c.relispopulated, pg_get_viewdef(c.oid)
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind = 'm'

view pg_catalog.pg_indexes schemaname tablename indexname tablespace indexdef
SELECT n.nspname, c.relname, i.relname, NULL, pg_get_indexdef(i.oid)
FROM pg_catalog.pg_index x JOIN pg_catalog.pg_class c ON c.oid = x.indrelid JOIN pg_catalog.pg_class i ON i.oid = x.indexrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'm', 'p') AND i.relkind IN ('i', 'I')

view pg_catalog.pg_sequences schemaname sequencename sequenceowner data_type start_value min_value max_value increment_by cycle cache_size last_value
SELECT n.nspname, c.relname, pg_get_userbyid(c.relowner), s.seqtypid, s.seqstart, s.seqmin, s.seqmax, s.seqincrement, s.seqcycle, s.seqcache,
CASE WHEN has_sequence_privilege(c.oid, 'SELECT, USAGE') THEN pg_sequence_last_value(c.oid) END
FROM pg_catalog.pg_sequence s JOIN pg_catalog.pg_class c ON c.oid = s.seqrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace

view pg_catalog.pg_roles rolname rolsuper rolinherit rolcreaterole rolcreatedb rolcanlogin rolreplication rolconnlimit rolpassword rolvaliduntil rolbypassrls rolconfig oid
SELECT a.rolname, a.rolsuper, a.rolinherit, a.rolcreaterole, a.rolcreatedb, a.rolcanlogin, a.rolreplication, a.rolconnlimit, '********', a.rolvaliduntil, a.rolbypassrls, s.setconfig, a.oid
FROM pg_catalog.pg_authid a LEFT JOIN pg_catalog.pg_db_role_setting s ON a.oid = s.setrole AND s.setdatabase = 0

view pg_catalog.pg_shadow usename usesysid usecreatedb usesuper userepl usebypassrls passwd valuntil useconfig
SELECT a.rolname, a.oid, a.rolcreatedb, a.rolsuper, a.rolreplication, a.rolbypassrls, a.rolpassword, a.rolvaliduntil, s.setconfig
FROM pg_catalog.pg_authid a LEFT JOIN pg_catalog.pg_db_role_setting s ON a.oid = s.setrole AND s.setdatabase = 0 WHERE a.rolcanlogin

view pg_catalog.pg_user usename usesysid usecreatedb usesuper userepl usebypassrls passwd valuntil useconfig
SELECT usename, usesysid, usecreatedb, usesuper, userepl, usebypassrls, '********', valuntil, useconfig FROM pg_catalog.pg_shadow

view pg_catalog.pg_group groname grosysid grolist
SELECT a.rolname, a.oid, ARRAY(SELECT m.member FROM pg_catalog.pg_auth_members m WHERE m.roleid = a.oid) FROM pg_catalog.pg_authid a WHERE NOT a.rolcanlogin

view pg_catalog.pg_stat_database datid datname numbackends
SELECT d.oid, d.datname, (SELECT count(*) FROM pg_catalog.pg_stat_activity s WHERE s.datid = d.oid) FROM pg_catalog.pg_database d

view pg_catalog.pg_stat_user_indexes relid indexrelid schemaname relname indexrelname idx_scan idx_tup_read idx_tup_fetch
SELECT c.oid, i.oid, n.nspname, c.relname, i.relname, 0, 0, 0
FROM pg_catalog.pg_index x JOIN pg_catalog.pg_class c ON c.oid = x.indrelid JOIN pg_catalog.pg_class i ON i.oid = x.indexrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 't', 'm') AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')

view pg_catalog.pg_stat_all_indexes relid indexrelid schemaname relname indexrelname idx_scan idx_tup_read idx_tup_fetch
SELECT c.oid, i.oid, n.nspname, c.relname, i.relname, 0, 0, 0
FROM pg_catalog.pg_index x JOIN pg_catalog.pg_class c ON c.oid = x.indrelid JOIN pg_catalog.pg_class i ON i.oid = x.indexrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 't', 'm')

view pg_catalog.pg_stat_all_tables relid schemaname relname seq_scan seq_tup_read n_tup_ins n_tup_upd n_tup_del n_tup_hot_upd n_live_tup n_dead_tup n_mod_since_analyze n_ins_since_vacuum vacuum_count autovacuum_count analyze_count autoanalyze_count
SELECT c.oid, n.nspname, c.relname, 0, 0, 0, 0, 0, 0, coalesce(t.file_rows + t.buffered_rows, 0), 0, 0, 0, 0, 0, 0, 0
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace LEFT JOIN miniodb.tables t ON t.schema = n.nspname AND t.name = c.relname
WHERE c.relkind IN ('r', 't', 'm', 'p')

view pg_catalog.pg_stat_user_tables relid schemaname relname seq_scan seq_tup_read n_tup_ins n_tup_upd n_tup_del n_tup_hot_upd n_live_tup n_dead_tup n_mod_since_analyze n_ins_since_vacuum vacuum_count autovacuum_count analyze_count autoanalyze_count
SELECT relid, schemaname, relname, seq_scan, seq_tup_read, n_tup_ins, n_tup_upd, n_tup_del, n_tup_hot_upd, n_live_tup, n_dead_tup, n_mod_since_analyze, n_ins_since_vacuum, vacuum_count, autovacuum_count, analyze_count, autoanalyze_count
FROM pg_catalog.pg_stat_all_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')

view pg_catalog.pg_statio_all_tables relid schemaname relname heap_blks_read heap_blks_hit
SELECT c.oid, n.nspname, c.relname, 0, 0 FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 't', 'm')

view pg_catalog.pg_statio_user_tables relid schemaname relname heap_blks_read heap_blks_hit
SELECT c.oid, n.nspname, c.relname, 0, 0 FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 't', 'm') AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')

view information_schema.information_schema_catalog_name catalog_name
SELECT current_database()

view information_schema.schemata catalog_name schema_name schema_owner
SELECT current_database(), n.nspname, pg_get_userbyid(n.nspowner) FROM pg_catalog.pg_namespace n
WHERE pg_has_role(n.nspowner, 'USAGE') OR has_schema_privilege(n.oid, 'CREATE, USAGE')

view information_schema.tables table_catalog table_schema table_name table_type is_insertable_into is_typed
SELECT current_database(), n.nspname, c.relname, CASE WHEN c.relpersistence = 't' THEN 'LOCAL TEMPORARY' WHEN c.relkind = 'v' THEN 'VIEW' ELSE 'BASE TABLE' END, CASE WHEN c.relkind IN ('r', 'p') THEN 'YES' ELSE 'NO' END, 'NO'
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'v', 'f', 'p') AND (pg_has_role(c.relowner, 'USAGE') OR has_any_column_privilege(c.oid, 'SELECT, INSERT, UPDATE, REFERENCES')
OR has_table_privilege(c.oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER'))

view information_schema.columns table_catalog table_schema table_name column_name ordinal_position column_default is_nullable data_type character_maximum_length character_octet_length numeric_precision numeric_precision_radix numeric_scale datetime_precision collation_catalog collation_schema collation_name domain_catalog domain_schema domain_name udt_catalog udt_schema udt_name dtd_identifier is_self_referencing is_identity identity_generation identity_start identity_increment identity_maximum identity_minimum identity_cycle is_generated is_updatable
SELECT current_database(), n.nspname, c.relname, a.attname, a.attnum, pg_get_expr(d.adbin, d.adrelid), CASE WHEN a.attnotnull THEN 'NO' ELSE 'YES' END,
CASE WHEN b.typelem <> 0 AND b.typlen = -1 AND b.typcategory = 'A' THEN 'ARRAY' WHEN bn.nspname = 'pg_catalog' THEN format_type(b.oid, NULL) ELSE 'USER-DEFINED' END,
CASE WHEN b.oid IN (1042, 1043) AND m.typmod <> -1 THEN m.typmod - 4 END,
CASE WHEN b.oid IN (25, 1042, 1043) THEN CASE WHEN m.typmod = -1 THEN 1073741824 ELSE (m.typmod - 4) * 4 END END,
CASE b.oid WHEN 21 THEN 16 WHEN 23 THEN 32 WHEN 20 THEN 64 WHEN 1700 THEN CASE WHEN m.typmod = -1 THEN NULL ELSE ((m.typmod - 4) >> 16) & 65535 END WHEN 700 THEN 24 WHEN 701 THEN 53 END,
CASE WHEN b.oid IN (21, 23, 20, 700, 701) THEN 2 WHEN b.oid = 1700 THEN 10 END,
CASE WHEN b.oid IN (21, 23, 20) THEN 0 WHEN b.oid = 1700 AND m.typmod <> -1 THEN (m.typmod - 4) & 2047 END,
CASE WHEN b.oid = 1082 THEN 0 WHEN b.oid IN (1083, 1114, 1184, 1266) THEN CASE WHEN m.typmod < 0 THEN 6 ELSE m.typmod END WHEN b.oid = 1186 THEN 6 END,
CASE WHEN co.oid IS NOT NULL THEN current_database() END, cn.nspname, co.collname,
CASE WHEN t.typtype = 'd' THEN current_database() END, CASE WHEN t.typtype = 'd' THEN tn.nspname END, CASE WHEN t.typtype = 'd' THEN t.typname END,
current_database(), bn.nspname, b.typname, a.attnum::text, 'NO', CASE WHEN a.attidentity IN ('a', 'd') THEN 'YES' ELSE 'NO' END,
CASE a.attidentity WHEN 'a' THEN 'ALWAYS' WHEN 'd' THEN 'BY DEFAULT' END, seq.seqstart::text, seq.seqincrement::text, seq.seqmax::text, seq.seqmin::text,
CASE WHEN seq.seqcycle THEN 'YES' ELSE 'NO' END, 'NEVER',
CASE WHEN c.relkind IN ('r', 'p') THEN 'YES' ELSE 'NO' END
FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c ON c.oid = a.attrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_type t ON t.oid = a.atttypid JOIN pg_catalog.pg_namespace tn ON tn.oid = t.typnamespace
JOIN pg_catalog.pg_type b ON b.oid = CASE WHEN t.typtype = 'd' THEN t.typbasetype ELSE t.oid END JOIN pg_catalog.pg_namespace bn ON bn.oid = b.typnamespace
LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
LEFT JOIN (SELECT dep.refobjid, dep.refobjsubid, s.* FROM pg_catalog.pg_depend dep JOIN pg_catalog.pg_sequence s ON dep.objid = s.seqrelid WHERE dep.deptype = 'i' AND dep.refclassid = 1259) seq
ON seq.refobjid = a.attrelid AND seq.refobjsubid = a.attnum
LEFT JOIN pg_catalog.pg_collation co ON co.oid = a.attcollation AND co.collname <> 'default' LEFT JOIN pg_catalog.pg_namespace cn ON cn.oid = co.collnamespace
CROSS JOIN LATERAL (SELECT CASE WHEN t.typtype = 'd' THEN t.typtypmod ELSE a.atttypmod END AS typmod) m
WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'v', 'f', 'p')
AND (pg_has_role(c.relowner, 'USAGE') OR has_column_privilege(c.oid, a.attnum, 'SELECT, INSERT, UPDATE, REFERENCES'))
ORDER BY a.attrelid, a.attnum

view information_schema.views table_catalog table_schema table_name view_definition check_option is_updatable is_insertable_into is_trigger_updatable is_trigger_deletable is_trigger_insertable_into
SELECT current_database(), n.nspname, c.relname, CASE WHEN pg_has_role(c.relowner, 'USAGE') THEN pg_get_viewdef(c.oid) END, 'NONE', 'NO', 'NO', 'NO', 'NO', 'NO'
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'v' AND (pg_has_role(c.relowner, 'USAGE') OR has_any_column_privilege(c.oid, 'SELECT, INSERT, UPDATE, REFERENCES'))

view information_schema.table_constraints constraint_catalog constraint_schema constraint_name table_catalog table_schema table_name constraint_type is_deferrable initially_deferred enforced nulls_distinct
SELECT current_database(), cn.nspname, k.conname, current_database(), n.nspname, c.relname,
CASE k.contype WHEN 'c' THEN 'CHECK' WHEN 'f' THEN 'FOREIGN KEY' WHEN 'p' THEN 'PRIMARY KEY' ELSE 'UNIQUE' END, 'NO', 'NO', 'YES', CASE WHEN k.contype = 'u' THEN 'YES' END
FROM pg_catalog.pg_constraint k JOIN pg_catalog.pg_class c ON c.oid = k.conrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace JOIN pg_catalog.pg_namespace cn ON cn.oid = k.connamespace
WHERE k.contype IN ('c', 'f', 'p', 'u') AND (pg_has_role(c.relowner, 'USAGE') OR has_table_privilege(c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER')
OR has_any_column_privilege(c.oid, 'INSERT, UPDATE, REFERENCES'))
UNION ALL
SELECT current_database(), n.nspname, n.oid::text || '_' || c.oid::text || '_' || a.attnum::text || '_not_null', current_database(), n.nspname, c.relname, 'CHECK', 'NO', 'NO', 'YES', NULL
FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c ON c.oid = a.attrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE a.attnotnull AND a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'p') AND (pg_has_role(c.relowner, 'USAGE')
OR has_table_privilege(c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER') OR has_any_column_privilege(c.oid, 'INSERT, UPDATE, REFERENCES'))

view information_schema.check_constraints constraint_catalog constraint_schema constraint_name check_clause
SELECT current_database(), n.nspname, k.conname, substring(pg_get_constraintdef(k.oid), 7)
FROM pg_catalog.pg_constraint k JOIN pg_catalog.pg_namespace n ON n.oid = k.connamespace LEFT JOIN pg_catalog.pg_class c ON c.oid = k.conrelid
WHERE k.contype = 'c' AND (c.oid IS NULL OR pg_has_role(c.relowner, 'USAGE'))
UNION ALL
SELECT current_database(), n.nspname, n.oid::text || '_' || c.oid::text || '_' || a.attnum::text || '_not_null', a.attname::text || ' IS NOT NULL'
FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c ON c.oid = a.attrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE a.attnotnull AND a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'p') AND pg_has_role(c.relowner, 'USAGE')

view information_schema.key_column_usage constraint_catalog constraint_schema constraint_name table_catalog table_schema table_name column_name ordinal_position position_in_unique_constraint
SELECT current_database(), cn.nspname, k.conname, current_database(), n.nspname, c.relname, a.attname, k.n,
CASE WHEN k.contype = 'f' THEN array_position(p.conkey, k.confkey[k.n]) END
FROM (SELECT o.oid, o.conname, o.contype, o.connamespace, o.conrelid, o.confrelid, o.conkey, o.confkey, o.conindid, generate_subscripts(o.conkey, 1) AS n
FROM pg_catalog.pg_constraint o WHERE o.contype IN ('p', 'u', 'f')) k
JOIN pg_catalog.pg_class c ON c.oid = k.conrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace JOIN pg_catalog.pg_namespace cn ON cn.oid = k.connamespace
JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.conkey[k.n]
LEFT JOIN pg_catalog.pg_constraint p ON k.contype = 'f' AND p.conindid = k.conindid AND p.conrelid = k.confrelid AND p.contype IN ('p', 'u')
WHERE pg_has_role(c.relowner, 'USAGE') OR has_column_privilege(c.oid, a.attnum, 'SELECT, INSERT, UPDATE, REFERENCES')

view information_schema.referential_constraints constraint_catalog constraint_schema constraint_name unique_constraint_catalog unique_constraint_schema unique_constraint_name match_option update_rule delete_rule
SELECT current_database(), n.nspname, k.conname, CASE WHEN pn.nspname IS NOT NULL THEN current_database() END, pn.nspname, p.conname, 'NONE', 'NO ACTION', 'NO ACTION'
FROM pg_catalog.pg_constraint k JOIN pg_catalog.pg_namespace n ON n.oid = k.connamespace JOIN pg_catalog.pg_class c ON c.oid = k.conrelid
LEFT JOIN pg_catalog.pg_constraint p ON p.conindid = k.conindid AND p.conrelid = k.confrelid AND p.contype IN ('p', 'u') LEFT JOIN pg_catalog.pg_namespace pn ON pn.oid = p.connamespace
WHERE k.contype = 'f' AND (pg_has_role(c.relowner, 'USAGE') OR has_table_privilege(c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER'))

view information_schema.constraint_column_usage table_catalog table_schema table_name column_name constraint_catalog constraint_schema constraint_name
SELECT current_database(), n.nspname, c.relname, a.attname, current_database(), cn.nspname, k.conname
FROM (SELECT o.conname, o.connamespace, CASE WHEN o.contype = 'f' THEN o.confrelid ELSE o.conrelid END AS relid, unnest(CASE WHEN o.contype = 'f' THEN o.confkey ELSE o.conkey END) AS num
FROM pg_catalog.pg_constraint o WHERE o.contype IN ('p', 'u', 'f', 'c')) k
JOIN pg_catalog.pg_class c ON c.oid = k.relid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace JOIN pg_catalog.pg_namespace cn ON cn.oid = k.connamespace
JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.num WHERE pg_has_role(c.relowner, 'USAGE')

view information_schema.constraint_table_usage table_catalog table_schema table_name constraint_catalog constraint_schema constraint_name
SELECT current_database(), n.nspname, c.relname, current_database(), cn.nspname, k.conname
FROM pg_catalog.pg_constraint k JOIN pg_catalog.pg_class c ON c.oid = CASE WHEN k.contype = 'f' THEN k.confrelid ELSE k.conrelid END
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace JOIN pg_catalog.pg_namespace cn ON cn.oid = k.connamespace
WHERE k.contype IN ('p', 'u', 'f') AND pg_has_role(c.relowner, 'USAGE')

view information_schema.sequences sequence_catalog sequence_schema sequence_name data_type numeric_precision numeric_precision_radix numeric_scale start_value minimum_value maximum_value increment cycle_option
SELECT current_database(), n.nspname, c.relname, format_type(s.seqtypid, NULL), CASE s.seqtypid WHEN 21 THEN 16 WHEN 23 THEN 32 ELSE 64 END, 2, 0,
s.seqstart::text, s.seqmin::text, s.seqmax::text, s.seqincrement::text, CASE WHEN s.seqcycle THEN 'YES' ELSE 'NO' END
FROM pg_catalog.pg_sequence s JOIN pg_catalog.pg_class c ON c.oid = s.seqrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE (pg_has_role(c.relowner, 'USAGE') OR has_sequence_privilege(c.oid, 'SELECT, UPDATE, USAGE'))
AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_depend d WHERE d.classid = 1259 AND d.objid = c.oid AND d.deptype = 'i')

view information_schema.table_privileges grantor grantee table_catalog table_schema table_name privilege_type is_grantable with_hierarchy
SELECT pg_get_userbyid(c.grantor), CASE c.grantee WHEN 0 THEN 'PUBLIC' ELSE pg_get_userbyid(c.grantee) END, current_database(), n.nspname, c.relname, c.privilege_type,
CASE WHEN c.is_grantable THEN 'YES' WHEN c.grantee = 0 THEN 'NO' WHEN pg_has_role(c.grantee, c.relowner, 'USAGE') THEN 'YES' ELSE 'NO' END, CASE c.privilege_type WHEN 'SELECT' THEN 'YES' ELSE 'NO' END
FROM (SELECT r.oid, r.relname, r.relnamespace, r.relowner, x.grantor, x.grantee, x.privilege_type, x.is_grantable
FROM pg_catalog.pg_class r CROSS JOIN LATERAL aclexplode(coalesce(r.relacl, acldefault('r', r.relowner))) x WHERE r.relkind IN ('r', 'v', 'f', 'p')) c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.grantee = 0 OR pg_has_role(c.grantor, 'USAGE') OR pg_has_role(c.grantee, 'USAGE')

view information_schema.column_privileges grantor grantee table_catalog table_schema table_name column_name privilege_type is_grantable
SELECT pg_get_userbyid(c.grantor), CASE c.grantee WHEN 0 THEN 'PUBLIC' ELSE pg_get_userbyid(c.grantee) END, current_database(), n.nspname, c.relname, c.attname, c.privilege_type,
CASE WHEN c.is_grantable THEN 'YES' WHEN c.grantee = 0 THEN 'NO' WHEN pg_has_role(c.grantee, c.relowner, 'USAGE') THEN 'YES' ELSE 'NO' END
FROM (SELECT r.relname, r.relnamespace, r.relowner, a.attname, x.grantor, x.grantee, x.privilege_type, x.is_grantable
FROM pg_catalog.pg_class r CROSS JOIN LATERAL aclexplode(coalesce(r.relacl, acldefault('r', r.relowner))) x
JOIN pg_catalog.pg_attribute a ON a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped WHERE r.relkind IN ('r', 'v', 'f', 'p')
UNION
SELECT r.relname, r.relnamespace, r.relowner, a.attname, x.grantor, x.grantee, x.privilege_type, x.is_grantable
FROM pg_catalog.pg_class r JOIN pg_catalog.pg_attribute a ON a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attacl IS NOT NULL
CROSS JOIN LATERAL aclexplode(a.attacl) x WHERE r.relkind IN ('r', 'v', 'f', 'p')) c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.privilege_type IN ('INSERT', 'SELECT', 'UPDATE', 'REFERENCES') AND (c.grantee = 0 OR pg_has_role(c.grantor, 'USAGE') OR pg_has_role(c.grantee, 'USAGE'))

view information_schema.role_column_grants grantor grantee table_catalog table_schema table_name column_name privilege_type is_grantable
SELECT p.grantor, p.grantee, p.table_catalog, p.table_schema, p.table_name, p.column_name, p.privilege_type, p.is_grantable
FROM information_schema.column_privileges p WHERE p.grantor IN (SELECT role_name FROM information_schema.enabled_roles) OR p.grantee IN (SELECT role_name FROM information_schema.enabled_roles)

view information_schema.udt_privileges grantor grantee udt_catalog udt_schema udt_name privilege_type is_grantable
SELECT pg_get_userbyid(c.grantor), CASE c.grantee WHEN 0 THEN 'PUBLIC' ELSE pg_get_userbyid(c.grantee) END, current_database(), n.nspname, c.typname, 'TYPE USAGE',
CASE WHEN c.is_grantable THEN 'YES' WHEN c.grantee = 0 THEN 'NO' WHEN pg_has_role(c.grantee, c.typowner, 'USAGE') THEN 'YES' ELSE 'NO' END
FROM (SELECT t.typname, t.typnamespace, t.typowner, x.grantor, x.grantee, x.is_grantable
FROM pg_catalog.pg_type t CROSS JOIN LATERAL aclexplode(coalesce(t.typacl, acldefault('T', t.typowner))) x WHERE t.typtype = 'c' AND x.privilege_type = 'USAGE') c
JOIN pg_catalog.pg_namespace n ON n.oid = c.typnamespace
WHERE c.grantee = 0 OR pg_has_role(c.grantor, 'USAGE') OR pg_has_role(c.grantee, 'USAGE')

view information_schema.role_udt_grants grantor grantee udt_catalog udt_schema udt_name privilege_type is_grantable
SELECT p.grantor, p.grantee, p.udt_catalog, p.udt_schema, p.udt_name, p.privilege_type, p.is_grantable
FROM information_schema.udt_privileges p WHERE p.grantor IN (SELECT role_name FROM information_schema.enabled_roles) OR p.grantee IN (SELECT role_name FROM information_schema.enabled_roles)

view information_schema.usage_privileges grantor grantee object_catalog object_schema object_name object_type privilege_type is_grantable
SELECT pg_get_userbyid(c.collowner), 'PUBLIC', current_database(), n.nspname, c.collname, 'COLLATION', 'USAGE', 'NO'
FROM pg_catalog.pg_collation c JOIN pg_catalog.pg_namespace n ON n.oid = c.collnamespace WHERE c.collencoding IN (-1, 6)
UNION ALL
SELECT pg_get_userbyid(c.grantor), CASE c.grantee WHEN 0 THEN 'PUBLIC' ELSE pg_get_userbyid(c.grantee) END, current_database(), n.nspname, c.name, c.kind, 'USAGE',
CASE WHEN c.is_grantable THEN 'YES' WHEN c.grantee = 0 THEN 'NO' WHEN pg_has_role(c.grantee, c.owner, 'USAGE') THEN 'YES' ELSE 'NO' END
FROM (SELECT t.typname AS name, t.typnamespace AS namespace, t.typowner AS owner, 'DOMAIN' AS kind, x.grantor, x.grantee, x.is_grantable
FROM pg_catalog.pg_type t CROSS JOIN LATERAL aclexplode(coalesce(t.typacl, acldefault('T', t.typowner))) x WHERE t.typtype = 'd' AND x.privilege_type = 'USAGE'
UNION ALL
SELECT r.relname, r.relnamespace, r.relowner, 'SEQUENCE', x.grantor, x.grantee, x.is_grantable
FROM pg_catalog.pg_class r CROSS JOIN LATERAL aclexplode(coalesce(r.relacl, acldefault('r', r.relowner))) x WHERE r.relkind = 'S' AND x.privilege_type = 'USAGE') c
JOIN pg_catalog.pg_namespace n ON n.oid = c.namespace
WHERE c.grantee = 0 OR pg_has_role(c.grantor, 'USAGE') OR pg_has_role(c.grantee, 'USAGE')

view information_schema.role_usage_grants grantor grantee object_catalog object_schema object_name object_type privilege_type is_grantable
SELECT p.grantor, p.grantee, p.object_catalog, p.object_schema, p.object_name, p.object_type, p.privilege_type, p.is_grantable
FROM information_schema.usage_privileges p WHERE p.grantor IN (SELECT role_name FROM information_schema.enabled_roles) OR p.grantee IN (SELECT role_name FROM information_schema.enabled_roles)

view information_schema.role_table_grants grantor grantee table_catalog table_schema table_name privilege_type is_grantable with_hierarchy
SELECT p.grantor, p.grantee, p.table_catalog, p.table_schema, p.table_name, p.privilege_type, p.is_grantable, p.with_hierarchy
FROM information_schema.table_privileges p WHERE p.grantor IN (SELECT role_name FROM information_schema.enabled_roles) OR p.grantee IN (SELECT role_name FROM information_schema.enabled_roles)

view information_schema.enabled_roles role_name
SELECT rolname FROM pg_catalog.pg_authid a WHERE pg_has_role(a.oid, 'USAGE')

view information_schema.applicable_roles grantee role_name is_grantable
SELECT a.rolname, b.rolname, CASE WHEN m.admin_option THEN 'YES' ELSE 'NO' END
FROM (SELECT member, roleid, admin_option FROM pg_catalog.pg_auth_members
UNION SELECT d.datdba, r.oid, false FROM pg_catalog.pg_database d CROSS JOIN pg_catalog.pg_authid r WHERE d.datname = current_database() AND r.rolname = 'pg_database_owner') m
JOIN pg_catalog.pg_authid a ON m.member = a.oid JOIN pg_catalog.pg_authid b ON m.roleid = b.oid WHERE pg_has_role(a.oid, 'USAGE')

view information_schema.administrable_role_authorizations grantee role_name is_grantable
SELECT grantee, role_name, is_grantable FROM information_schema.applicable_roles WHERE is_grantable = 'YES'

view information_schema.character_sets character_set_name character_repertoire form_of_use default_collate_catalog default_collate_schema default_collate_name
SELECT 'UTF8', 'UCS', 'UTF8', current_database(), 'pg_catalog', 'C'

view information_schema.collations collation_catalog collation_schema collation_name pad_attribute
SELECT current_database(), n.nspname, c.collname, 'NO PAD' FROM pg_catalog.pg_collation c JOIN pg_catalog.pg_namespace n ON n.oid = c.collnamespace WHERE c.collencoding IN (-1, 6)

view information_schema.collation_character_set_applicability collation_catalog collation_schema collation_name character_set_name
SELECT current_database(), n.nspname, c.collname, 'UTF8' FROM pg_catalog.pg_collation c JOIN pg_catalog.pg_namespace n ON n.oid = c.collnamespace WHERE c.collencoding IN (-1, 6)

view information_schema.view_table_usage view_catalog view_schema view_name table_catalog table_schema table_name
SELECT DISTINCT current_database(), nv.nspname, v.relname, current_database(), nt.nspname, t.relname
FROM pg_catalog.pg_depend d JOIN pg_catalog.pg_rewrite r ON r.oid = d.objid JOIN pg_catalog.pg_class v ON v.oid = r.ev_class JOIN pg_catalog.pg_namespace nv ON nv.oid = v.relnamespace
JOIN pg_catalog.pg_class t ON t.oid = d.refobjid JOIN pg_catalog.pg_namespace nt ON nt.oid = t.relnamespace
WHERE d.classid = 2618 AND d.refclassid = 1259 AND d.deptype = 'n' AND v.oid <> t.oid AND v.relkind = 'v' AND pg_has_role(t.relowner, 'USAGE')

view information_schema.routines specific_catalog specific_schema specific_name routine_catalog routine_schema routine_name routine_type data_type
SELECT current_database(), n.nspname, p.proname::text || '_' || p.oid::text, current_database(), n.nspname, p.proname,
CASE p.prokind WHEN 'f' THEN 'FUNCTION' WHEN 'p' THEN 'PROCEDURE' END, format_type(p.prorettype, NULL)
FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
