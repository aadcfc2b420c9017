import java.sql.BatchUpdateException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.Statement;
import org.postgresql.PGStatement;

/** Statements: prepared on the server, fetched in parts, in batches, several at once. */
final class Statements {
    private Statements() {}

    static void topics() {
        Topics.topic("server prepared", Statements::prepared);
        Topics.topic("query modes", Statements::modes);
        Topics.topic("fetch size", Statements::fetch);
        Topics.topic("scrolling", Statements::scroll);
        Topics.topic("limits", Statements::limits);
        Topics.topic("batch", Statements::batch);
        Topics.topic("rewritten batch", "reWriteBatchedInserts=true", Statements::rewritten);
        Topics.topic("generated keys", Statements::keys);
        Topics.topic("several results", Statements::several);
        Topics.topic("large result", Statements::large);
    }

    private static void prepared(Connection c) throws Exception {
        Topics.run(c, "CREATE TABLE wares (id int, name text, price numeric(8,2), sold timestamp)");
        try (PreparedStatement s = c.prepareStatement("INSERT INTO wares VALUES (?, ?, ?, ?)")) {
            for (int i = 0; i < 10; i++) {
                s.setInt(1, i);
                s.setString(2, "ware " + i);
                s.setBigDecimal(3, java.math.BigDecimal.valueOf(i * 25L, 2));
                s.setTimestamp(4, new java.sql.Timestamp(1700000000000L + i * 1000L));
                Topics.show(s.unwrap(PGStatement.class).isUseServerPrepare(), s.executeUpdate());
            }
        }
        try (PreparedStatement s = c.prepareStatement("SELECT id, name, price, sold FROM wares WHERE id = ? OR name = ?")) {
            for (int i = 0; i < 8; i++) {
                s.setInt(1, i);
                s.setString(2, "ware " + (i + 1));
                Topics.show(s.unwrap(PGStatement.class).isUseServerPrepare());
                Topics.showAll(s.executeQuery());
            }
            Topics.run(c, "DROP TABLE wares", "CREATE TABLE wares (id int, name text, price numeric(8,2), sold timestamp, more int)", "INSERT INTO wares VALUES (1, 'again', 2, NULL, 3)");
            s.setInt(1, 1);
            s.setString(2, "");
            Topics.showAll(s.executeQuery());
        }
        try (PreparedStatement s = c.prepareStatement("SELECT * FROM wares")) {
            for (int i = 0; i < 7; i++) {
                s.executeQuery().close();
            }
            Topics.run(c, "DROP TABLE wares", "CREATE TABLE wares (id text)", "INSERT INTO wares VALUES ('text now')");
            Topics.fails(s::executeQuery); // cached plan must not change result type
            Topics.run(c, "DEALLOCATE ALL");
        }
        Topics.query(c, "SELECT * FROM wares");
    }

    private static void keys(Connection c) throws Exception {
        Topics.run(c, "CREATE TABLE keyed (id serial PRIMARY KEY, name text, made timestamp DEFAULT '2024-01-01')");
        try (PreparedStatement s = c.prepareStatement("INSERT INTO keyed (name) VALUES (?)", Statement.RETURN_GENERATED_KEYS)) {
            for (int i = 0; i < 7; i++) {
                s.setString(1, "n" + i);
                Topics.show(s.executeUpdate());
                Topics.showAll(s.getGeneratedKeys());
            }
            for (int i = 0; i < 5; i++) {
                s.setString(1, "batch " + i);
                s.addBatch();
            }
            Topics.show(s.executeBatch());
            Topics.showAll(s.getGeneratedKeys());
        }
        try (PreparedStatement s = c.prepareStatement("INSERT INTO keyed (name) SELECT 'q' || g FROM generate_series(1, 3) AS g", new String[] {"id", "name"})) {
            Topics.show(s.executeUpdate());
            Topics.showAll(s.getGeneratedKeys());
        }
        try (Statement s = c.createStatement()) {
            Topics.show(s.executeUpdate("INSERT INTO keyed (name) VALUES ('plain')", new String[] {"id"}));
            Topics.showAll(s.getGeneratedKeys());
        }
    }

