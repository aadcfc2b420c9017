"""SQLAlchemy 2, core and ORM, append only, with psycopg 3, psycopg2 and asyncpg below it: what its users do, printed."""
import asyncio
import datetime as dt
import uuid
from decimal import Decimal
from typing import Optional

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, relationship, selectinload

from topics import run, show, topic

AT = dt.datetime(2024, 2, 29, 13, 14, 15, 123456)
META = sa.MetaData()
SALES = sa.Table(
    "sales", META, sa.Column("id", sa.Integer), sa.Column("region", sa.String(20)), sa.Column("amount", sa.Numeric(10, 2)), sa.Column("at", sa.DateTime),
    sa.Column("zoned", sa.DateTime(timezone=True)), sa.Column("day", sa.Date), sa.Column("share", sa.Float), sa.Column("paid", sa.Boolean), sa.Column("key", sa.Uuid),
    sa.Column("extra", pg.JSONB), sa.Column("tags", pg.ARRAY(sa.Text)), sa.Column("raw", sa.LargeBinary), sa.Column("took", sa.Interval),
)


class Base(DeclarativeBase):
    pass


class Reading(Base):
    """An append-only class whose keys the program gives."""

    __tablename__ = "readings"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    sensor: Mapped[str]
    value: Mapped[float]
    note: Mapped[Optional[str]]
    taken: Mapped[dt.datetime]


class Note(Base):
    """A class whose keys and defaults the server gives: they come back by RETURNING."""

    __tablename__ = "notes"
    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(sa.Integer, sa.Identity(always=True))
    text: Mapped[str]
    kind: Mapped[str] = mapped_column(server_default="plain")


def row(i):
    return {
        "id": i, "region": "north" if i % 2 else "south", "amount": Decimal(i) / 4, "at": AT + dt.timedelta(hours=i), "zoned": AT.replace(tzinfo=dt.timezone.utc), "day": AT.date(),
        "share": i / 8, "paid": i % 3 == 0, "key": uuid.UUID(int=i), "extra": {"i": i, "list": [1, None]}, "tags": ["a", f"t{i}"], "raw": bytes([i % 256, 0]), "took": dt.timedelta(minutes=i),
    }


def core(engine):
    """Tables, inserts and selects of the core."""
    with engine.begin() as conn:
        conn.execute(sa.text("DROP TABLE IF EXISTS sales"))
        conn.execute(sa.schema.CreateTable(SALES))
        show(conn.execute(sa.insert(SALES), [row(i) for i in range(300)]).rowcount)
        conn.execute(sa.insert(SALES).values(row(300)))
        conn.execute(sa.insert(SALES).values([{"id": 301}, {"id": 302}]))
    with engine.connect() as conn:
        for r in conn.execute(sa.select(SALES).where(SALES.c.id.in_([0, 7, 301])).order_by(SALES.c.id)):
            show([str(v) if isinstance(v, uuid.UUID) else v for v in r])
        total = sa.select(SALES.c.region, sa.func.count().label("n"), sa.func.sum(SALES.c.amount).label("total"), sa.func.max(SALES.c.at)).group_by(SALES.c.region).order_by(SALES.c.region.nulls_last())
        show(conn.execute(total).mappings().all())
        running = sa.func.sum(SALES.c.amount).over(partition_by=SALES.c.region, order_by=SALES.c.id)
        show(conn.execute(sa.select(SALES.c.id, running).where(SALES.c.id < 6).order_by(SALES.c.id).limit(4).offset(1)).all())
        best = sa.select(SALES.c.region, sa.func.max(SALES.c.amount).label("top")).group_by(SALES.c.region).cte("best")
        show(conn.execute(sa.select(SALES.c.id).join(best, sa.and_(best.c.region == SALES.c.region, best.c.top == SALES.c.amount)).order_by(SALES.c.id)).scalars().all())
        show(conn.execute(sa.select(SALES.c.id).where(sa.literal("t5") == sa.any_(SALES.c.tags))).scalar())
        show(conn.execute(sa.select(sa.case((SALES.c.paid, "paid"), else_="open"), sa.cast(SALES.c.amount, sa.Integer), sa.extract("year", SALES.c.at)).where(SALES.c.id == 9)).one())
        show(conn.scalar(sa.select(sa.func.count()).select_from(SALES).where(SALES.c.at.between(AT, AT + dt.timedelta(days=1)), SALES.c.region.like("no%"))))
        result = conn.execution_options(stream_results=True, yield_per=50).execute(sa.select(SALES.c.id).order_by(SALES.c.id))
        show([len(part) for part in result.partitions()])


