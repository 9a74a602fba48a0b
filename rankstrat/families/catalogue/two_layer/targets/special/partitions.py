"""Ways to put neurons into the classes of a target and further blocks, without signs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rankstrat.families._shared.patterns import Pattern


def partitions(width: int, classes: int, *, joker: bool, limit: int) -> tuple[list[Pattern], bool]:
    """Every pattern with no empty class, or only the most condensed one where there are more than
    the limit.

    Args:
        width: the number of neurons.
        classes: the number of classes of the target.
        joker: whether there is one more class, listed as zeros, that may be empty.
        limit: for the number of patterns.

    Returns:
        The patterns, and whether there are more than the limit.

    Example:
        >>> [p.label for p in partitions(2, 1, joker=False, limit=9)[0]]
        ['{1,2} | -', '{1} | {2}', '{2} | {1}']
    """
    if _count(width, classes, joker) > limit:
        spare = tuple(range(classes, width))
        targets = [(i, *(spare if i == 0 else ())) for i in range(classes)]
        return [_pattern(targets, [] if targets else [spare], [])], True
    return list(_assigned(width, 0, [[] for _ in range(classes)], [], [], joker)), False


def _assigned(
    width: int,
    i: int,
    targets: list[list[int]],
    extras: list[list[int]],
    rest: list[int],
    joker: bool,
) -> Iterator[Pattern]:
    if sum(not block for block in targets) > width - i:
        return
    if i == width:
        yield _pattern(targets, extras, rest)
        return
    for block in (*targets, *extras, *([rest] if joker else [])):
        block.append(i)
        yield from _assigned(width, i + 1, targets, extras, rest, joker)
        block.pop()
    extras.append([i])
    yield from _assigned(width, i + 1, targets, extras, rest, joker)
    extras.pop()


def _pattern(
    targets: Sequence[Sequence[int]], extras: Sequence[Sequence[int]], rest: Sequence[int]
) -> Pattern:
    signed = [
        tuple(tuple((n, 1) for n in block) for block in blocks) for blocks in (targets, extras)
    ]
    return Pattern(signed[0], signed[1], tuple(rest))


def _count(width: int, classes: int, joker: bool) -> int:
    states = {(classes, 0): 1}  # classes still without a neuron, further blocks
    for _ in range(width):
        following: dict[tuple[int, int], int] = {}
        for (missing, extras), count in states.items():
            steps = [
                ((missing, extras), classes - missing + extras + joker),
                ((missing, extras + 1), 1),
            ]
            steps += [((missing - 1, extras), missing)] if missing else []
            for state, ways in steps:
                following[state] = following.get(state, 0) + count * ways
        states = following
    return sum(count for (missing, _), count in states.items() if not missing)


__all__ = ["partitions"]
