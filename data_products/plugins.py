"""Finds connectors, engines, mechanisms and nodes by name among the installed entry points."""

from importlib.metadata import entry_points

from data_products.errors import ConfigurationError


def load(group: str, name: str) -> type[object]:
    """The class that the entry point `name` of group `entrepot.<group>` names.

    Raises:
        ConfigurationError: no plug-in of that name is installed.
    """
    installed = {point.name: point for point in entry_points(group=f"entrepot.{group}")}
    if name not in installed:
        known = ", ".join(sorted(installed)) or "none"
        raise ConfigurationError(
            f"no plug-in of group {group!r} is called {name!r}",
            hint=f"installed: {known}; an extra may be missing",
        )
    found: type[object] = installed[name].load()
    return found
