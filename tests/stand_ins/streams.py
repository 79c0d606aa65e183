"""A server of the organiser's own streams: HLS of fragmented MP4, and the same sound as one plain file.

The sound is silence, made here byte by byte: Opus packets of 20 ms (RFC 6716, section 3.1: configuration
31, mono, one frame) in MP4 (ISO/IEC 14496-12; "Encapsulation of Opus in ISOBMFF", section 4.3), listed as
in RFC 8216, sections 4.3.2 and 4.3.4.2.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from struct import pack

from aiohttp import web

from tests.stand_ins.server import StandIn, running

RATE = 48_000
SAMPLES = RATE // 50  # in a packet of 20 ms
PACKETS = 50  # in a segment of one second
SEGMENTS = 3
SILENCE = bytes((0xF8, 0xFF, 0xFE))
UNITY = pack(">9i", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)

MASTER = """#EXTM3U
#EXT-X-VERSION:7
#EXT-X-STREAM-INF:BANDWIDTH=16000,CODECS="opus"
sound.m3u8
"""
PLAYLIST = "\n".join(
    [
        "#EXTM3U",
        "#EXT-X-VERSION:7",
        "#EXT-X-TARGETDURATION:1",
        "#EXT-X-PLAYLIST-TYPE:VOD",
        '#EXT-X-MAP:URI="init.mp4"',
        *(f"#EXTINF:1.0,\n{number}.m4s" for number in range(SEGMENTS)),
        "#EXT-X-ENDLIST",
        "",
    ]
)


def box(kind: str, *parts: bytes) -> bytes:
    """A box: its length, its kind, what is in it."""
    body = b"".join(parts)
    return pack(">I4s", len(body) + 8, kind.encode()) + body


def full(kind: str, *parts: bytes, version: int = 0, flags: int = 0) -> bytes:
    """A box that says its version and flags."""
    return box(kind, pack(">I", version << 24 | flags), *parts)


def _track() -> bytes:
    opus = box("dOps", pack(">BBHIhB", 0, 1, 312, RATE, 0, 0))
    entry = box("Opus", bytes(6), pack(">H8xHHII", 1, 1, 16, 0, RATE << 16), opus)
    table = box(
        "stbl",
        full("stsd", pack(">I", 1), entry),
        full("stts", pack(">I", 0)),
        full("stsc", pack(">I", 0)),
        full("stsz", pack(">II", 0, 0)),
        full("stco", pack(">I", 0)),
    )
    here = box("dinf", full("dref", pack(">I", 1), full("url ", flags=1)))
    media = box(
        "mdia",
        full("mdhd", pack(">IIIIHH", 0, 0, RATE, 0, 0x55C4, 0)),
        full("hdlr", pack(">I4s12x", 0, b"soun"), b"sound\0"),
        box("minf", full("smhd", bytes(4)), here, table),
    )
    head = full("tkhd", pack(">IIII4x8xhhhH", 0, 0, 1, 0, 0, 0, 0x100, 0), UNITY, bytes(8), flags=3)
    return box("trak", head, media)


def beginning() -> bytes:
    """What stands before every segment: which codec, which clock."""
    movie = full("mvhd", pack(">IIIIIH10x", 0, 0, RATE, 0, 0x10000, 0x100), UNITY, bytes(24), pack(">I", 2))
    extends = box("mvex", full("trex", pack(">IIIII", 1, 1, SAMPLES, len(SILENCE), 0)))
    brands = box("ftyp", b"iso6", pack(">I", 0), b"iso6mp41")
    return brands + box("moov", movie, _track(), extends)


def segment(number: int) -> bytes:
    """One second of sound."""

    def fragment(offset: int) -> bytes:
        return box(
            "moof",
            full("mfhd", pack(">I", number + 1)),
            box(
                "traf",
                full("tfhd", pack(">III", 1, SAMPLES, len(SILENCE)), flags=0x020018),
                full("tfdt", pack(">Q", number * RATE), version=1),
                full("trun", pack(">Ii", PACKETS, offset), flags=0x000001),
            ),
        )

    offset = len(fragment(0)) + 8
    return fragment(offset) + box("mdat", SILENCE * PACKETS)


FILES = {
    "/live/salle.m3u8": (MASTER.encode(), "application/vnd.apple.mpegurl"),
    "/live/sound.m3u8": (PLAYLIST.encode(), "application/vnd.apple.mpegurl"),
    "/live/init.mp4": (beginning(), "audio/mp4"),
    "/salle.m4a": (beginning() + b"".join(map(segment, range(SEGMENTS))), "audio/mp4"),
} | {f"/live/{number}.m4s": (segment(number), "audio/mp4") for number in range(SEGMENTS)}


@asynccontextmanager
async def streams() -> AsyncIterator[StandIn]:
    """Both streams; any page may read them, as such servers allow it."""

    async def file(request: web.Request) -> web.Response:
        body, kind = FILES[request.path]
        headers = {"Access-Control-Allow-Origin": "*", "Content-Type": kind}
        return web.Response(body=body, headers=headers)

    stand_in = StandIn()
    async with running(stand_in, [web.get(path, file) for path in FILES]):
        yield stand_in
