import java.io.ByteArrayInputStream;
import java.io.StringReader;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.Date;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Time;
import java.sql.Timestamp;
import java.sql.Types;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.UUID;
import org.postgresql.util.PGInterval;
import org.postgresql.util.PGobject;

/** Values in both directions, in text and binary form. */
final class Values {
    private static final String TABLE = """
        CREATE TABLE typed (i2 int2, i4 int4, i8 int8, f4 float4, f8 float8, n numeric(12,3), b bool, t text, v varchar(10), c char(5), y bytea, d date,
            tm time, ts timestamp, tz timestamptz, iv interval, u uuid, j json, jb jsonb, o oid, ia int4[], ta text[], na numeric(6,2)[])""";
    private static final String ROW = """
        INSERT INTO typed VALUES (-7, 1073741824, 1152921504606846976, 1.5, 0.1, 123.456, true, 'héllo', '12', 'abc', '\\x0001ff', '2024-02-29',
            '13:14:15.123456', '2024-02-29 13:14:15.123456', '2024-02-29 13:14:15.123456+02', '1 year 2 mons 3 days 04:05:06.5',
            'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', '{"a": 1}', '{"b": [1, null]}', 4000000000, '{1,NULL,3}', '{x,"y \\"z\\"",NULL}', '{1.25,2.50}')""";

    private Values() {}

    static void topics() {
        Topics.topic("getters, text", "binaryTransfer=false", Values::getters);
        Topics.topic("getters, binary", "prepareThreshold=-1", Values::getters);
        Topics.topic("setters", Values::setters);
        Topics.topic("setters, server prepared", "prepareThreshold=1", Values::setters);
        Topics.topic("java.time", Values::javaTime);
        Topics.topic("special values", Values::special);
        Topics.topic("result set metadata", Values::metadata);
        Topics.topic("parameter metadata", Values::parameterMetadata);
    }

    interface Getter {
        Object get(ResultSet r, int column) throws Exception;
    }

    private static void each(ResultSet r, String name, Getter getter) throws SQLException {
        StringBuilder line = new StringBuilder(name);
        for (int i = 1; i <= r.getMetaData().getColumnCount(); i++) {
            String v;
            try {
                v = Topics.text(getter.get(r, i));
            } catch (SQLException e) {
                v = e.getSQLState();
            } catch (Exception e) {
                v = e.getClass().getSimpleName();
            }
            line.append(" | ").append(String.valueOf(v).startsWith("[B@") ? "[B" : v); // Java's address of an array
        }
        Topics.show(line);
    }

    private static void getters(Connection c) throws Exception {
        Topics.run(c, "SET TIME ZONE 'UTC'");
        try (var s = c.createStatement()) {
            s.execute("DROP TABLE IF EXISTS typed");
        }
        Topics.run(c, TABLE, ROW, "INSERT INTO typed (i2) VALUES (NULL)");
        try (PreparedStatement s = c.prepareStatement("SELECT * FROM typed ORDER BY i4"); ResultSet r = s.executeQuery()) {
            while (r.next()) {
                each(r, "getInt", ResultSet::getInt);
                each(r, "getLong", ResultSet::getLong);
                each(r, "getShort", ResultSet::getShort);
                each(r, "getByte", ResultSet::getByte);
                each(r, "getFloat", ResultSet::getFloat);
                each(r, "getDouble", ResultSet::getDouble);
                each(r, "getBigDecimal", ResultSet::getBigDecimal);
                each(r, "getBoolean", ResultSet::getBoolean);
                each(r, "getString", ResultSet::getString);
                each(r, "getNString", ResultSet::getNString);
                each(r, "getBytes", ResultSet::getBytes);
                each(r, "getDate", ResultSet::getDate);
                each(r, "getTime", ResultSet::getTime);
                each(r, "getTimestamp", ResultSet::getTimestamp);
                each(r, "getObject", ResultSet::getObject);
                each(r, "class", (rs, i) -> rs.getObject(i) == null ? null : rs.getObject(i).getClass().getName());
                each(r, "getArray", ResultSet::getArray);
                each(r, "getBinaryStream", (rs, i) -> rs.getBinaryStream(i) == null ? null : rs.getBinaryStream(i).available());
                each(r, "getCharacterStream", (rs, i) -> rs.getCharacterStream(i) == null ? null : (char) rs.getCharacterStream(i).read());
                each(r, "LocalDate", (rs, i) -> rs.getObject(i, LocalDate.class));
                each(r, "LocalTime", (rs, i) -> rs.getObject(i, LocalTime.class));
                each(r, "LocalDateTime", (rs, i) -> rs.getObject(i, LocalDateTime.class));
                each(r, "OffsetDateTime", (rs, i) -> rs.getObject(i, OffsetDateTime.class));
                each(r, "UUID", (rs, i) -> rs.getObject(i, UUID.class));
                each(r, "PGInterval", (rs, i) -> rs.getObject(i, PGInterval.class));
                each(r, "wasNull", (rs, i) -> {
                    rs.getObject(i);
                    return rs.wasNull();
                });
            }
        }
        Topics.run(c, "DROP TABLE typed");
    }

