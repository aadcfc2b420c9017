import java.lang.reflect.Method;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Set;

/** DatabaseMetaData: what each of its getters returns of the same objects, row by row. */
final class Metadata {
    private static final String[] OBJECTS = {
        "CREATE SCHEMA store",
        "CREATE TABLE store.makers (id int PRIMARY KEY, name varchar(40) NOT NULL UNIQUE, founded date)",
        "CREATE TABLE store.wares (maker int REFERENCES store.makers (id), code varchar(10), \"Price %\" numeric(10,2) DEFAULT 0 CHECK (\"Price %\" >= 0), made timestamptz DEFAULT now(), "
            + "tags text[], PRIMARY KEY (maker, code))",
        "CREATE TABLE store.sold (id serial PRIMARY KEY, maker int, code varchar(10), amount int NOT NULL DEFAULT 1, CONSTRAINT sold_ware FOREIGN KEY (maker, code) REFERENCES store.wares (maker, code))",
        "CREATE TABLE typed (i2 int2, i4 int4, i8 int8, f4 float4, f8 float8, n numeric(12,3), b bool, t text, v varchar(7), c char(3), y bytea, d date, tm time, "
            + "ts timestamp, tz timestamptz, iv interval, u uuid, j json, jb jsonb, ia int[], o oid, g int GENERATED ALWAYS AS IDENTITY, big bigserial)",
        "CREATE TABLE \"Mixed Case\" (\"a b\" int, \"C\" text)",
        "CREATE TABLE my_table (x int)",
        "CREATE TABLE myotable (x int)",
        "CREATE VIEW store.named AS SELECT id, name FROM store.makers",
        "CREATE SEQUENCE store.numbers",
        "COMMENT ON TABLE store.wares IS 'what is sold'",
        "COMMENT ON COLUMN store.wares.code IS 'as printed'",
        "COMMENT ON VIEW store.named IS 'a view'",
        "GRANT SELECT, INSERT ON store.wares TO visitor",
        "GRANT SELECT (id, name) ON store.makers TO visitor WITH GRANT OPTION",
    };

    /** How many rows and pages an index has says how a server keeps it. */
    private static final Set<String> OWN = Set.of("CARDINALITY", "PAGES");

    /** Where the server is, the connection itself, and what pgjdbc does not have. */
    private static final Set<String> PLAIN_WITHOUT = Set.of("getURL", "getConnection", "getRowIdLifetime");

    private interface Call {
        ResultSet rows(DatabaseMetaData m) throws SQLException;
    }

    private Metadata() {}

    static void topics() {
        Topics.topic("objects", c -> {
            Topics.run(c, OBJECTS);
            Topics.show(OBJECTS.length, "statements");
        });
        Topics.topic("catalogs and schemas", Metadata::schemas);
        Topics.topic("tables", Metadata::tables);
        Topics.topic("columns", Metadata::columns);
        Topics.topic("keys", Metadata::keys);
        Topics.topic("indexes", Metadata::indexes);
        Topics.topic("row identifiers", Metadata::identifiers);
        Topics.topic("privileges", Metadata::privileges);
        Topics.topic("types", Metadata::types);
        Topics.topic("functions", Metadata::functions);
        Topics.topic("function columns", Metadata::functionColumns);
        Topics.topic("not supported", Metadata::unsupported);
        Topics.topic("plain getters", Metadata::plain);
    }

    private static void schemas(Connection c) throws Exception {
        show(c, "getCatalogs", DatabaseMetaData::getCatalogs);
        show(c, "getSchemas", DatabaseMetaData::getSchemas);
        show(c, "getSchemas st%", m -> m.getSchemas(null, "st%"));
        show(c, "getSchemas elsewhere", m -> m.getSchemas("elsewhere", null));
        show(c, "getClientInfoProperties", DatabaseMetaData::getClientInfoProperties);
    }

    private static void tables(Connection c) throws Exception {
        show(c, "getTableTypes", DatabaseMetaData::getTableTypes);
        show(c, "getTables store", m -> m.getTables(null, "store", "%", null));
        show(c, "getTables public", m -> m.getTables(null, "public", null, null));
        show(c, "getTables TABLE, VIEW", m -> m.getTables(null, null, "%", new String[] {"TABLE", "VIEW"}));
        show(c, "getTables SEQUENCE, INDEX", m -> m.getTables(null, null, "%", new String[] {"SEQUENCE", "INDEX"}));
        show(c, "getTables my\\_table", m -> m.getTables(null, null, "my\\_table", null));
        show(c, "getTables my_table", m -> m.getTables(null, null, "my_table", null));
        show(c, "getTables Mixed%", m -> m.getTables(c.getCatalog(), "%", "Mixed%", null));
        show(c, "getTables SYSTEM", m -> m.getTables(null, "pg_catalog", "%", new String[] {"SYSTEM TABLE", "SYSTEM VIEW"}));
        show(c, "getTables information_schema", m -> m.getTables(null, "information_schema", "%", null));
    }

    private static void columns(Connection c) throws Exception {
        show(c, "getColumns store", m -> m.getColumns(null, "store", "%", "%"));
        show(c, "getColumns typed", m -> m.getColumns(null, "public", "typed", null));
        show(c, "getColumns Mixed Case", m -> m.getColumns(null, null, "Mixed Case", "a%"));
        show(c, "getColumns price", m -> m.getColumns(null, "store", "wares", "Price \\%"));
        show(c, "getColumns pg_class", m -> m.getColumns(null, "pg_catalog", "pg_class", "%"));
        show(c, "getColumns information_schema", m -> m.getColumns(null, "information_schema", "%", "%"));
    }

