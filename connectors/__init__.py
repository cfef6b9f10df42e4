"""How providers' data is reached: a connector turns a location into a snapshot, read-only.

A snapshot says which files hold a product at one version and how their columns are called; the
clean room's engine reads those files and nothing else, and a receipt pins the snapshot's digest.
"""

from connectors.location import Location
from connectors.snapshot import Connector, DataFile, Snapshot, connect

__all__ = ["Connector", "DataFile", "Location", "Snapshot", "connect"]
