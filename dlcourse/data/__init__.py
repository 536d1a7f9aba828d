"""The data of the course: points that are made up, images that ship with the package."""

from dlcourse.data.images import (
    emoji,
    emoji_categories,
    emoji_names,
    emoji_records,
    from_unit_range,
    to_unit_range,
)
from dlcourse.data.points import gaussian_covariance, gaussian_points

__all__ = [
    "emoji",
    "emoji_categories",
    "emoji_names",
    "emoji_records",
    "from_unit_range",
    "gaussian_covariance",
    "gaussian_points",
    "to_unit_range",
]
