"""What does not hold together in a référentiel: codes unknown or used twice, links to nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from kit.errors import Finding, Place
from kit.reading import Key, YamlData, nearest
from kit.referentiel.mapping import EpreuvesFile, Mapping
from kit.referentiel.model import Epreuve, Link, Referentiel

Ids = Iterable[tuple[str, Key]]


def check_tree(base: Referentiel, file: str, source: YamlData) -> Iterator[Finding]:
    """Yield what is wrong between blocs, activities, tasks, competences and criteria."""
    ids = list(_tree_ids(base))
    yield from _twice(ids, file, source)
    known = {
        kind: {code for code, path in ids if path[-2] == kind} for kind in ("blocs", "activities", "tasks")
    }
    competences = {item.id for item in base.competences}
    for i, item in enumerate(base.competences):
        where = Place(file, source.line(("competences", i)), item=item.id)
        yield from known_code(item.bloc, known["blocs"], "bloc.unknown", where)
        if item.activity is not None:
            yield from known_code(item.activity, known["activities"], "activity.unknown", where)
        for link in item.tasks:
            yield from known_code(link.task, known["tasks"], "task.unknown", where)
    for i, criterion in enumerate(base.criteria):
        where = Place(file, source.line(("criteria", i)), item=criterion.id)
        yield from known_code(criterion.competence, competences, "competence.unknown", where)


def check_epreuves(base: Referentiel, exams: EpreuvesFile, file: str, source: YamlData) -> Iterator[Finding]:
    """Yield what is wrong in the épreuves, their links, and the mappings."""
    yield from _twice([(item.id, ("epreuves", i)) for i, item in enumerate(exams.epreuves)], file, source)
    yield from _twice([(item.id, ("mappings", i)) for i, item in enumerate(exams.mappings)], file, source)
    if sum(mapping.retained for mapping in exams.mappings) != 1:
        yield Finding("mapping.retained", Place(file, source.line(("mappings",))))
    blocs, criteria = {bloc.id for bloc in base.blocs}, {item.id for item in base.criteria}
    for i, epreuve in enumerate(exams.epreuves):
        where = Place(file, source.line(("epreuves", i)), item=epreuve.id)
        yield from known_code(epreuve.bloc, blocs, "bloc.unknown", where)
        parts = [(part.id, ("epreuves", i, "parts", j)) for j, part in enumerate(epreuve.parts)]
        yield from _twice(parts, file, source)
        for j, link in enumerate(epreuve.links):
            place = Place(file, source.line(("epreuves", i, "links", j)), item=epreuve.id)
            yield from _check_link(link, epreuve, criteria, place)
    for i, mapping in enumerate(exams.mappings):
        yield from _check_mapping(mapping, ("mappings", i), exams.epreuves, criteria, file, source)


def _tree_ids(base: Referentiel) -> Iterator[tuple[str, Key]]:
    for i, bloc in enumerate(base.blocs):
        yield bloc.id, ("blocs", i)
        for j, activity in enumerate(bloc.activities):
            yield activity.id, ("blocs", i, "activities", j)
            for k, task in enumerate(activity.tasks):
                yield task.id, ("blocs", i, "activities", j, "tasks", k)
    yield from ((item.id, ("competences", i)) for i, item in enumerate(base.competences))
    yield from ((item.id, ("criteria", i)) for i, item in enumerate(base.criteria))


def _check_link(link: Link, epreuve: Epreuve, criteria: set[str], where: Place) -> Iterator[Finding]:
    yield from known_code(link.criterion, criteria, "criterion.unknown", where)
    parts = [part.id for part in epreuve.parts]
    yield from known_code(link.part, parts, "part.unknown", where, epreuve=epreuve.id)


def _check_mapping(
    mapping: Mapping,
    path: Key,
    epreuves: tuple[Epreuve, ...],
    criteria: set[str],
    file: str,
    source: YamlData,
) -> Iterator[Finding]:
    by_id = {epreuve.id: epreuve for epreuve in epreuves}
    for j, removed in enumerate(mapping.removes):
        where = Place(file, source.line((*path, "removes", j)), item=mapping.id)
        yield from known_code(removed.epreuve, by_id, "epreuve.unknown", where)
        linked = by_id[removed.epreuve].criteria() if removed.epreuve in by_id else removed.criteria
        for code in removed.criteria:
            yield from known_code(code, criteria, "criterion.unknown", where)
            if code in criteria and code not in linked:
                yield Finding("criterion.not_linked", where, {"code": code, "epreuve": removed.epreuve})
    for j, added in enumerate(mapping.adds):
        where = Place(file, source.line((*path, "adds", j)), item=mapping.id)
        yield from known_code(added.epreuve, by_id, "epreuve.unknown", where)
        if added.epreuve in by_id:
            for link in added.links:
                yield from _check_link(link, by_id[added.epreuve], criteria, where)
    for epreuve in mapping.apply(epreuves):
        yield from _linked_twice(epreuve, Place(file, source.line(path), item=mapping.id))


def _linked_twice(epreuve: Epreuve, where: Place) -> Iterator[Finding]:
    links = Counter((link.criterion, link.part, str(link.when)) for link in epreuve.links)
    for (criterion, part, _), count in links.items():
        if count > 1:
            yield Finding("link.twice", where, {"code": criterion, "epreuve": epreuve.id, "part": part})


def _twice(ids: Ids, file: str, source: YamlData) -> Iterator[Finding]:
    seen: set[str] = set()
    for code, path in ids:
        if code in seen:
            yield Finding("code.twice", Place(file, source.line(path)), {"code": code})
        seen.add(code)


def known_code(
    code: str, known: Iterable[str], message: str, where: Place, **fields: str
) -> Iterator[Finding]:
    """Yield that a code is none of those that are known, with the nearest ones."""
    names = list(known)
    if code not in names:
        near = nearest(code, names) or sorted(names)[:12]
        yield Finding(message, where, {"code": code, "near": near, **fields})