    private static void setters(Connection c) throws Exception {
        Topics.run(c, "SET TIME ZONE 'UTC'", "DROP TABLE IF EXISTS typed", TABLE);
        String marks = "?" + ", ?".repeat(22);
        try (PreparedStatement s = c.prepareStatement("INSERT INTO typed VALUES (" + marks + ")")) {
            for (int row = 0; row < 3; row++) {
                int i = 1;
                s.setShort(i++, (short) (-7 + row));
                s.setInt(i++, 1 << 30);
                s.setLong(i++, 1L << 60);
                s.setFloat(i++, 1.5f);
                s.setDouble(i++, 0.1);
                s.setBigDecimal(i++, new BigDecimal("123.456"));
                s.setBoolean(i++, true);
                s.setString(i++, "héllo 'q' \\");
                s.setString(i++, "short");
                s.setString(i++, "abc");
                s.setBytes(i++, new byte[] {0, 1, (byte) 0xff});
                s.setDate(i++, Date.valueOf("2024-02-29"));
                s.setTime(i++, Time.valueOf("13:14:15"));
                s.setTimestamp(i++, Timestamp.valueOf("2024-02-29 13:14:15.123456"));
                s.setTimestamp(i++, Timestamp.valueOf("2024-02-29 13:14:15.123456"));
                s.setObject(i++, new PGInterval(1, 2, 3, 4, 5, 6.5));
                s.setObject(i++, UUID.fromString("a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"));
                s.setObject(i++, json("json", "{\"a\": 1}"));
                s.setObject(i++, json("jsonb", "{\"b\": [1, null]}"));
                s.setLong(i++, 4000000000L);
                s.setArray(i++, c.createArrayOf("int4", new Integer[] {1, null, 3}));
                s.setArray(i++, c.createArrayOf("text", new String[] {"x", "y \"z\"", null}));
                s.setArray(i++, c.createArrayOf("numeric", new BigDecimal[] {new BigDecimal("1.25")}));
                Topics.show(s.executeUpdate());
            }
            int[] kinds = {
                Types.SMALLINT, Types.INTEGER, Types.BIGINT, Types.REAL, Types.DOUBLE, Types.NUMERIC, Types.BIT, Types.VARCHAR, Types.VARCHAR, Types.CHAR, Types.BINARY, Types.DATE,
                Types.TIME, Types.TIMESTAMP, Types.TIMESTAMP_WITH_TIMEZONE, Types.OTHER, Types.OTHER, Types.OTHER, Types.OTHER, Types.BIGINT, Types.ARRAY, Types.ARRAY, Types.OTHER,
            };
            for (int i = 0; i < kinds.length; i++) {
                s.setNull(i + 1, kinds[i]);
            }
            Topics.show(s.executeUpdate());
        }
        Topics.query(c, "SELECT * FROM typed ORDER BY i2");
        try (PreparedStatement s = c.prepareStatement("INSERT INTO typed (t, y, v) VALUES (?, ?, ?)")) {
            s.setCharacterStream(1, new StringReader("from a reader"), 13);
            s.setBinaryStream(2, new ByteArrayInputStream(new byte[] {1, 2, 3}), 3);
            s.setObject(3, 17, Types.VARCHAR);
            Topics.show(s.executeUpdate());
        }
        Topics.query(c, "SELECT t, y, v FROM typed WHERE v = '17'");
        Topics.run(c, "DROP TABLE typed");
    }

    private static PGobject json(String type, String text) throws SQLException {
        PGobject o = new PGobject();
        o.setType(type);
        o.setValue(text);
        return o;
    }

