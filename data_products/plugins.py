"""Finds connectors, engines, mechanisms and nodes by name among the installed entry points."""

from functools import cache
from importlib.metadata import EntryPoint, entry_points

from data_products.errors import ConfigurationError


@cache
def _points(group: str) -> dict[str, EntryPoint]:
    """The group's entry points by name; what is installed does not change while we run."""
    return {point.name: point for point in entry_points(group=f"entrepot.{group}")}


def installed(group: str) -> tuple[str, ...]:
    """The names of the group's plug-ins, sorted.

    >>> "delta" in installed("connectors")
    True
    """
    return tuple(sorted(_points(group)))


def load(group: str, name: str) -> type[object]:
    """The class that the entry point `name` of group `entrepot.<group>` names.

    Raises:
        ConfigurationError: no plug-in of that name is installed, or it cannot be imported.
    """
    # Said apart from what cannot be imported: one is a slip of the pen, the other of the install.
    if name not in installed(group):
        raise ConfigurationError(
            f"no plug-in of group {group!r} is called {name[:60]!r}",
            hint=f"installed: {', '.join(installed(group)) or 'none'}; an extra may be missing",
        )
    # A plug-in's module imports its library at its top, so a missing extra shows here.
    try:
        found: type[object] = _points(group)[name].load()
    except (ImportError, AttributeError) as error:
        raise ConfigurationError(
            f"the plug-in {name!r} of group {group!r} cannot be imported",
            hint="install what it needs, perhaps with the extra: pip install 'entrepot[server]'",
        ) from error
    return found
