import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.StringReader;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;
import org.postgresql.copy.CopyManager;
import org.postgresql.copy.CopyOut;

/** CopyManager. */
final class Copying {
    private Copying() {}

    static void topics() {
        Topics.topic("copy in", Copying::in);
        Topics.topic("copy out", Copying::out);
        Topics.topic("copy errors", Copying::errors);
    }

    private static CopyManager manager(Connection c) throws Exception {
        return c.unwrap(PGConnection.class).getCopyAPI();
    }

    private static void in(Connection c) throws Exception {
        Topics.run(c, "CREATE TABLE copied (id int, name text, at timestamp)");
        Topics.show(manager(c).copyIn("COPY copied FROM STDIN", new StringReader("1\tone\t2024-01-01 00:00:00\n2\t\\N\t\\N\n")));
        byte[] csv = "id,name,at\n3,\"with \"\"quotes\"\", and comma\",2024-01-02\n4,,\n".getBytes(StandardCharsets.UTF_8);
        Topics.show(manager(c).copyIn("COPY copied FROM STDIN (FORMAT csv, HEADER)", new ByteArrayInputStream(csv)));
        CopyIn in = manager(c).copyIn("COPY copied (id, name) FROM STDIN (DELIMITER '|')");
        Topics.show(in.getFormat(), in.getFieldCount(), in.isActive());
        for (int i = 100; i < 2000; i++) {
            byte[] line = (i + "|line " + i + "\n").getBytes(StandardCharsets.UTF_8);
            in.writeToCopy(line, 0, line.length);
        }
        Topics.show(in.endCopy(), in.getHandledRowCount());
        Topics.query(c, "SELECT count(*), count(name), count(at), sum(id) FROM copied");
        Topics.query(c, "SELECT * FROM copied WHERE id < 10 ORDER BY id");
        CopyIn given = manager(c).copyIn("COPY copied (id) FROM STDIN");
        given.writeToCopy("7000\n".getBytes(StandardCharsets.UTF_8), 0, 5);
        given.cancelCopy();
        Topics.query(c, "SELECT count(*) FROM copied WHERE id = 7000");
    }

    private static void out(Connection c) throws Exception {
        StringWriter text = new StringWriter();
        Topics.show(manager(c).copyOut("COPY (SELECT * FROM copied WHERE id < 10 ORDER BY id) TO STDOUT", text));
        Topics.show(text);
        StringWriter csv = new StringWriter();
        Topics.show(manager(c).copyOut("COPY (SELECT * FROM copied WHERE id < 10 ORDER BY id) TO STDOUT (FORMAT csv, HEADER, DELIMITER ';')", csv));
        Topics.show(csv);
        ByteArrayOutputStream binary = new ByteArrayOutputStream();
        Topics.show(manager(c).copyOut("COPY (SELECT * FROM copied WHERE id < 10 ORDER BY id) TO STDOUT (FORMAT binary)", binary));
        Topics.show(binary.toByteArray());
        Topics.show(manager(c).copyIn("COPY copied FROM STDIN (FORMAT binary)", new ByteArrayInputStream(binary.toByteArray())));
        CopyOut rows = manager(c).copyOut("COPY (SELECT x FROM generate_series(1, 10000) x) TO STDOUT");
        int messages = 0;
        for (byte[] row = rows.readFromCopy(); row != null; row = rows.readFromCopy()) {
            messages++;
        }
        Topics.show(messages, rows.getHandledRowCount());
    }

    private static void errors(Connection c) throws Exception {
        Topics.fails(() -> manager(c).copyIn("COPY copied FROM STDIN", new StringReader("x\ty\tz\n")));
        Topics.fails(() -> manager(c).copyIn("COPY copied FROM STDIN", new StringReader("1\n")));
        Topics.fails(() -> manager(c).copyIn("COPY absent FROM STDIN", new StringReader("1\n")));
        Topics.fails(() -> manager(c).copyOut("COPY absent TO STDOUT", new StringWriter()));
        Topics.fails(() -> manager(c).copyOut("COPY (SELECT 1 / (x - 3) FROM generate_series(1, 5) x) TO STDOUT", new StringWriter()));
        Topics.query(c, "SELECT 'still here' AS here");
    }
}
