import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.concurrent.atomic.AtomicBoolean;
import org.postgresql.PGConnection;

/** Connections, transactions, errors, cancelling. */
final class Session {
    private static final String LONG = "SELECT count(*) FROM generate_series(1, 1000000) a, generate_series(1, 1000000) b WHERE (a + b) % 7 = 3";

    private Session() {}

    static void topics() {
        Topics.topic("connect", "ApplicationName=program&options=-c%20statement_timeout%3D90s&currentSchema=public", Session::connect);
        Topics.topic("password and TLS", Session::password);
        Topics.topic("transactions", Session::transactions);
        Topics.topic("savepoints", Session::savepoints);
        Topics.topic("isolation", Session::isolation);
        Topics.topic("errors", Session::errors);
        Topics.topic("cancel", Session::cancel);
        Topics.topic("query timeout", Session::timeout);
        Topics.topic("autosave", "autosave=always", Session::autosave);
    }

    private static void connect(Connection c) throws Exception {
        var meta = c.getMetaData();
        Topics.show(meta.getDatabaseProductName(), meta.getDatabaseMajorVersion(), meta.getDriverMajorVersion(), meta.getUserName());
        Topics.show(c.getAutoCommit(), c.getTransactionIsolation(), c.isReadOnly(), c.isValid(5), c.getSchema());
        Topics.show(meta.supportsTransactions(), meta.supportsBatchUpdates(), meta.getIdentifierQuoteString(), meta.getMaxColumnNameLength());
        Topics.show(c.unwrap(PGConnection.class).getParameterStatus("application_name"));
        Topics.query(c, "SHOW statement_timeout");
        c.setClientInfo("ApplicationName", "renamed");
        Topics.query(c, "SHOW application_name");
        c.setSchema("pg_catalog");
        Topics.query(c, "SHOW search_path");
        Topics.show(c.getWarnings());
    }

    private static void password(Connection unused) throws Exception {
        String ca = java.net.URLEncoder.encode(System.getenv("CA_FILE"), java.nio.charset.StandardCharsets.UTF_8);
        for (String options : new String[] {
            "sslmode=disable", "sslmode=require", "sslmode=verify-full&sslrootcert=" + ca, "sslmode=require&channelBinding=require",
        }) {
            try (Connection c = Topics.connect(options, "visitor", System.getenv("VISITOR_PASSWORD"))) {
                Topics.query(c, "SELECT current_user, (SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()) AS ssl");
            }
            Topics.fails(() -> Topics.connect(options, "visitor", "wrong").close());
        }
    }

    private static void transactions(Connection c) throws Exception {
        Topics.run(c, "CREATE TABLE moves (x int)");
        c.setAutoCommit(false);
        Topics.run(c, "INSERT INTO moves VALUES (1)");
        c.rollback();
        Topics.run(c, "INSERT INTO moves VALUES (2)");
        c.commit();
        Topics.query(c, "SELECT x FROM moves");
        Topics.fails(() -> Topics.run(c, "SELECT 1 / 0"));
        Topics.fails(() -> Topics.run(c, "SELECT 1"));
        c.rollback();
        Topics.run(c, "INSERT INTO moves VALUES (3)");
        c.setAutoCommit(true); // commits
        Topics.query(c, "SELECT x FROM moves ORDER BY x");
    }

    private static void savepoints(Connection c) throws Exception {
        Topics.run(c, "CREATE TABLE steps (x int)");
        c.setAutoCommit(false);
        Topics.run(c, "INSERT INTO steps VALUES (1)");
        Savepoint first = c.setSavepoint();
        Topics.run(c, "INSERT INTO steps VALUES (2)");
        Savepoint named = c.setSavepoint("a name");
        Topics.show(first.getSavepointId(), named.getSavepointName());
        Topics.fails(() -> Topics.run(c, "SELECT * FROM absent"));
        c.rollback(named);
        Topics.run(c, "INSERT INTO steps VALUES (3)");
        c.releaseSavepoint(named);
        c.rollback(first);
        Topics.run(c, "INSERT INTO steps VALUES (4)");
        c.commit();
        Topics.query(c, "SELECT x FROM steps ORDER BY x");
        Topics.fails(() -> c.rollback(first));
    }

