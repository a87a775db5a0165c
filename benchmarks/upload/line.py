"""A line to a server: `python -m benchmarks.upload.line <port of the server> <seconds>`.

Prints its own port, and for each line of its input how many bytes it has taken to the server. What comes in one
direction leaves in the same order, half the seconds later, however much it is: a round trip costs the seconds, the
throughput stays.
"""

from __future__ import annotations

import asyncio
import sys

CHUNK = 256 * 1024
AHEAD = 4096
"""Chunks under way: more than the delay can hold at the speed of a memory."""


async def main() -> None:
    port, seconds = int(sys.argv[1]), float(sys.argv[2])
    sent: list[int] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection("127.0.0.1", port)
        await asyncio.gather(pump(reader, back, seconds / 2, sent), pump(there, writer, seconds / 2, []))

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    asyncio.get_running_loop().add_reader(sys.stdin, lambda: tell(sent))
    await server.serve_forever()


def tell(sent: list[int]) -> None:
    if sys.stdin.readline():
        print(sum(sent), flush=True)


async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, seconds: float, passed: list[int]) -> None:
    """Pass on what is read, `seconds` later, and note how much."""
    loop = asyncio.get_running_loop()
    queue: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue(AHEAD)

    async def read() -> None:
        chunk = b"not the end"
        while chunk:
            try:
                chunk = await reader.read(CHUNK)
            except OSError:
                chunk = b""
            await queue.put((loop.time() + seconds, chunk))

    reading = asyncio.create_task(read())
    try:
        while True:
            due, chunk = await queue.get()
            await asyncio.sleep(due - loop.time())
            if not chunk:
                break
            writer.write(chunk)
            passed.append(len(chunk))
            await writer.drain()
    except OSError:
        pass  # the other side went away
    finally:
        reading.cancel()
        writer.close()


if __name__ == "__main__":
    asyncio.run(main())