    private static void keys(Connection c) throws Exception {
        for (String table : new String[] {"makers", "wares", "sold"}) {
            show(c, "getPrimaryKeys " + table, m -> m.getPrimaryKeys(null, "store", table));
            show(c, "getImportedKeys " + table, m -> m.getImportedKeys(null, "store", table));
            show(c, "getExportedKeys " + table, m -> m.getExportedKeys(null, "store", table));
        }
        show(c, "getCrossReference", m -> m.getCrossReference(null, "store", "wares", null, "store", "sold"));
        show(c, "getCrossReference none", m -> m.getCrossReference(null, "store", "makers", null, "store", "sold"));
        show(c, "getPrimaryKeys none", m -> m.getPrimaryKeys(null, "public", "typed"));
    }

    private static void indexes(Connection c) throws Exception {
        for (String table : new String[] {"makers", "wares", "sold"}) {
            show(c, "getIndexInfo " + table, m -> m.getIndexInfo(null, "store", table, false, true));
        }
        show(c, "getIndexInfo unique", m -> m.getIndexInfo(null, "store", "makers", true, false));
        show(c, "getIndexInfo none", m -> m.getIndexInfo(null, "public", "typed", false, false));
    }

    private static void identifiers(Connection c) throws Exception {
        show(c, "getBestRowIdentifier", m -> m.getBestRowIdentifier(null, "store", "wares", DatabaseMetaData.bestRowSession, false));
        show(c, "getBestRowIdentifier none", m -> m.getBestRowIdentifier(null, "public", "typed", DatabaseMetaData.bestRowTransaction, true));
        show(c, "getVersionColumns", m -> m.getVersionColumns(null, "store", "wares"));
    }

    private static void privileges(Connection c) throws Exception {
        show(c, "getTablePrivileges store", m -> m.getTablePrivileges(null, "store", "%"));
        show(c, "getTablePrivileges public", m -> m.getTablePrivileges(null, "public", "typed"));
        show(c, "getColumnPrivileges makers", m -> m.getColumnPrivileges(null, "store", "makers", "%"));
        show(c, "getColumnPrivileges wares", m -> m.getColumnPrivileges(null, "store", "wares", "c%"));
    }

    private static void types(Connection c) throws Exception {
        show(c, "getTypeInfo", true, DatabaseMetaData::getTypeInfo); // types of one number in any order
        show(c, "getUDTs", m -> m.getUDTs(null, null, "%", null));
        show(c, "getUDTs store", m -> m.getUDTs(null, "store", "%", new int[] {java.sql.Types.STRUCT, java.sql.Types.DISTINCT}));
    }

    private static void functions(Connection c) throws Exception {
        show(c, "getFunctions", m -> m.getFunctions(null, "pg_catalog", "%"));
        show(c, "getFunctions now", m -> m.getFunctions(null, null, "now"));
        show(c, "getProcedures", m -> m.getProcedures(null, null, "%"));
    }

    private static void functionColumns(Connection c) throws Exception {
        for (String name : new String[] {"abs", "lower", "json%", "pg\\_get\\_keywords", "generate\\_series", "no such"}) {
            show(c, "getFunctionColumns " + name, m -> m.getFunctionColumns(null, "pg_catalog", name, null));
        }
        show(c, "getProcedureColumns", m -> m.getProcedureColumns(null, "pg_catalog", "date\\_%", "%"));
    }

    private static void unsupported(Connection c) throws Exception {
        DatabaseMetaData m = c.getMetaData();
        Topics.fails(() -> m.getPseudoColumns(null, null, "%", "%"));
        Topics.fails(() -> m.getSuperTypes(null, null, "%"));
        Topics.fails(() -> m.getSuperTables(null, null, "%"));
        Topics.fails(() -> m.getAttributes(null, null, "%", "%"));
    }

    /** Every method without a parameter that returns no rows. */
    private static void plain(Connection c) throws Exception {
        DatabaseMetaData m = c.getMetaData();
        Method[] methods = DatabaseMetaData.class.getMethods();
        Arrays.sort(methods, Comparator.comparing(Method::getName));
        for (Method method : methods) {
            if (method.getParameterCount() == 0 && method.getReturnType() != ResultSet.class && !PLAIN_WITHOUT.contains(method.getName())) {
                Topics.show(method.getName(), method.invoke(m));
            }
        }
    }

    private static void show(Connection c, String title, Call call) throws SQLException {
        show(c, title, false, call);
    }

    /** Shows the columns' labels and types, then the rows, with the database's name left out. */
    private static void show(Connection c, String title, boolean sort, Call call) throws SQLException {
        String database = c.getCatalog();
        try (ResultSet rows = call.rows(c.getMetaData())) {
            ResultSetMetaData meta = rows.getMetaData();
            List<Object> line = new ArrayList<>(List.of("--", title));
            for (int i = 1; i <= meta.getColumnCount(); i++) {
                line.add(meta.getColumnLabel(i) + ":" + meta.getColumnTypeName(i));
            }
            Topics.show(line.toArray());
            List<Object[]> all = new ArrayList<>();
            while (rows.next()) {
                line.clear();
                for (int i = 1; i <= meta.getColumnCount(); i++) {
                    Object value = rows.getObject(i);
                    String label = meta.getColumnLabel(i);
                    boolean catalog = label.matches(".*_CAT(ALOG)?") && database.equals(value);
                    line.add(OWN.contains(label) ? "own" : catalog ? "<database>" : value == null ? "-" : value);
                }
                all.add(line.toArray());
            }
            if (sort) {
                all.sort(Comparator.comparing(Arrays::toString));
            }
            for (Object[] row : all) {
                Topics.show(row);
            }
        }
    }
}
