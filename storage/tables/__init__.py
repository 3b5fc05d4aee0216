"""The tables of the main database. Importing this package makes `metadata` complete."""

from importlib import import_module
from pkgutil import iter_modules

from storage.tables.base import metadata

for _module in iter_modules(__path__, f"{__name__}."):
    import_module(_module.name)

__all__ = ["metadata"]
