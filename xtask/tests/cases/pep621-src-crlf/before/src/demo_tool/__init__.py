"""version = "1.2.0" is text"""
__version__: str = "1.2.0"