    private static void modes(Connection c) throws Exception {
        for (String mode : new String[] {"simple", "extended", "extendedForPrepared", "extendedCacheEverything"}) {
            try (Connection other = Topics.connect("preferQueryMode=" + mode); PreparedStatement s = other.prepareStatement("SELECT ? + 1 AS n, ? AS s, ?::date AS d")) {
                for (int i = 0; i < 6; i++) {
                    s.setInt(1, i);
                    s.setString(2, "it's \\ " + i);
                    s.setObject(3, java.time.LocalDate.of(2024, 2, 29));
                    Topics.showAll(s.executeQuery());
                }
                Topics.query(other, "SELECT 1 AS one");
            }
        }
    }

    private static void fetch(Connection c) throws Exception {
        c.setAutoCommit(false);
        try (PreparedStatement s = c.prepareStatement("SELECT x, 'row ' || x AS name FROM generate_series(1, ?) x ORDER BY x")) {
            for (int size : new int[] {1, 7, 100, 1000, 0}) {
                s.setFetchSize(size);
                s.setInt(1, size == 1 ? 20 : 1000);
                long sum = 0;
                int rows = 0;
                try (ResultSet r = s.executeQuery()) {
                    while (r.next()) {
                        sum += r.getLong(1) + r.getString(2).length();
                        rows++;
                    }
                }
                Topics.show(size, rows, sum);
            }
        }
        try (Statement outer = c.createStatement(); Statement inner = c.createStatement()) { // two portals at once
            outer.setFetchSize(2);
            ResultSet r = outer.executeQuery("SELECT x FROM generate_series(1, 5) x ORDER BY x");
            while (r.next()) {
                try (ResultSet i = inner.executeQuery("SELECT " + r.getInt(1) + " * 10")) {
                    i.next();
                    Topics.show(r.getInt(1), i.getInt(1));
                }
            }
            r = outer.executeQuery("SELECT x FROM generate_series(1, 5) x ORDER BY x");
            r.next();
            c.commit(); // ends the portal
            ResultSet ended = r;
            ended.next();
            Topics.fails(() -> {
                while (ended.next()) {
                    Topics.show(ended.getInt(1));
                }
            });
            c.rollback();
        }
    }

    private static void scroll(Connection c) throws Exception {
        try (Statement s = c.createStatement(ResultSet.TYPE_SCROLL_INSENSITIVE, ResultSet.CONCUR_READ_ONLY);
                ResultSet r = s.executeQuery("SELECT x FROM generate_series(1, 10) x ORDER BY x")) {
            Topics.show(r.last(), r.getInt(1), r.getRow(), r.first(), r.getInt(1), r.absolute(-3), r.getInt(1), r.relative(-2), r.getInt(1), r.previous(), r.getInt(1));
            r.beforeFirst();
            Topics.show(r.isBeforeFirst(), r.next(), r.getInt(1));
        }
    }

    private static void limits(Connection c) throws Exception {
        try (Statement s = c.createStatement()) {
            s.setMaxRows(3);
            Topics.showAll(s.executeQuery("SELECT x FROM generate_series(1, 10) x ORDER BY x"));
            s.setMaxRows(0);
            s.setMaxFieldSize(4);
            Topics.showAll(s.executeQuery("SELECT 'longer than four' AS t"));
        }
        try (PreparedStatement s = c.prepareStatement("SELECT x FROM generate_series(1, 10) x WHERE x = ANY(?) ORDER BY x LIMIT ? OFFSET ?")) {
            s.setArray(1, c.createArrayOf("int", new Integer[] {1, 3, 5, 7, 9}));
            s.setInt(2, 2);
            s.setInt(3, 1);
            for (int i = 0; i < 7; i++) {
                Topics.showAll(s.executeQuery());
            }
        }
    }

