import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.sql.Array;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.Properties;
import org.postgresql.util.PSQLException;

/** Runs topics, each with a connection of its own, and prints what they show. */
final class Topics {
    interface Body {
        void run(Connection c) throws Exception;
    }

    /** Something that may fail. */
    interface Attempt {
        void run() throws Exception;
    }

    private static final PrintStream OUT = new PrintStream(System.out, false, StandardCharsets.UTF_8);
    private static boolean failed;

    private Topics() {}

    static void topic(String name, Body body) {
        topic(name, "", body);
    }

    /** Runs a topic; options are added to the URL: "prepareThreshold=-1&...". */
    static void topic(String name, String options, Body body) {
        OUT.println("== " + name);
        try (Connection c = connect(options)) {
            body.run(c);
        } catch (Throwable e) { // the other topics run all the same
            failed = true;
            OUT.println("FAILED " + e);
            e.printStackTrace();
        }
        OUT.flush();
    }

    static Connection connect(String options) throws SQLException {
        return connect((options.isEmpty() ? "" : options + "&") + "sslmode=disable", System.getenv("PGUSER"), null);
    }

    static Connection connect(String options, String user, String password) throws SQLException {
        String url = "jdbc:postgresql://" + System.getenv("PGHOST") + ":" + System.getenv("PGPORT") + "/" + System.getenv("PGDATABASE");
        Properties info = new Properties();
        info.setProperty("user", user);
        if (password != null) {
            info.setProperty("password", password);
        }
        return DriverManager.getConnection(url + "?" + options, info);
    }

    static void finish() {
        OUT.flush();
        System.exit(failed ? 1 : 0);
    }

    static void show(Object... values) throws SQLException {
        StringBuilder line = new StringBuilder();
        for (Object v : values) {
            line.append(line.length() > 0 ? " " : "").append(text(v));
        }
        OUT.println(line);
    }

    static String text(Object v) throws SQLException {
        if (v instanceof byte[] b) {
            return "bytes " + java.util.HexFormat.of().formatHex(b);
        }
        if (v instanceof Object[] a) {
            StringBuilder s = new StringBuilder();
            for (Object e : a) {
                s.append(s.length() > 0 ? ", " : "").append(text(e));
            }
            return "[" + s + "]";
        }
        if (v instanceof int[] a) {
            return Arrays.toString(a);
        }
        if (v instanceof long[] a) {
            return Arrays.toString(a);
        }
        if (v instanceof Array a) {
            return a.getBaseTypeName() + text(a.getArray());
        }
        return String.valueOf(v);
    }

    /** Shows the columns' labels and every row. */
    static void showAll(ResultSet rows) throws SQLException {
        ResultSetMetaData meta = rows.getMetaData();
        Object[] line = new Object[meta.getColumnCount()];
        for (int i = 0; i < line.length; i++) {
            line[i] = meta.getColumnLabel(i + 1);
        }
        show(line);
        while (rows.next()) {
            for (int i = 0; i < line.length; i++) {
                line[i] = rows.getObject(i + 1);
            }
            show(line);
        }
        rows.close();
    }

    static void query(Connection c, String sql) throws SQLException {
        try (var s = c.createStatement()) {
            showAll(s.executeQuery(sql));
        }
    }

    static void run(Connection c, String... statements) throws SQLException {
        try (var s = c.createStatement()) {
            for (String sql : statements) {
                s.execute(sql);
            }
        }
    }

    /** Runs what has to fail and shows how it did. */
    static void fails(Attempt attempt) throws Exception {
        try {
            attempt.run();
            show("no error");
        } catch (PSQLException e) {
            var m = e.getServerErrorMessage();
            show(e.getSQLState(), m == null ? e.getMessage() : m.getSeverity() + " " + m.getMessage() + " at " + m.getPosition());
        } catch (SQLException e) {
            show(e.getClass().getSimpleName(), e.getSQLState());
        }
    }
}
