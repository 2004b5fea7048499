"""What a case's notebook imports of the kit, to be imported once for many of them."""

MODULES = (
    "kit.cases.magics",
    "kit.cases.company",
    "kit.cases.indicators",
    "kit.cases.charts",
    "faker.generator",
    "faker.providers.person.fr_FR",
)
