"""``python -m streamhub``."""

from streamhub.cli import main

main()
