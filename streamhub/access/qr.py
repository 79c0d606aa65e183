"""A personal link as a QR code, drawn as SVG: sharp on a phone and on paper."""

import io

import segno

QUIET_ZONE = 4  # modules around the code (ISO/IEC 18004)


def qr_svg(link: str, *, module_px: int = 4) -> str:
    """The SVG element, ready to stand inside a page; black on white whatever the page's colours.

    The error correction is raised as far as it needs no larger code.
    """
    out = io.BytesIO()
    segno.make(link, error="l", micro=False).save(
        out,
        kind="svg",
        scale=module_px,
        border=QUIET_ZONE,
        light="#fff",
        xmldecl=False,
        nl=False,
        omitsize=True,
    )
    return out.getvalue().decode()
