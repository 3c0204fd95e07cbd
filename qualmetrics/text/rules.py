"""Stand-in until the engine lands: names the rules that columns depend on."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Rules:
    """Named counting rules."""

    name: str

    def signature_parts(self, columns: tuple[str, ...]) -> tuple[str, ...]:
        """Return the rules' name."""
        return (f"words:{self.name}",)


def get_rules(name: str) -> Rules:
    """Return rules by name."""
    return Rules(name)
