"""Topics of a program: each prints its name and then what the client returned."""
import asyncio
import contextlib
import inspect
import sys
import threading
import traceback

_topics = []


def topic(function):
    """Make a function a topic. Its name is the topic's, with spaces for underscores."""
    _topics.append(function)
    return function


def show(*values):
    print(*[v if isinstance(v, str) else repr(v) for v in values], flush=True)


def run(connect):
    """Run every topic with a connection of its own. A topic that fails says so and fails the program at its end."""
    failed = False
    for function in _topics:
        print("==", function.__name__.replace("_", " "), flush=True)
        try:
            if inspect.iscoroutinefunction(function):
                asyncio.run(_within(connect, function))
                continue
            connection = connect()
            try:
                function(connection)
            finally:
                connection.close()
        except Exception as error:  # the other topics run all the same
            failed = True
            show("FAILED", type(error).__name__, str(error).strip())
            traceback.print_exc()
    sys.exit(1 if failed else 0)


@contextlib.contextmanager
def repeatedly(cancel, seconds=0.3):
    """Call cancel again and again while the block runs: the first may come before the query does."""
    done = threading.Event()

    def body():
        while not done.wait(seconds):
            cancel()

    thread = threading.Thread(target=body)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


async def _within(connect, function):
    connection = await connect()
    try:
        await function(connection)
    finally:
        await connection.close(timeout=5)