    private static void batch(Connection c) throws Exception {
        Topics.run(c, "CREATE TABLE lots (id int, name text)");
        try (PreparedStatement s = c.prepareStatement("INSERT INTO lots VALUES (?, ?)")) {
            for (int i = 0; i < 700; i++) {
                s.setInt(1, i);
                s.setString(2, i % 5 == 0 ? null : "name " + i);
                s.addBatch();
            }
            int[] counts = s.executeBatch();
            Topics.show(counts.length, java.util.Arrays.stream(counts).sum());
        }
        try (Statement s = c.createStatement()) {
            s.addBatch("INSERT INTO lots VALUES (1000, 'a'), (1001, 'b')");
            s.addBatch("CREATE TABLE in_batch (x int)");
            s.addBatch("INSERT INTO in_batch SELECT x FROM generate_series(1, 7) x");
            Topics.show(s.executeBatch());
        }
        Topics.query(c, "SELECT count(*), count(name), sum(id), (SELECT count(*) FROM in_batch) FROM lots");
        try (PreparedStatement s = c.prepareStatement("INSERT INTO lots VALUES (?::int, 'bad')")) {
            for (String v : new String[] {"1", "2", "x", "4"}) {
                s.setString(1, v);
                s.addBatch();
            }
            s.executeBatch();
        } catch (BatchUpdateException e) {
            Topics.show(e.getUpdateCounts(), e.getSQLState(), e.getNextException().getMessage());
        }
        Topics.query(c, "SELECT count(*) FROM lots WHERE name = 'bad'");
    }

    private static void rewritten(Connection c) throws Exception {
        Topics.run(c, "CREATE TABLE more (id int, name text, at timestamp)");
        c.setAutoCommit(false);
        try (PreparedStatement s = c.prepareStatement("INSERT INTO more (id, name, at) VALUES (?, ?, ?)")) {
            for (int round = 0; round < 3; round++) {
                for (int i = 0; i < 1000; i++) {
                    s.setInt(1, i);
                    s.setString(2, "name " + i);
                    s.setTimestamp(3, new java.sql.Timestamp(1700000000000L + i));
                    s.addBatch();
                }
                Topics.show(s.executeBatch().length);
            }
        }
        c.commit();
        Topics.query(c, "SELECT count(*), count(DISTINCT id), sum(id), max(name), max(at) FROM more");
    }

    private static void several(Connection c) throws Exception {
        try (Statement s = c.createStatement()) {
            boolean rows = s.execute("CREATE TABLE parts (x int); INSERT INTO parts VALUES (1), (2); SELECT x FROM parts ORDER BY x; SELECT 'last' AS l");
            while (rows || s.getUpdateCount() >= 0) {
                if (rows) {
                    Topics.showAll(s.getResultSet());
                } else {
                    Topics.show("count", s.getUpdateCount());
                }
                rows = s.getMoreResults();
            }
            Topics.show(s.execute(""), s.getUpdateCount());
            Topics.show(s.executeLargeUpdate("INSERT INTO parts SELECT x FROM generate_series(1, 1000) x"));
        }
    }

    private static void large(Connection c) throws Exception {
        for (int fetch : new int[] {0, 5000}) {
            c.setAutoCommit(fetch == 0);
            try (Statement s = c.createStatement()) {
                s.setFetchSize(fetch);
                try (ResultSet r = s.executeQuery("SELECT x, x::float8 / 8 AS f, 'text ' || x AS t FROM generate_series(1, 100000) x")) {
                    long rows = 0;
                    double sum = 0;
                    while (r.next()) {
                        rows++;
                        sum += r.getInt(1) + r.getDouble(2) + r.getString(3).length();
                    }
                    Topics.show(rows, sum);
                }
            }
        }
    }
}