def orm(engine):
    """A class, appended to and queried."""
    with engine.begin() as conn:
        conn.execute(sa.text("DROP TABLE IF EXISTS readings"))
        conn.execute(sa.schema.CreateTable(Reading.__table__))
    with Session(engine) as session:
        session.add_all([Reading(id=i, sensor=f"s{i % 3}", value=i / 4, note=None if i % 2 else "even", taken=AT + dt.timedelta(minutes=i)) for i in range(100)])
        session.flush()
        show(session.scalar(sa.select(sa.func.count(Reading.id))))
        session.commit()
        one = session.get(Reading, 42)
        show(one.sensor, one.value, one.note, one.taken)
        show(session.scalars(sa.select(Reading.id).where(Reading.note.is_(None), Reading.value > 20).order_by(Reading.id.desc()).limit(3)).all())
        show([r.id for r in session.scalars(sa.select(Reading).where(Reading.sensor == "s1").order_by(Reading.taken).limit(2))])
        show(session.execute(sa.select(Reading.sensor, sa.func.avg(Reading.value)).group_by(Reading.sensor).having(sa.func.count() > 33).order_by(Reading.sensor)).all())
        session.add(Reading(id=1000, sensor="lost", value=0, note=None, taken=AT))
        session.rollback()
        with session.begin():
            session.execute(sa.insert(Reading), [{"id": i, "sensor": "bulk", "value": 1.0, "taken": AT} for i in range(2000, 2500)])
            with session.begin_nested() as inner:
                session.execute(sa.insert(Reading).values(id=3000, sensor="x", value=1.0, taken=AT))
                inner.rollback()
        show(session.execute(sa.select(sa.func.count(), sa.func.max(Reading.id)).select_from(Reading)).one())


def keys(engine):
    """Keys that the server makes: of the ORM, of the core, of a sequence."""
    with engine.begin() as conn:
        conn.execute(sa.text("DROP TABLE IF EXISTS notes"))
        conn.execute(sa.text("DROP SEQUENCE IF EXISTS counter"))
        conn.execute(sa.schema.CreateTable(Note.__table__))
        conn.execute(sa.text("CREATE SEQUENCE counter START 100"))
    with Session(engine) as session:
        first = Note(text="first")
        session.add(first)
        session.flush()
        show(first.id, first.number, first.kind)
        many = [Note(text=f"n{i}") for i in range(250)]
        session.add_all(many)
        session.commit()
        show(sorted(n.id for n in many) == list(range(2, 252)), all(session.get(Note, n.id).text == n.text for n in many[::50]))
        show(session.scalars(sa.insert(Note).returning(Note.id + 1), [{"text": "x"}, {"text": "y"}]).all())
        show(session.scalar(sa.func.nextval("counter")), session.scalar(sa.select(sa.Sequence("counter").next_value())))
        session.commit()
    with engine.begin() as conn:
        show(conn.execute(sa.insert(Note.__table__).values(text="core")).inserted_primary_key)
        show(conn.execute(sa.insert(Note.__table__).values(text="all").returning(Note.__table__)).one())


class Keyed(DeclarativeBase):
    pass


class Order(Keyed):
    """Its key, its state and its time come from the server, and back with RETURNING."""

    __tablename__ = "orders"
    id: Mapped[int] = mapped_column(primary_key=True)
    customer: Mapped[str]
    state: Mapped[str] = mapped_column(server_default="new")
    placed: Mapped[dt.datetime] = mapped_column(server_default=sa.func.now())
    parts: Mapped[list["Part"]] = relationship(back_populates="order", order_by="Part.id")


class Part(Keyed):
    __tablename__ = "parts"
    id: Mapped[int] = mapped_column(sa.BigInteger, sa.Identity(start=100), primary_key=True)
    order_id: Mapped[int] = mapped_column(sa.ForeignKey("orders.id"))
    name: Mapped[Optional[str]]
    order: Mapped[Order] = relationship(back_populates="parts")