    private static void javaTime(Connection c) throws Exception {
        Topics.run(c, "SET TIME ZONE 'UTC'", "CREATE TABLE times (d date, tm time, ts timestamp, tz timestamptz)");
        LocalDateTime at = LocalDateTime.of(2024, 2, 29, 13, 14, 15, 123456000);
        try (PreparedStatement s = c.prepareStatement("INSERT INTO times VALUES (?, ?, ?, ?)")) {
            for (int row = 0; row < 7; row++) { // the last of them with the server's statement and binary parameters
                s.setObject(1, at.toLocalDate().plusDays(row));
                s.setObject(2, at.toLocalTime().plusMinutes(row));
                s.setObject(3, at.plusHours(row));
                s.setObject(4, at.atOffset(ZoneOffset.ofHours(row)));
                s.executeUpdate();
            }
        }
        Topics.query(c, "SELECT d::text, tm::text, ts::text, tz::text FROM times ORDER BY d");
        try (PreparedStatement s = c.prepareStatement("SELECT d, tm, ts, tz FROM times WHERE d = ? AND tm >= ? AND ts <= ? AND tz >= ?")) {
            for (int row = 0; row < 7; row++) {
                s.setObject(1, at.toLocalDate().plusDays(row));
                s.setObject(2, at.toLocalTime());
                s.setObject(3, at.plusHours(row));
                s.setObject(4, OffsetDateTime.of(2000, 1, 1, 0, 0, 0, 0, ZoneOffset.UTC));
                try (ResultSet r = s.executeQuery()) {
                    while (r.next()) {
                        Topics.show(r.getObject(1, LocalDate.class), r.getObject(2, LocalTime.class), r.getObject(3, LocalDateTime.class), r.getObject(4, OffsetDateTime.class));
                    }
                }
            }
        }
    }

    private static void special(Connection c) throws Exception {
        Topics.run(c, "SET TIME ZONE 'UTC'");
        String sql = "SELECT 'NaN'::float8 AS nan, '-Infinity'::float4 AS inf, 'infinity'::timestamp AS ts, '-infinity'::date AS d, '0001-01-01'::date AS old, '9999-12-31 23:59:59.999999'::timestamp AS late,"
            + " ''::text AS nothing, ''::bytea AS no_bytes, '{}'::int4[] AS no_elements, '1e-300'::float8 AS small, (-32768)::int2 AS lowest, 0.000::numeric(6,3) AS zero";
        for (int i = 0; i < 2; i++) {
            try (PreparedStatement s = c.prepareStatement(sql)) {
                s.unwrap(org.postgresql.PGStatement.class).setPrepareThreshold(i == 0 ? 0 : 1);
                for (int again = 0; again < 2; again++) {
                    Topics.showAll(s.executeQuery());
                }
            }
        }
    }

    private static void metadata(Connection c) throws Exception {
        Topics.run(c, "DROP TABLE IF EXISTS typed", TABLE);
        try (PreparedStatement s = c.prepareStatement("SELECT *, i4 + 1 AS more, 'x' AS unknown, count(*) OVER () AS n, avg(i4) OVER () AS mean FROM typed WHERE i4 = ?")) {
            describe(s.getMetaData()); // without running it
            s.setInt(1, 1);
            try (ResultSet r = s.executeQuery()) {
                describe(r.getMetaData());
                Topics.show(r.findColumn("i8"), r.next(), r.isAfterLast());
            }
        }
    }

    private static void describe(ResultSetMetaData m) throws SQLException {
        for (int i = 1; i <= m.getColumnCount(); i++) {
            Topics.show(m.getColumnLabel(i), m.getColumnName(i), m.getColumnTypeName(i), m.getColumnType(i), m.getColumnClassName(i), m.getPrecision(i), m.getScale(i),
                m.getColumnDisplaySize(i), m.isSigned(i), m.isCaseSensitive(i), m.isCurrency(i));
        }
    }

    private static void parameterMetadata(Connection c) throws Exception {
        Topics.run(c, "DROP TABLE IF EXISTS typed", TABLE);
        for (String sql : new String[] {
            "INSERT INTO typed (i4, t, ts, n, ia) VALUES (?, ?, ?, ?, ?)", "SELECT ?::int + 1, ?", "SELECT * FROM typed WHERE i8 = ? AND t LIKE ? LIMIT ? OFFSET ?", "SELECT 1 WHERE 2 = ANY(?)",
        }) {
            try (PreparedStatement s = c.prepareStatement(sql)) {
                var m = s.getParameterMetaData();
                for (int i = 1; i <= m.getParameterCount(); i++) {
                    Topics.show(m.getParameterTypeName(i), m.getParameterType(i), m.getParameterClassName(i));
                }
            }
        }
    }
}
