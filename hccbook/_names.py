"""What a room shows: each name is listed once, where the room imports it."""

from types import ModuleType


def names(room):
    """Return the names of a room, from its ``globals()``: no modules, nothing private."""
    return sorted(
        name
        for name, value in room.items()
        if name != "names" and not name.startswith("_") and not isinstance(value, ModuleType)
    )
