"""The data of the course: points that are made up, images that ship with the package."""

from dlcourse.data.fashion import (
    FASHION_MNIST_CLASSES,
    DownloadError,
    data_folder,
    download_fashion_mnist,
    fashion_mnist,
)
from dlcourse.data.images import (
    Emoji,
    emoji,
    emoji_categories,
    emoji_names,
    emoji_records,
    from_unit_range,
    random_flips,
    to_unit_range,
)
from dlcourse.data.points import gaussian_covariance, gaussian_points

__all__ = [
    "FASHION_MNIST_CLASSES",
    "DownloadError",
    "Emoji",
    "data_folder",
    "download_fashion_mnist",
    "emoji",
    "emoji_categories",
    "emoji_names",
    "emoji_records",
    "fashion_mnist",
    "from_unit_range",
    "gaussian_covariance",
    "gaussian_points",
    "random_flips",
    "to_unit_range",
]
