"""Studio."""

VERSION = (1, 9, 2, "final", 0)  # (1, 9, 2)
version_info = (1, 9, '2')
__version__ = "1.9.2"

PROTOCOL = (1, 9, 2)
