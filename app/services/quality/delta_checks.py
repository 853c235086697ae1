"""The delta check: reads a laboratory's rules and judges a result by the patient's last one.

No international standard says how much blood may change (Kim et al., Ann Lab Med 2023;43:418); a check over several
quantities finds most mix-ups of specimens (Miller, Arch Pathol Lab Med 2015;139:1042). So the limits are data.
"""

import tomllib
from collections.abc import Mapping
from pathlib import Path

from pydantic import ValidationError

from app.schemas.delta_checks import Delta, DeltaRule, DeltaRules
from app.schemas.quantities import Quantity
from app.services.figures.quantities import QUANTITY_WORDS
from app.services.reviews.differential_comparison import fisher_p
from app.settings import InvalidSettings

NO_RULES = "none"
"""The setting's value for a laboratory that wants no delta check."""

CHANCE = 0.05
"""A change that chance makes at least as often as this is told to be explained by it."""

_DEFAULT = Path(__file__).parent / "delta_rules" / "default.toml"


def load_delta_rules(name: str) -> DeltaRules | None:
    """The rules of a setting: ``default``, the path of a TOML file, or ``none``.

    Raises:
        InvalidSettings: There are no such rules, or the file cannot be used; the sentence says why.
    """
    if name == NO_RULES:
        return None
    path = _DEFAULT if name == "default" else Path(name)
    if path.suffix != ".toml":
        known = f"default, {NO_RULES}, or the path of a .toml file"
        raise InvalidSettings(f"there are no delta rules {name!r}; use {known}")
    try:
        rules = DeltaRules.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        reason = error.strerror or "it cannot be read"
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        reason = f"it is no TOML ({error})"
    except ValidationError as error:
        reason = error.errors()[0]["msg"].removeprefix("Value error, ")
    else:
        unknown = [rule.quantity for rule in rules.rules if rule.quantity not in QUANTITY_WORDS]
        if not unknown:
            return rules
        reason = f"{unknown[0]!r} is no quantity; use {', '.join(QUANTITY_WORDS)}"
    raise InvalidSettings(f"the delta rules {str(path)!r} cannot be used: {reason}")


def delta_check(
    now: Mapping[str, Quantity], before: Mapping[str, Quantity], *, days: float, rules: DeltaRules | None
) -> tuple[Delta, ...]:
    """Every quantity of this result beside the last one, which is ``days`` older."""
    return tuple(
        _delta(one, before.get(name), days, rules.rule_of(name) if rules else None) for name, one in now.items()
    )


def _delta(now: Quantity, before: Quantity | None, days: float, rule: DeltaRule | None) -> Delta:
    change = None if before is None else now.value - before.value
    reason = _reason_against(now, before, days, rule)
    if reason is not None or before is None or rule is None or change is None:
        return Delta(quantity=now.name, now=now, before=before, change=change, verdict="not_judged", reason=reason)
    if not _is_beyond(rule, before.value, change):
        return Delta(quantity=now.name, now=now, before=before, change=change, verdict="within")
    return Delta(
        quantity=now.name,
        now=now,
        before=before,
        change=change,
        verdict="beyond_by_chance" if is_explained_by_chance(now, before) else "beyond",
        direction="up" if change > 0 else "down",
    )


def is_explained_by_chance(now: Quantity, before: Quantity) -> bool:
    """Whether two results may differ as they do though nothing changed in the blood.

    Shares and ratios: Fisher's exact test over the cells that they rest on. Concentrations: whether their intervals
    overlap; without one, nobody can say that it was chance.
    """
    if None not in {now.seen, now.of, before.seen, before.of}:
        return _p(now, before) >= CHANCE
    if now.interval is None or before.interval is None:
        return False
    return now.interval.low <= before.interval.high and before.interval.low <= now.interval.high


def _p(now: Quantity, before: Quantity) -> float:
    """A share rests on cells among those examined, a ratio on cells beside red cells."""
    seen, of, other_seen, other_of = now.seen or 0, now.of or 0, before.seen or 0, before.of or 0
    if now.name.endswith("_percent"):
        return fisher_p(seen, of, other_seen, other_of)
    return fisher_p(seen, seen + of, other_seen, other_seen + other_of)


def _reason_against(now: Quantity, before: Quantity | None, days: float, rule: DeltaRule | None) -> str | None:
    """Why a change cannot be judged; None where it can."""
    if before is None:
        return "not in the last result"
    if rule is None:
        return "no rule"
    if now.method != before.method:
        return "other method"
    return f"more than {rule.within_days:g} days apart" if days > rule.within_days else None


def _is_beyond(rule: DeltaRule, before: float, change: float) -> bool:
    if rule.absolute is not None and abs(change) > rule.absolute:
        return True
    return rule.relative_percent is not None and abs(change) > rule.relative_percent / 100 * before