    private static void isolation(Connection c) throws Exception {
        Topics.run(c, "CREATE TABLE levels (x int)");
        for (int level : new int[] {
            Connection.TRANSACTION_READ_UNCOMMITTED, Connection.TRANSACTION_READ_COMMITTED, Connection.TRANSACTION_REPEATABLE_READ, Connection.TRANSACTION_SERIALIZABLE,
        }) {
            c.setTransactionIsolation(level);
            Topics.show(level, c.getTransactionIsolation());
        }
        c.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED);
        c.setAutoCommit(false);
        c.setReadOnly(true);
        Topics.fails(() -> Topics.run(c, "INSERT INTO levels VALUES (1)"));
        c.rollback();
        c.setReadOnly(false);
        Topics.run(c, "INSERT INTO levels VALUES (2)");
        c.commit();
        Topics.query(c, "SELECT x FROM levels");
    }

    private static void errors(Connection c) throws Exception {
        for (String sql : new String[] {
            "SELEKT 1", "SELECT nothing", "SELECT * FROM absent", "SELECT 'x'::int", "SELECT 1 / 0", "SELECT nofunction(1)", "INSERT INTO absent VALUES (1)",
        }) {
            Topics.fails(() -> Topics.run(c, sql));
        }
        Topics.fails(() -> {
            try (var s = c.prepareStatement("SELECT * FROM generate_series(1, ?) x WHERE nope = ?")) {
                s.setInt(1, 3);
                s.setInt(2, 4);
                s.executeQuery();
            }
        });
        Topics.fails(() -> c.createStatement().executeQuery("INSERT INTO absent VALUES (1)"));
        Topics.fails(() -> c.createStatement().executeUpdate("SELECT 1"));
        Topics.query(c, "SELECT 'still here' AS here");
    }

    private static void cancel(Connection c) throws Exception {
        try (Statement s = c.createStatement()) {
            AtomicBoolean done = new AtomicBoolean();
            Thread canceller = new Thread(() -> {
                for (boolean first = true; !done.get(); first = false) {
                    try {
                        Thread.sleep(200);
                        if (first) {
                            s.cancel();
                        } else { // the first came before the query, and a statement asks once
                            c.unwrap(PGConnection.class).cancelQuery();
                        }
                    } catch (SQLException | InterruptedException e) {
                        e.printStackTrace();
                        return;
                    }
                }
            });
            canceller.start();
            Topics.fails(() -> s.executeQuery(LONG));
            done.set(true);
            canceller.join();
        }
        fresh(c);
    }

    /** A cancel that came late may still meet this query, once. */
    private static void fresh(Connection c) throws Exception {
        for (int i = 0; ; i++) {
            try (Statement s = c.createStatement(); ResultSet rows = s.executeQuery("SELECT 'alive' AS here")) {
                rows.next();
                Topics.show(rows.getString(1));
                return;
            } catch (SQLException e) {
                if (i == 3 || !"57014".equals(e.getSQLState())) {
                    throw e;
                }
            }
        }
    }

    private static void timeout(Connection c) throws Exception {
        try (Statement s = c.createStatement()) {
            s.setQueryTimeout(1);
            Topics.fails(() -> s.executeQuery(LONG));
        }
        fresh(c);
        Topics.run(c, "SET statement_timeout = '200ms'");
        Topics.fails(() -> Topics.run(c, LONG));
    }

    private static void autosave(Connection c) throws Exception {
        Topics.run(c, "CREATE TABLE saved (x int)");
        c.setAutoCommit(false);
        Topics.run(c, "INSERT INTO saved VALUES (1)");
        Topics.fails(() -> Topics.run(c, "SELECT * FROM absent"));
        Topics.run(c, "INSERT INTO saved VALUES (2)");
        c.commit();
        Topics.query(c, "SELECT x FROM saved ORDER BY x");
    }
}