def keys(engine):
    """Keys and defaults by the server."""
    Keyed.metadata.drop_all(engine)
    Keyed.metadata.create_all(engine)
    with Session(engine) as session:
        one = Order(customer="Ada", parts=[Part(name="wheel"), Part(name=None)])
        session.add(one)
        session.flush()
        show(one.id, one.state, isinstance(one.placed, dt.datetime), [p.id for p in one.parts])
        session.add_all([Order(customer=f"c{i}", parts=[Part(name=f"p{i}")]) for i in range(50)])
        session.commit()
        show(session.scalar(sa.select(sa.func.count(sa.distinct(Order.id)))), session.scalar(sa.select(sa.func.max(Part.id))))
        show(session.scalars(sa.insert(Order).returning(Order.id, sort_by_parameter_order=True), [{"customer": "x"}, {"customer": "y"}, {"customer": "z"}]).all())
        show(session.execute(sa.insert(Order).values(customer="one", state="sent").returning(Order.id, Order.state, sa.func.upper(Order.customer).label("loud"))).one()._asdict())
        session.rollback()
        joined = sa.select(Order).where(Order.customer.in_(["Ada", "c7"])).options(selectinload(Order.parts)).order_by(Order.id)
        show([(o.id, o.customer, [(p.id, p.name) for p in o.parts]) for o in session.scalars(joined)])
    with engine.begin() as conn:
        show(conn.execute(sa.insert(Part.__table__).values(order_id=1, name="last")).inserted_primary_key[0] > 100, conn.scalar(sa.select(sa.func.count()).select_from(Part)))


def levels(engine):
    """Isolation levels, errors, raw text."""
    with engine.connect().execution_options(isolation_level="REPEATABLE READ") as conn:
        show(conn.get_isolation_level(), conn.scalar(sa.text("SHOW transaction_isolation")))
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as conn:
        show(conn.scalar(sa.text("SELECT :a + 1"), {"a": 4}), conn.dialect.server_version_info[0], conn.dialect.default_schema_name)
        for bad in ("SELECT * FROM absent", "SELECT 1 / 0"):
            try:
                conn.execute(sa.text(bad))
            except sa.exc.DBAPIError as e:
                show(type(e).__name__, str(e.orig).splitlines()[0])
        show(conn.scalar(sa.text("SELECT 'still here'")))


def enums(engine):
    """An enum that the program makes, its columns, and what reflection finds."""
    meta = sa.MetaData()
    tone = sa.Enum("low", "middle", "high", name="tone")
    tones = sa.Table("tones", meta, sa.Column("id", sa.Integer), sa.Column("t", tone, server_default="low"), sa.Column("ts", pg.ARRAY(tone)))
    with engine.begin() as conn:
        meta.create_all(conn)
        conn.execute(sa.insert(tones), [{"id": 1, "t": "high", "ts": ["low", "middle"]}, {"id": 2, "t": "low", "ts": None}, {"id": 3, "t": "middle", "ts": []}])
        conn.execute(sa.insert(tones).values(id=4))
        show(conn.execute(sa.select(tones).where(tones.c.t > "low").order_by(tones.c.t)).all())
        show(conn.execute(sa.select(tones.c.t, sa.func.count()).group_by(tones.c.t).order_by(tones.c.t.desc())).all())
        show(conn.execute(sa.select(sa.func.max(tones.c.t)).where(tones.c.t.in_(["low", "middle"]))).scalar())
        found = sa.inspect(conn)
        show(found.get_enums(), [(c["name"], repr(c["type"]), c["default"]) for c in found.get_columns("tones")])
    with engine.begin() as conn:
        meta.drop_all(conn)
        show(sa.inspect(conn).get_enums())


def with_driver(part, driver):
    def body(_):
        engine = sa.create_engine(f"postgresql+{driver}://", pool_size=2, pool_pre_ping=True)
        try:
            part(engine)
        finally:
            engine.dispose()

    body.__name__ = f"{part.__name__}_{driver}"
    return body


async def with_asyncpg():
    engine = create_async_engine("postgresql+asyncpg://")
    async with engine.begin() as conn:
        await conn.execute(sa.text("DROP TABLE IF EXISTS readings"))
        await conn.execute(sa.schema.CreateTable(Reading.__table__))
    async with AsyncSession(engine) as session:
        session.add_all([Reading(id=i, sensor="a", value=i / 4, note=None, taken=AT) for i in range(20)])
        await session.commit()
        show((await session.execute(sa.select(sa.func.count(), sa.func.sum(Reading.value)).select_from(Reading))).one())
        show((await session.scalars(sa.select(Reading.id).where(Reading.value > 4).order_by(Reading.id))).all())
        stream = await session.stream(sa.select(Reading.id).order_by(Reading.id))
        show([r.id async for r in stream])
    await engine.dispose()


class Nothing:
    """The topics make their own connections."""

    def close(self):
        pass


def orm_asyncpg(_):
    asyncio.run(with_asyncpg())


for name in ("psycopg", "psycopg2"):
    for function in (core, orm, keys, levels, enums):
        topic(with_driver(function, name))
topic(orm_asyncpg)
run(Nothing)
