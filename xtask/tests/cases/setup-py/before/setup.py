from setuptools import setup

setup(
    name="old",
    version="1.4",
    python_requires=">=1.4",
)
