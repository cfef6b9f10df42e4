"""What is on record: products, grants, budgets, releases, and the log that proves none was altered.

Everything is in one SQLite database, so that what belongs together is written together or not at
all: a spend and its log entry, a release and its log entry, a grant and its budget accounts.
"""

from catalog.catalog import Catalog
from catalog.database import Database
from catalog.keys import Keys

__all__ = ["Catalog", "Database", "Keys"]
