"""Every stand-in as one program, for ``demo --stand-ins``: ``python -m tests.stand_ins``.

Its first line of output is JSON: ``{settings, account, number, paste}``. A line of JSON
``{"hook": URL}`` as input lets people come to the Zoom meeting. It ends when its input ends.
"""

import asyncio
import json
import sys

from aiohttp import ClientSession

from tests.stand_ins.together import Together, keep_watching, together
from tests.stand_ins.zoom_crowd import come_and_go


async def _serve() -> None:
    reader = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    async with together() as them, ClientSession() as client:
        print(json.dumps(_words(them)), flush=True)  # noqa: T201 - whoever started us reads it
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(keep_watching(them))]
            while line := await reader.readline():
                hook = json.loads(line)["hook"]
                tasks.append(group.create_task(come_and_go(hook, client, them.zoom, them.number)))
            for task in tasks:
                task.cancel()


def _words(them: Together) -> dict[str, object]:
    return {
        "settings": them.settings,
        "account": them.account,
        "number": them.number,
        "paste": them.paste,
    }


if __name__ == "__main__":
    asyncio.run(_serve())
