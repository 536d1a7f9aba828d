import pytest
import torch

from dlcourse import data


def test_the_emoji_come_with_their_records():
    images = data.emoji()
    assert images.shape == (459, 3, 64, 64) and images.dtype == torch.uint8
    records = data.emoji_records()
    assert [record.index for record in records] == list(range(459))
    assert records[0] == data.Emoji(0, "1F600", "GRINNING FACE", "Smileys & Emotion")


def test_every_emoji_is_a_picture_on_white():
    images = data.emoji()
    assert images.flatten(1).float().std(1).min() > 1  # none is blank
    assert (images[:, :, 0, 0] == 255).all(1).float().mean() > 0.9


def test_the_grinning_face_is_yellow():
    red, green, blue = data.emoji(count=1)[0, :, 16].float().mean(1)
    assert red > blue + 50 and green > blue + 50


def test_categories_cut_the_set_into_parts():
    categories = data.emoji_categories()
    assert categories == ["Animals & Nature", "Food & Drink", "Smileys & Emotion"]
    sizes = [len(data.emoji(category)) for category in categories]
    assert sizes == [159, 131, 169]
    assert [len(data.emoji_names(category)) for category in categories] == sizes
    torch.testing.assert_close(data.emoji("Food & Drink", 2), data.emoji("Food & Drink")[:2])


def test_names_and_images_are_in_the_same_order():
    index = data.emoji_names().index("HOT PEPPER")
    red, green, blue = data.emoji()[index].float().mean((1, 2))
    assert red > green and red > blue


def test_a_caller_cannot_change_what_the_next_one_gets():
    data.emoji("Food & Drink").zero_()
    data.emoji().zero_()
    assert data.emoji().float().mean() > 100


def test_an_unknown_category_lists_those_there_are():
    with pytest.raises(ValueError, match="there is no 'Flags', choose from Animals & Nature"):
        data.emoji("Flags")


@pytest.mark.parametrize("count", [0, 132])
def test_a_count_out_of_range_names_the_range(count):
    with pytest.raises(ValueError, match=f"count: expected 1 to 131, got {count}"):
        data.emoji("Food & Drink", count)


def test_bytes_survive_the_way_to_the_unit_range_and_back():
    every_byte = torch.arange(256, dtype=torch.uint8)
    numbers = data.to_unit_range(every_byte)
    assert numbers.min() == -1 and numbers.max() == 1
    assert torch.equal(data.from_unit_range(numbers), every_byte)


def test_numbers_outside_the_range_are_clipped():
    assert data.from_unit_range(torch.tensor([-3.0, 3.0])).tolist() == [0, 255]


def test_the_wrong_kind_of_number_is_named():
    with pytest.raises(ValueError, match=r"images: expected uint8, got torch\.float32"):
        data.to_unit_range(torch.zeros(2))
    with pytest.raises(ValueError, match=r"expected floating-point numbers, got torch\.uint8"):
        data.from_unit_range(torch.zeros(2, dtype=torch.uint8))


def test_flips_mirror_about_half_of_the_images():
    torch.manual_seed(0)
    images = data.emoji(count=100)
    flipped = data.random_flips(images)
    kept = (flipped == images).flatten(1).all(1)
    mirrored = (flipped == images.flip(3)).flatten(1).all(1)
    assert (kept | mirrored).all()
    assert 30 < kept.sum() < 80 and 30 < mirrored.sum() < 80
    with pytest.raises(ValueError, match=r"images: expected shape .*, got \(2, 3\)"):
        data.random_flips(torch.zeros(2, 3))
