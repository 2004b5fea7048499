"""Fictitious companies and their markets, reconstructed from a seed and a sector.

`company(seed, sector)` returns a frozen `Company`; its tables are DataFrames with French headers and exact
cells, written by `annexe` with the formats of `formats(table)`.
"""

from kit.cases.company.build import SOURCE, Company, company
from kit.cases.company.facts import FACTS
from kit.cases.company.sector import Sector, find_sector, read_sector, sectors
from kit.cases.company.tables import formats, printed, shares_of

__all__ = [
    "FACTS", "SOURCE", "Company", "Sector", "company", "find_sector", "formats", "printed", "read_sector",
    "sectors", "shares_of",
]  # fmt: skip
