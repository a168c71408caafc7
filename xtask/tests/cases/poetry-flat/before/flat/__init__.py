__version__ = version = "0.9.9"
