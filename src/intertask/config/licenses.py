"""Which licenses allow an adapter that was trained on a dataset to be passed on."""

#: SPDX ids of licenses that allow adaptations to be passed on for any purpose, some under the same license.
PERMISSIVE = frozenset(
    [
        *("AFL-3.0", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0", "MIT", "NCBI-PD", "ODC-By-1.0"),
        *("CC-BY-3.0", "CC-BY-4.0", "CC-BY-SA-3.0", "CC-BY-SA-4.0"),
    ]
)
#: Licenses that allow the same for purposes that are not commercial.
NON_COMMERCIAL = frozenset(["CC-BY-NC-4.0", "CC-BY-NC-SA-4.0"])


def allows_adaptations(license_name: str | None) -> bool:
    """Check whether an adapter may be shipped.

    Args:
        license_name: SPDX id of the dataset's license; any other text, and None, allow nothing.

    Returns:
        Whether the license allows adaptations to be passed on, be it only for purposes that are not commercial.
    """
    return license_name in PERMISSIVE | NON_COMMERCIAL
