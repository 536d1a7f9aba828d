import pytest
import torch

from dlcourse import data


def test_the_covariance_is_the_one_the_chapter_prints():
    expected = torch.tensor([[1.01, 1.95], [1.95, 4.25]])
    torch.testing.assert_close(data.gaussian_covariance(((1.0, 2.0), (-0.1, 0.5))), expected)


def test_many_points_have_the_mean_and_covariance_asked_for():
    generator = torch.Generator().manual_seed(0)
    points = data.gaussian_points(200_000, generator=generator)
    assert points.shape == (200_000, 2) and points.dtype == torch.float32
    # Five standard errors of the mean of the wider coordinate: 5 · 2.06 / √200,000.
    torch.testing.assert_close(points.mean(0), torch.tensor([1.0, 2.0]), atol=0.025, rtol=0)
    torch.testing.assert_close(
        torch.cov(points.T), data.gaussian_covariance(), atol=0.08, rtol=0
    )


def test_other_dimensions_work():
    points = data.gaussian_points(5, mean=(0.0, 0.0, 1.0), transform=torch.eye(3).tolist())
    assert points.shape == (5, 3)


@pytest.mark.parametrize("count", [0, -3])
def test_no_points_is_an_error(count):
    with pytest.raises(ValueError, match=f"num_points must be at least 1, got {count}"):
        data.gaussian_points(count)


def test_a_transform_that_does_not_fit_is_named():
    with pytest.raises(ValueError, match=r"transform: expected shape \(2, 2\).*got \(2, 3\)"):
        data.gaussian_points(3, transform=((1.0, 2.0, 3.0), (1.0, 2.0, 3.0)))
