from itertools import count, takewhile


def rung_levels(r_min, r_max, eta):
    powers = (r_min * eta**k for k in count())
    return [*takewhile(lambda level: level < r_max, powers), r_max]
